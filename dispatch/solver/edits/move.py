"""One visit goes elsewhere: which order of visits each route then has."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dispatch.solver.plan import Plan, Stop

Orders = Mapping[str, tuple[str, ...]]
"""Shift → its visits in order."""


@dataclass(frozen=True, slots=True)
class Move:
    """Where a visit is to go: into the route of `shift`, or off the plan when that is `None`.

    It comes right before the visit named by `before`; otherwise before the first that starts at `start_s` or later;
    with neither, where it costs least, and of several such places where it moves others least. It starts no earlier
    than `start_s`.
    """

    visit: str
    shift: str | None
    before: str | None = None
    start_s: int | None = None


def orders_after(plan: Plan, move: Move) -> Iterator[Orders]:
    """The orders of the routes that change: one way, or one for each gap where the move leaves that open.

    Raises:
        ValueError: `before` is not in the route.
    """
    routes = {route.shift: route.stops for route in plan.routes}
    rest = {
        shift: tuple(stop.visit for stop in stops if stop.visit != move.visit)
        for shift, stops in routes.items()
        if shift == move.shift or any(stop.visit == move.visit for stop in stops)
    }
    if move.shift is None:
        yield rest
        return
    others = rest.get(move.shift, ())
    for k in _positions(others, routes.get(move.shift, ()), move):
        yield rest | {move.shift: (*others[:k], move.visit, *others[k:])}


def _positions(others: tuple[str, ...], stops: Sequence[Stop], move: Move) -> Sequence[int]:
    if move.before is not None:
        return [others.index(move.before)]
    if move.start_s is None:
        return range(len(others) + 1)
    starts = {stop.visit: stop.start_s for stop in stops}
    return [next((k for k, name in enumerate(others) if starts[name] >= move.start_s), len(others))]
