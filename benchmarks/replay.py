"""What an order of visits is worth: timed here, judged by the planner's independent checker."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dispatch.solver.checker import Cause, check
from dispatch.solver.objective import plan_score
from dispatch.solver.plan import Plan, Reason, Route, Score, Stop, Unassigned
from dispatch.solver.problem import Problem, Shift, Visit

Rounds = Mapping[str, Sequence[str]]
"""Shift → its visits in order."""

NOT_ASKED = frozenset({Cause.REASON_FALSE})
"""Peers give no reasons for what they leave out."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Cost in seconds of travel, of which driving; visits left out; what the checker objects to."""

    cost_s: int
    travel_s: int
    left_out: int
    violations: tuple[str, ...] = ()


def judge(problem: Problem, rounds: Rounds) -> Verdict:
    """The cost of the rounds, recomputed, and everything that is wrong with them."""
    plan = plan_of_rounds(problem, rounds)
    found = [violation for violation in check(problem, plan) if violation.cause not in NOT_ASKED]
    said = tuple(f"{one.cause} {one.shift or ''} {one.visit or ''}: {one.detail}" for one in found)
    return Verdict(plan.score.total, plan.score.travel, len(plan.unassigned), said)


def plan_of_rounds(problem: Problem, rounds: Rounds) -> Plan:
    """The plan that drives these rounds: back as early as can be, having left as late as that allows; late where
    it cannot be in time.

    For problems without breaks, community entries and set-up times, which not every peer knows.

    Raises:
        KeyError: a round names a visit or a shift the problem does not have.
    """
    visits = {visit.id: visit for visit in problem.visits}
    shifts = {shift.id: shift for shift in problem.shifts}
    driven = {name: [visits[visit] for visit in order] for name, order in rounds.items() if order}
    served = {visit.id for order in driven.values() for visit in order}
    routes = tuple(
        _route(problem, shifts[name], driven[name]) for name in sorted(driven, key=list(shifts).index)
    )
    left = tuple(Unassigned(name, Reason.NO_CAPACITY) for name in visits if name not in served)
    return Plan(routes, left, plan_score(problem, Plan(routes, left, Score())))


def _route(problem: Problem, shift: Shift, order: Sequence[Visit]) -> Route:
    """Leaving as late as may be without being back later than by leaving at once."""
    at_once = _driven(problem, shift, order, shift.earliest_s)
    return _driven(
        problem, shift, order, max(shift.earliest_s, _last_departure(problem, shift, order, at_once))
    )


def _driven(problem: Problem, shift: Shift, order: Sequence[Visit], leaving_s: int) -> Route:
    travel = problem.travel_of(shift)
    now, place = leaving_s, shift.start_place
    stops = []
    for visit in order:
        driving = travel.between(place, visit.place)
        arrival = now + driving
        start = _start(visit, arrival)
        now, place = start + visit.service_of(shift.technician), visit.place
        stops.append(Stop(visit.id, arrival, start, now, driving, entry_s=0, waiting_s=start - arrival))
    return Route(shift.id, leaving_s, tuple(stops), now + travel.between(place, shift.end_place))


def _last_departure(problem: Problem, shift: Shift, order: Sequence[Visit], at_once: Route) -> int:
    travel = problem.travel_of(shift)
    by, place = at_once.arrival_s, shift.end_place
    for visit in reversed(order):
        by -= travel.between(visit.place, place) + visit.service_of(shift.technician)
        begun = (min(by, one.latest_start) for one in visit.windows if one.earliest_start <= by)
        by, place = max(begun, default=by), visit.place
    return by - travel.between(shift.start_place, place)


def _start(visit: Visit, arrival_s: int) -> int:
    """The first moment from `arrival_s` on inside a window; `arrival_s` itself when all are over."""
    open_ = (window for window in visit.windows if window.latest_start >= arrival_s)
    return max(arrival_s, min((window.earliest_start for window in open_), default=arrival_s))
