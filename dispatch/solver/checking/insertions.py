"""What one more visit would do to a plan, tried out gap by gap with the whole day timed anew.

Visits that hang together with others (crews, order) stay at their planned start in every trial, so that no other
route is touched: what fits here can be done, though there may be more that could. Shares no code with the search.
"""

import heapq
from collections.abc import Iterator, Sequence

from dispatch.solver.checking.gaps import Gap, Gaps, Run
from dispatch.solver.checking.trial import NEVER, Day, Order, Windows, windows_of, within
from dispatch.solver.objective import (
    disturbance_cost,
    fairness_cost,
    labour_cost,
    lateness_cost,
    overtime_cost,
    paid_s,
    waiting_cost,
)
from dispatch.solver.plan import Plan, Route
from dispatch.solver.problem import Problem, Visit, Weights


class Insertions:
    """The gaps of a plan. `days` and `runs` stand in the order of the problem's shifts."""

    def __init__(self, problem: Problem, plan: Plan) -> None:
        self._problem = problem
        self._visits = {visit.id: visit for visit in problem.visits}
        self._technicians = {shift.id: shift.technician for shift in problem.shifts}
        self._planned = {stop.visit: (route.shift, stop) for route in plan.routes for stop in route.stops}
        self._roles = {
            (route.shift, stop.visit): stop.role for route in plan.routes for stop in route.stops if stop.role
        }
        self.windows = {visit.id: windows_of(visit) for visit in problem.visits}
        travels = {id(travel): travel for travel in map(problem.travel_of, problem.shifts)}
        rows = {key: {v.id: t.index[v.place] for v in problem.visits} for key, t in travels.items()}
        windows = self.windows | self._held()
        self.days = [Day(problem, s, rows[id(problem.travel_of(s))], windows) for s in problem.shifts]
        routes = {route.shift: route for route in plan.routes}
        self.runs = [self._run(i, routes.get(shift.id)) for i, shift in enumerate(problem.shifts)]
        self._gaps = [
            Gaps(problem, travel, [run for run in self.runs if problem.travel_of(run.day.shift) is travel])
            for travel in travels.values()
        ]

    def _held(self) -> dict[str, Windows]:
        """Visit → its planned start, for those in the plan that hang together with others."""
        linked = {visit.id for visit in self._problem.visits if visit.crew or visit.after}
        linked |= {one.visit for visit in self._problem.visits for one in visit.after}
        starts = ((name, self._planned[name][1].start_s) for name in linked if name in self._planned)
        return {name: ((start, start),) for name, start in starts}

    def _run(self, number: int, route: Route | None) -> Run:
        day = self.days[number]
        order, clock_s = day.nothing(), 0
        if route is not None and route.stops:
            order = day.order([self._visits[stop.visit] for stop in route.stops])
            clock_s = clock_cost(self._problem.weights, day, order, route)
        return Run(number, day, order, clock_s, day.ready(order, day.shift.earliest_s), day.latest(order))

    def allowed(self, visit: Visit) -> Windows:
        """When the visit may start, what it comes after standing where it is planned."""
        first, last = -NEVER, NEVER
        for one in visit.after:
            shift, stop = self._planned[one.visit]
            end = stop.start_s + self._visits[one.visit].service_of(self._technicians[shift])
            first = max(first, end + one.min_gap_s)
            last = last if one.max_gap_s is None else min(last, end + one.max_gap_s)
        return within(self.windows[visit.id], first, last)

    def gaps(self, visit: Visit, windows: Windows, shifts: Sequence[int], role: int = 0) -> Iterator[Gap]:
        """The gaps of these shifts in which the visit can start within the windows, the cheapest bound first."""
        found = (gaps.open_to(visit, windows, shifts) for gaps in self._gaps)
        for gap in heapq.merge(*found, key=lambda gap: gap.bound_s):
            if self.start(gap, visit, windows) < NEVER and (role or self._holds(gap, visit)):
                yield gap

    def start(self, gap: Gap, visit: Visit, windows: Windows) -> int:
        """The earliest start in the gap that the rest of the day can bear, `NEVER` if there is none."""
        run, k = self.runs[gap.shift], gap.position
        legs = run.day.detour(run.order, k, visit)
        return run.day.start_between(visit, windows, legs, run.ready[k], run.latest[k + 1])

    def cost(self, gap: Gap, visit: Visit, windows: Windows) -> int:
        """What the visit adds to the route, seconds of travel; the gap must be one of `gaps`."""
        run = self.runs[gap.shift]
        order = run.day.inserted(run.order, gap.position, visit, windows)
        route = run.day.timetable(order)
        assert route is not None
        return gap.ways_s + clock_cost(self._problem.weights, run.day, order, route) - run.clock_s

    def cheapest(
        self, visit: Visit, windows: Windows, shifts: Sequence[int], *, enough_s: int | None = None
    ) -> int | None:
        """What the cheapest of all gaps costs, or the first found that costs less than `enough_s`; `None` if the
        visit fits nowhere."""
        best: int | None = None
        for gap in self.gaps(visit, windows, shifts):
            if best is not None and gap.bound_s >= best:
                break
            cost = self.cost(gap, visit, windows)
            best = cost if best is None else min(best, cost)
            if enough_s is not None and best < enough_s:
                break
        return best

    def _holds(self, gap: Gap, visit: Visit) -> bool:
        """Whether the van has room for the visit's parts in the gap."""
        run, k = self.runs[gap.shift], gap.position
        capacity = run.day.shift.capacity
        if not capacity:
            return True
        return all(
            max(loads[: k + 1]) + visit.brings.get(part, 0) <= capacity.get(part, 0)
            and max(loads[k:]) + visit.collects.get(part, 0) <= capacity.get(part, 0)
            for part in {*visit.brings, *visit.collects}
            for loads in [self._loads(run.day.shift.id, run.order, part)]
        )

    def _loads(self, shift: str, order: Order, part: str) -> list[int]:
        """Pieces on board when leaving each position."""
        carriers = [visit for visit in order.visits if (shift, visit.id) not in self._roles]
        loads = [sum(visit.brings.get(part, 0) for visit in carriers)]
        for visit in order.visits:
            change = visit.collects.get(part, 0) - visit.brings.get(part, 0)
            loads.append(loads[-1] + (0 if (shift, visit.id) in self._roles else change))
        return loads


def clock_cost(weights: Weights, day: Day, order: Order, route: Route) -> int:
    """What of a route's score depends on when things happen."""
    shift, technician = day.shift, day.shift.technician
    paid, task = paid_s(shift, route), sum(day.service_s(visit) for visit in order.visits)
    cost = overtime_cost(shift, route.arrival_s, weights)
    cost += fairness_cost(shift, paid, weights) + labour_cost(shift, paid, task, weights)
    cost += sum(waiting_cost(stop.waiting_s, weights) for stop in route.stops[1:])
    for visit, stop in zip(order.visits, route.stops, strict=True):
        cost += lateness_cost(visit, stop.start_s, weights)
        cost += disturbance_cost(visit, technician, stop.start_s, weights)
    return cost
