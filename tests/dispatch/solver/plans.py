"""Plans made by hand: who goes where in which order; the reference works out the times."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dispatch.solver.objective import plan_score
from dispatch.solver.plan import Plan, Score, Unassigned
from dispatch.solver.problem import Problem
from tests.dispatch.solver.reference import timed


def scored(day: Problem, plan: Plan) -> Plan:
    """The plan with the score it should have."""
    return replace(plan, score=plan_score(day, plan))


def planned(day: Problem, orders: Mapping[str, Sequence[str]], *left: Unassigned) -> Plan:
    """Shift → its visits in order; what is left out, and why."""
    shifts = {shift.id: shift for shift in day.shifts}
    routes = []
    for name, visits in orders.items():
        route = timed(day, shifts[name], visits)
        assert route is not None, f"{name} cannot do that"
        routes.append(route)
    return scored(day, Plan(tuple(routes), left, Score()))
