"""Replays a plan against its problem and lists everything that is wrong with it.

It shares with the search only the words (problem, plan) and the meaning of a cost (objective), none of its
code: times are added up here stop by stop, and claims about visits left out are tried gap by gap. Any plan
may be checked, one that was dragged together by hand as well.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import astuple

from dispatch.solver.checking.claims import Claims
from dispatch.solver.checking.links import link_violations
from dispatch.solver.checking.replay import Replay
from dispatch.solver.checking.violations import Cause, Violation
from dispatch.solver.objective import plan_score
from dispatch.solver.plan import Plan, Route
from dispatch.solver.problem import Problem

__all__ = ["Cause", "Violation", "check"]


def check(problem: Problem, plan: Plan) -> list[Violation]:
    """Every violation in the plan, none if it is sound. When it names visits or shifts wrongly, or has figures that
    are no whole numbers, only that is reported: nothing else could be measured."""
    violations = [*_figures(plan), *_shifts(problem, plan), *_visits(problem, plan)]
    if violations:
        return violations
    visits = {visit.id: visit for visit in problem.visits}
    shifts = {shift.id: shift for shift in problem.shifts}
    for route in plan.routes:
        violations += Replay(problem, shifts[route.shift], visits, route).violations()
    return [*violations, *link_violations(problem, plan), *_reasons(problem, plan), *_score(problem, plan)]


def _figures(plan: Plan) -> Iterator[Violation]:
    for route in plan.routes:
        taken = [begin for begin in route.break_starts_s if begin is not None]
        if not _whole(route.departure_s, route.arrival_s, *taken):
            yield Violation(Cause.NOT_WHOLE, route.shift, None, "a time of the route is no whole number")
        for stop in route.stops:
            if not _whole(*astuple(stop)[1:]):
                yield Violation(
                    Cause.NOT_WHOLE, route.shift, stop.visit, "a figure of the stop is no whole number"
                )


def _whole(*figures: object) -> bool:
    return all(isinstance(figure, int) and not isinstance(figure, bool) for figure in figures)


def _shifts(problem: Problem, plan: Plan) -> Iterator[Violation]:
    known = {shift.id for shift in problem.shifts}
    for name, count in Counter(route.shift for route in plan.routes).items():
        if name not in known:
            yield Violation(Cause.UNKNOWN_SHIFT, name, None, "the problem has no such shift")
        if count > 1:
            yield Violation(Cause.OVERLAP, name, None, f"{count} routes for one shift")


def _visits(problem: Problem, plan: Plan) -> Iterator[Violation]:
    roles = {visit.id: visit.roles for visit in problem.visits}
    left = Counter(one.visit for one in plan.unassigned)
    places = Counter((stop.visit, stop.role) for route in plan.routes for stop in route.stops)
    served = Counter(dict.fromkeys((name for name, _ in places), 1))
    for route in plan.routes:
        yield from _stops(route, roles)
    for name in left:
        if name not in roles:
            yield Violation(Cause.UNKNOWN_VISIT, None, name, "the problem has no such visit")
    for (name, role), count in places.items():
        if count > 1:
            crew = f" in role {role} of its crew" if roles.get(name, 1) > 1 else ""
            yield Violation(Cause.VISIT_TWICE, None, name, f"stands in routes {count} times{crew}")
    for name, count in (left + served).items():
        if count > 1:
            yield Violation(Cause.VISIT_TWICE, None, name, "is left out twice, or both served and left out")
    for name in roles:
        if name not in left and name not in served:
            yield Violation(Cause.VISIT_MISSING, None, name, "neither in a route nor left out with a reason")


def _stops(route: Route, roles: dict[str, int]) -> Iterator[Violation]:
    for stop in route.stops:
        count = roles.get(stop.visit)
        if count is None:
            yield Violation(Cause.UNKNOWN_VISIT, route.shift, stop.visit, "the problem has no such visit")
        elif not 0 <= stop.role < count:
            detail = f"role {stop.role}, but the visit has {count} of them, from 0"
            yield Violation(Cause.CREW, route.shift, stop.visit, detail)
    for name, count in Counter(stop.visit for stop in route.stops).items():
        if count > 1 and roles.get(name, 1) > 1:
            yield Violation(Cause.CREW, route.shift, name, "one technician in two roles")


def _reasons(problem: Problem, plan: Plan) -> Iterator[Violation]:
    if not plan.unassigned:
        return
    claims = Claims(problem, plan)
    for left in plan.unassigned:
        objection = claims.objection(left)
        if objection:
            yield Violation(Cause.REASON_FALSE, None, left.visit, objection)


def _score(problem: Problem, plan: Plan) -> Iterator[Violation]:
    stated = plan.score.terms()
    for name, seconds in plan_score(problem, plan).terms().items():
        if stated[name] != seconds:
            yield Violation(
                Cause.SCORE_WRONG, None, None, f"{name} is {seconds} s, the plan says {stated[name]} s"
            )
