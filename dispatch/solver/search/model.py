"""A problem compiled for the kernels: `Terrain`, and what stands behind its numbers.

Vectorised where it counts, so that thousands of visits are ready in a second or two.
"""

from itertools import accumulate

import numpy as np

from dispatch.solver.objective import unassigned_cost
from dispatch.solver.problem import Problem, Visit
from dispatch.solver.search.eligibility import fixed_costs
from dispatch.solver.search.groups import Groups
from dispatch.solver.search.kernels.layout import NEVER, NOBODY, NODE, PRICES, Matrix, Records, Terrain
from dispatch.solver.search.nearness import near_kinds, near_nodes
from dispatch.solver.search.ordering import by_nearness
from dispatch.solver.search.roster import (
    break_rows,
    number_kinds,
    shift_rows,
    technician_numbers,
    van_rows,
)
from dispatch.solver.search.ways import Ways
from dispatch.solver.search.windows import search_windows

CODES = 20_201
"""Seed of the codes by which sets of visits are told apart; any number will do."""
SOMEBODY_ELSE = 2**31 - 1
"""Number of a promised technician who does not work."""


class Model:
    """`terrain`, and the way back from its numbers. The last `spare` visits of the problem have the last nodes.

    A node is one technician's part in a visit: `visits[node]`, `roles[node]`; `nodes_of[visit id]` are a visit's
    nodes by role; `number[shift id]` is a shift's row; `windows[node]` is when the search lets it start.
    """

    def __init__(self, problem: Problem, spare: int = 0) -> None:
        self.problem = problem
        self._ordered = _ordered(problem, spare)
        self.visits = [visit for visit in self._ordered for _ in range(visit.roles)]
        self.roles = [role for visit in self._ordered for role in range(visit.roles)]
        ends = list(accumulate((visit.roles for visit in self._ordered), initial=0))
        self.nodes_of = {visit.id: range(ends[i], ends[i + 1]) for i, visit in enumerate(self._ordered)}
        self.number = {shift.id: i for i, shift in enumerate(problem.shifts)}
        self.windows = [search_windows(visit) for visit in self.visits]
        self.terrain = self._terrain()

    def _terrain(self) -> Terrain:
        problem = self.problem
        ways = Ways(problem, self.visits)
        groups = Groups(self._ordered, list(self.nodes_of.values()), len(self.visits))
        service, service_class = ways.service()
        shifts = shift_rows(problem, ways, service_class)
        fixed = fixed_costs(problem, self.visits, self.roles)
        brings, collects, capacity = van_rows(problem.shifts, self.visits, self.roles)
        kind_from, kind_shifts = number_kinds(problem, shifts, capacity, fixed)
        breaks, break_opens, break_closes = break_rows(problem.shifts)
        near, around = near_nodes(ways.leg[0], service[0], self.windows, fixed)
        codes = np.random.default_rng(CODES)
        return Terrain(
            nodes=self._nodes(groups),
            spot=np.concatenate([np.arange(len(self.visits)), shifts["start_spot"], shifts["end_spot"]]),
            window_from=np.array(list(accumulate(map(len, self.windows), initial=0)), np.int64),
            shifts=shifts,
            breaks=breaks,
            break_opens=break_opens,
            break_closes=break_closes,
            prices=_prices(problem),
            leg=ways.leg,
            leg_cost=ways.leg_cost,
            leg_into=_into(ways.leg, len(self.visits)),
            cost_into=_into(ways.leg_cost, len(self.visits)),
            drive=ways.drive,
            metres=ways.metres,
            service=service,
            fixed=np.ascontiguousarray(fixed.T),
            brings=brings,
            collects=collects,
            capacity=capacity,
            near=near,
            around=around,
            near_kinds=near_kinds(ways.leg_cost, shifts, fixed, kind_from, kind_shifts),
            kind_from=kind_from,
            kind_shifts=kind_shifts,
            group_from=groups.starts,
            group_nodes=groups.nodes,
            crew_size=groups.crew_size,
            after_from=groups.after_from,
            after_node=groups.after_node,
            after_min=groups.after_min,
            after_max=groups.after_max,
            code=codes.integers(1, 2**64 - 1, len(self.visits) + len(kind_from), np.uint64),
        )

    def _nodes(self, groups: Groups) -> Records:
        rows = np.zeros(len(self.visits), NODE)
        technicians = technician_numbers(self.problem)
        for node, (visit, role) in enumerate(zip(self.visits, self.roles, strict=True)):
            promise = visit.promise
            told = promise.technician if promise is not None else None
            rows[node] = (
                0 if role else unassigned_cost(visit, self.problem.weights),
                NEVER if visit.due_s is None else visit.due_s,
                visit.lateness_weight,
                NEVER if promise is None else promise.start_s,
                0 if promise is None else promise.tolerance_s,
                0.0 if promise is None else promise.weight,
                NOBODY if told is None else technicians.get(told, SOMEBODY_ELSE),
                groups.of[node],
            )
        return rows


def _ordered(problem: Problem, spare: int) -> list[Visit]:
    visits = problem.visits[: len(problem.visits) - spare]
    rows = [problem.travel.index[visit.place] for visit in visits]
    near = [visits[i] for i in by_nearness(problem.travel.seconds, rows)]
    return [*near, *problem.visits[len(visits) :]]


def _prices(problem: Problem) -> Records:
    row = np.zeros(1, PRICES)
    for name in ("waiting", "lateness", "disturbance", "overtime", "fairness", "labour"):
        term = getattr(problem.weights, name)
        row[name] = term.weight
        row[f"{name}_cap"] = np.inf if term.cap_min is None else term.cap_min
    row["start_priced"] = any(v.due_s is not None or v.promise is not None for v in problem.visits)
    return row


def _into(ways: Matrix, nodes: int) -> Matrix:
    return np.ascontiguousarray(ways[:, :, :nodes].transpose(0, 2, 1))
