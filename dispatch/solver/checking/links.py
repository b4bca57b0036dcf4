"""The rules between routes: nobody is in two of them at once, crews come together, and what must come after something
else does."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from dispatch.solver.checking.violations import Cause, Violation
from dispatch.solver.plan import Plan, Stop
from dispatch.solver.problem import After, Problem, Shift, Visit

Served = Mapping[str, list[tuple[Shift, Stop]]]
"""Visit → the shifts that go there, each with its stop."""


def served_by(problem: Problem, plan: Plan) -> Served:
    """Who goes where."""
    shifts = {shift.id: shift for shift in problem.shifts}
    served: dict[str, list[tuple[Shift, Stop]]] = {}
    for route in plan.routes:
        for stop in route.stops:
            served.setdefault(stop.visit, []).append((shifts[route.shift], stop))
    return served


def link_violations(problem: Problem, plan: Plan) -> Iterator[Violation]:
    """Everything that is wrong between routes."""
    yield from _one_route_at_a_time(problem, plan)
    served = served_by(problem, plan)
    visits = {visit.id: visit for visit in problem.visits}
    for visit in problem.visits:
        if visit.id not in served:
            continue
        yield from _crew(visit, served)
        for one in visit.after:
            yield from _after(visit, one, visits[one.visit], served)


def _one_route_at_a_time(problem: Problem, plan: Plan) -> Iterator[Violation]:
    technician = {shift.id: shift.technician for shift in problem.shifts}
    out = sorted(
        (route for route in plan.routes if route.stops),
        key=lambda route: (technician[route.shift], route.departure_s, route.arrival_s),
    )
    for before, after in pairwise(out):
        name, early_s = technician[after.shift], before.arrival_s - after.departure_s
        if technician[before.shift] == name and early_s > 0:
            detail = f"leaves {early_s} s before {name} is back from {before.shift}"
            yield Violation(Cause.OVERLAP, after.shift, None, detail)


def _crew(visit: Visit, served: Served) -> Iterator[Violation]:
    """All of them, from one moment on; that nobody is there twice, and all stay equally long, is seen elsewhere."""
    stops = [stop for _, stop in served[visit.id]]
    missing = sorted(set(range(visit.roles)) - {stop.role for stop in stops})
    if missing:
        yield Violation(Cause.CREW, None, visit.id, f"nobody goes in role {missing[0]} of {visit.roles}")
    starts = [stop.start_s for stop in stops]
    if min(starts) != max(starts):
        apart = max(starts) - min(starts)
        yield Violation(Cause.CREW, None, visit.id, f"the crew starts {apart} s apart")


def _after(visit: Visit, one: After, other: Visit, served: Served) -> Iterator[Violation]:
    if other.id not in served:
        yield Violation(Cause.ORDER, None, visit.id, f"comes after {other.id}, which is left out")
        return
    end = max(stop.start_s + other.service_of(shift.technician) for shift, stop in served[other.id])
    for shift, stop in served[visit.id]:
        gap = stop.start_s - end
        if gap < one.min_gap_s:
            detail = f"starts {gap} s after the end of {other.id}, at least {one.min_gap_s} s needed"
            yield Violation(Cause.ORDER, shift.id, visit.id, detail)
        if one.max_gap_s is not None and gap > one.max_gap_s:
            detail = f"starts {gap} s after the end of {other.id}, at most {one.max_gap_s} s allowed"
            yield Violation(Cause.ORDER, shift.id, visit.id, detail)
