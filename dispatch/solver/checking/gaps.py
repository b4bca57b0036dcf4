"""Every gap of a plan in arrays, so that most of those a visit cannot use are ruled out without being tried.

The tests are necessary ones: a gap that fails is out, one that passes has still to be tried. So is the bound on
what a gap costs: no insertion there is cheaper. Shares no code with the search.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dispatch.solver.checking.trial import NEVER, Day, Order, Windows
from dispatch.solver.objective import affinity_cost, continuity_cost, preference_cost, shift_use_cost
from dispatch.solver.problem import Problem, Shift, Travel, Visit

Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

ROUNDING_S = 2.0
"""What rounding to whole seconds may add to a bound on costs made of fractions."""


@dataclass(frozen=True, slots=True)
class Run:
    """One shift with its visits: `ready` and `latest` as in `trial.Day`. `clock_s`: what of the plan's score for the
    route depends on when things happen."""

    number: int
    day: Day
    order: Order
    clock_s: int
    ready: list[list[int]]
    latest: list[list[int]]

    @property
    def full(self) -> bool:
        """Whether the limit on visits is reached."""
        limit = self.day.shift.max_visits
        return limit is not None and len(self.order.visits) >= limit


@dataclass(frozen=True, slots=True)
class Gap:
    """After `position` visits of the route of a shift (its number). Whatever it does to the clock, a visit there adds
    `ways_s` to the cost for the ways and the pairing; in all it adds at least `bound_s`."""

    shift: int
    position: int
    ways_s: int
    bound_s: float


@dataclass(frozen=True, slots=True)
class _Legs:
    """A leg to or from each gap: driving, with entry and setup in all, metres, and what it costs."""

    travel: Longs
    total: Longs
    metres: Longs
    cost: Longs


class Gaps:
    """The gaps of all shifts that travel in the same way."""

    def __init__(self, problem: Problem, travel: Travel, runs: Sequence[Run]) -> None:
        self._problem, self._travel, self._runs = problem, travel, runs
        self._shifts = [run.day.shift for run in runs]
        self._codes = {name: code for code, name in enumerate(sorted(problem.entry_s))}
        places = [(i, k) for i, run in enumerate(runs) for k in range(len(run.order.legs))]
        self._run = np.array([i for i, _ in places], dtype=np.intp)
        self._position = np.array([k for _, k in places], dtype=np.intp)
        self._empty = self._of_runs([not run.order.visits for run in runs])
        self._lay_ends(places)
        self._lay_times(places)
        self._lay_limits()
        self._lay_costs()

    def _of_runs(self, values: Sequence[object]) -> npt.NDArray[Any]:
        """A figure of each run, for each of its gaps."""
        return np.asarray(values)[self._run]

    def _code(self, visit: Visit | None) -> int:
        """A number for the community, where entering it takes time."""
        return -1 if visit is None or visit.community is None else self._codes.get(visit.community, -1)

    def _entry_s(self, visit: Visit | None) -> int:
        if visit is None or visit.community is None:
            return 0
        return self._problem.entry_s.get(visit.community, 0)

    def _lay_ends(self, places: Sequence[tuple[int, int]]) -> None:
        """What lies before and behind each gap: rows of the matrix (-1 nowhere), communities, time to get going."""
        ends = [_ends(self._runs[i], k) for i, k in places]
        row = self._travel.index
        days = [self._runs[i].day for i, _ in places]
        self._from = _longs(
            day.start_row if a is None else row[a.place] for day, (a, _) in zip(days, ends, strict=True)
        )
        self._to = _longs(
            day.end_row if b is None else row[b.place] for day, (_, b) in zip(days, ends, strict=True)
        )
        self._from_code = _longs(self._code(a) for a, _ in ends)
        self._to_code = _longs(self._code(b) for _, b in ends)
        self._to_entry = _longs(self._entry_s(b) for _, b in ends)
        self._to_setup = _longs(0 if b is None else b.setup_s for _, b in ends)
        legs = [self._runs[i].order.legs[k] for i, k in places]
        self._leg = _longs(sum(leg) for leg in legs)
        self._leg_travel = _longs(leg.travel_s for leg in legs)
        self._leg_entry = _longs(leg.entry_s for leg in legs)

    def _lay_times(self, places: Sequence[tuple[int, int]]) -> None:
        """Columns by number of breaks over; shifts with fewer breaks are filled up with what never fits."""
        states = 1 + max((run.day.rests.count for run in self._runs), default=0)
        self._ready = np.full((len(places), states), NEVER, dtype=np.int64)
        self._latest = np.full((len(places), states), -NEVER, dtype=np.int64)
        self._rest = np.zeros((len(places), states), dtype=np.int64)
        for at, (i, k) in enumerate(places):
            run = self._runs[i]
            count = run.day.rests.count + 1
            self._ready[at, :count] = run.ready[k]
            self._latest[at, :count] = run.latest[k + 1]
            self._rest[at, 1:count] = np.cumsum(run.day.rests.durations)

    def _lay_limits(self) -> None:
        travels = [sum(leg.travel_s for leg in run.order.legs) for run in self._runs]
        limits = [shift.max_travel_s for shift in self._shifts]
        self._travel_left = self._of_runs(_left(limits, travels))
        metres = self._between(self._travel.metres, self._from, self._to)
        self._leg_metres = np.where(self._empty, 0, metres)
        driven = np.bincount(self._run, weights=self._leg_metres, minlength=len(self._runs))
        self._metres_left = self._of_runs(_left([shift.max_distance_m for shift in self._shifts], driven))
        self._full = self._of_runs([run.full for run in self._runs])

    def _lay_costs(self) -> None:
        costs = [shift.costs for shift in self._shifts]
        weights = self._problem.weights
        self._travel_rate = self._of_runs([cost.per_travel_hour / 60 for cost in costs])
        self._metre_rate = self._of_runs([cost.per_km for cost in costs])
        uncapped = weights.labour.cap_min is None
        hour = weights.labour.weight * 60 / 3600 if uncapped else 0.0
        self._paid_rate = self._of_runs([cost.per_paid_hour * hour for cost in costs])
        self._task_rate = self._of_runs([cost.per_task_hour * hour for cost in costs])
        self._use_cost = self._of_runs([shift_use_cost(shift, weights) for shift in self._shifts])
        self._freed = self._of_runs([_freed(run, hour) for run in self._runs])
        rows = (self._from, self._to)
        self._leg_cost = np.where(
            self._empty, 0, self._driving_cost(self._leg_travel, self._leg_metres, *rows)
        )
        self._leg_cost += weights.community_entry.prices(self._leg_entry / 60)

    def _between(self, matrix: npt.NDArray[np.int32] | None, a: Longs | int, b: Longs | int) -> Longs:
        if matrix is None or not matrix.size:
            return np.zeros(len(self._run), dtype=np.int64)
        nowhere = (np.asarray(a) < 0) | (np.asarray(b) < 0)
        return np.where(nowhere, 0, matrix[a, b]).astype(np.int64)

    def _driving_cost(self, seconds: Longs, metres: Longs, a: Longs | int, b: Longs | int) -> Longs:
        if self._travel.costs is not None:
            return self._between(self._travel.costs, a, b)
        weights = self._problem.weights
        return weights.travel.prices(seconds / 60 * self._travel_rate) + weights.distance.prices(
            metres / 1000 * self._metre_rate
        )

    def open_to(self, visit: Visit, windows: Windows, allowed: Sequence[int]) -> Iterator[Gap]:
        """The gaps not ruled out for a visit that may start within `windows` and be served by the shifts
        `allowed` (numbers in the problem), the cheapest bound first."""
        if not len(self._run):
            return
        there, onward = self._legs(visit)
        service = self._of_runs([visit.service_of(shift.technician) for shift in self._shifts])
        able = set(allowed)
        mask = self._of_runs([run.number in able and not run.full for run in self._runs])
        mask &= there.travel + onward.travel - self._leg_travel <= self._travel_left
        mask &= there.metres + onward.metres - self._leg_metres <= self._metres_left
        mask &= self._in_time(windows, there.total, service + onward.total)
        ways = there.cost + onward.cost - self._leg_cost
        ways += self._of_runs(_pairing_costs(self._problem, visit, self._shifts))
        ways += np.where(self._empty, self._use_cost, 0)
        longer = there.total + service + onward.total - self._leg
        bound = ways + self._freed + longer * self._paid_rate + service * self._task_rate - ROUNDING_S
        open_ = np.flatnonzero(mask)
        for at in open_[np.argsort(bound[open_], kind="stable")]:
            number = self._runs[self._run[at]].number
            yield Gap(number, int(self._position[at]), int(ways[at]), float(bound[at]))

    def _legs(self, visit: Visit) -> tuple[_Legs, _Legs]:
        """The ways into the visit and out of it."""
        row, code = self._travel.index[visit.place], self._code(visit)
        entry = np.where((self._from_code == code) & (code >= 0), 0, self._entry_s(visit))
        there = self._ways(self._from, row, entry, np.where(self._from == row, 0, visit.setup_s))
        entry = np.where((self._to_code == code) & (code >= 0), 0, self._to_entry)
        onward = self._ways(row, self._to, entry, np.where(self._to == row, 0, self._to_setup))
        return there, onward

    def _ways(self, a: Longs | int, b: Longs | int, entry: Longs, setup: Longs) -> _Legs:
        travel = self._between(self._travel.seconds, a, b)
        metres = self._between(self._travel.metres, a, b)
        cost = self._driving_cost(travel, metres, a, b) + self._problem.weights.community_entry.prices(
            entry / 60
        )
        return _Legs(travel, travel + entry + setup, metres, cost)

    def _in_time(self, windows: Windows, there: Longs, onward: Longs) -> Flags:
        """Whether some number of breaks before, on the way there and on the way onward leaves enough time in all."""
        fits = np.zeros(len(there), dtype=np.bool_)
        states = range(self._ready.shape[1])
        for before in states:
            for over in states[before:]:
                rest = self._rest[:, over] - self._rest[:, before]
                departure = _openings(windows, self._ready[:, before] + there + rest) + onward
                for after in states[over:]:
                    rest = self._rest[:, after] - self._rest[:, over]
                    fits |= departure + rest <= self._latest[:, after]
        return fits


def _ends(run: Run, position: int) -> tuple[Visit | None, Visit | None]:
    visits = run.order.visits
    return visits[position - 1] if position else None, visits[position] if position < len(visits) else None


def _longs(values: Iterable[int]) -> Longs:
    return np.fromiter(values, dtype=np.int64)


def _left(limits: Sequence[int | None], used: Iterable[float]) -> list[int]:
    return [NEVER if limit is None else limit - int(spent) for limit, spent in zip(limits, used, strict=True)]


def _openings(windows: Windows, moments: Longs) -> Longs:
    """`trial.opening` of every moment."""
    found = np.full(len(moments), NEVER, dtype=np.int64)
    for first, last in windows:
        found = np.where(moments <= last, np.minimum(found, np.maximum(moments, first)), found)
    return found


def _freed(run: Run, hour: float) -> float:
    """What a route costs at most less for its times once there is one more visit, that visit left aside: down to the
    pay for the shortest time in which all this can be done."""
    costs, order = run.day.shift.costs, run.order
    task_s = sum(run.day.service_s(visit) for visit in order.visits)
    least_s = task_s + sum(sum(leg) for leg in order.legs)
    return hour * (least_s * costs.per_paid_hour + task_s * costs.per_task_hour) - run.clock_s


def _pairing_costs(problem: Problem, visit: Visit, shifts: Sequence[Shift]) -> list[int]:
    """What depends on who comes alone, shift by shift."""
    if not (visit.values or visit.preferred_technicians or visit.known_technicians):
        return [0] * len(shifts)
    weights = problem.weights
    return [
        affinity_cost(visit, shift.technician, weights)
        + preference_cost(visit, shift.technician, weights)
        + continuity_cost(visit, shift.technician, weights)
        for shift in shifts
    ]
