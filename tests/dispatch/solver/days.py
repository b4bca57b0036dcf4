"""The day of most tests of the living plan: A drives at 9:00 to V1 (9:10–9:40), V2 (9:50–10:20) and V3 (10:30–11:00)
and is home at 11:30; B has W1, five minutes down the road, 9:05–9:35, home at 9:40."""

from collections.abc import Mapping, Sequence

from dispatch.solver.living.revise import Revision
from dispatch.solver.plan import Plan, Reason, Route, Score, Stop, Unassigned
from dispatch.solver.problem import (
    Problem,
    Shift,
    Visit,
)

from .instances import HOUR, MINUTE, problem, shift, visit

V1, V2, V3, W1 = visit("V1", 10), visit("V2", 20), visit("V3", 30), visit("W1", 5)
A, B = shift("A"), shift("B")


def clock(hour: int, minute: int = 0) -> int:
    return hour * HOUR + minute * MINUTE


def day(
    visits: Sequence[Visit] = (V1, V2, V3, W1),
    shifts: Sequence[Shift] = (A, B),
    routes: Mapping[str, Sequence[str]] | None = None,
    *,
    entry_s: Mapping[str, int] | None = None,
) -> tuple[Problem, Plan]:
    """The problem and a plan of it in which every route leaves at its shift's beginning."""
    given = problem(visits, shifts, entry_s=entry_s)
    order = routes or {"A": ["V1", "V2", "V3"], "B": ["W1"]}
    routes_driven = tuple(driven(given, name, names) for name, names in order.items())
    there = {name for names in order.values() for name in names}
    left = tuple(Unassigned(one.id, Reason.NO_CAPACITY) for one in visits if one.id not in there)
    return given, Plan(routes_driven, left, Score())


def driven(given: Problem, name: str, names: Sequence[str]) -> Route:
    """The shift's route through these visits, left at its beginning, every service as early as can be."""
    visits = {one.id: one for one in given.visits}
    mine = next(one for one in given.shifts if one.id == name)
    place, community, clock_s = mine.start_place, None, mine.earliest_s
    stops = []
    for one in (visits[stop] for stop in names):
        travel_s = given.travel.between(place, one.place)
        entry_s = 0 if one.community == community else given.entry_s.get(one.community or "", 0)
        ready_s = clock_s + travel_s + entry_s
        start_s = max([ready_s, *(w.earliest_start for w in one.windows)])
        end_s = start_s + one.service_s
        stops.append(Stop(one.id, clock_s + travel_s, start_s, end_s, travel_s, entry_s, start_s - ready_s))
        place, community, clock_s = one.place, one.community, end_s
    home_s = clock_s + given.travel.between(place, mine.end_place)
    return Route(name, mine.earliest_s, tuple(stops), home_s, tuple(None for _ in mine.breaks))


def left_visit(revision: Revision, name: str) -> Visit:
    return next(one for one in revision.problem.visits if one.id == name)


def left_shift(revision: Revision, name: str = "A") -> Shift:
    return next(one for one in revision.problem.shifts if one.id == name)


def order_of(plan: Plan) -> dict[str, list[str]]:
    return {route.shift: [stop.visit for stop in route.stops] for route in plan.routes}
