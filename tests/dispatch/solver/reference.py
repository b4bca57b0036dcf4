"""The timetable of a given order of visits, told as plainly as possible: every way to place the breaks is tried.

Whoever times routes elsewhere, by whatever shortcut, must come to the same times.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement, pairwise

from dispatch.solver.objective import route_score
from dispatch.solver.plan import Route, Stop
from dispatch.solver.problem import Place, Problem, Shift, TimeWindow, Visit

HALF_HOUR_S = 1800


@dataclass(frozen=True)
class Walk:
    """A day as it went. `over[k]`: breaks over (on the way, or at home before) when leaving position k, 0 being the
    start; `over[-1]`: when back."""

    over: tuple[int, ...]
    departures: tuple[int, ...]
    arrivals: tuple[int, ...]
    starts: tuple[int, ...]
    back_s: int
    breaks: tuple[int | None, ...]

    def worth(self) -> list[int]:
        """The smaller of two is the one to take: back earlier; then fewer breaks over; then, from the last leg to
        the first, each break on the earlier leg and the departure early."""
        last_first = zip(reversed(self.over[:-1]), reversed(self.departures), strict=True)
        return [
            self.back_s,
            self.over[-1],
            *(figure for over, gone in last_first for figure in (-over, gone)),
        ]


def timed(
    problem: Problem, shift: Shift, visit_ids: Sequence[str], roles: Sequence[int] | None = None
) -> Route | None:
    """The route through these visits in this order; `None` where a rule of the route forbids it.

    `roles`: what the technician is in each visit's crew, 0 where not given. Rules between routes (crews, order)
    are not looked at.
    """
    named = {visit.id: visit for visit in problem.visits}
    visits = [named[name] for name in visit_ids]
    roles = roles or [0] * len(visits)
    day = Day(problem, shift, visits)
    if not visits or not day.within_limits(roles):
        return None
    early = min(day.walks(shift.earliest_s), key=Walk.worth, default=None)
    if early is None:
        return None
    walk = min(day.walks(day.latest_departure(early)), key=Walk.worth)
    return day.route(walk, roles)


def cost(problem: Problem, shift: Shift, route: Route) -> int:
    """What the route costs, seconds of travel."""
    return route_score(problem, shift, {visit.id: visit for visit in problem.visits}, route).total


def may_serve(shift: Shift, visit: Visit, role: int) -> bool:
    """Whether the technician may go in this role and can."""
    if role == 0 and visit.pinned_shift is not None:
        return shift.id == visit.pinned_shift
    if shift.technician in visit.forbidden_technicians:
        return False
    if role == 0 and visit.required_technicians and shift.technician not in visit.required_technicians:
        return False
    return all(shift.skills.get(skill, 0) >= level for skill, level in visit.skills_of(role).items())


def may_start(visit: Visit, moment: int) -> bool:
    """Whether the search would let the service start at this moment."""
    if visit.pinned_start_s is not None:
        return moment == visit.pinned_start_s
    return _in_window(visit, moment) and not _too_early(visit, moment)


def _in_window(visit: Visit, moment: int) -> bool:
    return not visit.windows or any(w.earliest_start <= moment <= w.latest_start for w in visit.windows)


def _too_early(visit: Visit, moment: int) -> bool:
    """In the half hour before a promise's tolerance; it counts as closed unless the visit would be closed for ever."""
    if visit.promise is None:
        return False
    begin = visit.promise.start_s - visit.promise.tolerance_s
    elsewhere = not visit.windows or any(
        w.earliest_start < begin - HALF_HOUR_S or w.latest_start >= begin for w in visit.windows
    )
    return elsewhere and begin - HALF_HOUR_S <= moment < begin


def first_start(visit: Visit, moment: int) -> int | None:
    """The first moment from this one on at which service may start."""
    beginnings = [window.earliest_start for window in visit.windows]
    if visit.pinned_start_s is not None:
        beginnings.append(visit.pinned_start_s)
    if visit.promise is not None:
        beginnings.append(visit.promise.start_s - visit.promise.tolerance_s)
    tried = sorted({moment, *(begin for begin in beginnings if begin > moment)})
    return next((start for start in tried if may_start(visit, start)), None)


class Day:
    """A shift's visits in a fixed order."""

    def __init__(self, problem: Problem, shift: Shift, visits: Sequence[Visit]) -> None:
        self.problem, self.shift, self.visits = problem, shift, visits
        self.travel = problem.travel_of(shift)
        self.places = [shift.start_place, *(visit.place for visit in visits), shift.end_place]
        self.driving = [self.travel.between(a, b) for a, b in pairwise(self.places)]
        self.entries = [self._entry_s(k) for k in range(len(visits))]
        self.setups = [0 if a == visit.place else visit.setup_s for a, visit in self._arrivals()]

    def _arrivals(self) -> Iterator[tuple[Place | None, Visit]]:
        return zip(self.places, self.visits, strict=False)

    def _entry_s(self, k: int) -> int:
        community = self.visits[k].community
        if community is None or (k > 0 and self.visits[k - 1].community == community):
            return 0
        return self.problem.entry_s.get(community, 0)

    def within_limits(self, roles: Sequence[int]) -> bool:
        """Every rule of the route that has nothing to do with the clock."""
        shift = self.shift
        metres = sum(self.travel.metres_between(a, b) for a, b in pairwise(self.places))
        return (
            all(may_serve(shift, visit, role) for visit, role in zip(self.visits, roles, strict=True))
            and (shift.max_visits is None or len(self.visits) <= shift.max_visits)
            and (shift.max_travel_s is None or sum(self.driving) <= shift.max_travel_s)
            and (shift.max_distance_m is None or metres <= shift.max_distance_m)
            and self._load_fits(roles)
        )

    def _load_fits(self, roles: Sequence[int]) -> bool:
        first = [visit for visit, role in zip(self.visits, roles, strict=True) if role == 0]
        for part in {part for visit in first for part in (*visit.brings, *visit.collects)}:
            load = sum(visit.brings.get(part, 0) for visit in first)
            loads = [load]
            for visit in first:
                load += visit.collects.get(part, 0) - visit.brings.get(part, 0)
                loads.append(load)
            if self.shift.capacity and max(loads) > self.shift.capacity.get(part, 0):
                return False
        return True

    def walks(self, leave_s: int) -> Iterator[Walk]:
        """The day with every way of placing the breaks, where it can be."""
        some = range(len(self.shift.breaks) + 1)
        for over in combinations_with_replacement(some, len(self.visits) + 2):
            walk = self.walk(leave_s, over)
            if walk is not None:
                yield walk

    def walk(self, leave_s: int, over: tuple[int, ...]) -> Walk | None:
        """The day as early as possible, with the breaks on these legs."""
        rests = self.shift.breaks
        begun: list[int | None] = [None] * len(rests)
        now = max([leave_s, *(pause.latest_s for pause in rests[: over[0]])])
        departures, arrivals, starts = [now], [], []
        for k, visit in enumerate((*self.visits, None)):
            length = self.driving[k] + (self.entries[k] + self.setups[k] if visit else 0)
            clock, end, arrival = now, now + length, now + self.driving[k]
            for number in range(over[k], over[k + 1]):
                begin = _break_start(rests[number].windows, clock)
                if begin is None:
                    return None
                begun[number] = begin
                clock = begin + rests[number].duration_s
                end = max(end, begin) + rests[number].duration_s
                arrival += rests[number].duration_s if begin < arrival else 0
            if visit is None:
                break
            start = first_start(visit, end)
            if start is None:
                return None
            now = start + visit.service_of(self.shift.technician)
            departures.append(now)
            arrivals.append(arrival)
            starts.append(start)
        if end > min([self.shift.until_s, *(pause.latest_s for pause in rests[over[-1] :])]):
            return None
        return Walk(over, tuple(departures), tuple(arrivals), tuple(starts), end, tuple(begun))

    def latest_departure(self, early: Walk) -> int:
        """The last departure with which, the breaks on the same legs, nothing suffers. Leaving later starts nothing
        earlier, so the border can be closed in on."""
        good, bad = early.departures[0], early.back_s + 1
        while bad - good > 1:
            middle = (good + bad) // 2
            walk = self.walk(middle, early.over)
            good, bad = (middle, bad) if walk and self._no_worse(walk, early) else (good, middle)
        return good

    def _no_worse(self, walk: Walk, early: Walk) -> bool:
        for visit, start, before in zip(self.visits, walk.starts, early.starts, strict=True):
            if visit.due_s is not None and start > max(before, visit.due_s):
                return False
            if visit.promise is not None and start > max(before, visit.promise.start_s):
                return False
        return walk.back_s <= early.back_s

    def route(self, walk: Walk, roles: Sequence[int]) -> Route:
        """The day as a plan tells it."""
        stops = []
        for k, visit in enumerate(self.visits):
            rests = self.shift.breaks[walk.over[k] : walk.over[k + 1]]
            spent = (
                self.driving[k] + self.entries[k] + self.setups[k] + sum(rest.duration_s for rest in rests)
            )
            stops.append(
                Stop(
                    visit.id, walk.arrivals[k], walk.starts[k], walk.departures[k + 1],
                    travel_s=self.driving[k], entry_s=self.entries[k], setup_s=self.setups[k], role=roles[k],
                    waiting_s=walk.starts[k] - walk.departures[k] - spent,
                )
            )  # fmt: skip
        return Route(self.shift.id, walk.departures[0], tuple(stops), walk.back_s, walk.breaks)


def _break_start(windows: Sequence[TimeWindow], clock: int) -> int | None:
    starts = [max(clock, window.earliest_start) for window in windows if clock <= window.latest_start]
    return min(starts, default=None)
