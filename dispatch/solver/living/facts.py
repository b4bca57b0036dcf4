"""Events, in the order in which they became known → where the day stands, or what contradicts itself."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from dispatch.solver.living.events import (
    Cancelled,
    Done,
    Event,
    NoShow,
    Overrun,
    Pinned,
    ShiftEnds,
    Started,
    Urgent,
)
from dispatch.solver.plan import Plan, Route, Stop
from dispatch.solver.problem import Problem, ProblemError
from dispatch.solver.validation import check_whole
from dispatch.solver.visit import Visit


@dataclass(frozen=True, slots=True)
class Running:
    """A service that has begun and not ended."""

    start_s: int
    until_s: int


@dataclass(frozen=True)
class Facts:
    """Where the day stands.

    - `over`: visit → when its technician was free again, done or in vain. `off`: visits that will not take
      place, cancelled or in vain. `running`: visit → its service. `urgent`: visits that came up.
    - `ends`: shift → when its technician must be back. `pins`: visit → the dispatcher's last word.
    """

    over: Mapping[str, int] = field(default_factory=dict)
    off: frozenset[str] = frozenset()
    running: Mapping[str, Running] = field(default_factory=dict)
    urgent: tuple[Visit, ...] = ()
    ends: Mapping[str, int] = field(default_factory=dict)
    pins: Mapping[str, Pinned] = field(default_factory=dict)

    def open(self, visit: str) -> bool:
        """Whether the visit has still to begin."""
        return visit not in self.over and visit not in self.off and visit not in self.running


@dataclass(frozen=True)
class Day:
    """A problem and where its day stands. `visits`: all there were and are, by id."""

    problem: Problem
    visits: Mapping[str, Visit]
    facts: Facts
    now_s: int

    @cached_property
    def collected(self) -> frozenset[str]:
        """Parts that visits give back."""
        return frozenset(part for visit in self.visits.values() for part in visit.collects)

    def entry_s(self, visit: str) -> int:
        """Seconds to get into the visit's community."""
        return self.problem.entry_s.get(self.visits[visit].community or "", 0)


def facts_of(problem: Problem, plan: Plan, events: Sequence[Event], now_s: int) -> Facts:
    """What the events come to.

    Raises:
        ProblemError: an event names what the plan does not have, lies ahead of `now_s`, or contradicts another;
            the path is the event's, as in `events[3].at_s`.
    """
    log = _Log(problem, plan, now_s)
    for i, event in enumerate(events):
        log.note(f"events[{i}]", event)
    log.check_nobody_in_two_places()
    return Facts(log.over, frozenset(log.off), log.running, tuple(log.urgent), log.ends, log.pins)


class _Log:
    def __init__(self, problem: Problem, plan: Plan, now_s: int) -> None:
        self.now_s = now_s
        self.routes = plan.routes
        self.visits = {visit.id: visit for visit in problem.visits}
        self.shifts = {shift.id: shift for shift in problem.shifts}
        self.planned = dict(_first_stops(plan.routes))
        self.over: dict[str, int] = {}
        self.off: set[str] = set()
        self.running: dict[str, Running] = {}
        self.urgent: list[Visit] = []
        self.ends: dict[str, int] = {}
        self.pins: dict[str, Pinned] = {}
        self.paths: dict[str, str] = {}

    def note(self, path: str, event: Event) -> None:
        match event:
            case Started() | Overrun() | Done() | NoShow():
                self._begun(path, event)
            case Cancelled():
                self._open(path, event.visit)
                self.pins.pop(event.visit, None)
                self.off.add(event.visit)
            case Urgent():
                self._urgent(path, event.visit)
            case ShiftEnds():
                self._known_shift(path, event.shift)
                check_whole(f"{path}.at_s", event.at_s)
                self.ends[event.shift] = event.at_s
            case Pinned():
                self._pinned(path, event)

    def _begun(self, path: str, event: Started | Overrun | Done | NoShow) -> None:
        visit = event.visit
        if visit in self.visits and visit not in self.planned:
            raise ProblemError(f"{path}.visit", f"{visit} is in no route")
        self._known_visit(path, visit)
        if visit in self.over or visit in self.off:
            raise ProblemError(f"{path}.visit", f"{visit} is over already")
        if visit in self.running and not isinstance(event, Overrun | Done):
            raise ProblemError(f"{path}.visit", f"{visit} has begun already")
        self.paths[visit] = path
        match event:
            case Started():
                self._past(f"{path}.at_s", event.at_s)
                until_s = max(event.at_s + self._service_s(visit), self.now_s)
                self.running[visit] = Running(event.at_s, until_s)
            case Overrun():
                self._overrun(path, event)
            case _:
                self._ended(path, event)

    def _overrun(self, path: str, event: Overrun) -> None:
        check_whole(f"{path}.until_s", event.until_s, minimum=self.now_s)
        begun = self.running.get(event.visit)
        planned_s = self.planned[event.visit][1].start_s
        start_s = min(planned_s, self.now_s) if begun is None else begun.start_s
        self.running[event.visit] = Running(start_s, event.until_s)

    def _ended(self, path: str, event: Done | NoShow) -> None:
        self._past(f"{path}.at_s", event.at_s)
        begun = self.running.pop(event.visit, None)
        if begun is not None and event.at_s < begun.start_s:
            raise ProblemError(f"{path}.at_s", f"{event.visit} only began at {begun.start_s}")
        self.over[event.visit] = event.at_s
        if isinstance(event, NoShow):
            self.off.add(event.visit)

    def _urgent(self, path: str, visit: Visit) -> None:
        if visit.id in self.visits:
            raise ProblemError(f"{path}.visit", f"the id {visit.id!r} is taken")
        self.visits[visit.id] = visit
        self.urgent.append(visit)

    def _pinned(self, path: str, event: Pinned) -> None:
        self._open(path, event.visit)
        if event.shift is not None:
            self._known_shift(path, event.shift)
        if event.shift is None and event.start_s is None:
            raise ProblemError(path, "names neither a shift nor a start")
        self.pins[event.visit] = event

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
        shift, _ = self.planned[visit]
        return self.visits[visit].service_of(self.shifts[shift].technician)

    def check_nobody_in_two_places(self) -> None:
        begun: dict[str, list[str]] = defaultdict(list)
        for route in self.routes:
            begun[self.shifts[route.shift].technician] += [
                stop.visit for stop in route.stops if stop.visit in self.running
            ]
        for technician, visits in begun.items():
            if len(visits) > 1:
                path = self.paths[visits[1]]
                raise ProblemError(f"{path}.visit", f"{technician} is still at {visits[0]}")
        for route in self.routes:
            self._check_order(route)

    def _check_order(self, route: Route) -> None:
        running = next((stop.visit for stop in route.stops if stop.visit in self.running), None)
        for stop in route.stops:
            ended_s = self.over.get(stop.visit)
            if running is not None and ended_s is not None and ended_s > self.running[running].start_s:
                raise ProblemError(
                    f"{self.paths[stop.visit]}.at_s", f"its technician had begun {running} before {ended_s}"
                )


def _first_stops(routes: Sequence[Route]) -> Iterator[tuple[str, tuple[str, Stop]]]:
    for route in routes:
        for stop in route.stops:
            if not stop.role:
                yield stop.visit, (route.shift, stop)
