"""Are the reasons for leaving visits out true? Tried out, gap by gap, with no help from the search.

The timetable of a tried order is the one `tour` documents: everything as early as possible, the break on the
leg that lets the next service start earliest (on a tie, the earlier leg).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dispatch.solver.objective import route_score, unassigned_cost
from dispatch.solver.plan import DEARER, NO_GAP, Plan, Reason, Route, Stop, Unassigned
from dispatch.solver.problem import Problem, Shift, Visit


@dataclass(frozen=True, slots=True)
class _Track:
    """A day up to some stop: free again at `free_s`, services begun at `starts`, break on leg `rested`."""

    free_s: int
    starts: tuple[int, ...] = ()
    rested: int | None = None


_Tracks = tuple[_Track | None, _Track | None]
"""The best day so far with the break still ahead, and the best with it over."""


class _Day:
    """What one shift could do, timed from nothing."""

    def __init__(self, problem: Problem, shift: Shift) -> None:
        self.problem = problem
        self.shift = shift
        self._index = problem.travel.index

    def begin(self) -> _Tracks:
        morning = _Track(self.shift.earliest_s)
        return (None, morning) if self.shift.break_ is None else (morning, None)

    def driving_s(self, origin: Visit | None, visit: Visit) -> int:
        place = self.shift.start_place if origin is None else origin.place
        return int(self.problem.travel.seconds[self._index[place], self._index[visit.place]])

    def entry_s(self, origin: Visit | None, visit: Visit) -> int:
        if visit.community is None or (origin is not None and origin.community == visit.community):
            return 0
        return self.problem.entry_s.get(visit.community, 0)

    def serve(self, tracks: _Tracks, origin: Visit | None, visit: Visit) -> _Tracks:
        """Both tracks after serving `visit`, coming from `origin`."""
        owing, rested = tracks
        leg = self.driving_s(origin, visit) + self.entry_s(origin, visit)
        options = [
            option
            for option in (self._step(rested, leg, visit), self._step(self._pause(owing, leg), 0, visit))
            if option is not None
        ]
        return self._step(owing, leg, visit), min(options, key=lambda track: track.free_s, default=None)

    def _step(self, track: _Track | None, leg: int, visit: Visit) -> _Track | None:
        if track is None:
            return None
        start = _first_start(visit, track.free_s + leg)
        if start is None:
            return None
        return _Track(start + visit.service_s, (*track.starts, start), track.rested)

    def _pause(self, track: _Track | None, leg: int) -> _Track | None:
        """The track at the end of a leg that held the break."""
        pause = self.shift.break_
        if track is None or pause is None or track.free_s > pause.latest_s:
            return None
        over = max(track.free_s + leg, pause.earliest_s) + pause.duration_s
        return _Track(over, track.starts, len(track.starts))

    def end(self, tracks: _Tracks, last: Visit) -> _Track | None:
        """The day's track at its end place, `None` when it cannot be there in time."""
        owing, rested = tracks
        leg = self.problem.travel.between(last.place, self.shift.end_place)
        pause = self.shift.break_
        if owing is not None and pause is not None:
            back = owing.free_s + leg
            if back <= min(pause.latest_s, self.shift.latest_s):
                return _Track(back, owing.starts)
        moved = None if rested is None else _Track(rested.free_s + leg, rested.starts, rested.rested)
        options = [track for track in (moved, self._pause(owing, leg)) if track is not None]
        best = min(options, key=lambda track: track.free_s, default=None)
        return best if best is not None and best.free_s <= self.shift.latest_s else None

    def run(self, visits: Sequence[Visit], tracks: _Tracks, origin: Visit | None) -> _Track | None:
        """The whole rest of the day through `visits`."""
        for visit in visits:
            tracks = self.serve(tracks, origin, visit)
            if tracks == (None, None):
                return None
            origin = visit
        return self.end(tracks, origin) if origin is not None else None

    def cost(self, visits: Sequence[Visit], track: _Track) -> int:
        """What the day costs, by the objective."""
        stops = []
        origin, now = None, self.shift.earliest_s
        for k, (visit, start) in enumerate(zip(visits, track.starts, strict=True)):
            travel, entry = self.driving_s(origin, visit), self.entry_s(origin, visit)
            rest = self.shift.break_.duration_s if self.shift.break_ and track.rested == k else 0
            waiting = start - now - travel - entry - rest
            now = start + visit.service_s
            stops.append(Stop(visit.id, start - entry, start, now, travel, entry, waiting))
            origin = visit
        route = Route(self.shift.id, self.shift.earliest_s, tuple(stops), track.free_s)
        return route_score(self.problem, self.shift, {visit.id: visit for visit in visits}, route).total


def _first_start(visit: Visit, moment: int) -> int | None:
    if visit.pinned_start_s is not None:
        return visit.pinned_start_s if moment <= visit.pinned_start_s else None
    if not visit.windows:
        return moment
    starts = [max(moment, w.earliest_start) for w in visit.windows if moment <= w.latest_start]
    return min(starts, default=None)


class Claims:
    """Confirms or refutes what a plan says about the visits it leaves out."""

    def __init__(self, problem: Problem, plan: Plan) -> None:
        self.problem = problem
        self._visits = {visit.id: visit for visit in problem.visits}
        self._days = [_Day(problem, shift) for shift in problem.shifts]
        routes = {route.shift: route for route in plan.routes}
        self._routes = [routes.get(shift.id) for shift in problem.shifts]
        self._mornings = [self._prefixes(i) for i in range(len(self._days))]

    def objection(self, left: Unassigned) -> str | None:
        """Why the stated reason is false, `None` when it is true."""
        visit = self._visits[left.visit]
        allowed = [i for i, day in enumerate(self._days) if _may_go(visit, day.shift)]
        skilled = [i for i in allowed if _skilled(visit, self._days[i].shift)]
        open_ = [i for i in skilled if _open(visit, self._days[i].shift)]
        able = [i for i in open_ if self._alone(i, visit)]
        true = Reason.NO_CAPACITY
        for reason, shifts in (
            (Reason.NO_SHIFT, allowed),
            (Reason.SKILL_MISSING, skilled),
            (Reason.WINDOW_CLOSED, open_),
            (Reason.TOO_FAR, able),
        ):
            if not shifts:
                true = reason
                break
        if left.reason != true:
            return f"says {left.reason}, but it is {true}"
        if true is Reason.SKILL_MISSING:
            return self._skill_objection(left, visit, allowed)
        return self._gap_objection(left, visit, able) if true is Reason.NO_CAPACITY else None

    def _skill_objection(self, left: Unassigned, visit: Visit, allowed: list[int]) -> str | None:
        if "together" in left.detail:
            return None
        skill, level = str(left.detail.get("skill")), left.detail.get("level")
        if visit.skills.get(skill) != level:
            return f"the visit does not ask for {skill} at level {level}"
        for i in allowed:
            shift = self._days[i].shift
            if shift.skills.get(skill, 0) >= visit.skills[skill]:
                return f"{shift.technician} has {skill} at level {shift.skills[skill]}"
        return None

    def _gap_objection(self, left: Unassigned, visit: Visit, able: list[int]) -> str | None:
        costs = [cost for i in able for cost in self._gap_costs(i, visit)]
        penalty = unassigned_cost(visit, self.problem.weights)
        if not costs:
            return None if left.detail.get("gap") == NO_GAP else "says it fits, but it fits nowhere"
        cheapest = min(costs)
        if cheapest < penalty:
            return f"could be inserted for {cheapest} s, less than its penalty of {penalty} s"
        stated = {"gap": DEARER, "cost_s": cheapest, "penalty_s": penalty}
        return None if left.detail == stated else f"the figures should be {stated}"

    def _prefixes(self, i: int) -> list[tuple[Visit | None, _Tracks]]:
        """The day's tracks before the first stop, after it, after the second …"""
        day = self._days[i]
        origin: Visit | None = None
        tracks = day.begin()
        prefixes = [(origin, tracks)]
        for visit in self._stops(i):
            tracks = day.serve(tracks, origin, visit)
            origin = visit
            prefixes.append((origin, tracks))
        return prefixes

    def _stops(self, i: int) -> list[Visit]:
        route = self._routes[i]
        return [self._visits[stop.visit] for stop in route.stops] if route is not None else []

    def _alone(self, i: int, visit: Visit) -> bool:
        return self._days[i].run([visit], self._days[i].begin(), None) is not None

    def _gap_costs(self, i: int, visit: Visit) -> Iterator[int]:
        """What inserting the visit would cost, for each gap of the route it fits in."""
        day, stops, route = self._days[i], self._stops(i), self._routes[i]
        if day.shift.max_visits is not None and len(stops) >= day.shift.max_visits:
            return
        now = 0
        if route is not None:
            now = route_score(self.problem, day.shift, self._visits, route).total
        for k, (origin, tracks) in enumerate(self._mornings[i]):
            track = day.run([visit, *stops[k:]], tracks, origin)
            if track is not None:
                yield day.cost([*stops[:k], visit, *stops[k:]], track) - now


def _may_go(visit: Visit, shift: Shift) -> bool:
    if visit.pinned_shift is not None:
        return shift.id == visit.pinned_shift
    required = not visit.required_technicians or shift.technician in visit.required_technicians
    return required and shift.technician not in visit.forbidden_technicians


def _skilled(visit: Visit, shift: Shift) -> bool:
    if visit.pinned_shift is not None:
        return True
    return all(shift.skills.get(skill, 0) >= level for skill, level in visit.skills.items())


def _open(visit: Visit, shift: Shift) -> bool:
    """Whether a service that starts in a window can lie within the shift."""
    start = _first_start(visit, shift.earliest_s)
    return start is not None and start + visit.service_s <= shift.latest_s
