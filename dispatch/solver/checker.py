"""Replays a plan against its problem and lists everything that is wrong with it.

It shares with the search only the words (problem, plan) and the meaning of a cost (objective), none of its
code: times are added up here stop by stop, and claims about visits left out are tried gap by gap. Any plan
may be checked, one that was dragged together by hand as well.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from dispatch.solver.claims import Claims
from dispatch.solver.objective import plan_score
from dispatch.solver.plan import Plan, Route, Stop
from dispatch.solver.problem import Break, Place, Problem, Shift, Visit


class Cause(StrEnum):
    """What can be wrong."""

    TRAVEL_TOO_SHORT = "travel_too_short"
    WINDOW = "window"
    SKILL = "skill"
    LEVEL = "level"
    OVERLAP = "overlap"
    SHIFT_SPAN = "shift_span"
    BREAK_MISSING = "break_missing"
    PINNED = "pinned"
    FORBIDDEN_TECHNICIAN = "forbidden_technician"
    VISIT_TWICE = "visit_twice"
    UNKNOWN_VISIT = "unknown_visit"
    UNKNOWN_SHIFT = "unknown_shift"
    VISIT_MISSING = "visit_missing"
    MAX_VISITS = "max_visits"
    ENTRY_TIME_MISSING = "entry_time_missing"
    REASON_FALSE = "reason_false"
    SCORE_WRONG = "score_wrong"


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is wrong; `shift` and `visit` where they apply; `detail` has the figures, in English."""

    cause: Cause
    shift: str | None
    visit: str | None
    detail: str


def check(problem: Problem, plan: Plan) -> list[Violation]:
    """Every violation in the plan, none if it is sound. When it names visits or shifts wrongly, only that is
    reported: nothing else could be measured."""
    violations = list(_names(problem, plan))
    if violations:
        return violations
    visits = {visit.id: visit for visit in problem.visits}
    shifts = {shift.id: shift for shift in problem.shifts}
    for route in plan.routes:
        violations += _Replay(problem, shifts[route.shift], visits, route).violations()
    claims = Claims(problem, plan)
    for left in plan.unassigned:
        objection = claims.objection(left)
        if objection:
            violations.append(Violation(Cause.REASON_FALSE, None, left.visit, objection))
    return violations + list(_score(problem, plan))


def _names(problem: Problem, plan: Plan) -> Iterator[Violation]:
    shifts = {shift.id for shift in problem.shifts}
    seen: set[str] = set()
    for route in plan.routes:
        if route.shift not in shifts:
            yield Violation(Cause.UNKNOWN_SHIFT, route.shift, None, "the problem has no such shift")
        if route.shift in seen:
            yield Violation(Cause.OVERLAP, route.shift, None, "two routes for one shift")
        seen.add(route.shift)
    visits = {visit.id for visit in problem.visits}
    named: set[str] = set()
    places = [(route.shift, stop.visit) for route in plan.routes for stop in route.stops]
    for shift, visit in [*places, *((None, left.visit) for left in plan.unassigned)]:
        if visit not in visits:
            yield Violation(Cause.UNKNOWN_VISIT, shift, visit, "the problem has no such visit")
        elif visit in named:
            yield Violation(Cause.VISIT_TWICE, shift, visit, "stands in the plan more than once")
        named.add(visit)
    for visit in sorted(visits - named):
        yield Violation(Cause.VISIT_MISSING, None, visit, "neither in a route nor left out with a reason")


def _score(problem: Problem, plan: Plan) -> Iterator[Violation]:
    for name, seconds in plan_score(problem, plan).terms().items():
        stated = plan.score.terms()[name]
        if stated != seconds:
            yield Violation(Cause.SCORE_WRONG, None, None, f"{name} is {seconds} s, the plan says {stated} s")


class _Replay:
    """One route, walked stop by stop."""

    def __init__(self, problem: Problem, shift: Shift, visits: dict[str, Visit], route: Route) -> None:
        self.problem = problem
        self.shift = shift
        self.visits = visits
        self.route = route

    def violations(self) -> list[Violation]:
        found = [*self._span(), *self._break()]
        place, community, now = self.shift.start_place, None, self.route.departure_s
        for stop in self.route.stops:
            visit = self.visits[stop.visit]
            entry_s = 0
            if visit.community is not None and visit.community != community:
                entry_s = self.problem.entry_s.get(visit.community, 0)
            found += self._stretch(stop, place, visit.place, now, entry_s)
            found += self._service(stop, visit)
            found += self._technician(visit)
            place, community, now = visit.place, visit.community, stop.departure_s
        return found + self._way_home(place, now)

    def _found(self, cause: Cause, visit: str | None, detail: str) -> Violation:
        return Violation(cause, self.shift.id, visit, detail)

    def _span(self) -> Iterator[Violation]:
        if self.route.departure_s < self.shift.earliest_s:
            early = self.shift.earliest_s - self.route.departure_s
            yield self._found(Cause.SHIFT_SPAN, None, f"leaves {early} s before the shift")
        if self.route.arrival_s > self.shift.latest_s:
            late = self.route.arrival_s - self.shift.latest_s
            yield self._found(Cause.SHIFT_SPAN, None, f"is back {late} s after the shift")
        limit = self.shift.max_visits
        if limit is not None and len(self.route.stops) > limit:
            yield self._found(Cause.MAX_VISITS, None, f"{len(self.route.stops)} visits, at most {limit}")

    def _break(self) -> Iterator[Violation]:
        pause, taken = self.shift.break_, self.route.break_start_s
        if pause is None:
            if taken is not None:
                yield self._found(Cause.BREAK_MISSING, None, "a break is planned where there is none")
            return
        if taken is None:
            if self.route.stops and self.route.arrival_s > pause.latest_s:
                yield self._found(Cause.BREAK_MISSING, None, f"none, and not back by {pause.latest_s}")
            return
        if not pause.earliest_s <= taken <= pause.latest_s:
            yield self._found(Cause.BREAK_MISSING, None, f"starts at {taken}, outside its window")
        if taken < self.route.departure_s or taken + pause.duration_s > self.route.arrival_s:
            yield self._found(Cause.BREAK_MISSING, None, f"starts at {taken}, outside the route")
        for stop in self.route.stops:
            if taken < stop.departure_s and taken + pause.duration_s > stop.start_s:
                yield self._found(Cause.BREAK_MISSING, stop.visit, f"starts at {taken}, during this service")

    def _pause_within(self, begin: int, end: int) -> int:
        """Seconds of break that start in `begin ≤ t < end`."""
        pause, taken = self.shift.break_, self.route.break_start_s
        if pause is None or taken is None or not begin <= taken < end:
            return 0
        return pause.duration_s

    def _stretch(self, stop: Stop, origin: Place, here: Place, now: int, entry_s: int) -> Iterator[Violation]:
        """Between the departure before and the start of service."""
        needed = self.problem.travel.between(origin, here)
        rest_on_road = self._pause_within(now, stop.arrival_s)
        rest_at_door = self._pause_within(stop.arrival_s, stop.start_s)
        if stop.arrival_s < now + needed + rest_on_road or stop.travel_s != needed:
            detail = f"{needed} s of driving and {rest_on_road} s of break in {stop.arrival_s - now} s"
            cause = Cause.TRAVEL_TOO_SHORT if stop.arrival_s >= now else Cause.OVERLAP
            yield self._found(cause, stop.visit, detail)
        gate = stop.start_s - stop.arrival_s - rest_at_door
        if gate < entry_s or stop.entry_s != entry_s:
            cause = Cause.ENTRY_TIME_MISSING if entry_s or stop.entry_s else Cause.OVERLAP
            yield self._found(cause, stop.visit, f"{gate} s between arrival and start, {entry_s} s of entry")
        waiting = stop.start_s - now - needed - entry_s - rest_on_road - rest_at_door
        if stop.waiting_s != waiting:
            yield self._found(Cause.SCORE_WRONG, stop.visit, f"waits {waiting} s, not {stop.waiting_s} s")

    def _service(self, stop: Stop, visit: Visit) -> Iterator[Violation]:
        if stop.departure_s < stop.start_s + visit.service_s:
            short = stop.start_s + visit.service_s - stop.departure_s
            yield self._found(Cause.OVERLAP, visit.id, f"leaves {short} s before the service is over")
        if visit.pinned_start_s is not None:
            if stop.start_s != visit.pinned_start_s:
                late = stop.start_s - visit.pinned_start_s
                yield self._found(Cause.PINNED, visit.id, f"starts {late} s off its pinned time")
        elif visit.windows and not any(
            window.earliest_start <= stop.start_s <= window.latest_start for window in visit.windows
        ):
            yield self._found(Cause.WINDOW, visit.id, f"starts at {stop.start_s}, in none of its windows")

    def _technician(self, visit: Visit) -> Iterator[Violation]:
        if visit.pinned_shift is not None:
            if visit.pinned_shift != self.shift.id:
                yield self._found(Cause.PINNED, visit.id, f"is pinned to {visit.pinned_shift}")
            return
        technician = self.shift.technician
        required = visit.required_technicians
        if technician in visit.forbidden_technicians or (required and technician not in required):
            yield self._found(Cause.FORBIDDEN_TECHNICIAN, visit.id, f"{technician} may not go")
        for skill, level in sorted(visit.skills.items()):
            held = self.shift.skills.get(skill)
            if held is None:
                yield self._found(Cause.SKILL, visit.id, f"{technician} lacks {skill}")
            elif held < level:
                yield self._found(Cause.LEVEL, visit.id, f"{technician} has {skill} {held}, {level} needed")

    def _way_home(self, place: Place, now: int) -> list[Violation]:
        if not self.route.stops:
            return []
        needed = self.problem.travel.between(place, self.shift.end_place)
        rest = _rest_on_last_way(self.shift.break_, self.route.break_start_s, now)
        if self.route.arrival_s >= now + needed + rest:
            return []
        detail = f"{needed} s of driving and {rest} s of break in {self.route.arrival_s - now} s to the end"
        return [self._found(Cause.TRAVEL_TOO_SHORT, None, detail)]


def _rest_on_last_way(pause: Break | None, taken: int | None, departure: int) -> int:
    return pause.duration_s if pause is not None and taken is not None and taken >= departure else 0
