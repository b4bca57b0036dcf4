"""What is left of the old plan's visits and routes, as the problem that goes on from it has them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from dispatch.solver.living.course import Course
from dispatch.solver.living.events import Pinned
from dispatch.solver.living.facts import Day, Facts
from dispatch.solver.living.resume import Resumed
from dispatch.solver.objective import PIN_PENALTY_S, unassigned_cost
from dispatch.solver.plan import Route, Stop
from dispatch.solver.shift import Shift
from dispatch.solver.validation import MAX_SECONDS
from dispatch.solver.visit import After, Promise, TimeWindow, Visit
from dispatch.solver.weights import Term, Weights

NOTICE_S = 4 * 3600
"""A promise this far ahead, or farther, is moved at its plain price. A choice, not a finding."""
SHORT_NOTICE = 3.0
"""How many times the plain price a promise costs at its very moment. A choice, not a finding."""


def notice_weight(notice_s: int) -> float:
    """How many times its plain price a promise so many seconds ahead costs to move."""
    nearness = 1 - min(max(notice_s, 0), NOTICE_S) / NOTICE_S
    return 1 + (SHORT_NOTICE - 1) * nearness


@dataclass(frozen=True)
class Remaining:
    """What is left of visits and routes. `courses`: every shift's. `shifts` go on."""

    day: Day
    courses: Mapping[str, Course]
    shifts: Mapping[str, Resumed]

    @property
    def facts(self) -> Facts:
        return self.day.facts

    @cached_property
    def before(self) -> Mapping[str, Shift]:
        """Every shift there was."""
        return {shift.id: shift for shift in self.day.problem.shifts}

    @property
    def weights_left(self) -> Weights:
        """The day's, but for the term `unassigned`, whose weight and cap are in the penalties already."""
        return replace(self.day.problem.weights, unassigned=Term())

    def visits_left(self) -> Iterator[Visit]:
        awaited = {
            one.visit
            for visit in self.day.visits.values()
            if self.facts.open(visit.id)
            for one in visit.after
        }
        planned = {stop.visit: (shift, stop) for shift, stop in self._stops() if not stop.role}
        heading = {
            rest.heading.visit: rest
            for rest in self.shifts.values()
            if rest.heading and not rest.heading.role
        }
        for visit in self.day.visits.values():
            if visit.id in self.facts.running:
                yield self._running(visit, planned[visit.id][0])
            elif visit.id in self.facts.off:
                if visit.id in awaited:
                    yield self._off(visit)
            elif visit.id not in self.facts.over:
                yield self._open(visit, planned.get(visit.id), heading.get(visit.id))

    def routes_left(self) -> Iterator[Route]:
        released = self._released()
        for shift, rest in self.shifts.items():
            course = self.courses[shift]
            stops = [stop for stop in _to_come(course) if stop.visit not in released]
            stops = [self._from_here(stop, rest) for stop in stops if self._goes_on(stop.visit)]
            if stops:
                departure_s = max(rest.shift.earliest_s, course.route.departure_s)
                back_s = course.route.arrival_s
                yield Route(shift, departure_s, tuple(stops), back_s, rest.break_starts_s)

    def _stops(self) -> Iterator[tuple[str, Stop]]:
        """(shift, stop) of all that runs or is to come."""
        for shift, course in self.courses.items():
            for stop in _to_come(course):
                yield shift, stop

    def _goes_on(self, visit: str) -> bool:
        return visit in self.facts.running or self.facts.open(visit)

    def _from_here(self, stop: Stop, rest: Resumed) -> Stop:
        """The stop as the problem left has it: one that runs, or that he drives to, is where his shift resumes."""
        service = self.facts.running.get(stop.visit)
        if service is not None:
            start_s, departure_s = service.start_s, service.until_s
        elif rest.start_s is not None and rest.heading == stop:
            start_s, departure_s = rest.start_s, rest.start_s + stop.departure_s - stop.start_s
        else:
            return stop
        earliest_s = rest.shift.earliest_s
        entry_s = self.day.entry_s(stop.visit)
        breaks = zip(rest.shift.breaks, rest.break_starts_s, strict=False)
        rest_s = sum(pause.duration_s for pause, at_s in breaks if at_s is not None and at_s < start_s)
        waiting_s = max(0, start_s - earliest_s - entry_s - rest_s)
        return Stop(stop.visit, earliest_s, start_s, departure_s, 0, entry_s, waiting_s, role=stop.role)

    def _running(self, visit: Visit, shift: str) -> Visit:
        service = self.facts.running[visit.id]
        return replace(
            visit,
            service_s=service.until_s - service.start_s,
            service_by_technician={},
            pinned_shift=shift,
            pinned_start_s=service.start_s,
            penalty=self._fact_min,
            after=(),
        )

    @cached_property
    def _fact_min(self) -> float:
        """A penalty that outweighs leaving out everything open, pinned or not: a fact is not weighed."""
        weights = self.day.problem.weights
        opened = [visit for visit in self.day.visits.values() if self.facts.open(visit.id)]
        return sum(unassigned_cost(visit, weights) + PIN_PENALTY_S for visit in opened) / 60

    def _off(self, visit: Visit) -> Visit:
        """A visit that is off but others must come after: it stays, impossible and worthless, so that they are
        left out as their rule says."""
        never_s = self._never_s()
        return Visit(visit.id, visit.place, 0, (TimeWindow(never_s, never_s),), penalty=0.0)

    def _open(self, visit: Visit, planned: tuple[str, Stop] | None, heading: Resumed | None) -> Visit:
        pin = self._pin_of(visit.id)
        shift, start_s = pin.shift, pin.start_s
        if heading is not None:
            shift = heading.shift.id
            start_s = start_s if heading.start_s is None else heading.start_s
        penalty = self.day.problem.weights.unassigned.price(visit.penalty) / 60
        new = replace(
            self._after_what_is_over(visit), pinned_shift=shift, pinned_start_s=start_s, penalty=penalty
        )
        if planned is not None and visit.promise is None:
            new = replace(new, promise=self._promise(visit, *planned))
        return new

    def _promise(self, visit: Visit, shift: str, stop: Stop) -> Promise:
        technician = None if visit.crew else self.before[shift].technician
        return Promise(stop.start_s, technician, weight=notice_weight(stop.start_s - self.day.now_s))

    def _after_what_is_over(self, visit: Visit) -> Visit:
        """The visit with gaps to what is over as plain windows."""
        ended = [
            one for one in visit.after if one.visit in self.facts.over and one.visit not in self.facts.off
        ]
        if not ended:
            return visit
        windows = visit.windows or (TimeWindow(-MAX_SECONDS, MAX_SECONDS),)
        for one in ended:
            windows = tuple(self._within_gap(windows, one))
        never_s = self._never_s()
        waits_for = tuple(one for one in visit.after if one not in ended)
        return replace(visit, after=waits_for, windows=windows or (TimeWindow(never_s, never_s),))

    def _within_gap(self, windows: Sequence[TimeWindow], one: After) -> Iterator[TimeWindow]:
        ended_s = self.facts.over[one.visit]
        horizon_s = max(shift.until_s for shift in self.before.values())
        first_s = ended_s + one.min_gap_s
        last_s = max(first_s, horizon_s) if one.max_gap_s is None else ended_s + one.max_gap_s
        for window in windows:
            earliest_s, latest_s = max(window.earliest_start, first_s), min(window.latest_start, last_s)
            if earliest_s <= latest_s:
                yield TimeWindow(earliest_s, latest_s)

    def _never_s(self) -> int:
        """A moment at which nobody works any more."""
        return min((rest.shift.earliest_s for rest in self.shifts.values()), default=self.day.now_s) - 1

    def _released(self) -> set[str]:
        """Visits that go back into the pool, whole crews at a time."""
        return {
            stop.visit
            for shift, stop in self._stops()
            if self.facts.open(stop.visit)
            and (shift not in self.shifts or self._too_late(shift, stop) or self._pinned_away(shift, stop))
        }

    def _too_late(self, shift: str, stop: Stop) -> bool:
        visit = self.day.visits[stop.visit]
        return self.facts.too_late(self.day.problem, self.before[shift], visit, stop.departure_s)

    def _pinned_away(self, shift: str, stop: Stop) -> bool:
        pin, heading = self._pin_of(stop.visit), self.shifts[shift].heading
        if stop.role or stop == heading:
            return False
        return pin.shift not in (None, shift) or pin.start_s not in (None, stop.start_s)

    def _pin_of(self, visit: str) -> Pinned:
        pin = self.day.pin_of(visit)
        return pin if pin.shift in self.shifts else replace(pin, shift=None)


def _to_come(course: Course) -> Iterator[Stop]:
    """What runs, then what is ahead."""
    if course.running is not None:
        yield course.running
    yield from course.ahead
