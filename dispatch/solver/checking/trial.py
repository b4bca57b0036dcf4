"""One shift's day timed from nothing, for trying out claims. It shares no code with the search.

The timetable of a given order of visits:

1. Every service as early as possible, leaving at the shift's start. Each break is taken on a leg, where it
   interrupts driving or waiting, or at home: before leaving, when that is not before the break's last moment, or
   after being back, when that is no later. Of all ways to place the breaks: the earliest end; on a tie the fewest
   breaks over by then; on a tie again the earlier leg for each break, the last one first.
2. With the breaks on those legs, the latest departure at which neither the end comes later nor any start later
   than `deadline` allows.
3. The first pass again from that departure: waiting in the street becomes leaving home later.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from dispatch.solver.plan import Route, Stop
from dispatch.solver.problem import Break, Place, Problem, Shift, Visit

Windows = tuple[tuple[int, int], ...]

NEVER = 2**50
"""Later than any time a problem can name; minus it, earlier."""

ANY_TIME: Windows = ((-NEVER, NEVER),)

EARLY_S = 30 * 60
"""Somebody who comes up to so much before a promise's tolerance begins waits for it."""


def opening(windows: Windows, moment: int) -> int:
    """The first moment at or after `moment` inside a window, `NEVER` if there is none."""
    found = NEVER
    for first, last in windows:
        if moment <= last and first < found:
            found = max(first, moment)
    return found


def closing(windows: Windows, moment: int) -> int:
    """The last moment at or before `moment` inside a window, minus `NEVER` if there is none."""
    return max((min(moment, last) for first, last in windows if moment >= first), default=-NEVER)


def stated_windows(visit: Visit) -> Windows:
    """When service may start; a pinned start leaves one moment, no window at all means any time."""
    if visit.pinned_start_s is not None:
        return ((visit.pinned_start_s, visit.pinned_start_s),)
    return tuple((w.earliest_start, w.latest_start) for w in visit.windows) or ANY_TIME


def windows_of(visit: Visit) -> Windows:
    """`stated_windows` without the half hour before a promise's tolerance, unless nothing else remains."""
    windows = stated_windows(visit)
    if visit.promise is None or visit.pinned_start_s is not None:
        return windows
    begin = visit.promise.start_s - visit.promise.tolerance_s
    return (*within(windows, -NEVER, begin - EARLY_S - 1), *within(windows, begin, NEVER)) or windows


def within(windows: Windows, first: int, last: int) -> Windows:
    """The part of the windows that lies between two moments."""
    cut = ((max(first, a), min(last, b)) for a, b in windows)
    return tuple((a, b) for a, b in cut if a <= b)


def deadline(visit: Visit, start_s: int) -> int:
    """The latest start to which leaving later may move a visit that could start at `start_s`."""
    latest = NEVER
    if visit.due_s is not None:
        latest = max(start_s, visit.due_s)
    if visit.promise is not None:
        latest = min(latest, max(start_s, visit.promise.start_s))
    return latest


class Leg(NamedTuple):
    """What lies between two services, in seconds."""

    travel_s: int
    entry_s: int
    setup_s: int


@dataclass(frozen=True, slots=True)
class Order:
    """A shift's visits in order with the legs to each and home, and when each may start."""

    visits: tuple[Visit, ...]
    legs: tuple[Leg, ...]
    windows: tuple[Windows, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """One way through a day: `over[k]` breaks are over when leaving position k (0 the start), `over[-1]` at the
    end; `departures` belong to the same positions, `starts` to the visits."""

    over: tuple[int, ...]
    departures: tuple[int, ...]
    starts: tuple[int, ...]
    back_s: int


class Rests:
    """The arithmetic of a shift's breaks."""

    def __init__(self, breaks: Sequence[Break]) -> None:
        self.count = len(breaks)
        self.durations = [pause.duration_s for pause in breaks]
        self.latest = [pause.latest_s for pause in breaks]
        self._windows = [tuple((w.earliest_start, w.latest_start) for w in pause.windows) for pause in breaks]

    def taken(self, departure: int, first: int, last: int) -> Iterator[int]:
        """When breaks `first`…`last` - 1 begin on a leg left at `departure`; `NEVER` where one cannot."""
        clock = departure
        for number in range(first, last):
            begin = opening(self._windows[number], clock)
            yield begin
            clock = begin + self.durations[number]

    def leg_end(self, departure: int, length: int, first: int, last: int) -> int:
        """When a leg that holds breaks `first`…`last` - 1 ends, `NEVER` or more if it cannot hold them."""
        end = departure + length
        if first == last:
            return end
        for number, begin in enumerate(self.taken(departure, first, last), start=first):
            end = max(end, begin) + self.durations[number]
        return end

    def latest_departure(self, end: int, length: int, first: int, last: int) -> int:
        """The latest departure for which `leg_end` is no later than `end`; very negative if there is none."""
        clock = NEVER
        for number in reversed(range(first, last)):
            end -= self.durations[number]
            clock = closing(self._windows[number], min(end, clock - self.durations[number]))
        return min(end - length, clock)


class Day:
    """What one shift could do. `rows`: visit → its row in the shift's travel matrix; `windows`: visit → when it
    may start."""

    def __init__(
        self, problem: Problem, shift: Shift, rows: Mapping[str, int], windows: Mapping[str, Windows]
    ) -> None:
        self.shift = shift
        self.rests = Rests(shift.breaks)
        travel = problem.travel_of(shift)
        self.start_row = _row(travel.index, shift.start_place)
        self.end_row = _row(travel.index, shift.end_place)
        self._seconds = travel.seconds
        self._rows = rows
        self._windows = windows
        self._entry_s = problem.entry_s

    def order(self, visits: Sequence[Visit]) -> Order:
        """The visits in this order."""
        ways = [
            self.leg(None, visits[0]),
            *(self.leg(a, b) for a, b in pairwise(visits)),
            self.home(visits[-1]),
        ]
        return Order(tuple(visits), tuple(ways), tuple(self._windows[visit.id] for visit in visits))

    def nothing(self) -> Order:
        """The day without any visit."""
        return Order((), (Leg(0, 0, 0),), ())

    def inserted(self, order: Order, position: int, visit: Visit, windows: Windows) -> Order:
        """The order with one visit more, after `position` others."""
        k = position
        return Order(
            (*order.visits[:k], visit, *order.visits[k:]),
            (*order.legs[:k], *self.detour(order, k, visit), *order.legs[k + 1 :]),
            (*order.windows[:k], windows, *order.windows[k:]),
        )

    def detour(self, order: Order, position: int, visit: Visit) -> tuple[Leg, Leg]:
        """The legs to and from a visit that comes after `position` others."""
        visits, k = order.visits, position
        there = self.leg(visits[k - 1] if k else None, visit)
        return there, self.leg(visit, visits[k]) if k < len(visits) else self.home(visit)

    def leg(self, origin: Visit | None, visit: Visit) -> Leg:
        """From a visit, or the shift's start, to the next visit."""
        row = self._rows[visit.id]
        before = self.start_row if origin is None else self._rows[origin.id]
        stays = origin is not None and origin.community == visit.community
        entry_s = 0 if visit.community is None or stays else self._entry_s.get(visit.community, 0)
        return Leg(self._between(before, row), entry_s, 0 if before == row else visit.setup_s)

    def home(self, last: Visit) -> Leg:
        """From the last visit to the shift's end."""
        return Leg(self._between(self._rows[last.id], self.end_row), 0, 0)

    def _between(self, origin: int, destination: int) -> int:
        return 0 if origin < 0 or destination < 0 else int(self._seconds[origin, destination])

    def service_s(self, visit: Visit) -> int:
        """Seconds on site."""
        return visit.service_of(self.shift.technician)

    def leaving(self, leave_s: int) -> list[int]:
        """Number of breaks left out before leaving → the earliest departure, from `leave_s` on."""
        return [leave_s, *(max(leave_s, latest) for latest in self.rests.latest)]

    def ready(self, order: Order, leave_s: int) -> list[list[int]]:
        """Position → number of breaks over → the earliest departure."""
        return self._forward(order, leave_s)[0]

    def _forward(self, order: Order, leave_s: int) -> tuple[list[list[int]], list[list[int]]]:
        """`ready`, and for every leg but the last: breaks over after it → how many were over before it."""
        ready, before = [self.leaving(leave_s)], []
        for leg, visit, windows in zip(order.legs, order.visits, order.windows, strict=False):
            starts, came = self._step(ready[-1], sum(leg), windows)
            service_s = self.service_s(visit)
            ready.append([start + service_s for start in starts])
            before.append(came)
        return ready, before

    def _step(self, departures: list[int], length: int, windows: Windows) -> tuple[list[int], list[int]]:
        """Breaks over after a leg → the earliest start there, and how many were over before the leg."""
        if len(departures) == 1:
            return [opening(windows, departures[0] + length)], [0]
        starts, before = [], []
        for last in range(len(departures)):
            start, came = opening(windows, departures[last] + length), last
            for first in reversed(range(last)):
                end = self.rests.leg_end(departures[first], length, first, last)
                if end < start and opening(windows, end) < start:
                    start, came = opening(windows, end), first
            starts.append(start)
            before.append(came)
        return starts, before

    def latest(self, order: Order) -> list[list[int]]:
        """Position → number of breaks over → the latest that the leg there may end for the rest to work out."""
        rests, until_s = self.rests, self.shift.until_s
        latest = [[min(until_s, moment) for moment in (*rests.latest, NEVER)]]
        for k in reversed(range(len(order.visits))):
            length, service_s = sum(order.legs[k + 1]), self.service_s(order.visits[k])
            after = latest[-1]
            latest.append(
                [
                    closing(order.windows[k], self._latest_departure(after, length, over) - service_s)
                    for over in range(rests.count + 1)
                ]
            )
        latest.append([-NEVER])
        return latest[::-1]

    def _latest_departure(self, after: list[int], length: int, over: int) -> int:
        return max(self.rests.latest_departure(after[j], length, over, j) for j in range(over, len(after)))

    def start_between(
        self, visit: Visit, windows: Windows, legs: tuple[Leg, Leg], ready: list[int], latest: list[int]
    ) -> int:
        """The earliest start of a visit between a departure as in `ready` and a leg's end as in `latest`, `NEVER` if
        there is none. `legs` lead into the visit and out of it."""
        best, states, rests = NEVER, range(len(ready)), self.rests
        there, onward, service_s = sum(legs[0]), sum(legs[1]), self.service_s(visit)
        for before in states:
            for over in states[before:]:
                start = opening(windows, rests.leg_end(ready[before], there, before, over))
                if start < best and any(
                    rests.leg_end(start + service_s, onward, over, after) <= latest[after]
                    for after in states[over:]
                ):
                    best = start
        return best

    def timetable(self, order: Order) -> Route | None:
        """The times of a whole day, `None` if it cannot be."""
        early = self._earliest(order, self.shift.earliest_s)
        if early is None:
            return None
        way = self._earliest(order, self._leave(order, early))
        return None if way is None else self._route(order, way)

    def _earliest(self, order: Order, leave_s: int) -> Way | None:
        """The first pass."""
        ready, before = self._forward(order, leave_s)
        ends, came = self._step(ready[-1], sum(order.legs[-1]), ANY_TIME)
        bounds = [min(self.shift.until_s, latest) for latest in (*self.rests.latest, NEVER)]
        in_time = [(end, over) for over, end in enumerate(ends) if end <= bounds[over]]
        if not in_time:
            return None
        back_s, over = min(in_time)
        states = [over, came[over]]
        for came in reversed(before):
            states.append(came[states[-1]])
        states.reverse()
        departures = tuple(departures[over] for departures, over in zip(ready, states, strict=False))
        services = [self.service_s(visit) for visit in order.visits]
        starts = tuple(gone - service for gone, service in zip(departures[1:], services, strict=True))
        return Way(tuple(states), departures, starts, back_s)

    def _leave(self, order: Order, way: Way) -> int:
        """The second pass."""
        moment, over = way.back_s, way.over
        for k in reversed(range(len(order.legs))):
            moment = self.rests.latest_departure(moment, sum(order.legs[k]), over[k], over[k + 1])
            if k:
                visit = order.visits[k - 1]
                last = min(moment - self.service_s(visit), deadline(visit, way.starts[k - 1]))
                moment = closing(order.windows[k - 1], last)
        return moment

    def _route(self, order: Order, way: Way) -> Route:
        breaks: list[int | None] = [None] * self.rests.count
        stops = []
        for k, leg in enumerate(order.legs):
            first, last, departure = way.over[k], way.over[k + 1], way.departures[k]
            begun = list(self.rests.taken(departure, first, last))
            breaks[first:last] = begun
            if k == len(order.visits):
                break
            arrival = departure + leg.travel_s
            for number, begin in enumerate(begun, start=first):
                arrival += self.rests.durations[number] if begin < arrival else 0
            rest_s = sum(self.rests.durations[first:last])
            start = way.starts[k]
            waiting = start - departure - sum(leg) - rest_s
            name, gone = order.visits[k].id, way.departures[k + 1]
            stops.append(Stop(name, arrival, start, gone, leg.travel_s, leg.entry_s, waiting, leg.setup_s))
        return Route(self.shift.id, way.departures[0], tuple(stops), way.back_s, tuple(breaks))


def _row(index: Mapping[Place, int], place: Place | None) -> int:
    """The place's row, -1 for an open end."""
    return -1 if place is None else index[place]
