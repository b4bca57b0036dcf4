"""One shift's route in the plan in force: what is past, as it really was, and what is to come."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from dispatch.solver.living.facts import Facts, Tries
from dispatch.solver.plan import Route, Stop
from dispatch.solver.shift import Shift


@dataclass(frozen=True, slots=True)
class Course:
    """How far a route has come.

    - `past`: the stops that are over, done or in vain, in the order in which they really ended and with the times
      they really had. `last`: the last of them as it was planned.
    - `running`: the stop that is being served. `ahead`: what is left, in order. A visit that is cancelled is left
      for as long as its technician may be on his way there.
    """

    route: Route
    past: tuple[Stop, ...] = ()
    last: Stop | None = None
    running: Stop | None = None
    ahead: tuple[Stop, ...] = ()

    @property
    def begun(self) -> bool:
        """Whether any of its visits has begun."""
        return self.running is not None or bool(self.past)

    @property
    def free_s(self) -> int:
        """When the technician last became free: after his last visit, or at home."""
        return self.past[-1].departure_s if self.past else self.route.departure_s

    def late_s(self, stop: Stop) -> int | None:
        """How much later than planned he is on the way to a stop ahead; `None` where the plan has him come from
        somewhere else."""
        position = self.route.stops.index(stop)
        before = self.route.stops[position - 1] if position else None
        if before != self.last:
            return None
        return 0 if before is None else self.free_s - before.departure_s


def course_of(shift: Shift, route: Route | None, facts: Facts, tries: Tries) -> Course:
    """How far the shift's route has come by the facts."""
    if route is None:
        return Course(Route(shift.id, shift.earliest_s, (), shift.earliest_s))
    ended = [(stop, real) for stop in route.stops if (real := _ended(stop, facts, tries)) is not None]
    ended.sort(key=lambda pair: pair[1].departure_s)
    running = next((stop for stop in route.stops if _runs(stop, facts, tries)), None)
    return Course(
        route,
        tuple(real for _, real in ended),
        ended[-1][0] if ended else None,
        running,
        tuple(_ahead(route, facts, [running, *(stop for stop, _ in ended)])),
    )


def _runs(stop: Stop, facts: Facts, tries: Tries) -> bool:
    return stop.visit in facts.running and stop not in tries


def _ended(stop: Stop, facts: Facts, tries: Tries) -> Stop | None:
    """The stop with its real times if it is over; one in vain starts when it ends."""
    visit = stop.visit
    if stop in tries:
        return stop
    if visit in facts.abandoned:
        return _at(stop, facts.abandoned[visit], facts.abandoned[visit])
    if visit not in facts.over:
        return None
    ended_s = facts.over[visit]
    began_s = ended_s if visit in facts.off else facts.began.get(visit, min(stop.start_s, ended_s))
    return _at(stop, began_s, ended_s)


def _at(stop: Stop, start_s: int, departure_s: int) -> Stop:
    arrival_s = min(stop.arrival_s, start_s)
    return replace(stop, arrival_s=arrival_s, start_s=start_s, departure_s=departure_s)


def _ahead(route: Route, facts: Facts, begun: Sequence[Stop | None]) -> Iterator[Stop]:
    passed = max((i for i, stop in enumerate(route.stops) if stop in begun), default=-1)
    for i, stop in enumerate(route.stops):
        cancelled = stop.visit in facts.off
        if stop not in begun and not (cancelled and i < passed):
            yield stop
