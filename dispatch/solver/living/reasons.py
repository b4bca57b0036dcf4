"""Why a visit is not as it was.

A reason is looked for in the simplest honest way. An event touches the visit it names and the routes that
visit was or is in; an ended shift touches its route; a report that all went by the plan touches nothing. Where
several do, the last one counts, so news belongs at the end. A change of a touched visit is that event's doing.
A change in a touched route follows from the event; one in another route does so too when moved visits link the
two, and then names the visit that brought it there. What no event reaches was moved because the plan gets
cheaper that way.
"""

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dispatch.solver.living.events import Done, Event, ShiftEnds, Started, Urgent
from dispatch.solver.plan import Plan

Moves = Mapping[str, tuple[str, ...]]
"""Visit that changed → the shifts it was in and is in."""


@dataclass(frozen=True, slots=True)
class Origin:
    """`event`: the position of the event that reaches here, `None` where none does. `via`: the visit that
    carried it into this route from another one."""

    event: int | None
    via: str | None = None


def touched_visits(before: Plan, events: Sequence[Event]) -> dict[str, int]:
    """Visit → the last event that says something new about it."""
    planned = {stop.visit: stop for route in before.routes for stop in route.stops}
    touched = {}
    for i, event in enumerate(events):
        match event:
            case ShiftEnds():
                continue
            case Started() if event.at_s == planned[event.visit].start_s:
                continue
            case Done() if event.at_s == planned[event.visit].departure_s:
                continue
            case Urgent():
                touched[event.visit.id] = i
            case _:
                touched[event.visit] = i
    return touched


def touched_shifts(places: Moves, touched: Mapping[str, int], events: Sequence[Event]) -> dict[str, int]:
    """Shift → the last event that touches its route; `places`: visit → the shifts it was in or is in."""
    pairs = [(event.shift, i) for i, event in enumerate(events) if isinstance(event, ShiftEnds)]
    pairs += [(shift, i) for visit, i in touched.items() for shift in places.get(visit, ())]
    return dict(sorted(pairs, key=lambda pair: pair[1]))


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
