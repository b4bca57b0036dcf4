"""What is left of a shift: from where, from when, until when, and what remains of its limits."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise, zip_longest

from dispatch.solver.living.facts import Day
from dispatch.solver.living.whereabouts import Whereabouts
from dispatch.solver.plan import Route, Stop
from dispatch.solver.shift import Break, Shift


@dataclass(frozen=True, slots=True)
class Resumed:
    """A shift as it goes on.

    `heading`: the next stop, when it can be kept, and `start_s` its start; that is `None` where others have a
    say in it (a crew, a visit before it). `back_s`: when he could be home from what he is bound to.
    `break_starts_s`: when the old plan has the breaks that are left.
    """

    shift: Shift
    back_s: int
    heading: Stop | None = None
    start_s: int | None = None
    break_starts_s: tuple[int | None, ...] = ()


def resumed(day: Day, shift: Shift, route: Route | None, here: Whereabouts, next_s: int) -> Resumed | None:
    """The shift from `here` on; `None` when it is over. `next_s`: when the technician's next one begins."""
    rest = _ShiftRest(day, shift, route, here, next_s)
    if here.running is None and here.free_s >= rest.until_s:
        return None
    if (
        here.running is None
        and not here.out
        and here.free_s == shift.earliest_s
        and shift.id not in day.facts.ends
    ):
        return Resumed(shift, here.free_s, break_starts_s=() if route is None else route.break_starts_s)
    return rest.resumed()


@dataclass(frozen=True)
class _ShiftRest:
    day: Day
    shift: Shift
    route: Route | None
    here: Whereabouts
    next_s: int

    def resumed(self) -> Resumed:
        heading, start_s = self._heading()
        earliest_s, busy_s = self.here.free_s, self.here.busy_s
        if heading is not None and start_s is not None:
            # A start that is fixed needs room for the way in, even where he has been in that community already.
            earliest_s = min(earliest_s, start_s - self.day.entry_s(heading.visit))
            busy_s = start_s + self._service_s(heading)
        elif heading is not None:
            earliest_s += heading.setup_s
        back_s = self._back_s(busy_s) if self.here.out else busy_s
        until_s = self.until_s if self.here.running is None else max(self.until_s, back_s)
        latest_s = max(earliest_s, min(self.shift.latest_s, self.day.facts.ends.get(self.shift.id, until_s)))
        shift = replace(
            self._with_limits_left(),
            start_place=self.here.place,
            earliest_s=earliest_s,
            latest_s=latest_s,
            overtime_s=max(0, until_s - latest_s),
            breaks=tuple(_within_reach(self._breaks, busy_s)) if self.here.out else self._breaks,
        )
        return Resumed(shift, back_s, heading, start_s, tuple(taken_s for _, taken_s in self._breaks_left))

    @property
    def until_s(self) -> int:
        """The last moment he may be back; overtime ends where his next shift begins."""
        ends_s = self.day.facts.ends.get(self.shift.id, self.shift.until_s)
        return min(self.shift.until_s, ends_s, self.next_s)

    def _heading(self) -> tuple[Stop | None, int | None]:
        stop, start_s = self.here.heading, self.here.expected_s
        if stop is None or not self.day.facts.open(stop.visit) or stop.visit in self.day.facts.pins:
            return None, None
        if self._back_s(start_s + self._service_s(stop)) > self.until_s:
            return None, None
        visit = self.day.visits[stop.visit]
        awaits = any(one.visit not in self.day.facts.over for one in visit.after)
        return stop, None if visit.crew or awaits else start_s

    def _back_s(self, busy_s: int) -> int:
        """When he is home if he goes there straight after what he is bound to, breaks taken as late as allowed."""
        end_s = busy_s + self.day.problem.travel_of(self.shift).between(self.here.place, self.shift.end_place)
        clock_s = busy_s
        for pause in _within_reach(self._breaks, busy_s):
            if end_s <= pause.latest_s:
                break
            start_s = _first_start(pause, clock_s)
            assert start_s is not None
            clock_s = start_s + pause.duration_s
            end_s = max(end_s, start_s) + pause.duration_s
        return end_s

    @property
    def _breaks(self) -> tuple[Break, ...]:
        return tuple(pause for pause, _ in self._breaks_left)

    @cached_property
    def _breaks_left(self) -> list[tuple[Break, int | None]]:
        """Breaks still to come: not taken, and not rested at home before he left."""
        planned = () if self.route is None else self.route.break_starts_s
        running = self.here.running
        since_s = self.here.free_s if running is None else self.day.facts.running[running.visit].start_s
        return [
            (pause, taken_s)
            for pause, taken_s in zip_longest(self.shift.breaks, planned[: len(self.shift.breaks)])
            if pause.latest_s >= since_s and (taken_s is None or taken_s >= since_s)
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
            max_visits=_left(shift.max_visits, here.ended, bound),
            max_travel_s=_left(shift.max_travel_s, driven_s, bound * home_s),
            max_distance_m=_left(shift.max_distance_m, metres, bound * home_m),
            fair_s=_left(shift.fair_s, paid_s, 0),
            capacity=self._capacity_left(),
            costs=replace(shift.costs, fixed=0.0),
        )

    def _rested_s(self) -> int:
        planned = () if self.route is None else self.route.break_starts_s
        pairs = zip(self.shift.breaks, planned, strict=False)
        taken = sum(pause.duration_s for pause, taken_s in pairs if taken_s is not None)
        return taken - sum(pause.duration_s for pause, taken_s in self._breaks_left if taken_s is not None)

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
        stops = () if self.route is None else self.route.stops
        ended = (stop for stop in stops if stop.visit in self.day.facts.over and not stop.role)
        return [stop for stop in ended if stop.visit not in self.day.facts.off]

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
