"""Where each technician is, and from when on he can be sent elsewhere.

A technician leaves for his next stop as soon as he is free, so between two services he is on his way or at the
door. He is never turned round on the road: he goes on to where he is heading, and counts as being there from
the moment he arrives. Whatever is planned after that is then possible wherever on the way he really was.
"""

from dataclasses import dataclass

from dispatch.solver.living.facts import Day
from dispatch.solver.place import Place
from dispatch.solver.plan import Route, Stop
from dispatch.solver.shift import Shift


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """One technician's place and past.

    - `place` from `free_s` on; with `running`, the stop he is serving there, until `busy_s`.
    - `heading`: the stop he drives to or waits at, and `expected_s`, when its service will begin.
    - `left_s`: when he set out, `None` while he has not. `behind`: the places he has come through since.
      `ended`: how many of his visits are over.
    """

    place: Place | None
    free_s: int
    busy_s: int
    running: Stop | None = None
    heading: Stop | None = None
    expected_s: int = 0
    behind: tuple[Place, ...] = ()
    left_s: int | None = None
    ended: int = 0

    @property
    def out(self) -> bool:
        """Whether he has set out."""
        return self.left_s is not None

    @property
    def bound(self) -> bool:
        """Whether he is at a visit or on his way to one."""
        return self.running is not None or self.heading is not None


def whereabouts(day: Day, shift: Shift, route: Route | None, not_before_s: int) -> Whereabouts:
    """Where the shift's technician stands now. Until `not_before_s` another shift keeps him."""
    facts, now_s = day.facts, day.now_s
    stops = () if route is None else route.stops
    ended = sorted((stop for stop in stops if stop.visit in facts.over), key=lambda s: facts.over[s.visit])
    running = next((stop for stop in stops if stop.visit in facts.running), None)
    if route is None or not (ended or running or _set_out(route, now_s, not_before_s)):
        free_s = max(shift.earliest_s, now_s, not_before_s)
        return Whereabouts(shift.start_place, free_s, free_s)
    past = _Past(day, shift, route, ended)
    if running is not None:
        return past.serving(running)
    following = next((stop for stop in stops if stop.visit not in facts.over), None)
    if following is None or (following.visit in facts.off and past.free_s >= now_s):
        return past.standing()
    return past.under_way(following)


def _set_out(route: Route, now_s: int, not_before_s: int) -> bool:
    return bool(route.stops) and not_before_s <= route.departure_s < now_s


@dataclass(frozen=True, slots=True)
class _Past:
    day: Day
    shift: Shift
    route: Route
    ended: list[Stop]

    def serving(self, stop: Stop) -> Whereabouts:
        """At a visit: the shift resumes just early enough for the way in, so that the start stands as it was."""
        service, place = self.day.facts.running[stop.visit], self.day.visits[stop.visit].place
        return self._at(place, service.start_s - self.day.entry_s(stop.visit), service.until_s, running=stop)

    def under_way(self, stop: Stop) -> Whereabouts:
        """Driving to a stop or waiting there, as late as the last visit ended late."""
        now_s, late_s = self.day.now_s, self.free_s - self._planned_departure_s(stop)
        arrival_s = max(now_s, stop.arrival_s + late_s)
        start_s = max(now_s, stop.start_s, stop.start_s - stop.waiting_s + late_s)
        place = self.day.visits[stop.visit].place
        return self._at(place, arrival_s, arrival_s, heading=stop, expected_s=start_s)

    def standing(self) -> Whereabouts:
        """On his way nowhere: at the last place, or home once he has had the time to get there."""
        now_s, last = self.day.now_s, self.ended[-1]
        home_s = self.free_s + self.route.arrival_s - self.route.stops[-1].departure_s
        place = self.day.visits[last.visit].place
        if self.shift.end_place is not None and home_s <= now_s:
            place = self.shift.end_place
        return self._at(place, now_s, now_s)

    def _at(
        self,
        place: Place,
        free_s: int,
        busy_s: int,
        *,
        running: Stop | None = None,
        heading: Stop | None = None,
        expected_s: int = 0,
    ) -> Whereabouts:
        left_s = min(self.route.departure_s, free_s)
        behind = tuple(self._trail())
        return Whereabouts(
            place, free_s, busy_s, running, heading, expected_s, behind, left_s, len(self.ended)
        )

    def _trail(self) -> list[Place]:
        start = [] if self.shift.start_place is None else [self.shift.start_place]
        return [*start, *(self.day.visits[stop.visit].place for stop in self.ended)]

    @property
    def free_s(self) -> int:
        """When he last became free: after his last visit, or at home."""
        return self.day.facts.over[self.ended[-1].visit] if self.ended else self.route.departure_s

    def _planned_departure_s(self, stop: Stop) -> int:
        position = self.route.stops.index(stop)
        return self.route.stops[position - 1].departure_s if position else self.route.departure_s
