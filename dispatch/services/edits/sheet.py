"""The part of a version that a change by hand touches: some technicians' routes, and nothing else of the day."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from core.locks import lock_all
from dispatch.models import PlanVersion, Stop, Visit
from dispatch.services.day import Day, day_lock, day_part
from dispatch.services.problem import problem_apart
from dispatch.services.release import SOMEWHERE
from dispatch.solver import plan as solver
from dispatch.solver.problem import Problem
from dispatch.states import VisitState

NOT_BEGUN = (VisitState.UNSCHEDULED, VisitState.SCHEDULED)
READ = (
    *("version", "visit", "arrival_at", "start_at", "departure_at", "travel_s", "held_until", "explanation"),
    "route__technician__code",
)
"""What a change by hand needs to know of a stop."""


@dataclass(frozen=True)
class Sheet:
    """Some technicians' routes as `version` has them, and their day as it stands now.

    What has begun is in `day.begun`; what is cancelled is gone. `stops` are those that can be changed still, by the
    visit's name in `day` and `problem`, where each of a crew has a visit of his own.
    """

    version: PlanVersion
    day: Day
    problem: Problem
    stops: dict[str, Stop]

    @cached_property
    def plan(self) -> solver.Plan:
        """The routes of those who are at work, for trying; their times are the version's. Without a score."""
        routes: dict[str, list[solver.Stop]] = {}
        for name, stop in self.stops.items():
            routes.setdefault(stop.route.technician.code, []).append(self._stop(name, stop))
        kept = (
            solver.Route(shift.id, 0, tuple(routes.get(shift.id, ())), 0) for shift in self.problem.shifts
        )
        left = (
            solver.Unassigned(name, solver.Reason.TAKEN_OFF)
            for name in self.day.visits
            if name not in self.stops
        )
        return solver.Plan(tuple(route for route in kept if route.stops), tuple(left), solver.Score())

    @cached_property
    def names(self) -> dict[UUID, str]:
        """Visit's id → its name."""
        return {visit.pk: name for name, visit in self.day.visits.items()}

    @property
    def holds(self) -> dict[str, int]:
        """Visit → the second before which somebody decided that it does not start."""
        held = {name: stop.held_until for name, stop in self.stops.items()}
        return {name: self.day.seconds(at) for name, at in held.items() if at is not None}

    def crew_of(self, name: str) -> list[str]:
        """All on the sheet who make a visit, by role; of most visits there is nobody else."""
        trip = self.day.visits[name].trip
        return [one for one, visit in self.day.visits.items() if visit.trip == trip]

    @cached_property
    def still(self) -> dict[str, int]:
        """Visit of a crew → the second at which all of them start."""
        return self.together(stop for name, stop in self.stops.items())

    def together(self, stops: Iterable[Stop]) -> dict[str, int]:
        """The same as these stops have it."""
        crews = {visit.pk: name for name, visit in self.day.visits.items() if visit.crew_size > 1}
        return {
            crews[stop.visit_id]: self.day.seconds(stop.start_at) for stop in stops if stop.visit_id in crews
        }

    def visit_changed(self, name: str, **fields: Any) -> "Sheet":
        """With other words about a visit for the planner."""
        visits = (replace(one, **fields) if one.id == name else one for one in self.problem.visits)
        return replace(self, problem=replace(self.problem, visits=tuple(visits)))

    def _stop(self, name: str, stop: Stop) -> solver.Stop:
        at = self.day.seconds
        return solver.Stop(
            name, at(stop.arrival_at), at(stop.start_at), at(stop.departure_at), stop.travel_s, 0, 0
        )


def day_hold(version: PlanVersion, technicians: Iterable[UUID]) -> None:
    """Until the transaction ends nobody sends these technicians anywhere else, and nobody promises or publishes
    anything of the day."""
    lock_all("technician", technicians)
    day_lock(version.plan.region, version.plan.on)


def sheet_open(
    version: PlanVersion, technicians: Collection[UUID], more: Iterable[UUID], now: datetime, *, lock: bool
) -> Sheet:
    """The technicians' routes, and the visits of `more` that can be planned. Some ten queries, however large the plan.

    `lock`: nobody changes these visits until the transaction ends.
    """
    rows = version.stops.filter(route__technician__in=technicians, begun=False)
    found = rows.select_related("route__technician").only(*READ).order_by("route", "sequence")
    stops = {stop.visit_id: stop for stop in found}
    wanted = [*stops, *more]
    if lock:
        list(Visit.objects.filter(pk__in=wanted).select_for_update(no_key=True).order_by("pk").only("pk"))
    visits = Visit.objects.filter(
        SOMEWHERE, pk__in=wanted, organisation=version.organisation_id, state__in=NOT_BEGUN
    )
    day = day_part(
        region=version.plan.region,
        on=version.plan.on,
        now=now,
        signal_set=version.signal_set,
        visits=visits.select_related("organisation", "technician"),
        technicians=technicians,
    )
    names = {visit.pk: name for name, visit in day.visits.items()}
    kept = {names[visit_id]: stop for visit_id, stop in stops.items() if visit_id in names}
    return Sheet(version, day, problem_apart(day), kept)
