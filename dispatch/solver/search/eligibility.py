"""Who may do what, and what the pairing itself costs."""

from collections.abc import Hashable, Iterator, Mapping, Sequence

import numpy as np

from dispatch.solver.objective import affinity_cost, continuity_cost, preference_cost
from dispatch.solver.problem import Problem, Shift, Visit, Weights
from dispatch.solver.search.kernels.layout import NEVER, Longs

NOBODY_NAMED = ""
"""A technician no visit names."""


def permitted(visit: Visit, shift: Shift, role: int = 0) -> bool:
    """Whether this shift's technician may go at all: pins first, then required and forbidden."""
    if role == 0 and visit.pinned_shift is not None:
        return visit.pinned_shift == shift.id
    if role == 0 and visit.required_technicians and shift.technician not in visit.required_technicians:
        return False
    return shift.technician not in visit.forbidden_technicians


def lacking(visit: Visit, shift: Shift, role: int = 0) -> list[str]:
    """The skills the shift does not have at the level asked, by name; a pin to a shift asks for none."""
    if role == 0 and visit.pinned_shift is not None:
        return []
    return sorted(name for name, level in visit.skills_of(role).items() if shift.skills.get(name, 0) < level)


def short_of(visit: Visit, shift: Shift, role: int = 0) -> list[str]:
    """The parts that do not fit into the shift's van, by name; a van without stated capacity holds all."""
    if role or not shift.capacity:
        return []
    parts = {*visit.brings, *visit.collects}
    return sorted(
        part
        for part in parts
        if max(visit.brings.get(part, 0), visit.collects.get(part, 0)) > shift.capacity.get(part, 0)
    )


def fixed_costs(problem: Problem, visits: Sequence[Visit], roles: Sequence[int]) -> Longs:
    """Shifts × nodes: what sending this technician costs whatever the time; NEVER where he may not go."""
    shifts_of: dict[str, list[int]] = {}
    for i, shift in enumerate(problem.shifts):
        shifts_of.setdefault(shift.technician, []).append(i)
    skilled, pairings = _Skilled(problem.shifts), _Pairings(problem, shifts_of)
    fixed = np.zeros((len(problem.shifts), len(visits)), np.int64)
    number = {shift.id: i for i, shift in enumerate(problem.shifts)}
    for node, (visit, role) in enumerate(zip(visits, roles, strict=True)):
        fixed[:, node] = pairings.of(visit)
        if role == 0 and visit.pinned_shift is not None:
            others = np.arange(len(problem.shifts)) != number[visit.pinned_shift]
            fixed[others, node] = NEVER
            continue
        fixed[~skilled.enough(visit.skills_of(role)), node] = NEVER
        if role == 0 and visit.required_technicians:
            wanted = [i for name in visit.required_technicians for i in shifts_of.get(name, [])]
            fixed[np.isin(np.arange(len(problem.shifts)), wanted, invert=True), node] = NEVER
        for name in visit.forbidden_technicians:
            fixed[shifts_of.get(name, []), node] = NEVER
    return fixed


def pairing_cost(visit: Visit, technician: str, weights: Weights) -> int:
    """What sending this technician costs, wherever the visit stands in his route."""
    return (
        affinity_cost(visit, technician, weights)
        + preference_cost(visit, technician, weights)
        + continuity_cost(visit, technician, weights)
    )


class _Pairings:
    """What pairings cost; worked out once for visits that think alike of everybody, as a community's do."""

    def __init__(self, problem: Problem, shifts_of: Mapping[str, list[int]]) -> None:
        self._problem = problem
        self._shifts_of = shifts_of
        self._known: dict[Hashable, Longs] = {}

    def of(self, visit: Visit) -> Longs:
        """One cost per shift."""
        key = (
            frozenset(visit.values.items()),
            frozenset(visit.preferred_technicians),
            frozenset(visit.known_technicians),
        )
        if key not in self._known:
            self._known[key] = self._row(visit)
        return self._known[key]

    def _row(self, visit: Visit) -> Longs:
        weights, shifts = self._problem.weights, self._problem.shifts
        row = np.full(len(shifts), pairing_cost(visit, NOBODY_NAMED, weights), np.int64)
        for technician in {*visit.values, *visit.preferred_technicians, *visit.known_technicians}:
            row[self._shifts_of.get(technician, [])] = pairing_cost(visit, technician, weights)
        return row


class _Skilled:
    """Which shifts have certain skills; each combination worked out once."""

    def __init__(self, shifts: Sequence[Shift]) -> None:
        self._shifts = shifts
        self._known: dict[tuple[tuple[str, int], ...], np.ndarray] = {}

    def enough(self, skills: Mapping[str, int]) -> np.ndarray:
        """One truth value per shift."""
        key = tuple(sorted(skills.items()))
        if key not in self._known:
            self._known[key] = np.array(list(self._each(skills)), np.bool_)
        return self._known[key]

    def _each(self, skills: Mapping[str, int]) -> Iterator[bool]:
        for shift in self._shifts:
            yield all(shift.skills.get(name, 0) >= level for name, level in skills.items())
