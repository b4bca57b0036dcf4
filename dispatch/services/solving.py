"""Making a plan: rows → Problem → dispatch.solver → checked Plan → rows. Runs in a worker's own process."""

import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from communities.services.hold_outs import week_draw
from dispatch.models import PlanVersion, Route, Stop, UnassignedVisit
from dispatch.services import announce
from dispatch.services.day import Day, day_load
from dispatch.services.plan_rows import PlanRows, plan_rows
from dispatch.services.problem import leeway_of, problem_of
from dispatch.services.release import requests_release
from dispatch.services.shifts import shifts_ensure
from dispatch.solver import VERSION
from dispatch.solver import plan as solver
from dispatch.solver.explain import explain
from dispatch.solver.problem import Problem, ProblemError
from dispatch.solver.solve import Limits, Progress, UnsoundPlan, solve
from dispatch.states import PlanState

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=60)  # renewed while the search reports; without news, the worker is given up
WAIT = timedelta(seconds=20)  # for a queued run whose message may have been lost
ATTEMPTS = 3
REPORT_S = 0.5

Seat = tuple[str, int]
"""A planned visit, and the role in its crew."""


class Cancelled(Exception):
    """Somebody asked for this run to stop, or another worker has taken it over."""


def version_solve(*, version_id: UUID) -> None:
    """Solve one queued version and keep the result as a draft. Running it twice does no harm."""
    now = timezone.now()
    rows = PlanVersion.objects.filter(pk=version_id, state=PlanState.QUEUED)
    taken = rows.update(
        state=PlanState.SOLVING, started_at=now, lease_until=now + LEASE, attempts=F("attempts") + 1
    )
    if not taken:
        return  # gone, cancelled, or another worker has it
    version = PlanVersion.objects.select_related("plan__region__organisation", "signal_set").get(
        pk=version_id
    )
    try:
        _solve(version)
    except Cancelled:
        _finish(_run(version), PlanState.CANCELLED)
    except Exception as error:
        log.exception("planning failed", version=str(version_id))
        _finish(_run(version), PlanState.FAILED, error=_in_words(error, version))


def _in_words(error: Exception, version: PlanVersion) -> str:
    """What people may read: the planner's own words; of anything else only where to look."""
    if isinstance(error, ProblemError | UnsoundPlan):
        return str(error)[:2000]
    return f"The planner stumbled ({type(error).__name__}). The log of request {version.request_id or '–'} says more."


def _solve(version: PlanVersion) -> None:
    region, on = version.plan.region, version.plan.on
    shifts_ensure(region=region, on=on)
    requests_release(region=region, on=on, now=version.created_at)
    if version.signal_set is not None:
        week_draw(region=region, on=on)
    day = day_load(region=region, on=on, now=version.created_at, signal_set=version.signal_set)
    problem = problem_of(day)
    limits = Limits(iterations=version.iterations, seed=version.seed)
    watch = _Watch(version)
    plan = solve(
        problem, limits, start=_start(version, day), on_progress=watch.report, should_stop=watch.cancelled
    )
    watch.still_wanted()
    why = explain(problem, plan, leeway_of(day))
    watch.still_wanted()
    rows = plan_rows(version, day, problem, plan, why)
    _result_keep(version, rows, _figures(day, problem, plan, rows))


class _Watch:
    """Between two iterations: tell how far the search is, renew the lease, hear of a cancellation."""

    def __init__(self, version: PlanVersion) -> None:
        self._run = _run(version)
        self._heard = 0.0
        self._stop = False
        self._costs: list[float] = []

    def report(self, progress: Progress) -> None:
        if time.monotonic() - self._heard < REPORT_S:
            return
        self._heard = time.monotonic()
        if progress.cost_s is not None:
            self._costs.append(round(progress.cost_s / 60, 1))
        self._renew(progress=round(100 * progress.fraction), costs=self._costs, **_so_far(progress))

    def cancelled(self) -> bool:
        return self._stop

    def still_wanted(self) -> None:
        """Renew the lease. Raises Cancelled."""
        self._renew()
        if self._stop:
            raise Cancelled

    def _renew(self, **figures: Any) -> None:
        self._run.update(lease_until=timezone.now() + LEASE, **figures)
        self._stop = not _uncancelled(self._run).exists()


def _so_far(progress: Progress) -> dict[str, Any]:
    """Of the best plan met until now."""
    if progress.cost_s is None:
        return {}
    return {"score": {"total": progress.cost_s / 60}, "visits_unassigned": progress.left_out}


def _start(version: PlanVersion, day: Day) -> solver.Plan | None:
    """The assignments of another version, for the search to begin with. Their times are worked out anew."""
    if version.starts_from_id is None:
        return None
    seats = _seats(day)
    shifts = {shift.pk: name for name, shift in day.shifts.items()}
    routes = [
        solver.Route(shifts[route.shift_id], 0, tuple(_bare_stops(route, seats)), 0)
        for route in Route.objects.filter(version_id=version.starts_from_id).prefetch_related("stops")
        if route.shift_id in shifts
    ]
    order = list(day.shifts)
    return solver.Plan(tuple(sorted(routes, key=lambda one: order.index(one.shift))), (), solver.Score())


def _seats(day: Day) -> dict[UUID, Seat]:
    """By the ids of visits."""
    alone = {visit.pk: (name, 0) for name, visit in day.visits.items()}
    crews = day.crews.items()
    return alone | {
        day.visits[name].pk: (leads, role) for leads, crew in crews for role, name in enumerate(crew)
    }


def _bare_stops(route: Route, seats: Mapping[UUID, Seat]) -> Iterator[solver.Stop]:
    for stop in sorted(route.stops.all(), key=lambda one: one.sequence):
        if stop.visit_id in seats:
            name, role = seats[stop.visit_id]
            yield solver.Stop(name, 0, 0, 0, 0, 0, 0, role=role)


def _figures(day: Day, problem: Problem, plan: solver.Plan, rows: PlanRows) -> dict[str, Any]:
    """What a version says of its result. No violations: `solve` gives no plan that the checker objects to."""
    return {
        "progress": 100,
        "inputs_hash": day.inputs_hash,
        "problem_hash": problem.fingerprint(),
        "solver_version": VERSION,
        "score": {**plan.score.minutes(), "total": plan.score.total / 60},
        "visits_assigned": sum(stop.visit.leads for stop in rows.stops),
        "visits_unassigned": len(plan.unassigned),
        "travel_s": sum(route.travel_s for route in rows.routes),
        "violations": 0,
    }


@transaction.atomic
def _result_keep(version: PlanVersion, rows: PlanRows, figures: dict[str, Any]) -> None:
    """Write the result and turn the run into a draft; a run that is no longer ours, or that somebody has asked to
    stop, writes nothing."""
    Route.objects.bulk_create(rows.routes)
    Stop.objects.bulk_create(rows.stops)
    UnassignedVisit.objects.bulk_create(rows.unassigned)
    if not _finish(_uncancelled(_run(version)), PlanState.DRAFT, **figures):
        raise Cancelled


def _run(version: PlanVersion) -> QuerySet[PlanVersion]:
    """The version, as long as it is this worker's to solve."""
    return PlanVersion.objects.filter(pk=version.pk, state=PlanState.SOLVING, attempts=version.attempts)


def _uncancelled(run: QuerySet[PlanVersion]) -> QuerySet[PlanVersion]:
    return run.filter(cancel_requested_at__isnull=True)


def _finish(run: QuerySet[PlanVersion], state: PlanState, **figures: Any) -> bool:
    return run.update(state=state, finished_at=timezone.now(), lease_until=None, **figures) == 1


def versions_sweep(*, now: datetime | None = None) -> None:
    """Find runs that nobody works on: announce those that wait, take lost ones back, give up the third time."""
    now = now or timezone.now()
    lost = PlanVersion.objects.filter(state=PlanState.SOLVING, lease_until__lt=now)
    lost.filter(attempts__gte=ATTEMPTS).update(
        state=PlanState.FAILED, finished_at=now, error="The planner was lost three times."
    )
    lost.update(state=PlanState.QUEUED, lease_until=None, progress=0, score={}, costs=[], visits_unassigned=0)
    waiting = PlanVersion.objects.filter(state=PlanState.QUEUED, created_at__lt=now - WAIT)
    for version_id in list(waiting.values_list("pk", flat=True)):
        announce.plan_wanted(version_id)
