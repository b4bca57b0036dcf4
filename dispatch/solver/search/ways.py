"""From matrices between places to matrices between what the search strings together.

Spots: the visits, then the distinct start and end places, then "nowhere" (an open end), whose ways take no time.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dispatch.solver.place import Place, Travel
from dispatch.solver.problem import Problem, Shift, Visit
from dispatch.solver.search.kernels.layout import Longs, Matrix

FARTHEST = 2**31 - 1


class Ways:
    """`leg`, `leg_cost`, `drive`, `metres` as in `Terrain`; `class_of[shift]` which of them a shift uses;
    `spot_of[place]` for start and end places (`None` is nowhere)."""

    def __init__(self, problem: Problem, visits: Sequence[Visit]) -> None:
        self.problem = problem
        self.visits = visits
        ends = dict.fromkeys(p for s in problem.shifts for p in (s.start_place, s.end_place) if p is not None)
        self.ends = list(ends)
        self.spot_of: dict[Place | None, int] = {p: len(visits) + i for i, p in enumerate(self.ends)}
        self.spot_of[None] = len(visits) + len(self.ends)
        self.spots = len(visits) + len(self.ends) + 1
        self._gate, self._setup = self._entering()
        self.class_of, samples = _classes(problem.shifts)
        made = [self._class(shift) for shift in samples]
        self.leg = self._stacked([leg for leg, _ in made])
        self.leg_cost = self._stacked([cost for _, cost in made])
        limited = any(s.max_travel_s is not None or s.max_distance_m is not None for s in problem.shifts)
        travels = [problem.travel_of(shift) for shift in samples]
        nothing: Matrix = np.zeros((len(samples), 1, 1), np.int32)
        self.drive = self._stacked([self._spread(t, t.seconds) for t in travels]) if limited else nothing
        self.metres = self._stacked([self._spread(t, t.metres) for t in travels]) if limited else nothing

    def _stacked(self, matrices: Sequence[Matrix]) -> Matrix:
        """One matrix a class; a single empty one when nobody works."""
        return np.stack(matrices) if matrices else np.zeros((1, self.spots, self.spots), np.int32)

    def _spread(self, travel: Travel, matrix: Matrix | None) -> Matrix:
        """The matrix between places, laid out between spots."""
        laid: Matrix = np.zeros((self.spots, self.spots), np.int32)
        if matrix is not None:
            at = [travel.index[visit.place] for visit in self.visits]
            at += [travel.index[place] for place in self.ends]
            laid[:-1, :-1] = matrix[np.ix_(at, at)]
        return laid

    def _entering(self) -> tuple[Matrix, Matrix]:
        """Seconds of entry and of setup on every way, spots × spots."""
        names = [visit.community for visit in self.visits]
        entry = np.array([self.problem.entry_s.get(name or "", 0) for name in names], np.int32)
        setup = np.array([visit.setup_s for visit in self.visits], np.int32)
        communities = _numbered([*names, *([None] * (self.spots - len(names)))])
        places = _numbered([*(visit.place for visit in self.visits), *self.ends, None])
        return self._unless(communities, entry), self._unless(places, setup)

    def _unless(self, here: Matrix, seconds: Matrix) -> Matrix:
        """`seconds` of the node arrived at, unless one comes from the same."""
        paid: Matrix = np.zeros((self.spots, self.spots), np.int32)
        if seconds.any():
            n = len(seconds)
            same = (here[:, None] == here[None, :n]) & (here[None, :n] >= 0)
            paid[:, :n] = np.where(same, 0, seconds[None, :])
        return paid

    def _class(self, shift: Shift) -> tuple[Matrix, Matrix]:
        travel = self.problem.travel_of(shift)
        drive = self._spread(travel, travel.seconds)
        leg = np.minimum(drive.astype(np.int64) + self._gate + self._setup, FARTHEST)
        metres = None if travel.metres is None else self._spread(travel, travel.metres)
        costs = None if travel.costs is None else self._spread(travel, travel.costs)
        return leg.astype(np.int32), priced_ways(self.problem, shift, drive, metres, costs, self._gate)

    def service(self) -> tuple[Longs, list[int]]:
        """Service seconds, one row per class of technicians × nodes, and each shift's class."""
        named = {name for visit in self.visits for name in visit.service_by_technician}
        rows: dict[tuple[int, ...], int] = {}
        usual = tuple(visit.service_s for visit in self.visits)
        rows[usual] = 0
        classes = []
        for shift in self.problem.shifts:
            row = usual
            if shift.technician in named:
                row = tuple(visit.service_of(shift.technician) for visit in self.visits)
            classes.append(rows.setdefault(row, len(rows)))
        return np.array(list(rows), np.int64).reshape(len(rows), len(self.visits)), classes


def priced_ways(
    problem: Problem, shift: Shift, drive: Matrix, metres: Matrix | None, costs: Matrix | None, gate: Matrix
) -> Matrix:
    """What ways cost the shift: seconds of driving and of entry, metres and costs where they are known."""
    weights = problem.weights
    if costs is not None:
        cost = costs.astype(np.int64)
    else:
        cost = weights.travel.prices(drive / 60 * (shift.costs.per_travel_hour / 60))
        if metres is not None and shift.costs.per_km:
            cost += weights.distance.prices(metres / 1000 * shift.costs.per_km)
    if gate.any():
        cost += weights.community_entry.prices(gate / 60)
    return np.minimum(cost, FARTHEST).astype(np.int32)


def _numbered(things: Sequence[object]) -> npt.NDArray[np.int32]:
    """Equal things get equal numbers from 0, None gets -1."""
    numbers: dict[object, int] = {}
    return np.array([-1 if x is None else numbers.setdefault(x, len(numbers)) for x in things], np.int32)


def _classes(shifts: Sequence[Shift]) -> tuple[list[int], list[Shift]]:
    """Which shifts travel alike, and one shift of each class."""
    classes: dict[tuple[object, ...], int] = {}
    samples, of = [], []
    for shift in shifts:
        key = (shift.profile, shift.costs.per_travel_hour, shift.costs.per_km)
        if key not in classes:
            classes[key] = len(classes)
            samples.append(shift)
        of.append(classes[key])
    return of, samples
