"""What is left of a shift: from where, from when, until when, and what remains of its limits."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise, zip_longest

from dispatch.solver.living.course import Course
from dispatch.solver.living.facts import Day
from dispatch.solver.living.whereabouts import Whereabouts
from dispatch.solver.plan import Stop
from dispatch.solver.shift import Break, Shift


@dataclass(frozen=True, slots=True)
class Resumed:
    """A shift as it goes on.

    `heading`: the next stop, when it can be kept, and `start_s` its start; that is `None` where others have a
    say in it (a crew, a visit before it). `back_s`: when he could be home from what he is bound to.
    `breaks_left`: which of the original shift's breaks are left, by position, and `break_starts_s`, when the old
    plan has them.
    """

    shift: Shift
    back_s: int
    heading: Stop | None = None
    start_s: int | None = None
    breaks_left: tuple[int, ...] = ()
    break_starts_s: tuple[int | None, ...] = ()


def resumed(day: Day, shift: Shift, course: Course, here: Whereabouts) -> Resumed | None:
    """The shift from `here` on; `None` when it is over."""
    rest = _ShiftRest(day, shift, course, here)
    if here.running is None and here.free_s + (here.heading is None) > rest.until_s:
        return None  # who is on his way to a visit may still be there at the very end
    if not here.out and here.free_s == shift.earliest_s and shift.id not in day.facts.ends:
        return Resumed(
            shift,
            here.free_s,
            breaks_left=tuple(range(len(shift.breaks))),
            break_starts_s=course.route.break_starts_s,
        )
    return rest.resumed()


@dataclass(frozen=True, slots=True)
class _BreakLeft:
    position: int
    pause: Break
    taken_s: int | None


@dataclass(frozen=True)
class _ShiftRest:
    day: Day
    shift: Shift
    course: Course
    here: Whereabouts

    def resumed(self) -> Resumed:
        heading, start_s = self._heading()
        earliest_s, busy_s = self.here.free_s, self.here.busy_s
        if heading is not None and start_s is not None:
            # A start that is fixed needs room for the way in, even where he has been in that community already.
            earliest_s = min(earliest_s, start_s - self.day.entry_s(heading.visit))
            busy_s = start_s + self._service_s(heading)
        elif heading is not None:
            earliest_s += heading.setup_s
        breaks = self._breaks_from(busy_s, start_s)
        back_s = self._back_s(busy_s, start_s) if self.here.out else busy_s
        until_s = self.until_s if self.here.running is None else max(self.until_s, back_s)
        latest_s = max(earliest_s, min(self.shift.latest_s, self.day.facts.ends.get(self.shift.id, until_s)))
        shift = replace(
            self._with_limits_left(),
            start_place=self.here.place,
            earliest_s=earliest_s,
            latest_s=latest_s,
            overtime_s=max(0, until_s - latest_s),
            breaks=breaks if self.here.out else tuple(one.pause for one in self._breaks_left),
        )
        return Resumed(
            shift,
            back_s,
            heading,
            start_s,
            tuple(one.position for one in self._breaks_left),
            tuple(one.taken_s for one in self._breaks_left),
        )

    @property
    def until_s(self) -> int:
        """The last moment he may be back."""
        return min(self.shift.until_s, self.day.facts.ends.get(self.shift.id, self.shift.until_s))

    def _heading(self) -> tuple[Stop | None, int | None]:
        stop, start_s = self.here.heading, self.here.expected_s
        if stop is None or not self.day.facts.open(stop.visit) or self._decided_otherwise(stop):
            return None, None
        visit = self.day.visits[stop.visit]
        awaits = any(one.visit not in self.day.facts.over for one in visit.after)
        fixed_s = None if visit.crew or awaits else start_s
        if self._back_s(start_s + self._service_s(stop), fixed_s) > self.until_s:
            return None, None
        return stop, fixed_s

    def _decided_otherwise(self, stop: Stop) -> bool:
        """Whether a dispatcher wants somebody else there, or to have it later. What he cannot make any more is no
        reason to turn round."""
        pin = self.day.pin_of(stop.visit)
        elsewhere = not stop.role and pin.shift not in (None, self.shift.id)
        return elsewhere or (pin.start_s is not None and pin.start_s > stop.start_s)

    def _back_s(self, busy_s: int, start_s: int | None) -> int:
        """When he is home if he goes there straight after what he is bound to, breaks taken as late as allowed."""
        end_s = busy_s + self.day.problem.travel_of(self.shift).between(self.here.place, self.shift.end_place)
        clock_s = busy_s
        at_door = self._at_door(start_s)
        for pause in self._breaks_from(busy_s, start_s)[at_door:]:
            if end_s <= pause.latest_s:
                break
            begin_s = _first_start(pause, clock_s)
            assert begin_s is not None
            clock_s = begin_s + pause.duration_s
            end_s = max(end_s, begin_s) + pause.duration_s
        return end_s

    def _breaks_from(self, busy_s: int, start_s: int | None) -> tuple[Break, ...]:
        """The breaks left to somebody who is busy until then, with a service that begins at `start_s`."""
        breaks, at_door = [one.pause for one in self._breaks_left], self._at_door(start_s)
        return (*breaks[:at_door], *_within_reach(breaks[at_door:], busy_s))

    def _at_door(self, start_s: int | None) -> int:
        """How many breaks are planned at the door of the next stop, with the time for them there."""
        stop, clock_s = self.here.heading, self.here.free_s
        if stop is None or start_s is None:
            return 0
        in_s = clock_s + self.day.entry_s(stop.visit)  # who waits for a break is through the gate by then
        for count, one in enumerate(self._breaks_left):
            begin_s = _first_start(one.pause, clock_s)
            planned = one.taken_s is not None and one.taken_s < stop.start_s
            if not planned or begin_s is None:
                return count
            clock_s, in_s = begin_s + one.pause.duration_s, in_s + one.pause.duration_s
            if max(clock_s, in_s) > start_s:
                return count
        return len(self._breaks_left)

    @cached_property
    def _breaks_left(self) -> list[_BreakLeft]:
        """Breaks still to come: not taken, and not rested at home before he left."""
        planned = self.course.route.break_starts_s[: len(self.shift.breaks)]
        running = self.here.running
        since_s = self.here.free_s if running is None else self.day.facts.running[running.visit].start_s
        return [
            _BreakLeft(position, pause, taken_s)
            for position, (pause, taken_s) in enumerate(zip_longest(self.shift.breaks, planned))
            if (pause.latest_s if taken_s is None else taken_s) >= since_s
        ]

    def _with_limits_left(self) -> Shift:
        """The shift's limits and prices less what is used up; what has been spent is spent in either plan."""
        shift, here = self.shift, self.here
        if here.left_s is None:
            return shift
        trail, bound = [*here.behind, here.place], int(here.bound)
        travel = self.day.problem.travel_of(shift)
        driven_s = sum(travel.between(a, b) for a, b in pairwise(trail))
        metres = sum(travel.metres_between(a, b) for a, b in pairwise(trail))
        home_s, home_m = (
            between(here.place, shift.end_place) for between in (travel.between, travel.metres_between)
        )
        paid_s = here.free_s - here.left_s - self._rested_s()
        return replace(
            shift,
            max_visits=_left(shift.max_visits, len(self.course.past), bound),
            max_travel_s=_left(shift.max_travel_s, driven_s, bound * home_s),
            max_distance_m=_left(shift.max_distance_m, metres, bound * home_m),
            fair_s=_left(shift.fair_s, paid_s, 0),
            capacity=self._capacity_left(),
            costs=replace(shift.costs, fixed=0.0),
        )

    def _rested_s(self) -> int:
        pairs = zip(self.shift.breaks, self.course.route.break_starts_s, strict=False)
        taken = sum(pause.duration_s for pause, taken_s in pairs if taken_s is not None)
        return taken - sum(one.pause.duration_s for one in self._breaks_left if one.taken_s is not None)

    def _capacity_left(self) -> dict[str, int]:
        """Pieces still in the van; of parts that visits also give back, the room still in it."""
        left = dict(self.shift.capacity)
        for stop in self._served():
            visit = self.day.visits[stop.visit]
            for part in left:
                used = visit.collects if part in self.day.collected else visit.brings
                left[part] = max(0, left[part] - used.get(part, 0))
        return left

    def _served(self) -> list[Stop]:
        done = self.day.facts.over.keys() - self.day.facts.off
        return [stop for stop in self.course.past if stop.visit in done and not stop.role]

    def _service_s(self, stop: Stop) -> int:
        return self.day.visits[stop.visit].service_of(self.shift.technician)


def _left(limit: int | None, used: int, least: int) -> int | None:
    return None if limit is None else max(limit - used, least)


def _first_start(pause: Break, from_s: int) -> int | None:
    return next((max(from_s, w.earliest_start) for w in pause.windows if w.latest_start >= from_s), None)


def _within_reach(breaks: Iterable[Break], busy_s: int) -> Iterator[Break]:
    """The breaks of somebody who is busy until then: one that work runs over is taken as soon as he is free."""
    clock_s = busy_s
    for pause in breaks:
        start_s = _first_start(pause, clock_s)
        if start_s is None:
            start_s = clock_s
            yield Break.between(pause.duration_s, start_s, start_s)
        else:
            yield pause
        clock_s = start_s + pause.duration_s
