"""Events, in the order in which they became known → where the day stands, or what contradicts itself."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from dispatch.solver.living.events import (
    Abandoned,
    Cancelled,
    Done,
    Event,
    NoShow,
    Overrun,
    Pinned,
    Report,
    ShiftBegins,
    ShiftEnds,
    Started,
    Urgent,
)
from dispatch.solver.plan import Plan, Route, Stop
from dispatch.solver.problem import Problem, ProblemError
from dispatch.solver.shift import Shift
from dispatch.solver.validation import MAX_SECONDS, check_whole
from dispatch.solver.visit import Visit


@dataclass(frozen=True, slots=True)
class Running:
    """A service that has begun and not ended."""

    start_s: int
    until_s: int


@dataclass(frozen=True)
class Facts:
    """Where the day stands.

    - `over`: visit → when its technician was free again, done or in vain. `began`: visit → when it was reported
      to have begun. `off`: visits that will not take place, cancelled or in vain. `running`: visit → its service.
    - `abandoned`: visit → when whoever the plan sends left it undone; it is open again, and nobody's.
    - `urgent`: visits the problem does not have yet.
    - `begins`, `ends`: shift → when its technician sets out at the earliest, and must be back.
    - `pins`: visit → what dispatchers want of it now; the problem's own pins are among them.
    """

    over: Mapping[str, int] = field(default_factory=dict)
    began: Mapping[str, int] = field(default_factory=dict)
    off: frozenset[str] = frozenset()
    running: Mapping[str, Running] = field(default_factory=dict)
    abandoned: Mapping[str, int] = field(default_factory=dict)
    urgent: tuple[Visit, ...] = ()
    begins: Mapping[str, int] = field(default_factory=dict)
    ends: Mapping[str, int] = field(default_factory=dict)
    pins: Mapping[str, Pinned] = field(default_factory=dict)

    def open(self, visit: str) -> bool:
        """Whether the visit has still to begin."""
        return visit not in self.over and visit not in self.off and visit not in self.running

    def too_late(self, problem: Problem, shift: Shift, visit: Visit, departure_s: int) -> bool:
        """Whether who leaves the visit then, and goes home, is back after he must be."""
        return _late(problem, shift, visit, departure_s, self.ends.get(shift.id))


@dataclass(frozen=True)
class Day:
    """A problem, urgent visits and all, and where its day stands. `visits`: the problem's, by id."""

    problem: Problem
    facts: Facts
    now_s: int

    @cached_property
    def visits(self) -> Mapping[str, Visit]:
        return {visit.id: visit for visit in self.problem.visits}

    @cached_property
    def collected(self) -> frozenset[str]:
        """Parts that visits give back."""
        return frozenset(part for visit in self.problem.visits for part in visit.collects)

    def pin_of(self, visit: str) -> Pinned:
        """What dispatchers want of the visit, but for a shift whose time is over."""
        pin = self.facts.pins[visit]
        return replace(pin, shift=None) if pin.shift in self._over else pin

    @cached_property
    def _over(self) -> frozenset[str]:
        begins, ends = self.facts.begins, self.facts.ends
        return frozenset(
            shift.id
            for shift in self.problem.shifts
            if max(self.now_s, begins.get(shift.id, self.now_s))
            >= min(shift.until_s, ends.get(shift.id, shift.until_s))
        )

    def entry_s(self, visit: str) -> int:
        """Seconds to get into the visit's community."""
        return self.problem.entry_s.get(self.visits[visit].community or "", 0)


class Tries:
    """Which stops of a plan in force tell of visits that were abandoned before it was made: such a stop has no
    service, it starts and ends when its technician gave up. The visit may have another stop, still to come."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.known = {(event.visit, event.at_s) for event in events if isinstance(event, Abandoned)}

    def __contains__(self, stop: Stop) -> bool:
        return stop.start_s == stop.departure_s and (stop.visit, stop.departure_s) in self.known

    def left_aside(self, plan: Plan) -> Plan:
        """The plan without them."""
        routes = (
            replace(route, stops=tuple(stop for stop in route.stops if stop not in self))
            for route in plan.routes
        )
        return replace(plan, routes=tuple(routes))


def facts_of(problem: Problem, plan: Plan, events: Sequence[Event], now_s: int) -> Facts:
    """What the events come to.

    Raises:
        ProblemError: an event names what the plan does not have, lies ahead of `now_s`, or contradicts another;
            the path is the event's, as in `events[3].at_s`.
    """
    log = _Log(problem, plan, Tries(events), now_s)
    for i, event in enumerate(events):
        log.note(f"events[{i}]", event)
    log.check_nobody_in_two_places()
    return log.facts()


class _Log:
    def __init__(self, problem: Problem, plan: Plan, tries: Tries, now_s: int) -> None:
        self.problem = problem
        self.now_s = now_s
        self.routes = tries.left_aside(plan).routes
        self.planned = {stop.visit: (shift, stop) for shift, stop in _first_stops(self.routes)}
        tried = [(shift, stop) for shift, stop in _first_stops(plan.routes) if stop in tries]
        self.tried = sorted(tried, key=lambda one: one[1].departure_s)
        self.known = {stop.visit: (shift, stop) for shift, stop in self.tried} | self.planned
        self.visits = {visit.id: visit for visit in problem.visits}
        self.shifts = {shift.id: shift for shift in problem.shifts}
        self.over: dict[str, int] = {}
        self.began: dict[str, int] = {}
        self.off: set[str] = set()
        self.running: dict[str, Running] = {}
        self.abandoned: dict[str, int] = {}
        self.left_s: dict[str, int] = {}
        self.urgent: list[Visit] = []
        self.begins: dict[str, int] = {}
        self.ends: dict[str, int] = {}
        self.pins = {visit.id: _pin_of(visit) for visit in problem.visits}
        self.paths: dict[str, str] = {}

    def facts(self) -> Facts:
        return Facts(
            over=self.over,
            began=self.began,
            off=frozenset(self.off),
            running=self.running,
            abandoned=self.abandoned,
            urgent=tuple(self.urgent),
            begins=self.begins,
            ends=self.ends,
            pins=self.pins,
        )

    def note(self, path: str, event: Event) -> None:
        match event:
            case Started() | Overrun() | Done() | NoShow() | Abandoned():
                self._begun(path, event)
            case Cancelled():
                self._open(path, event.visit)
                self.off.add(event.visit)
            case Urgent():
                self._urgent(path, event.visit)
            case ShiftBegins():
                self._known_shift(path, event.shift)
                check_whole(f"{path}.at_s", event.at_s)
                self.begins[event.shift] = event.at_s
            case ShiftEnds():
                self._shift_ends(path, event)
            case Pinned():
                self._pinned(path, event)

    def _begun(self, path: str, event: Report) -> None:
        visit = event.visit
        self._known_visit(path, visit)
        if visit not in self.known:
            raise ProblemError(f"{path}.visit", f"{visit} is in no route")
        if visit in self.over or visit in self.off:
            raise ProblemError(f"{path}.visit", f"{visit} is over already")
        if visit in self.running and isinstance(event, Started | NoShow):
            raise ProblemError(f"{path}.visit", f"{visit} has begun already")
        self.paths[visit] = path
        match event:
            case Started():
                self._past(f"{path}.at_s", event.at_s)
                self._after_abandoned(path, event)
                until_s = max(event.at_s + self._service_s(visit), self.now_s)
                self.running[visit] = Running(event.at_s, until_s)
            case Overrun():
                self._overrun(path, event)
            case _:
                self._ended(path, event)

    def _overrun(self, path: str, event: Overrun) -> None:
        check_whole(f"{path}.until_s", event.until_s)
        begun = self.running.get(event.visit)
        start_s = min(self._planned_s(event.visit), self.now_s) if begun is None else begun.start_s
        self.running[event.visit] = Running(start_s, max(event.until_s, self.now_s))

    def _planned_s(self, visit: str) -> int:
        """When it was to begin; of a try that is still to be told of, when that was given up."""
        told_s = self.left_s.get(visit, -MAX_SECONDS)
        tries = (stop.start_s for _, stop in self.tried if stop.visit == visit and stop.start_s > told_s)
        return next(tries, self.known[visit][1].start_s)

    def _ended(self, path: str, event: Done | NoShow | Abandoned) -> None:
        self._past(f"{path}.at_s", event.at_s)
        visit, begun = event.visit, self.running.pop(event.visit, None)
        self._after_abandoned(path, event)
        if begun is not None and event.at_s < begun.start_s:
            raise ProblemError(f"{path}.at_s", f"{visit} only began at {begun.start_s}")
        if isinstance(event, Abandoned):
            self._abandoned(event)
            return
        self.over[visit] = event.at_s
        if begun is not None:
            self.began[visit] = begun.start_s
        if isinstance(event, NoShow):
            self.off.add(visit)

    def _after_abandoned(self, path: str, event: Started | Done | NoShow | Abandoned) -> None:
        left_s = self.left_s.get(event.visit)
        if left_s is not None and event.at_s <= left_s:
            raise ProblemError(f"{path}.at_s", f"{event.visit} was abandoned at {left_s}")

    def _abandoned(self, event: Abandoned) -> None:
        visit = event.visit
        self.left_s[visit] = event.at_s
        self.pins[visit] = Pinned(visit)
        if not any((stop.visit, stop.departure_s) == (visit, event.at_s) for _, stop in self.tried):
            self.abandoned[visit] = event.at_s
        if visit in self.abandoned or self.known[visit][1].departure_s == event.at_s:
            del self.known[visit]

    def _urgent(self, path: str, visit: Visit) -> None:
        if visit.id not in self.visits:
            self.visits[visit.id] = visit
            self.pins[visit.id] = _pin_of(visit)
            self.urgent.append(visit)
        elif visit != self.visits[visit.id]:
            raise ProblemError(f"{path}.visit", f"the id {visit.id!r} is taken")

    def _shift_ends(self, path: str, event: ShiftEnds) -> None:
        self._known_shift(path, event.shift)
        check_whole(f"{path}.at_s", event.at_s)
        self.ends[event.shift] = event.at_s
        for visit, pin in self.pins.items():
            if pin.shift == event.shift and self._out_of_reach(visit, event):
                self.pins[visit] = replace(pin, shift=None)

    def _out_of_reach(self, visit: str, event: ShiftEnds) -> bool:
        """Whether the plan does not have the visit in the shift, or too late for it to end then."""
        shift, stop = self.planned.get(visit, (None, None))
        if stop is None or shift != event.shift:
            return True
        return _late(self.problem, self.shifts[shift], self.visits[visit], stop.departure_s, event.at_s)

    def _pinned(self, path: str, event: Pinned) -> None:
        self._open(path, event.visit)
        if event.shift is not None:
            self._known_shift(path, event.shift)
        if event.shift is None and event.start_s is None:
            raise ProblemError(path, "names neither a shift nor a start")
        before = self.pins[event.visit]
        start_s = before.start_s if event.start_s is None else event.start_s
        self.pins[event.visit] = Pinned(event.visit, event.shift or before.shift, start_s)

    def _open(self, path: str, visit: str) -> None:
        self._known_visit(path, visit)
        if visit in self.running or visit in self.over:
            raise ProblemError(f"{path}.visit", f"{visit} has begun already")
        if visit in self.off:
            raise ProblemError(f"{path}.visit", f"{visit} is off already")

    def _known_visit(self, path: str, visit: str) -> None:
        if visit not in self.visits:
            raise ProblemError(f"{path}.visit", f"no visit {visit!r}")

    def _known_shift(self, path: str, shift: str) -> None:
        if shift not in self.shifts:
            raise ProblemError(f"{path}.shift", f"no shift {shift!r}")

    def _past(self, path: str, at_s: int) -> None:
        check_whole(path, at_s)
        if at_s > self.now_s:
            raise ProblemError(path, f"{at_s} lies ahead of now, {self.now_s}")

    def _service_s(self, visit: str) -> int:
        shift, _ = self.known[visit]
        return self.visits[visit].service_of(self.shifts[shift].technician)

    def check_nobody_in_two_places(self) -> None:
        routes: dict[str, list[Route]] = defaultdict(list)
        for route in sorted(self.routes, key=lambda route: self.shifts[route.shift].earliest_s):
            routes[self.shifts[route.shift].technician].append(route)
        for technician, his in routes.items():
            stops = [(number, stop.visit) for number, route in enumerate(his) for stop in route.stops]
            running = [(number, visit) for number, visit in stops if visit in self.running]
            if len(running) > 1:
                raise ProblemError(
                    f"{self.paths[running[1][1]]}.visit", f"{technician} is still at {running[0][1]}"
                )
            for number, visit in running:
                self._check_order(number, visit, stops)

    def _check_order(self, number: int, running: str, stops: Sequence[tuple[int, str]]) -> None:
        """`stops`: (number of the shift, visit) of everything that is the technician's."""
        for other, visit in stops:
            ended_s = self.over.get(visit, self.abandoned.get(visit))
            if ended_s is None:
                continue
            if ended_s > self.running[running].start_s:
                why = f"its technician had begun {running} before {ended_s}"
                raise ProblemError(f"{self.paths[visit]}.at_s", why)
            if other > number:
                why = f"its technician has begun a later shift with {visit}"
                raise ProblemError(f"{self.paths[running]}.visit", why)


def _first_stops(routes: Sequence[Route]) -> Iterator[tuple[str, Stop]]:
    for route in routes:
        for stop in route.stops:
            if not stop.role:
                yield route.shift, stop


def _pin_of(visit: Visit) -> Pinned:
    return Pinned(visit.id, visit.pinned_shift, visit.pinned_start_s)


def _late(problem: Problem, shift: Shift, visit: Visit, departure_s: int, ends_s: int | None) -> bool:
    home_s = problem.travel_of(shift).between(visit.place, shift.end_place)
    return ends_s is not None and departure_s + home_s > ends_s
