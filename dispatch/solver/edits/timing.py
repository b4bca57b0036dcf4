"""Times of a route whose order somebody has chosen, also where rules forbid it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from dispatch.solver.checking.trial import NEVER, Day, Windows, windows_of, within
from dispatch.solver.plan import Plan, Route
from dispatch.solver.problem import Problem, Shift, Visit
from dispatch.solver.validation import MAX_SECONDS

OVERTIME_S = MAX_SECONDS // 2
"""As long as any day may become."""


class Clock:
    """Times routes by the planner's own rule (see `checking.trial`), every service no earlier than its hold.

    Visits that hang together with others stay at the start they have in `plan`, those of `still` at that one.
    """

    def __init__(
        self, problem: Problem, plan: Plan, holds: Mapping[str, int], still: Mapping[str, int]
    ) -> None:
        self.problem, self._holds = problem, holds
        self.visits = {visit.id: visit for visit in problem.visits}
        self.shifts = {shift.id: shift for shift in problem.shifts}
        self._roles = {(route.shift, stop.visit): stop.role for route in plan.routes for stop in route.stops}
        linked = set(linked_visits(problem))
        self._still = {
            stop.visit: stop.start_s for route in plan.routes for stop in route.stops if stop.visit in linked
        } | dict(still)

    def route(self, name: str, order: tuple[str, ...]) -> Route | None:
        """The shift's route in this order, with the times it has or, when that cannot be, would have if working time,
        and the windows of as few visits as can be, the last ones, ended later. None without any visit."""
        if not order:
            return None
        shift = self.shifts[name]
        windows = {visit: self._windows(self.visits[visit]) for visit in order}
        return self._timed(shift, order, windows) or self._late(shift, order, windows)

    def _late(self, shift: Shift, order: tuple[str, ...], windows: Mapping[str, Windows]) -> Route:
        """Breaks can be taken before leaving, however late that is: with all windows opened there is a timetable."""
        late = replace(shift, overtime_s=OVERTIME_S)
        opened = {visit: _opened(some) for visit, some in windows.items()}
        routes = (
            self._timed(late, order, {**windows, **{visit: opened[visit] for visit in order[k:]}})
            for k in reversed(range(len(order) + 1))
        )
        return next(route for route in routes if route is not None)

    def _timed(self, shift: Shift, order: tuple[str, ...], windows: Mapping[str, Windows]) -> Route | None:
        travel = self.problem.travel_of(shift)
        rows = {visit: travel.index[self.visits[visit].place] for visit in order}
        day = Day(self.problem, shift, rows, windows)
        route = day.timetable(day.order([self.visits[visit] for visit in order]))
        if route is None:
            return None
        stops = (replace(stop, role=self._roles.get((shift.id, stop.visit), 0)) for stop in route.stops)
        return replace(route, stops=tuple(stops))

    def _windows(self, visit: Visit) -> Windows:
        still = self._still.get(visit.id)
        if still is not None:
            return ((still, still),)
        hold = self._holds.get(visit.id)
        if hold is None:
            return windows_of(visit)
        return within(windows_of(visit), hold, NEVER) or ((hold, hold),)


def linked_visits(problem: Problem) -> Iterator[str]:
    """Visits that hang together with others: crews, what comes after another one, and what others come after."""
    for visit in problem.visits:
        if visit.crew or visit.after:
            yield visit.id
        yield from (one.visit for one in visit.after)


def _opened(windows: Windows) -> Windows:
    """The same windows, but the last never ends."""
    *others, (first, _) = sorted(windows)
    return (*others, (first, NEVER))
