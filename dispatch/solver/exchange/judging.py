"""An answer of VROOM's, judged by VROOM's rules where our search keeps to narrower ones."""

from dataclasses import replace

from dispatch.solver.document import Document
from dispatch.solver.exchange.vehicles import windows_of
from dispatch.solver.plan import Plan, Route
from dispatch.solver.problem import Problem
from dispatch.solver.shift import Break, Shift
from dispatch.solver.visit import TimeWindow


def by_their_rules(document: Document, problem: Problem, plan: Plan) -> tuple[Problem, Plan]:
    """The problem of `document` and a plan read from an answer to it, so that the checker applies VROOM's rules:

    - a window holds the start of the setup that is spent, be it none (`jobs.Jobs` reads only the starts that are right
      with the setup and without it);
    - breaks are taken in any order (`vehicles.breaks_of` has one).
    """
    setups = {stop.visit: stop.setup_s for route in plan.routes for stop in route.stops}
    visits = tuple(
        replace(visit, windows=_windows(job, setups[visit.id]))
        if visit.setup_s and visit.id in setups
        else visit
        for job, visit in zip(document.get("jobs", ()), problem.visits, strict=True)
    )
    shifts, routes = {shift.id: shift for shift in problem.shifts}, []
    for route in plan.routes:
        shifts[route.shift], route = _in_order_of_time(shifts[route.shift], route)
        routes.append(route)
    return replace(problem, visits=visits, shifts=tuple(shifts.values())), replace(plan, routes=tuple(routes))


def _windows(job: Document, setup_s: int) -> tuple[TimeWindow, ...]:
    return tuple(
        TimeWindow(window.earliest_start + setup_s, window.latest_start + setup_s)
        for window in windows_of("", job)
    )


def _in_order_of_time(shift: Shift, route: Route) -> tuple[Shift, Route]:
    taken = [
        (_as_taken(pause, begin), begin)
        for pause, begin in zip(shift.breaks, route.break_starts_s, strict=True)
    ]
    taken.sort(key=lambda pair: (pair[0].latest_s, pair[0].windows[0], pair[0].duration_s))
    return (
        replace(shift, breaks=tuple(pause for pause, _ in taken)),
        replace(route, break_starts_s=tuple(begin for _, begin in taken)),
    )


def _as_taken(pause: Break, begin: int | None) -> Break:
    """With no other moment than its own, if that is allowed."""
    right = any(begin is not None and w.earliest_start <= begin <= w.latest_start for w in pause.windows)
    return Break.between(pause.duration_s, begin, begin) if right and begin is not None else pause
