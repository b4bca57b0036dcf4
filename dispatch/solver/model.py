"""A problem compiled for the search: plain lists of whole seconds, indexed by visit and shift number.

Plain lists because the search reads single numbers, which NumPy arrays answer several times slower.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from dispatch.solver.objective import affinity_cost, unassigned_cost
from dispatch.solver.problem import Problem, Shift, Term, TimeWindow, Visit
from dispatch.solver.tour import ALWAYS, Tour, Windows

Matrix = list[list[int]]

REMEMBERED_TOURS = 30_000
"""Tours kept for reuse (about 2 kB each); when there are more, all are forgotten and met anew."""


def merged(windows: Sequence[TimeWindow]) -> Windows:
    """Windows in order of time, overlapping ones joined; any time when there are none."""
    joined: list[tuple[int, int]] = []
    for window in sorted(windows):
        if joined and window.earliest_start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], window.latest_start))
        else:
            joined.append((window.earliest_start, window.latest_start))
    return tuple(joined) or ALWAYS


class Model:
    """Everything a tour needs to price itself.

    - `leg[u][v]`: driving plus entry from visit u to visit v; `leg_into` is its transpose; `out[s][v]` and
      `home[s][v]` are the ways from and to shift s's own places. `*_cost` hold what those ways cost.
    - `able[v]`: the shifts that could serve v if they had nothing else to do.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.visits = problem.visits
        self.shifts = problem.shifts
        self.service = [visit.service_s for visit in self.visits]
        self.windows = [windows_of(visit) for visit in self.visits]
        self.due = [visit.due_s for visit in self.visits]
        self.penalty = [unassigned_cost(visit, problem.weights) for visit in self.visits]
        self.affinity = [
            [affinity_cost(visit, shift.technician, problem.weights) for visit in self.visits]
            for shift in self.shifts
        ]
        self.leg: Matrix
        self.leg_cost: Matrix
        self.leg_into: Matrix
        self.leg_cost_into: Matrix
        self._lay_legs()
        self._tours: dict[tuple[int, tuple[int, ...]], Tour] = {}
        self.empty = [self.tour(shift, ()) for shift in range(len(self.shifts))]
        self.able = [
            [shift for shift in range(len(self.shifts)) if self.may_serve(visit, shift)]
            for visit in range(len(self.visits))
        ]

    def _lay_legs(self) -> None:
        index = self.problem.travel.index
        seconds = self.problem.travel.seconds.astype(np.int64)
        at = np.array([index[visit.place] for visit in self.visits], dtype=np.intp)
        names = [visit.community or "" for visit in self.visits]
        entry = np.array([self.problem.entry_s.get(name, 0) for name in names], dtype=np.int64)
        _, stay = np.unique(names, return_inverse=True)
        drive = seconds[np.ix_(at, at)]
        entering = np.where(stay[:, None] == stay[None, :], 0, entry[None, :])
        self.leg, self.leg_cost = self._lists(drive, entering)
        self.leg_into, self.leg_cost_into = self._lists(drive.T, entering.T)

        starts = {shift.start_place for shift in self.shifts}
        ends = {shift.end_place for shift in self.shifts}
        outward = {place: self._lists(seconds[index[place], at], entry) for place in starts}
        homeward = {place: self._lists(seconds[at, index[place]], np.zeros_like(entry)) for place in ends}
        self.out, self.out_cost = _columns([outward[shift.start_place] for shift in self.shifts])
        self.home, self.home_cost = _columns([homeward[shift.end_place] for shift in self.shifts])

    def _lists(self, drive: np.ndarray, entering: np.ndarray) -> tuple[Any, Any]:
        """Seconds and costs of ways, as (nested) lists of the same shape; one list when they are equal."""
        weights = self.problem.weights
        times = drive + entering
        costs = _priced(weights.travel, drive) + _priced(weights.community_entry, entering)
        as_lists = times.tolist()
        return as_lists, as_lists if np.array_equal(times, costs) else costs.tolist()

    def tour(self, shift: int, visits: tuple[int, ...]) -> Tour:
        """The tour of `shift` through `visits` in that order, made once and remembered."""
        key = (shift, visits)
        tour = self._tours.get(key)
        if tour is None:
            if len(self._tours) >= REMEMBERED_TOURS:
                self._tours.clear()
            tour = self._tours[key] = Tour(self, shift, visits)
        return tour

    def may_serve(self, visit: int, shift: int) -> bool:
        """Whether the shift may and can serve the visit with nothing else to do."""
        wanted, offered = self.visits[visit], self.shifts[shift]
        return (
            permitted(wanted, offered)
            and not lacking(wanted, offered)
            and self.tour(shift, (visit,)).feasible
        )


def windows_of(visit: Visit) -> Windows:
    """When service may start; a pinned start leaves one moment."""
    if visit.pinned_start_s is not None:
        return ((visit.pinned_start_s, visit.pinned_start_s),)
    return merged(visit.windows)


def permitted(visit: Visit, shift: Shift) -> bool:
    """Whether this shift's technician may go at all: pins first, then required and forbidden."""
    if visit.pinned_shift is not None:
        return visit.pinned_shift == shift.id
    if visit.required_technicians and shift.technician not in visit.required_technicians:
        return False
    return shift.technician not in visit.forbidden_technicians


def lacking(visit: Visit, shift: Shift) -> list[str]:
    """The skills the shift does not have at the level asked, by name; a pin to a shift asks for none."""
    if visit.pinned_shift is not None:
        return []
    return sorted(skill for skill, level in visit.skills.items() if shift.skills.get(skill, 0) < level)


def _columns(pairs: Sequence[tuple[list[int], list[int]]]) -> tuple[Matrix, Matrix]:
    return [times for times, _ in pairs], [costs for _, costs in pairs]


def _priced(term: Term, seconds: np.ndarray) -> np.ndarray:
    minutes = seconds / 60
    if term.cap_min is not None:
        minutes = np.minimum(minutes, term.cap_min)
    return np.rint(term.weight * minutes * 60).astype(np.int64)
