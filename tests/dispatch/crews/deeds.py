"""What tests of crews do and look at."""

from datetime import date, datetime

from communities.access import Caller
from communities.models import Region, ServiceEvent
from dispatch.models import PlanVersion, ServiceRequest, Visit
from dispatch.services.edits.trying import Wish
from dispatch.services.plan_edits import plan_edit, plan_try, plan_undo, visit_split
from dispatch.services.planning import plan_request
from dispatch.services.solving import version_solve
from dispatch.states import PlanState

MONDAY = date(2026, 3, 2)
Seats = list[tuple[int, str, datetime]]
"""Role, technician's code, start."""


def planned(caller: Caller, region: Region, on: date = MONDAY) -> PlanVersion:
    version = plan_request(caller=caller, region_id=region.pk, on=on, iterations=50)
    version_solve(version_id=version.pk)
    made = read(version)
    assert (made.state, made.error) == (PlanState.DRAFT, "")
    return made


def read(version: PlanVersion) -> PlanVersion:
    return PlanVersion.objects.select_related("plan").get(pk=version.pk)


def seats(version: PlanVersion) -> Seats:
    rows = version.stops.filter(visit__crew_size__gt=1).order_by("visit__role")
    return list(rows.values_list("visit__role", "route__technician__code", "start_at"))


def rows_of(request: ServiceRequest) -> list[Visit]:
    return list(Visit.objects.filter(work_order__request=request).order_by("sequence", "role"))


def edit(caller: Caller, version: PlanVersion, wish: Wish, now: datetime) -> PlanVersion:
    revision = read(version).plan.revision
    return plan_edit(caller=caller, version_id=version.pk, plan_revision=revision, wish=wish, now=now)


def split(caller: Caller, version: PlanVersion, visit: Visit, now: datetime) -> PlanVersion:
    revision = read(version).plan.revision
    return visit_split(
        caller=caller, visit_id=visit.pk, version_id=version.pk, plan_revision=revision, now=now
    )


def broken(caller: Caller, version: PlanVersion, wish: Wish, now: datetime) -> list[str]:
    outcome = plan_try(caller=caller, version_id=version.pk, wish=wish, now=now)
    return [one.rule for one in outcome.broken]


def facts() -> list[tuple[str, int | None]]:
    """Kind and role of what the ledger was told of visits."""
    roles = dict(Visit.objects.values_list("pk", "role"))
    told = ServiceEvent.objects.exclude(visit_id=None).order_by("id").values_list("kind", "visit_id")
    return [(kind, roles[pk]) for kind, pk in told if pk]


def undo(caller: Caller, version: PlanVersion, now: datetime) -> PlanVersion:
    revision = read(version).plan.revision
    return plan_undo(caller=caller, version_id=version.pk, plan_revision=revision, now=now)
