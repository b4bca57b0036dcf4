"""What a revision and its plan come to: the plan of the whole day that is now in force."""

from collections.abc import Iterator

from dispatch.solver.living.revise import Revision, Standing
from dispatch.solver.plan import Plan, Route
from dispatch.solver.shift import Shift


def in_force(revision: Revision, after: Plan) -> Plan:
    """The whole day: of every shift the stops that are over, with the times they really had, then those of
    `after`, a plan of `revision.problem`.

    A stop in vain (nobody there, or the visit abandoned) starts and ends when the technician gave up; a visit that
    was abandoned may have another stop, still to come. Breaks stand at the whole shift's positions. What is off is
    not left out. The score is that of `after`: what is past costs nothing any more.
    """
    new = {route.shift: route for route in after.routes}
    routes = (
        _route(shift, revision.standings[shift.id], new.get(shift.id))
        for shift in revision.day.problem.shifts
    )
    unassigned = tuple(one for one in after.unassigned if one.visit not in revision.facts.off)
    return Plan(tuple(route for route in routes if route.stops), unassigned, after.score)


def _route(shift: Shift, standing: Standing, new: Route | None) -> Route:
    course, here = standing.course, standing.here
    stops = (*course.past, *(() if new is None else new.stops))
    departure_s = here.left_s
    if departure_s is None:
        departure_s = shift.earliest_s if new is None else new.departure_s
    arrival_s = here.home_s if new is None else new.arrival_s
    return Route(shift.id, departure_s, stops, arrival_s, tuple(_breaks(shift, standing, new)))


def _breaks(shift: Shift, standing: Standing, new: Route | None) -> Iterator[int | None]:
    """When each break begins: those taken stay, those left are the new route's."""
    old, rest = standing.course.route.break_starts_s, standing.rest
    left = () if rest is None else rest.breaks_left
    begins = dict.fromkeys(left) | dict(zip(left, () if new is None else new.break_starts_s, strict=False))
    for position in range(len(shift.breaks)):
        taken_s = old[position] if position < len(old) else None
        if rest is None and taken_s is not None and taken_s >= standing.here.free_s:
            taken_s = None
        yield begins.get(position, taken_s)
