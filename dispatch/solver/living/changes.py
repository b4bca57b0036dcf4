"""What a new plan changes of the old one, and why: data for sentences."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from dispatch.solver.living.events import Event
from dispatch.solver.living.facts import Tries
from dispatch.solver.living.reasons import (
    Moves,
    Origin,
    linked,
    origin_of,
    origins,
    touched_shifts,
    touched_visits,
)
from dispatch.solver.living.revise import Revision
from dispatch.solver.objective import disturbance_cost, route_score, unassigned_cost
from dispatch.solver.plan import Plan, Score
from dispatch.solver.problem import Problem
from dispatch.solver.visit import Visit


class ChangeKind(StrEnum):
    """What became of a visit."""

    MOVED_TIME = "moved_time"
    MOVED_TECHNICIAN = "moved_technician"
    MOVED_BOTH = "moved_both"
    NEWLY_ASSIGNED = "newly_assigned"
    LEFT_OUT = "left_out"
    GONE = "gone"
    """It is off: cancelled, or nobody was in."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who comes when: shifts and technicians by role; one each, but for a crew."""

    shifts: tuple[str, ...]
    technicians: tuple[str, ...]
    start_s: int


@dataclass(frozen=True, slots=True)
class Why:
    """`event`: the position of the event it follows from, and `via` the visit that carried it into this route
    from another one (`reasons`). Without an event it is a gain, and `term` the one that fell most, over the
    routes that changed together, against the old plan carried on as if nothing had happened."""

    event: int | None
    via: str | None = None
    term: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One visit that is not as it was.

    `moved_s`: how much later it starts. `time_broken`, `technician_broken`: whether that breaks its promise.
    `cost_s`: what the disturbance costs, or leaving it out, in seconds of travel.
    """

    visit: str
    kind: ChangeKind
    before: Assignment | None
    after: Assignment | None
    time_broken: bool
    technician_broken: bool
    cost_s: int
    why: Why

    @property
    def moved_s(self) -> int | None:
        """Seconds by which it starts later, negative for earlier; `None` unless it is in both plans."""
        if self.before is None or self.after is None:
            return None
        return self.after.start_s - self.before.start_s


def changes(
    problem: Problem, before: Plan, after: Plan, revision: Revision, events: Sequence[Event]
) -> tuple[Change, ...]:
    """Everything that `after`, a plan of `revision.problem`, changes of `before`, the whole day's of `problem`, in
    order of the old start. What has begun is a fact and no change; what `before` says already is none either."""
    old = Tries(events).left_aside(before)
    return tuple(_Comparison(problem, old, after, revision, events).changes())


def _assignments(problem: Problem, plan: Plan) -> dict[str, Assignment]:
    technicians = {shift.id: shift.technician for shift in problem.shifts}
    crews: dict[str, list[tuple[int, str, int]]] = defaultdict(list)
    for route in plan.routes:
        for stop in route.stops:
            crews[stop.visit].append((stop.role, route.shift, stop.start_s))
    found = {}
    for visit, crew in crews.items():
        shifts = tuple(shift for _, shift, _ in sorted(crew))
        found[visit] = Assignment(shifts, tuple(technicians[shift] for shift in shifts), crew[0][2])
    return found


@dataclass(frozen=True)
class _Comparison:
    problem: Problem
    old: Plan
    new: Plan
    revision: Revision
    events: Sequence[Event]

    @cached_property
    def before(self) -> dict[str, Assignment]:
        return _assignments(self.problem, self.old)

    @cached_property
    def after(self) -> dict[str, Assignment]:
        return _assignments(self.revision.problem, self.new)

    @cached_property
    def visits(self) -> dict[str, Visit]:
        return {visit.id: visit for visit in (*self.problem.visits, *self.revision.problem.visits)}

    @cached_property
    def kinds(self) -> dict[str, ChangeKind]:
        """Every visit that changes, in order of the old start; new ones after that, by the new one's."""
        kinds = {}
        for visit in sorted(self.visits, key=self._when):
            kind = self._kind(visit)
            if kind is not None:
                kinds[visit] = kind
        return kinds

    def changes(self) -> Iterator[Change]:
        for visit, kind in self.kinds.items():
            before, after = self.before.get(visit), self.after.get(visit)
            time_broken, technician_broken = self._broken(visit, kind)
            yield Change(
                visit,
                kind,
                before,
                after,
                time_broken,
                technician_broken,
                self._cost_s(visit, kind),
                self._why(visit),
            )

    @cached_property
    def moves(self) -> Moves:
        return {visit: self._shifts(visit) for visit in self.kinds}

    @cached_property
    def touched(self) -> dict[str, int]:
        return touched_visits(self.problem, self.old, self.revision.facts, self.events)

    @cached_property
    def reached(self) -> dict[str, Origin]:
        places = {visit: self._shifts(visit) for visit in self.touched}
        return origins(self.moves, touched_shifts(self.old, places, self.touched, self.events))

    @cached_property
    def linked(self) -> dict[str, frozenset[str]]:
        return linked(self.moves)

    @cached_property
    def origin(self) -> dict[str, Origin]:
        return {visit: origin_of(visit, self.moves, self.touched, self.reached) for visit in self.kinds}

    @cached_property
    def gains(self) -> dict[frozenset[str], str | None]:
        """Linked routes that no event reaches → the term that falls most over them."""
        groups = {self.linked[visit] for visit, origin in self.origin.items() if origin.event is None}
        return {group: self._fallen(group) for group in groups}

    def _why(self, visit: str) -> Why:
        origin = self.origin[visit]
        if origin.event is not None:
            return Why(origin.event, origin.via)
        return Why(None, term=self.gains[self.linked[visit]])

    def _shifts(self, visit: str) -> tuple[str, ...]:
        pair = (self.before.get(visit), self.after.get(visit))
        return tuple(dict.fromkeys(shift for one in pair if one is not None for shift in one.shifts))

    def _when(self, visit: str) -> tuple[int, int, str]:
        before, after = self.before.get(visit), self.after.get(visit)
        if before is not None:
            return 0, before.start_s, visit
        return 1, after.start_s if after is not None else 0, visit

    def _kind(self, visit: str) -> ChangeKind | None:
        facts, before, after = self.revision.facts, self.before.get(visit), self.after.get(visit)
        if visit in facts.off and visit in self.touched:
            return ChangeKind.GONE
        if not facts.open(visit):
            return None
        if before is None:
            urgent = any(visit == one.id for one in facts.urgent)
            if after is None:
                return ChangeKind.LEFT_OUT if urgent else None
            return ChangeKind.NEWLY_ASSIGNED
        return ChangeKind.LEFT_OUT if after is None else _moved(before, after)

    def _broken(self, visit: str, kind: ChangeKind) -> tuple[bool, bool]:
        promise, after = self.visits[visit].promise, self.after.get(visit)
        if promise is None or kind is ChangeKind.GONE:
            return False, False
        if after is None:
            return True, promise.technician is not None
        late = abs(after.start_s - promise.start_s) > promise.tolerance_s
        return late, promise.technician not in (None, after.technicians[0])

    def _cost_s(self, visit: str, kind: ChangeKind) -> int:
        weights, after = self.revision.problem.weights, self.after.get(visit)
        if kind is ChangeKind.LEFT_OUT:
            return unassigned_cost(self.visits[visit], weights)
        if after is None:
            return 0
        return sum(
            disturbance_cost(self.visits[visit], technician, after.start_s, weights)
            for technician in after.technicians
        )

    def _fallen(self, shifts: Collection[str]) -> str | None:
        old = self._terms(self.revision.start, self.before, shifts)
        new = self._terms(self.new, self.after, shifts)
        falls = {name: seconds - new[name] for name, seconds in old.items()}
        best = max(falls, key=falls.__getitem__)
        return best if falls[best] > 0 else None

    def _terms(self, plan: Plan, assigned: Collection[str], names: Collection[str]) -> dict[str, int]:
        """The terms of these routes and of the visits that went into them or out of them."""
        problem = self.revision.problem
        shifts = {shift.id: shift for shift in problem.shifts if shift.id in names}
        routes = [route for route in plan.routes if route.shift in shifts]
        scores = [route_score(problem, shifts[route.shift], self.visits, route) for route in routes]
        missing = [visit for visit in self.kinds if visit not in assigned and self.linked[visit] == names]
        unassigned = sum(unassigned_cost(self.visits[visit], problem.weights) for visit in missing)
        return sum(scores, Score(unassigned=unassigned)).terms()


def _moved(before: Assignment, after: Assignment) -> ChangeKind | None:
    technician, time = before.technicians != after.technicians, before.start_s != after.start_s
    if technician:
        return ChangeKind.MOVED_BOTH if time else ChangeKind.MOVED_TECHNICIAN
    return ChangeKind.MOVED_TIME if time else None
