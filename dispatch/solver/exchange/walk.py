"""A route as VROOM tells it: where the clock and the odometer stand at each step, breaks among them."""

from collections.abc import Iterator
from dataclasses import dataclass

from dispatch.solver.place import Place, Travel
from dispatch.solver.plan import Route
from dispatch.solver.shift import Shift


@dataclass(frozen=True, slots=True)
class Moment:
    """One step. `number`: of the stop in its route, or of the break in its shift.

    `driven_s` and `driven_m` count from the route's start to the arrival; a break on the road leaves the metres
    of the whole way to the stop after it.
    """

    kind: str
    number: int
    arrival_s: int
    waiting_s: int
    driven_s: int
    driven_m: int


def walk(route: Route, shift: Shift, places: list[Place], travel: Travel) -> Iterator[Moment]:
    """The steps of a route whose stops are at `places`."""
    return _Walk(route, shift, travel).moments(places)


class _Walk:
    def __init__(self, route: Route, shift: Shift, travel: Travel) -> None:
        self._route = route
        self._shift = shift
        self._travel = travel
        self._clock = route.departure_s
        self._driven_s = self._driven_m = 0
        self._rests = [(s, number) for number, s in enumerate(route.break_starts_s) if s is not None]

    def moments(self, places: list[Place]) -> Iterator[Moment]:
        here = self._shift.start_place
        yield self._moment("start", 0, self._clock, 0)
        for number, (stop, place) in enumerate(zip(self._route.stops, places, strict=True)):
            before_s = stop.entry_s + stop.setup_s
            yield from self._leg(here, place, before_s, until_s=stop.start_s)
            waiting = max(0, stop.start_s - self._clock - self._before_left_s)
            yield self._moment("job", number, self._clock, waiting)
            self._clock, here = stop.departure_s, place
        yield from self._leg(here, self._shift.end_place, 0, until_s=self._route.arrival_s)
        yield self._moment("end", 0, self._route.arrival_s, 0)

    def _leg(
        self, here: Place | None, there: Place | None, before_s: int, *, until_s: int
    ) -> Iterator[Moment]:
        """The breaks on the way there; they interrupt first the driving, then what comes `before_s` of service."""
        drive_s = self._travel.between(here, there)
        while self._rests and self._rests[0][0] + self._length_s(self._rests[0][1]) <= until_s:
            start_s, number = self._rests.pop(0)
            driving = max(0, min(drive_s, start_s - self._clock))
            at_door = max(0, min(before_s, start_s - self._clock - driving))
            drive_s, before_s = drive_s - driving, before_s - at_door
            self._driven_s += driving
            arrival = self._clock + driving + at_door
            yield self._moment("break", number, arrival, start_s - arrival)
            self._clock = start_s + self._length_s(number)
        self._clock += drive_s
        self._driven_s += drive_s
        self._driven_m += self._travel.metres_between(here, there)
        self._before_left_s = before_s

    def _length_s(self, number: int) -> int:
        return self._shift.breaks[number].duration_s

    def _moment(self, kind: str, number: int, arrival_s: int, waiting_s: int) -> Moment:
        return Moment(kind, number, arrival_s, waiting_s, self._driven_s, self._driven_m)
