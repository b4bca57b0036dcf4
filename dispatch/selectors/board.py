"""A region's day as the dispatchers' board shows it, and what tells one moment of it from the next."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from communities.access import Caller
from communities.models import Region
from communities.selectors.places import region_list
from dispatch.errors import PlanUnknown, RegionUnknown
from dispatch.models import Plan, PlanVersion, Route, Shift, Stop, UnassignedVisit
from dispatch.selectors.board_rows import StopRow, VisitRow, left_out_rows, stop_rows
from dispatch.selectors.plans import SHOWN, UNSHOWN, left_out, plan_list, version_list
from dispatch.selectors.visits import day_bounds
from dispatch.states import PlanState

ASKED_FOR = (*SHOWN, "visit__work_order__request")


@dataclass(frozen=True, slots=True)
class Board:
    """The rows of a region's day. `shown` is the version whose routes these are, `newest` the one asked for last.

    `stops` are the routes' by their ids, `waiting` the visits of `left_out`.
    """

    region: Region
    on: date
    plan: Plan | None
    shown: PlanVersion | None
    newest: PlanVersion | None
    shifts: list[Shift]
    routes: list[Route]
    stops: Mapping[UUID, list[StopRow]]
    left_out: list[UnassignedVisit]
    waiting: list[VisitRow]

    def stops_of(self, route: Route | None) -> list[StopRow]:
        """In order; of no route, none."""
        return self.stops.get(route.pk, []) if route else []


def board_get(caller: Caller, region: Region, on: date, version_id: UUID | None = None) -> Board:
    """The day with the version asked for, else the published one, else the newest draft. Eight queries at most.

    Of a region of the caller's (`board_region`). Raises PlanUnknown for a version of another region or day.
    """
    plan = plan_list(caller).filter(region=region, on=on).first()
    versions = version_list(caller).filter(plan=plan) if plan else PlanVersion.objects.none()
    newest = versions.order_by("-number").first()
    shown = _shown(plan, versions, newest, version_id)
    return Board(
        region=region,
        on=on,
        plan=plan,
        shown=shown,
        newest=newest,
        shifts=_shifts(region, on),
        routes=_routes(shown) if shown else [],
        stops=stop_rows(shown) if shown else {},
        left_out=_left_out(shown) if shown else [],
        waiting=left_out_rows(shown) if shown else [],
    )


def board_region(caller: Caller, region_id: UUID) -> Region:
    """A region that the caller may watch. Raises RegionUnknown."""
    region = region_list(caller).filter(pk=region_id).select_related("organisation").first()
    if region is None:
        raise RegionUnknown
    return region


def _shown(
    plan: Plan | None, versions: QuerySet[PlanVersion], newest: PlanVersion | None, version_id: UUID | None
) -> PlanVersion | None:
    if version_id is None and (plan is None or plan.published_id is None):
        return newest if newest is not None and newest.state == PlanState.DRAFT else None
    wanted = version_id or (plan.published_id if plan else None)
    if newest is not None and newest.pk == wanted:
        return newest
    found: PlanVersion | None = versions.filter(pk=wanted).first() if wanted else None
    if found is None:
        raise PlanUnknown
    return found


def _shifts(region: Region, on: date) -> list[Shift]:
    working = Shift.objects.filter(technician__region=region, technician__active=True, on=on)
    return list(working.select_related("technician").order_by("technician__code"))


def _routes(version: PlanVersion) -> list[Route]:
    """The routes by technician's code, with their shifts."""
    routes = version.routes.select_related("shift__technician")
    return list(routes.order_by("technician__code", "pk"))


def version_stops(version: PlanVersion) -> list[Stop]:
    """All stops with their routes, technicians and visits. One query."""
    stops = version.stops.select_related(*ASKED_FOR, "route__technician", "visit__organisation").defer(
        *UNSHOWN
    )
    return list(stops.order_by("pk"))


def _left_out(version: PlanVersion) -> list[UnassignedVisit]:
    """Why visits are left out, the most urgent first."""
    left = left_out(version).select_related("visit")
    return list(left.order_by("visit__work_order__request__resolve_by", "pk"))


@dataclass(frozen=True, slots=True)
class Run:
    """How far the newest version is. `minutes` is the cost of the best plan so far, or of the result, `left_out` the
    visits it leaves out; `costs` what the best plan cost each time it was told, while the planner works."""

    id: UUID
    number: int
    state: str
    progress: int
    minutes: float | None
    left_out: int
    costs: list[float]


@dataclass(frozen=True, slots=True)
class Moment:
    """What tells one moment of a region's day from the next. Whatever the board shows changes `tag`."""

    tag: str
    plan_revision: int | None
    published_id: UUID | None
    newest: Run | None


# One statement, because every open board asks it every second or two. Visits are found by their technicians, on the
# index of schedules; those that the plan leaves out, which may be cancelled or pinned, by its list of them.
MOMENT = """
    SELECT plan.revision, plan.published_id,
           newest.id, newest.number, newest.state, newest.progress, (newest.score ->> 'total')::float,
           newest.visits_unassigned, newest.costs,
           visits.known, visits.revisions, visits.changed, shifts.known, shifts.revisions, waiting.revisions
    FROM (SELECT %(region)s::uuid AS id, %(on)s::date AS on) AS day
    LEFT JOIN dispatch_plan AS plan ON plan.region_id = day.id AND plan.on = day.on
    LEFT JOIN LATERAL (
        SELECT id, number, state, progress, score, visits_unassigned,
               CASE WHEN state IN ('queued', 'solving') THEN costs ELSE '[]' END AS costs
        FROM dispatch_planversion
        WHERE plan_id = plan.id ORDER BY number DESC LIMIT 1
    ) AS newest ON true
    CROSS JOIN LATERAL (
        SELECT count(*) AS known, coalesce(sum(visit.revision), 0) AS revisions,
               coalesce(extract(epoch FROM max(visit.updated_at)), 0) AS changed
        FROM dispatch_technician AS technician JOIN dispatch_visit AS visit ON visit.technician_id = technician.id
        WHERE technician.region_id = day.id AND visit.starts_at >= %(begin)s AND visit.starts_at < %(end)s
    ) AS visits
    CROSS JOIN LATERAL (
        SELECT count(*) AS known, coalesce(sum(shift.revision), 0) AS revisions
        FROM dispatch_technician AS technician
        JOIN dispatch_shift AS shift ON shift.technician_id = technician.id AND shift.on = day.on
        WHERE technician.region_id = day.id
    ) AS shifts
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(visit.revision), 0) AS revisions
        FROM dispatch_unassignedvisit AS one JOIN dispatch_visit AS visit ON visit.id = one.visit_id
        WHERE one.version_id = coalesce(plan.published_id, newest.id)
    ) AS waiting
"""


def moment_of(region: Region, on: date) -> Moment:
    """The present moment of a region's day, which must be the caller's (`board_region`). One query."""
    begin, end = _bounds(region, on)
    with connection.cursor() as cursor:
        cursor.execute(MOMENT, {"region": region.pk, "on": on, "begin": begin, "end": end})
        revision, published_id, *rest = cursor.fetchone()
    run, costs, others = rest[:6], rest[6], rest[7:]
    newest = Run(*[*run, json.loads(costs)]) if run[0] else None
    tag = "-".join(map(str, [revision or 0, *(run[1:] if newest else ()), *others]))
    return Moment(tag, revision, published_id, newest)


def _bounds(region: Region, on: date) -> tuple[datetime, datetime]:
    return day_bounds(region.organisation, on, on)
