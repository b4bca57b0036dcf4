"""From matrices between places to matrices between what the search strings together.

Spots: the visits, then the distinct start and end places, then "nowhere" (an open end), whose ways take no time.
Laid out block by block: of a large day only the finished matrices need room.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from dispatch.solver.place import Place, Travel
from dispatch.solver.problem import Problem, ProblemError, Shift, Visit
from dispatch.solver.search.kernels.layout import Longs, Matrix
from dispatch.solver.search.ordering import by_nearness

T = TypeVar("T")

FARTHEST = 2**31 - 1
BLOCK = 512
"""Rows laid out at a time."""


class Ways:
    """`leg`, `leg_cost`, `drive`, `metres` as in `Terrain`; `travel_class[shift]` and `cost_class[shift]`: which of
    them a shift uses; `spot_of[place]` for start and end places (`None` is nowhere).

    Raises:
        ProblemError: a way would cost a shift more than `FARTHEST` seconds of travel.
    """

    def __init__(self, problem: Problem, visits: Sequence[Visit]) -> None:
        self.visits, self.shifts = visits, problem.shifts
        self.ends = _ends(problem)
        self.spot_of: dict[Place | None, int] = {p: len(visits) + i for i, p in enumerate(self.ends)}
        self.spot_of[None] = len(visits) + len(self.ends)
        self.spots = len(visits) + len(self.ends) + 1
        self._known_rows: dict[int, list[int]] = {}
        self.travel_class, alike = _classes([shift.profile for shift in self.shifts])
        self.cost_class, paid_alike = _classes([_rates(shift) for shift in self.shifts])
        entering = _Entering(problem, visits, self.ends)
        travels = [problem.travel_of(self.shifts[first]) for first in alike]

        def leg(travel: Travel, rows: slice) -> Matrix:
            seconds = self._spread(travel, travel.seconds, rows).astype(np.int64)
            seconds += entering.gate(rows) + entering.setup(rows)
            return np.minimum(seconds, FARTHEST).astype(np.int32)

        def cost(first: int, rows: slice) -> Matrix:
            travel = problem.travel_of(self.shifts[first])
            drive = self._spread(travel, travel.seconds, rows)
            metres = None if travel.metres is None else self._spread(travel, travel.metres, rows)
            costs = None if travel.costs is None else self._spread(travel, travel.costs, rows)
            return priced_ways(problem, self.shifts[first], drive, metres, costs, entering.gate(rows))

        self.leg = self._laid(travels, leg)
        self.leg_cost = self._laid(paid_alike, cost)
        if any(s.max_travel_s is not None or s.max_distance_m is not None for s in self.shifts):
            self.drive = self._laid(travels, lambda travel, rows: self._spread(travel, travel.seconds, rows))
            self.metres = self._laid(travels, lambda travel, rows: self._spread(travel, travel.metres, rows))
        else:
            self.drive = self.metres = np.zeros((len(travels), 1, 1), np.int32)

    def _laid(self, classes: Sequence[T], block: Callable[[T, slice], Matrix]) -> Matrix:
        """One matrix a class; a single empty one when nobody works."""
        laid: Matrix = np.zeros((max(1, len(classes)), self.spots, self.spots), np.int32)
        for matrix, one in zip(laid, classes, strict=False):
            for begin in range(0, self.spots, BLOCK):
                rows = slice(begin, min(begin + BLOCK, self.spots))
                matrix[rows] = block(one, rows)
        return laid

    def _spread(self, travel: Travel, matrix: Matrix | None, rows: slice) -> Matrix:
        """The matrix between places, laid out between spots; some rows of it."""
        laid: Matrix = np.zeros((rows.stop - rows.start, self.spots), np.int32)
        if matrix is not None:
            at = self._rows_of(travel)
            some = at[rows]
            laid[: len(some), :-1] = matrix[np.ix_(some, at)]
        return laid

    def _rows_of(self, travel: Travel) -> list[int]:
        """Where the spots, but for the last, stand in a travel matrix; looked up once."""
        if id(travel) not in self._known_rows:
            places = [*(visit.place for visit in self.visits), *self.ends]
            self._known_rows[id(travel)] = [travel.index[place] for place in places]
        return self._known_rows[id(travel)]

    def service(self) -> tuple[Longs, list[int]]:
        """Service seconds, one row per class of technicians × nodes, and each shift's class."""
        own: dict[str, list[tuple[int, int]]] = {}
        for node, visit in enumerate(self.visits):
            for technician in visit.service_by_technician:
                own.setdefault(technician, []).append((node, visit.service_of(technician)))
        classes, firsts = _classes([tuple(own.get(shift.technician, ())) for shift in self.shifts])
        usual = np.array([visit.service_s for visit in self.visits], np.int64)
        rows = np.tile(usual, (max(1, len(firsts)), 1))
        for row, first in zip(rows, firsts, strict=False):
            for node, seconds in own.get(self.shifts[first].technician, ()):
                row[node] = seconds
        return rows, classes


class _Entering:
    """Seconds that arriving somewhere costs beside the driving: the gate of a community, the setup at a place."""

    def __init__(self, problem: Problem, visits: Sequence[Visit], ends: Sequence[Place]) -> None:
        names = [visit.community for visit in visits]
        self._entry = np.array([problem.entry_s.get(name or "", 0) for name in names], np.int32)
        self._setup = np.array([visit.setup_s for visit in visits], np.int32)
        self._communities = _numbered([*names, *([None] * (len(ends) + 1))])
        self._places = _numbered([*(visit.place for visit in visits), *ends, None])

    def gate(self, rows: slice) -> Matrix:
        """Of entry, on some rows of ways."""
        return self._unless(self._communities, self._entry, rows)

    def setup(self, rows: slice) -> Matrix:
        """Of setup, on some rows of ways."""
        return self._unless(self._places, self._setup, rows)

    @staticmethod
    def _unless(here: Matrix, seconds: Matrix, rows: slice) -> Matrix:
        """`seconds` of the node arrived at, unless one comes from the same."""
        paid: Matrix = np.zeros((rows.stop - rows.start, len(here)), np.int32)
        if seconds.any():
            n = len(seconds)
            same = (here[rows, None] == here[None, :n]) & (here[None, :n] >= 0)
            paid[:, :n] = np.where(same, 0, seconds[None, :])
        return paid


def priced_ways(
    problem: Problem, shift: Shift, drive: Matrix, metres: Matrix | None, costs: Matrix | None, gate: Matrix
) -> Matrix:
    """What ways cost the shift: seconds of driving and of entry, metres and costs where they are known.

    Raises:
        ProblemError: one costs more than `FARTHEST`.
    """
    weights = problem.weights
    if costs is not None:
        cost = costs.astype(np.int64)
    else:
        cost = weights.travel.prices(drive / 60 * (shift.costs.per_travel_hour / 60))
        if metres is not None and shift.costs.per_km:
            cost += weights.distance.prices(metres / 1000 * shift.costs.per_km)
    if gate.any():
        cost += weights.community_entry.prices(gate / 60)
    if cost.max(initial=0) > FARTHEST or cost.min(initial=0) < 0:
        raise ProblemError(
            f"shifts[{shift.id}].costs", f"a way must not cost more than {FARTHEST} s of travel"
        )
    return cost.astype(np.int32)


def _ends(problem: Problem) -> list[Place]:
    """Where shifts start and end, what is near standing near."""
    named = (place for shift in problem.shifts for place in (shift.start_place, shift.end_place))
    places = list(dict.fromkeys(place for place in named if place is not None))
    rows = [problem.travel.index[place] for place in places]
    return [places[i] for i in by_nearness(problem.travel.seconds, rows)]


def _rates(shift: Shift) -> tuple[Hashable, ...]:
    return shift.profile, shift.costs.per_travel_hour, shift.costs.per_km


def _numbered(things: Sequence[object]) -> npt.NDArray[np.int32]:
    """Equal things get equal numbers from 0, None gets -1."""
    numbers: dict[object, int] = {}
    return np.array([-1 if x is None else numbers.setdefault(x, len(numbers)) for x in things], np.int32)


def _classes(keys: Sequence[Hashable]) -> tuple[list[int], list[int]]:
    """Which class each belongs to, those with equal keys to the same, and the first of each class."""
    classes: dict[Hashable, int] = {}
    firsts = []
    for i, key in enumerate(keys):
        if key not in classes:
            classes[key] = len(classes)
            firsts.append(i)
    return [classes[key] for key in keys], firsts
