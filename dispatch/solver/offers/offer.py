"""What can be offered to a customer."""

from dataclasses import dataclass, field, replace

from dispatch.solver.offers.reach import Reaches
from dispatch.solver.plan import Route, Score
from dispatch.solver.problem import Promise, TimeWindow, Visit


class OfferGone(Exception):
    """The plan has changed since the offer was made, so that it cannot be kept; ask again."""


@dataclass(frozen=True, slots=True)
class Displaced:
    """A visit whose start the offer would move."""

    visit: str
    before_s: int
    after_s: int

    @property
    def by_s(self) -> int:
        """Seconds later; negative, earlier."""
        return self.after_s - self.before_s


@dataclass(frozen=True)
class Offer:
    """One window in which a visit can be served, in the way that costs least.

    - `visit`: as it stands in the plan once the offer is taken, its window narrowed to the one offered and promised.
    - `shift`, `technician`, `position`: whose, after how many other stops. `start_s`: when by the plan.
    - `earliest_s`, `latest_s`: between these it can start in the gap while the rest of the route still works out; due
      times and promises of others may be missed.
    - `terms`: what the plan's score rises by, term by term. `displaced`: the visits that move, in their order.
    - `route`: the shift's day with the visit, `replaces`: without it; `reach`: ways the caller gave.
    """

    visit: Visit
    shift: str
    technician: str
    position: int
    start_s: int
    earliest_s: int
    latest_s: int
    terms: Score
    displaced: tuple[Displaced, ...]
    route: Route = field(repr=False)
    replaces: Route = field(repr=False)
    reach: Reaches | None = field(default=None, repr=False, compare=False)

    @property
    def window(self) -> TimeWindow:
        """What the customer is told."""
        return self.visit.windows[0]

    @property
    def cost_s(self) -> int:
        """What the plan's score rises by, seconds of travel."""
        return self.terms.total

    @property
    def cost_min(self) -> float:
        """What the plan's score rises by, minutes of travel."""
        return self.terms.total / 60


def promised(visit: Visit, window: TimeWindow, technician: str) -> Visit:
    """The visit as it is once the window is promised: any start inside keeps the promise."""
    half = (window.latest_start - window.earliest_start + 1) // 2
    weight = 1.0 if visit.promise is None else visit.promise.weight
    promise = Promise(window.earliest_start + half, technician, half, weight)
    return replace(visit, windows=(window,), promise=promise)


def displaced(before: Route, after: Route) -> tuple[Displaced, ...]:
    """The visits of both routes whose start differs, in the order of the second."""
    starts = {stop.visit: stop.start_s for stop in before.stops}
    return tuple(
        Displaced(stop.visit, starts[stop.visit], stop.start_s)
        for stop in after.stops
        if starts.get(stop.visit, stop.start_s) != stop.start_s
    )
