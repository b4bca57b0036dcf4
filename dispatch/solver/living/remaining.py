"""What is left of the old plan's visits and routes, as the problem that goes on from it has them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from dispatch.solver.living.facts import Day, Facts
from dispatch.solver.living.resume import Resumed
from dispatch.solver.plan import Plan, Route, Stop
from dispatch.solver.shift import Shift
from dispatch.solver.validation import MAX_SECONDS
from dispatch.solver.visit import After, Promise, TimeWindow, Visit

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
    """What is left of visits and routes. `shifts` go on, `before` are all there were."""

    day: Day
    plan: Plan
    shifts: Mapping[str, Resumed]
    before: Mapping[str, Shift]

    @property
    def facts(self) -> Facts:
        return self.day.facts

    def visits_left(self) -> Iterator[Visit]:
        planned = {stop.visit: (r.shift, stop) for r in self.plan.routes for stop in r.stops if not stop.role}
        awaited = {
            one.visit
            for visit in self.day.visits.values()
            if self.facts.open(visit.id)
            for one in visit.after
        }
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
        for route in self.plan.routes:
            rest = self.shifts.get(route.shift)
            stops = [stop for stop in route.stops if self._goes_on(stop.visit) and stop.visit not in released]
            if rest is None or not stops:
                continue
            departure_s = max(rest.shift.earliest_s, route.departure_s)
            yield Route(
                route.shift,
                departure_s,
                tuple(self._from_here(stop, rest) for stop in stops),
                route.arrival_s,
                rest.break_starts_s,
            )

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
            after=(),
        )

    def _off(self, visit: Visit) -> Visit:
        """A visit that is off but others must come after: it stays, impossible and worthless, so that they are
        left out as their rule says."""
        never_s = self._never_s()
        return Visit(visit.id, visit.place, 0, (TimeWindow(never_s, never_s),), penalty=0.0)

    def _open(self, visit: Visit, planned: tuple[str, Stop] | None, heading: Resumed | None) -> Visit:
        new = self._after_what_is_over(visit)
        if visit.pinned_shift is not None and self._lost(visit.pinned_shift, planned):
            new = replace(new, pinned_shift=None)
        if planned is not None and visit.promise is None:
            new = replace(new, promise=self._promise(visit, *planned))
        if heading is not None:
            start_s = visit.pinned_start_s if heading.start_s is None else heading.start_s
            new = replace(new, pinned_shift=heading.shift.id, pinned_start_s=start_s)
        pin = self.facts.pins.get(visit.id)
        if pin is not None:
            new = replace(
                new,
                pinned_shift=pin.shift or new.pinned_shift,
                pinned_start_s=new.pinned_start_s if pin.start_s is None else pin.start_s,
            )
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

    def _lost(self, shift: str, planned: tuple[str, Stop] | None) -> bool:
        """Whether a pin to this shift has lost its object."""
        if shift not in self.shifts:
            return True
        return shift in self.facts.ends and (
            planned is None or planned[0] != shift or self._too_late(*planned)
        )

    def _too_late(self, shift: str, stop: Stop) -> bool:
        ends_s = self.facts.ends.get(shift)
        return ends_s is not None and stop.departure_s > ends_s and stop.visit not in self.facts.running

    def _released(self) -> set[str]:
        """Visits that go back into the pool, whole crews at a time."""
        return {
            stop.visit
            for route in self.plan.routes
            for stop in route.stops
            if route.shift not in self.shifts
            or self._too_late(route.shift, stop)
            or self._pinned_away(route, stop)
        }

    def _pinned_away(self, route: Route, stop: Stop) -> bool:
        pin = self.facts.pins.get(stop.visit)
        if pin is None or stop.role:
            return False
        return pin.shift not in (None, route.shift) or pin.start_s not in (None, stop.start_s)
