"""The named cost terms, each one function: what it charges, in whole seconds of travel.

The score of a plan is their sum over its routes, its stops and the visits left out, so the same functions
price a plan, a route and a single stop. A term's weight and cap are in `Weights`; a cap holds for one stop,
visit or route at a time.
"""

from collections.abc import Mapping
from itertools import pairwise

from dispatch.solver.place import Place
from dispatch.solver.plan import Plan, Route, Score, Stop
from dispatch.solver.problem import Problem, Shift, Travel, Visit, Weights

PIN_PENALTY_S = 10_000 * 60
"""What leaving out a pinned or mandatory visit costs on top of its penalty: more than a week of driving, so
that no sum of ordinary terms can outweigh what a dispatcher has decided."""

TECHNICIAN_CHANGE_MIN = 30
"""Minutes by which sending another technician than promised counts as moving the visit."""


def travel_cost(
    travel: Travel, shift: Shift, origin: Place | None, here: Place | None, weights: Weights
) -> int:
    """Driving from one place to the next, by the shift's rate; by the matrix of costs where there is one."""
    given = travel.cost_between(origin, here)
    if given is not None:
        return given
    return weights.travel.price(travel.between(origin, here) / 60 * (shift.costs.per_travel_hour / 60))


def distance_cost(
    travel: Travel, shift: Shift, origin: Place | None, here: Place | None, weights: Weights
) -> int:
    """Kilometres from one place to the next, by the shift's rate; in a matrix of costs they are included."""
    if travel.costs is not None:
        return 0
    return weights.distance.price(travel.metres_between(origin, here) / 1000 * shift.costs.per_km)


def waiting_cost(seconds: int, weights: Weights) -> int:
    """Standing before a door that is not open yet."""
    return weights.waiting.price(seconds / 60)


def community_entry_cost(seconds: int, weights: Weights) -> int:
    """Getting into a community: registration at the gate, parking."""
    return weights.community_entry.price(seconds / 60)


def affinity_cost(visit: Visit, technician: str, weights: Weights) -> int:
    """What this technician is worth to this visit, negative when he is a gain."""
    return -weights.affinity.price(visit.values.get(technician, 0))


def preference_cost(visit: Visit, technician: str, weights: Weights) -> int:
    """Sending somebody else than the technicians asked for; one case."""
    preferred = visit.preferred_technicians
    return weights.preference.price(1) if preferred and technician not in preferred else 0


def continuity_cost(visit: Visit, technician: str, weights: Weights) -> int:
    """Sending somebody the customer does not know, when there are technicians he does; one case."""
    known = visit.known_technicians
    return weights.continuity.price(1) if known and technician not in known else 0


def lateness_cost(visit: Visit, start_s: int, weights: Weights) -> int:
    """Starting after the due time."""
    if visit.due_s is None or start_s <= visit.due_s:
        return 0
    return round(visit.lateness_weight * weights.lateness.price((start_s - visit.due_s) / 60))


def disturbance_cost(visit: Visit, technician: str, start_s: int, weights: Weights) -> int:
    """Moving what the customer was promised: minutes beyond the tolerance, and a change of technician."""
    promise = visit.promise
    if promise is None:
        return 0
    minutes = max(0, abs(start_s - promise.start_s) - promise.tolerance_s) / 60
    if promise.technician is not None and promise.technician != technician:
        minutes += TECHNICIAN_CHANGE_MIN
    return round(promise.weight * weights.disturbance.price(minutes))


def unassigned_cost(visit: Visit, weights: Weights) -> int:
    """Leaving the visit out."""
    decided = visit.pinned or visit.mandatory
    return weights.unassigned.price(visit.penalty) + (PIN_PENALTY_S if decided else 0)


def overtime_cost(shift: Shift, back_s: int, weights: Weights) -> int:
    """Being back after the shift's end."""
    return weights.overtime.price(max(0, back_s - shift.latest_s) / 60)


def fairness_cost(shift: Shift, paid_s: int, weights: Weights) -> int:
    """Being paid for longer than the fair share."""
    return 0 if shift.fair_s is None else weights.fairness.price(max(0, paid_s - shift.fair_s) / 60)


def labour_cost(shift: Shift, paid_s: int, task_s: int, weights: Weights) -> int:
    """Hours between leaving and being back, and hours on site, by the shift's rates."""
    minutes = paid_s / 3600 * shift.costs.per_paid_hour + task_s / 3600 * shift.costs.per_task_hour
    return weights.labour.price(minutes)


def shift_use_cost(shift: Shift, weights: Weights) -> int:
    """Using the shift at all."""
    return weights.shift_use.price(shift.costs.fixed)


def visit_score(visit: Visit, technician: str, start_s: int, weights: Weights) -> Score:
    """The terms that depend on who comes when, and on nothing else of the route."""
    return Score(
        affinity=affinity_cost(visit, technician, weights),
        preference=preference_cost(visit, technician, weights),
        continuity=continuity_cost(visit, technician, weights),
        lateness=lateness_cost(visit, start_s, weights),
        disturbance=disturbance_cost(visit, technician, start_s, weights),
    )


def stop_score(stop: Stop, visit: Visit, technician: str, weights: Weights, *, first: bool) -> Score:
    """One stop's terms, the way there left aside. Waiting at a route's first stop is free: the technician may
    leave home later."""
    return visit_score(visit, technician, stop.start_s, weights) + Score(
        waiting=0 if first else waiting_cost(stop.waiting_s, weights),
        community_entry=community_entry_cost(stop.entry_s, weights),
    )


def paid_s(shift: Shift, route: Route) -> int:
    """Seconds between leaving and being back, breaks not counted."""
    breaks = zip(shift.breaks, route.break_starts_s, strict=False)
    rest = sum(pause.duration_s for pause, taken_s in breaks if taken_s is not None)
    return route.arrival_s - route.departure_s - rest


def route_score(problem: Problem, shift: Shift, visits: Mapping[str, Visit], route: Route) -> Score:
    """A route's terms: its ways, its stops, and what the whole of it costs. An empty route costs nothing."""
    weights, travel = problem.weights, problem.travel_of(shift)
    if not route.stops:
        return Score()
    places = [shift.start_place, *(visits[stop.visit].place for stop in route.stops), shift.end_place]
    task_s = sum(visits[stop.visit].service_of(shift.technician) for stop in route.stops)
    paid = paid_s(shift, route)
    score = Score(
        travel=sum(travel_cost(travel, shift, a, b, weights) for a, b in pairwise(places)),
        distance=sum(distance_cost(travel, shift, a, b, weights) for a, b in pairwise(places)),
        overtime=overtime_cost(shift, route.arrival_s, weights),
        fairness=fairness_cost(shift, paid, weights),
        labour=labour_cost(shift, paid, task_s, weights),
        shift_use=shift_use_cost(shift, weights),
    )
    for position, stop in enumerate(route.stops):
        visit = visits[stop.visit]
        score += stop_score(stop, visit, shift.technician, weights, first=position == 0)
    return score


def plan_score(problem: Problem, plan: Plan) -> Score:
    """The whole plan's terms.

    Raises:
        KeyError: the plan names a visit or a shift the problem does not have.
    """
    visits = {visit.id: visit for visit in problem.visits}
    shifts = {shift.id: shift for shift in problem.shifts}
    score = Score(
        unassigned=sum(unassigned_cost(visits[left.visit], problem.weights) for left in plan.unassigned)
    )
    for route in plan.routes:
        score += route_score(problem, shifts[route.shift], visits, route)
    return score
