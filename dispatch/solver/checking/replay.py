"""One route of a plan, walked stop by stop against the rules. Shares no code with the search."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from dispatch.solver.checking.violations import Cause, Violation
from dispatch.solver.plan import Route, Stop
from dispatch.solver.problem import Break, Place, Problem, Shift, Visit


class Replay:
    """A plan may leave earlier or wait longer than need be, as long as it says so; that is no violation."""

    def __init__(self, problem: Problem, shift: Shift, visits: Mapping[str, Visit], route: Route) -> None:
        self.problem = problem
        self.travel = problem.travel_of(shift)
        self.shift = shift
        self.visits = visits
        self.route = route
        unstated = (None,) * (len(shift.breaks) - len(route.break_starts_s))
        self.breaks = list(zip(shift.breaks, (*route.break_starts_s, *unstated), strict=False))
        self.taken = [(pause, begin) for pause, begin in self.breaks if begin is not None]

    def violations(self) -> list[Violation]:
        """Everything that is wrong with the route by itself."""
        found = [*self._span(), *self._limits(), *self._loads(), *self._breaks()]
        origin, now = None, self.route.departure_s
        for stop in self.route.stops:
            visit = self.visits[stop.visit]
            found += self._stretch(stop, origin, visit, now)
            found += self._service(stop, visit)
            found += self._technician(stop.role, visit)
            origin, now = visit, stop.departure_s
        return found if origin is None else [*found, *self._way_home(origin, now)]

    def _found(self, cause: Cause, visit: str | None, detail: str) -> Violation:
        return Violation(cause, self.shift.id, visit, detail)

    def _span(self) -> Iterator[Violation]:
        early = self.shift.earliest_s - self.route.departure_s
        if early > 0:
            yield self._found(Cause.SHIFT_SPAN, None, f"leaves {early} s before the shift")
        late = self.route.arrival_s - self.shift.until_s
        if late > 0:
            overtime = f" and its {self.shift.overtime_s} s of overtime" if self.shift.overtime_s else ""
            yield self._found(Cause.SHIFT_SPAN, None, f"is back {late} s after the shift{overtime}")

    def _limits(self) -> Iterator[Violation]:
        shift, stops = self.shift, self.route.stops
        if shift.max_visits is not None and len(stops) > shift.max_visits:
            yield self._found(Cause.MAX_VISITS, None, f"{len(stops)} visits, at most {shift.max_visits}")
        if not stops:
            return
        places = [shift.start_place, *(self.visits[stop.visit].place for stop in stops), shift.end_place]
        seconds = sum(self.travel.between(a, b) for a, b in pairwise(places))
        if shift.max_travel_s is not None and seconds > shift.max_travel_s:
            yield self._found(
                Cause.MAX_TRAVEL, None, f"{seconds} s of driving, at most {shift.max_travel_s} s"
            )
        metres = sum(self.travel.metres_between(a, b) for a, b in pairwise(places))
        if shift.max_distance_m is not None and metres > shift.max_distance_m:
            yield self._found(Cause.MAX_DISTANCE, None, f"{metres} m, at most {shift.max_distance_m} m")

    def _loads(self) -> Iterator[Violation]:
        """The first moment, part by part, at which the van holds too much: at the start, or after a stop."""
        if not self.shift.capacity:
            return
        carried = [self.visits[stop.visit] for stop in self.route.stops if stop.role == 0]
        for part in sorted({part for visit in carried for part in (*visit.brings, *visit.collects)}):
            room = self.shift.capacity.get(part, 0)
            load = sum(visit.brings.get(part, 0) for visit in carried)
            at: str | None = None
            for visit in carried:
                if load > room:
                    break
                load += visit.collects.get(part, 0) - visit.brings.get(part, 0)
                at = visit.id
            if load > room:
                yield self._found(Cause.CAPACITY, at, f"{load} of {part} on board, room for {room}")

    def _breaks(self) -> Iterator[Violation]:
        if len(self.route.break_starts_s) > len(self.shift.breaks):
            yield self._found(Cause.BREAK_MISSING, None, "a break is planned where there is none")
        if not self.route.stops:
            return
        yield from self._breaks_at_home()
        for pause, begin in self.taken:
            yield from self._break(pause, begin)
        for (pause, begin), (_, following) in pairwise(self.taken):
            if following < begin + pause.duration_s:
                detail = f"one starts at {following}, the one before ends at {begin + pause.duration_s}"
                yield self._found(Cause.BREAK_MISSING, None, detail)

    def _breaks_at_home(self) -> Iterator[Violation]:
        """A break not taken on the way needs the time for it at home, before leaving or after being back, with all
        the breaks before it or after it."""
        at_home = [begin is None for _, begin in self.breaks]
        for number, (pause, begin) in enumerate(self.breaks):
            if begin is not None:
                continue
            before = all(at_home[:number]) and self.route.departure_s >= pause.latest_s
            after = all(at_home[number:]) and self.route.arrival_s <= pause.latest_s
            if not before and not after:
                yield self._found(
                    Cause.BREAK_MISSING, None, f"none, and neither home until nor back by {pause.latest_s}"
                )

    def _break(self, pause: Break, begin: int) -> Iterator[Violation]:
        end = begin + pause.duration_s
        if not any(window.earliest_start <= begin <= window.latest_start for window in pause.windows):
            yield self._found(Cause.BREAK_MISSING, None, f"starts at {begin}, outside its windows")
        if begin < self.route.departure_s or end > self.route.arrival_s:
            yield self._found(Cause.BREAK_MISSING, None, f"starts at {begin}, outside the route")
        for stop in self.route.stops:
            if begin < stop.departure_s and end > stop.start_s:
                yield self._found(Cause.BREAK_MISSING, stop.visit, f"starts at {begin}, during this service")

    def _rest_within(self, begin: int, end: int) -> int:
        """Seconds of breaks that start in `begin ≤ t < end`."""
        return sum(pause.duration_s for pause, start in self.taken if begin <= start < end)

    def _stretch(self, stop: Stop, origin: Visit | None, visit: Visit, now: int) -> Iterator[Violation]:
        """Between the departure before and the start of service."""
        before = self.shift.start_place if origin is None else origin.place
        needed = self.travel.between(before, visit.place)
        entry_s, setup_s = self._entry_s(origin, visit), _setup_s(before, visit)
        on_road = self._rest_within(now, stop.arrival_s)
        at_door = self._rest_within(stop.arrival_s, stop.start_s)
        if stop.arrival_s < now:
            detail = f"arrives {now - stop.arrival_s} s before leaving the stop before"
            yield self._found(Cause.OVERLAP, stop.visit, detail)
        elif stop.arrival_s < now + needed + on_road or stop.travel_s != needed:
            detail = f"{needed} s of driving and {on_road} s of break in {stop.arrival_s - now} s"
            stated = "" if stop.travel_s == needed else f", {stop.travel_s} s stated"
            yield self._found(Cause.TRAVEL_TOO_SHORT, stop.visit, detail + stated)
        yield from self._gate(stop, entry_s, setup_s, stop.start_s - stop.arrival_s - at_door)
        waiting = stop.start_s - now - needed - entry_s - setup_s - on_road - at_door
        if stop.waiting_s != waiting:
            detail = f"waits {waiting} s, the plan says {stop.waiting_s} s"
            yield self._found(Cause.SCORE_WRONG, stop.visit, detail)

    def _gate(self, stop: Stop, entry_s: int, setup_s: int, gate_s: int) -> Iterator[Violation]:
        """Between arrival and the start of service, breaks left aside."""
        figures = f"{gate_s} s between arrival and start"
        if gate_s < 0:
            yield self._found(Cause.OVERLAP, stop.visit, figures)
        elif gate_s < entry_s or stop.entry_s != entry_s:
            detail = f"{figures}, {entry_s} s of entry, {stop.entry_s} s stated"
            yield self._found(Cause.ENTRY_TIME_MISSING, stop.visit, detail)
        elif gate_s < entry_s + setup_s or stop.setup_s != setup_s:
            detail = f"{figures}, {entry_s} s of entry and {setup_s} s of setup, {stop.setup_s} s stated"
            yield self._found(Cause.SETUP_TIME_MISSING, stop.visit, detail)

    def _entry_s(self, origin: Visit | None, visit: Visit) -> int:
        if visit.community is None or (origin is not None and origin.community == visit.community):
            return 0
        return self.problem.entry_s.get(visit.community, 0)

    def _service(self, stop: Stop, visit: Visit) -> Iterator[Violation]:
        stays_s = stop.departure_s - stop.start_s - visit.service_of(self.shift.technician)
        if stays_s < 0:
            yield self._found(Cause.OVERLAP, visit.id, f"leaves {-stays_s} s before the service is over")
        elif stays_s > 0:
            yield self._found(Cause.STAYS_ON, visit.id, f"leaves {stays_s} s after the service is over")
        if visit.pinned_start_s is not None:
            off = stop.start_s - visit.pinned_start_s
            if off:
                yield self._found(Cause.PINNED, visit.id, f"starts {off} s off its pinned time")
        elif visit.windows and not any(
            window.earliest_start <= stop.start_s <= window.latest_start for window in visit.windows
        ):
            yield self._found(Cause.WINDOW, visit.id, f"starts at {stop.start_s}, in none of its windows")

    def _technician(self, role: int, visit: Visit) -> Iterator[Violation]:
        technician = self.shift.technician
        required = visit.required_technicians if role == 0 else ()
        if role == 0 and visit.pinned_shift is not None:
            if visit.pinned_shift != self.shift.id:
                yield self._found(Cause.PINNED, visit.id, f"is pinned to {visit.pinned_shift}")
            return
        if technician in visit.forbidden_technicians or (required and technician not in required):
            yield self._found(Cause.FORBIDDEN_TECHNICIAN, visit.id, f"{technician} may not go")
        for skill, level in sorted(visit.skills_of(role).items()):
            held = self.shift.skills.get(skill)
            if held is None:
                yield self._found(Cause.SKILL, visit.id, f"{technician} lacks {skill}")
            elif held < level:
                yield self._found(Cause.LEVEL, visit.id, f"{technician} has {skill} {held}, {level} needed")

    def _way_home(self, last: Visit, now: int) -> Iterator[Violation]:
        needed = self.travel.between(last.place, self.shift.end_place)
        rest = self._rest_within(now, self.route.arrival_s + 1)
        if self.route.arrival_s < now + needed + rest:
            detail = (
                f"{needed} s of driving and {rest} s of break in {self.route.arrival_s - now} s to the end"
            )
            yield self._found(Cause.TRAVEL_TOO_SHORT, None, detail)


def _setup_s(origin: Place | None, visit: Visit) -> int:
    return 0 if origin == visit.place else visit.setup_s
