"""What a company does: its service types and the skills they ask for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import transaction

from communities.models import Organisation
from dispatch.models import ServiceType, ServiceTypeSkill, Skill


@dataclass(frozen=True, kw_only=True)
class ServiceTypeGiven:
    """A service type as a company describes it; `skills` maps a skill's code to the least level."""

    code: str
    name: str
    name_en: str
    duration_minutes: int
    respond_within_hours: int
    resolve_within_hours: int
    priority_minutes: int = 120
    skills: Mapping[str, int] = field(default_factory=dict)


@transaction.atomic
def service_types_save(*, organisation: Organisation, given: Iterable[ServiceTypeGiven]) -> list[ServiceType]:
    """Make or change service types by code, with the skills they need; skills come into being as they are named."""
    return [_save(organisation, one) for one in given]


def _save(organisation: Organisation, given: ServiceTypeGiven) -> ServiceType:
    kind, _ = ServiceType.objects.update_or_create(
        organisation=organisation,
        code=given.code,
        defaults={
            "name": given.name,
            "name_en": given.name_en,
            "duration_minutes": given.duration_minutes,
            "respond_within_hours": given.respond_within_hours,
            "resolve_within_hours": given.resolve_within_hours,
            "priority_minutes": given.priority_minutes,
        },
    )
    kind.skills.all().delete()
    for code, level in given.skills.items():
        skill, _ = Skill.objects.get_or_create(organisation=organisation, code=code, defaults={"name": code})
        ServiceTypeSkill.objects.create(
            organisation=organisation, service_type=kind, skill=skill, level=level
        )
    return kind


@transaction.atomic
def skills_name(*, organisation: Organisation, names: Mapping[str, tuple[str, str]]) -> None:
    """Give skills their local and English names, by code; a skill that is new is made."""
    for code, (name, name_en) in names.items():
        Skill.objects.update_or_create(
            organisation=organisation, code=code, defaults={"name": name, "name_en": name_en}
        )
