"""What a company does: its service types and the skills they ask for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

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
    technicians: int = 1
    skills: Mapping[str, int] = field(default_factory=dict)


class Saved(NamedTuple):
    """What saving changed, by code. What was as given is in neither."""

    made: set[str]
    changed: set[str]


@transaction.atomic
def service_types_save(*, organisation: Organisation, given: Iterable[ServiceTypeGiven]) -> Saved:
    """Make or change service types by code, with the skills they need; skills come into being as they are named."""
    wanted = list(given)
    known = _known(organisation, wanted)
    new = [one for one in wanted if one.code not in known]
    changed = [one for one in wanted if one.code in known and known[one.code] != one]
    codes = {code for one in wanted for code in one.skills}
    skills, _ = skills_ensure(organisation=organisation, codes=codes)
    for one in (*new, *changed):
        _write(organisation, one, skills)
    return Saved({one.code for one in new}, {one.code for one in changed})


@transaction.atomic
def service_types_ensure(*, organisation: Organisation, given: Iterable[ServiceTypeGiven]) -> Saved:
    """Make the service types whose code is new. Those that are there stay as they are."""
    wanted = list(given)
    known = _known(organisation, wanted)
    return service_types_save(
        organisation=organisation, given=[one for one in wanted if one.code not in known]
    )


def skills_ensure(*, organisation: Organisation, codes: Iterable[str]) -> tuple[dict[str, Skill], list[str]]:
    """Skill by code, and the codes of those that came into being (named like their code)."""
    skills = {one.code: one for one in Skill.objects.filter(organisation=organisation)}
    new = sorted(set(codes) - set(skills))
    for code in new:
        skills[code] = Skill.objects.create(organisation=organisation, code=code, name=code)
    return skills, new


@transaction.atomic
def skills_name(*, organisation: Organisation, names: Mapping[str, tuple[str, str]]) -> None:
    """Give skills their local and English names, by code; a skill that is new is made."""
    for code, (name, name_en) in names.items():
        Skill.objects.update_or_create(
            organisation=organisation, code=code, defaults={"name": name, "name_en": name_en}
        )


def _known(organisation: Organisation, wanted: Iterable[ServiceTypeGiven]) -> dict[str, ServiceTypeGiven]:
    """Those of them that are there, as they are now."""
    kinds = ServiceType.objects.filter(organisation=organisation, code__in=[one.code for one in wanted])
    return {kind.code: _as_given(kind) for kind in kinds.prefetch_related("skills__skill")}


def _as_given(kind: ServiceType) -> ServiceTypeGiven:
    return ServiceTypeGiven(
        code=kind.code,
        name=kind.name,
        name_en=kind.name_en,
        duration_minutes=kind.duration_minutes,
        respond_within_hours=kind.respond_within_hours,
        resolve_within_hours=kind.resolve_within_hours,
        priority_minutes=kind.priority_minutes,
        technicians=kind.technicians,
        skills={need.skill.code: need.level for need in kind.skills.all()},
    )


def _write(organisation: Organisation, given: ServiceTypeGiven, skills: Mapping[str, Skill]) -> None:
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
            "technicians": given.technicians,
        },
    )
    kind.skills.all().delete()
    ServiceTypeSkill.objects.bulk_create(
        ServiceTypeSkill(organisation=organisation, service_type=kind, skill=skills[code], level=level)
        for code, level in given.skills.items()
    )
