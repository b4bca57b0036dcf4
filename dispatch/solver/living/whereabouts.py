"""Where each technician is, and from when on he can be sent elsewhere.

A technician leaves for his next stop as soon as he is free, so between two services he is on his way or at the
door. He is never turned round on the road: he goes on to where he is heading, and counts as being there from
the moment he arrives. Whatever is planned after that is then possible wherever on the way he really was.
"""

from dataclasses import dataclass

from dispatch.solver.living.course import Course
from dispatch.solver.living.facts import Day
from dispatch.solver.place import Place
from dispatch.solver.plan import Stop
from dispatch.solver.shift import Shift


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """One technician's place and past.

    - `place` from `free_s` on; with `running`, the stop he is serving there, until `busy_s`.
    - `heading`: the stop he drives to or waits at, and `expected_s`, when its service will begin.
    - `home_s`: when he is home, or was, if he goes there and nowhere else.
    - `left_s`: when he set out, `None` while he has not. `behind`: the places he has come through since.
    """

    place: Place | None
    free_s: int
    busy_s: int
    home_s: int
    running: Stop | None = None
    heading: Stop | None = None
    expected_s: int = 0
    behind: tuple[Place, ...] = ()
    left_s: int | None = None

    @property
    def out(self) -> bool:
        """Whether he has set out."""
        return self.left_s is not None

    @property
    def bound(self) -> bool:
        """Whether he is at a visit or on his way to one."""
        return self.running is not None or self.heading is not None


def whereabouts(day: Day, shift: Shift, course: Course, not_before_s: int) -> Whereabouts:
    """Where the shift's technician stands now. Until `not_before_s` another shift keeps him, or he has said so."""
    past = _Past(day, shift, course)
    if course.running is not None:
        return past.serving(course.running)
    if not course.past and not _set_out(course, day.now_s, not_before_s):
        free_s = max(shift.earliest_s, day.now_s, not_before_s)
        return Whereabouts(shift.start_place, free_s, free_s, free_s)
    following = next(iter(course.ahead), None)
    if following is None or (following.visit in day.facts.off and course.free_s >= day.now_s):
        return past.standing()
    return past.under_way(following)


def _set_out(course: Course, now_s: int, not_before_s: int) -> bool:
    return bool(course.ahead) and not_before_s <= course.route.departure_s < now_s


@dataclass(frozen=True, slots=True)
class _Past:
    day: Day
    shift: Shift
    course: Course

    def serving(self, stop: Stop) -> Whereabouts:
        """At a visit: the shift resumes just early enough for the way in, so that the start stands as it was."""
        service, place = self.day.facts.running[stop.visit], self.day.visits[stop.visit].place
        return self._at(place, service.start_s - self.day.entry_s(stop.visit), service.until_s, running=stop)

    def under_way(self, stop: Stop) -> Whereabouts:
        """Driving to a stop or waiting there, as late as the last visit ended late."""
        now_s, late_s = self.day.now_s, self._late_s(stop)
        arrival_s = max(now_s, stop.arrival_s + late_s)
        pinned_s = self.day.facts.pins[stop.visit].start_s
        wanted_s = stop.start_s if pinned_s is None else min(stop.start_s, pinned_s)
        start_s = max(now_s, wanted_s, stop.start_s - stop.waiting_s + late_s)
        place = self.day.visits[stop.visit].place
        return self._at(place, arrival_s, arrival_s, heading=stop, expected_s=start_s)

    def _late_s(self, stop: Stop) -> int:
        """How late he is, negative for early; where he comes from another place than planned, by the way from
        there."""
        late_s = self.course.late_s(stop)
        if late_s is not None:
            return late_s
        arrival_s = self.course.free_s + self._travel_s(self._last_place, self.day.visits[stop.visit].place)
        return arrival_s - stop.arrival_s

    def standing(self) -> Whereabouts:
        """On his way nowhere: at the last place, or home once he has had the time to get there."""
        now_s, place = self.day.now_s, self._last_place
        home_s = self.course.free_s + self._travel_s(place, self.shift.end_place)
        if self.shift.end_place is not None and home_s <= now_s:
            place = self.shift.end_place
        return self._at(place, now_s, now_s, home_s=home_s)

    def _at(
        self,
        place: Place | None,
        free_s: int,
        busy_s: int,
        *,
        running: Stop | None = None,
        heading: Stop | None = None,
        expected_s: int = 0,
        home_s: int | None = None,
    ) -> Whereabouts:
        if home_s is None:
            home_s = busy_s + self._travel_s(place, self.shift.end_place)
        left_s = min(self.course.route.departure_s, free_s)
        behind = tuple(self._trail())
        return Whereabouts(place, free_s, busy_s, home_s, running, heading, expected_s, behind, left_s)

    def _trail(self) -> list[Place]:
        start = [] if self.shift.start_place is None else [self.shift.start_place]
        return [*start, *(self.day.visits[stop.visit].place for stop in self.course.past)]

    @property
    def _last_place(self) -> Place | None:
        past = self.course.past
        return self.day.visits[past[-1].visit].place if past else self.shift.start_place

    def _travel_s(self, origin: Place | None, destination: Place | None) -> int:
        return self.day.problem.travel_of(self.shift).between(origin, destination)
