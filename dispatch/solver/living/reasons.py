"""Why a visit is not as it was.

A reason is looked for in the simplest honest way. An event touches the visit it names and the routes that
visit was or is in; a shift that is cut short touches its route; what the plan in force says already, a report that
all went by it or an event it answers, touches nothing. Where
several do, the last one counts, so news belongs at the end. A change of a touched visit is that event's doing.
A change in a touched route follows from the event; one in another route does so too when moved visits link the
two, and then names the visit that brought it there. What no event reaches was moved because the plan gets
cheaper that way.
"""

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dispatch.solver.living.events import (
    Abandoned,
    Cancelled,
    Done,
    Event,
    NoShow,
    Overrun,
    Pinned,
    Report,
    ShiftBegins,
    ShiftEnds,
    Started,
    Urgent,
)
from dispatch.solver.living.facts import Facts
from dispatch.solver.plan import Plan, Route
from dispatch.solver.problem import Problem

Moves = Mapping[str, tuple[str, ...]]
"""Visit that changed → the shifts it was in and is in."""


@dataclass(frozen=True, slots=True)
class Origin:
    """`event`: the position of the event that reaches here, `None` where none does. `via`: the visit that
    carried it into this route from another one."""

    event: int | None
    via: str | None = None


def touched_visits(problem: Problem, before: Plan, facts: Facts, events: Sequence[Event]) -> dict[str, int]:
    """Visit → the last event that says something new about it. A report that all went by the plan after all takes
    back what was reported before."""
    said = _Said(problem, before, facts)
    touched: dict[str, int] = {}
    for i, event in enumerate(events):
        if isinstance(event, ShiftBegins | ShiftEnds):
            continue
        visit = event.visit.id if isinstance(event, Urgent) else event.visit
        if not said.already(event):
            touched[visit] = i
        elif isinstance(event, Report):
            touched.pop(visit, None)
    return touched


class _Said:
    """What the plan in force says already."""

    def __init__(self, problem: Problem, before: Plan, facts: Facts) -> None:
        self.known = {visit.id for visit in problem.visits}
        self.stops = {
            stop.visit: (route.shift, stop)
            for route in before.routes
            for stop in route.stops
            if not stop.role
        }
        self.left_out = {left.visit for left in before.unassigned}
        self.facts = facts

    def already(self, event: Report | Cancelled | Urgent | Pinned) -> bool:
        match event:
            case Urgent():
                return event.visit.id in self.known
            case Abandoned():
                return self.facts.abandoned.get(event.visit) != event.at_s
            case Cancelled():
                return event.visit not in self.stops and event.visit not in self.left_out
        shift, stop = self.stops.get(event.visit, (None, None))
        if stop is None:
            return False
        match event:
            case Started():
                return event.at_s == stop.start_s
            case Overrun():
                return event.until_s == stop.departure_s
            case Done():
                return event.at_s == stop.departure_s
            case NoShow():
                return event.at_s == stop.start_s == stop.departure_s
            case Pinned():
                return event.shift in (None, shift) and event.start_s in (None, stop.start_s)


def touched_shifts(
    before: Plan, places: Moves, touched: Mapping[str, int], events: Sequence[Event]
) -> dict[str, int]:
    """Shift → the last event that touches its route; `places`: visit → the shifts it was in or is in."""
    routes = {route.shift: route for route in before.routes}
    cuts = [(i, one) for i, one in enumerate(events) if isinstance(one, ShiftBegins | ShiftEnds)]
    pairs = [(event.shift, i) for i, event in cuts if _cuts(event, routes.get(event.shift))]
    pairs += [(shift, i) for visit, i in touched.items() for shift in places.get(visit, ())]
    return dict(sorted(pairs, key=lambda pair: pair[1]))


def _cuts(event: ShiftBegins | ShiftEnds, route: Route | None) -> bool:
    """Whether the route is longer than the event leaves its shift."""
    if route is None:
        return False
    if isinstance(event, ShiftBegins):
        return route.departure_s < event.at_s
    return route.arrival_s > event.at_s


def origins(moves: Moves, touched: Mapping[str, int]) -> dict[str, Origin]:
    """Shift → where the change in its route comes from, by the fewest moved visits from a touched route."""
    links: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for visit, shifts in moves.items():
        for shift in shifts:
            links[shift] += [(visit, other) for other in shifts if other != shift]
    reached = {shift: Origin(event) for shift, event in touched.items()}
    queue = deque(reached)
    while queue:
        shift = queue.popleft()
        for visit, other in links[shift]:
            if other not in reached:
                reached[other] = Origin(reached[shift].event, visit)
                queue.append(other)
    return reached


def origin_of(visit: str, moves: Moves, touched: Mapping[str, int], reached: Mapping[str, Origin]) -> Origin:
    """Where one visit's change comes from."""
    if visit in touched:
        return Origin(touched[visit])
    found = [reached[shift] for shift in moves[visit] if shift in reached]
    # A visit that left a touched route for another one was not brought there by itself.
    return next((one for one in found if one.via is None), next(iter(found), Origin(None)))


def linked(moves: Moves) -> dict[str, frozenset[str]]:
    """Visit → all the shifts that moved visits link with its own."""
    groups: dict[str, set[str]] = {}
    for shifts in moves.values():
        merged = set(shifts).union(*(groups.get(shift, set()) for shift in shifts))
        groups.update(dict.fromkeys(merged, merged))
    return {visit: frozenset().union(*(groups[shift] for shift in shifts)) for visit, shifts in moves.items()}
