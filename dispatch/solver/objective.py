"""The named cost terms, each one function: what it charges, in whole seconds of travel.

The score of a plan is their sum over its stops and the visits left out, so the same functions price a plan,
a route and a single stop. A term's weight and cap are in `Weights`; a cap holds for one stop or visit at a
time.
"""

from collections.abc import Mapping

from dispatch.solver.plan import Plan, Route, Score, Stop
from dispatch.solver.problem import Problem, Shift, Visit, Weights

PIN_PENALTY_S = 10_000 * 60
"""What leaving out a pinned visit costs on top of its penalty: more than a week of driving, so that no sum of
ordinary terms can outweigh what a dispatcher has decided."""


def travel_cost(seconds: int, weights: Weights) -> int:
    """Driving from one stop to the next."""
    return weights.travel.price(seconds / 60)


def waiting_cost(seconds: int, weights: Weights) -> int:
    """Standing before a door that is not open yet."""
    return weights.waiting.price(seconds / 60)


def community_entry_cost(seconds: int, weights: Weights) -> int:
    """Getting into a community: registration at the gate, parking."""
    return weights.community_entry.price(seconds / 60)


def affinity_cost(visit: Visit, technician: str, weights: Weights) -> int:
    """What this technician is worth to this visit, negative when he is a gain."""
    return -weights.affinity.price(visit.values.get(technician, 0))


def lateness_cost(visit: Visit, start_s: int, weights: Weights) -> int:
    """Starting after the due time."""
    if visit.due_s is None or start_s <= visit.due_s:
        return 0
    return weights.lateness.price((start_s - visit.due_s) / 60)


def unassigned_cost(visit: Visit, weights: Weights) -> int:
    """Leaving the visit out."""
    pinned = visit.pinned_shift is not None or visit.pinned_start_s is not None
    return weights.unassigned.price(visit.penalty) + (PIN_PENALTY_S if pinned else 0)


def stop_score(stop: Stop, visit: Visit, technician: str, weights: Weights, *, first: bool) -> Score:
    """One stop's terms. Waiting at a route's first stop is free: the technician may leave home later."""
    return Score(
        travel=travel_cost(stop.travel_s, weights),
        waiting=0 if first else waiting_cost(stop.waiting_s, weights),
        community_entry=community_entry_cost(stop.entry_s, weights),
        affinity=affinity_cost(visit, technician, weights),
        lateness=lateness_cost(visit, stop.start_s, weights),
    )


def route_score(problem: Problem, shift: Shift, visits: Mapping[str, Visit], route: Route) -> Score:
    """A route's terms: its stops and the way home."""
    score = Score()
    for position, stop in enumerate(route.stops):
        visit = visits[stop.visit]
        score += stop_score(stop, visit, shift.technician, problem.weights, first=position == 0)
    if not route.stops:
        return score
    home_s = problem.travel.between(visits[route.stops[-1].visit].place, shift.end_place)
    return score + Score(travel=travel_cost(home_s, problem.weights))


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
