"""Checklists: as administrators write them, and as visits are held to them."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import get_language

from communities.access import Caller
from dispatch.checklists import Point, fault_of, names_of, points_read, points_written
from dispatch.errors import BadChecklist, ChecklistOpen, NotForYourRole, ServiceTypeUnknown
from dispatch.models import Checklist, ServiceType, Visit
from dispatch.selectors.reports import reports_of

LONGEST = 60
"""Points of a list."""


@transaction.atomic
def checklist_save(*, caller: Caller, service_type_code: str, points: Sequence[Point]) -> ServiceType:
    """Ask this on visits of a service type that begin from now on; those that have begun keep their list. Saying the
    same again changes nothing.

    Raises NotForYourRole, ServiceTypeUnknown and BadChecklist.
    """
    if not caller.administers:
        raise NotForYourRole("Checklists are for administrators to write.")
    _check(points)
    types = ServiceType.objects.select_for_update(of=("self",), no_key=True).select_related("checklist")
    kind = types.filter(organisation=caller.organisation, code=service_type_code).first()
    if kind is None:
        raise ServiceTypeUnknown(f"There is no service type {service_type_code!r}.")
    if kind.checklist is None or points_read(kind.checklist.points) != list(points):
        kind.checklist = _next_version(kind, points)
        kind.save(update_fields=["checklist"])
    return kind


def checklist_check(visit: Visit) -> None:
    """Raise ChecklistOpen while a required point of a visit that has begun is not answered. No query without a list."""
    if visit.checklist_id is None:
        return
    missing = reports_of([visit])[visit.pk].open
    if missing:
        names = names_of(missing, get_language() or visit.organisation.language)
        raise ChecklistOpen(
            f"Still open: {names}", points=[{"code": point.code, "name": point.name} for point in missing]
        )


def _check(points: Sequence[Point]) -> None:
    if len(points) > LONGEST:
        raise BadChecklist(f"A list has {LONGEST} points at most.")
    if fault := fault_of(points):
        raise BadChecklist(fault)


def _next_version(kind: ServiceType, points: Sequence[Point]) -> Checklist:
    return Checklist.objects.create(
        organisation_id=kind.organisation_id,
        service_type=kind,
        version=kind.checklist.version + 1 if kind.checklist else 1,
        points=points_written(points),
    )
