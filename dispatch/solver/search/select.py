"""The best plan that can be put together from routes already met: set partitioning by OR-Tools.

First the linear relaxation: with its prices, a route can only be part of a better plan when its reduced cost is
below the distance between that bound and the best plan known, which leaves few. CP-SAT chooses among those. One
worker, a fixed seed and a deterministic limit: the same routes give the same answer on any day. OR-Tools is
loaded when first needed, because loading it takes longer than planning a small day.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dispatch.solver.search.board import Board, chains_of
from dispatch.solver.search.kernels.layout import NOBODY
from dispatch.solver.search.kernels.plans import Chains
from dispatch.solver.search.kernels.pool import Pool

MOST = 30_000
"""Routes entering the relaxation at most; the cheapest per visit stay."""
CHOSEN = 4_000
"""Routes entering CP-SAT at most; those of least reduced cost stay."""
SHORT_S = 0.1
"""With less time than this nothing is tried."""
EFFORT = 1.0
"""CP-SAT's deterministic time, very roughly seconds."""


@dataclass(frozen=True, slots=True)
class Column:
    """One route: its kind of shift, its cost, and its nodes in order."""

    kind: int
    cost: int
    nodes: tuple[int, ...]


def select(board: Board, pools: Sequence[Pool], best: Chains, *, time_s: float | None = None) -> Chains:
    """The cheapest choice of routes, at most one per shift and no visit twice; `best` when nothing beats it.

    The routes of `best` with linked visits stay as they are. `time_s` is a wall-clock limit on top of the
    deterministic one. The board is used for trying.
    """
    if time_s is not None and time_s < SHORT_S:
        return best
    program = _Program(board, pools, best)
    chosen = program.solved(time_s)
    if chosen is None:
        return best
    board.lay_down(program.chains(chosen))
    board.fill()
    return board.chains() if board.cost < int(best.cost[0]) else best


class _Program:
    """Columns, what they must cover, and the plan they should beat."""

    def __init__(self, board: Board, pools: Sequence[Pool], best: Chains) -> None:
        self.board = board
        m = board.terrain
        board.lay_down(best)
        self.best_cost = int(best.cost[0])
        linked = m.nodes["group"] != NOBODY
        routes = board.routes()
        self.kept = [(s, nodes) for s, nodes in enumerate(routes) if any(linked[node] for node in nodes)]
        self.best = best
        busy = {shift for shift, _ in self.kept}
        settled = {node for _, nodes in self.kept for node in nodes}
        self.free = [node for node in range(len(m.nodes)) if node not in settled and not linked[node]]
        self.shifts_of: dict[int, list[int]] = {}
        for shift in range(len(m.shifts)):
            if shift not in busy:
                self.shifts_of.setdefault(int(m.shifts[shift]["kind"]), []).append(shift)
        ours = [
            Column(int(m.shifts[s]["kind"]), int(board.state.cost[s]), tuple(nodes))
            for s, nodes in enumerate(routes)
            if nodes and s not in busy
        ]
        self.kept_cost = self.best_cost - sum(column.cost for column in ours)
        self.kept_cost -= sum(int(m.nodes[node]["penalty"]) for node in self.free if board.is_absent(node))
        self.incumbent = set(ours)
        self.columns = self._gathered(ours, pools, settled)

    def _gathered(self, ours: list[Column], pools: Sequence[Pool], settled: set[int]) -> list[Column]:
        known: dict[tuple[int, frozenset[int]], Column] = {}
        for column in (*ours, *_remembered(self.board, pools)):
            if column.kind not in self.shifts_of or not settled.isdisjoint(column.nodes):
                continue
            key = (column.kind, frozenset(column.nodes))
            if key not in known or column.cost < known[key].cost:
                known[key] = column
        columns = list(known.values())
        if len(columns) > MOST:
            columns.sort(key=lambda column: (column not in self.incumbent, column.cost / len(column.nodes)))
            columns = columns[:MOST]
        return columns

    def solved(self, time_s: float | None) -> list[Column] | None:
        """The columns of the best choice found, `None` when there is none better."""
        if not self.columns:
            return None
        began = time.monotonic()
        bound, reduced = self._relaxed(time_s)
        if time_s is not None:
            time_s -= time.monotonic() - began
        slack = self.best_cost - self.kept_cost - bound
        worth = [i for i in np.argsort(reduced, kind="stable") if reduced[i] < slack][:CHOSEN]
        columns = {*self.incumbent, *(self.columns[i] for i in worth)}
        return self._chosen(sorted(columns, key=lambda c: (c.kind, c.nodes)), time_s)

    def _relaxed(self, time_s: float | None) -> tuple[float, np.ndarray]:
        """(value of the linear relaxation, reduced cost of every column); a bound that rules nothing out when time is
        short."""
        from ortools.linear_solver import pywraplp

        solver = pywraplp.Solver.CreateSolver("GLOP")
        if time_s is not None:
            solver.set_time_limit(max(1, int(time_s * 1000)))
        penalty = self.board.terrain.nodes["penalty"]
        cover = {node: solver.Constraint(1.0, solver.infinity()) for node in self.free}
        limit = {kind: solver.Constraint(0.0, float(len(s))) for kind, s in self.shifts_of.items()}
        objective = solver.Objective()
        for node, row in cover.items():
            out = solver.NumVar(0.0, solver.infinity(), "")
            objective.SetCoefficient(out, float(penalty[node]))
            row.SetCoefficient(out, 1.0)
        taken = []
        for column in self.columns:
            one = solver.NumVar(0.0, solver.infinity(), "")
            objective.SetCoefficient(one, float(column.cost))
            limit[column.kind].SetCoefficient(one, 1.0)
            for node in column.nodes:
                cover[node].SetCoefficient(one, 1.0)
            taken.append(one)
        objective.SetMinimization()
        if solver.Solve() != pywraplp.Solver.OPTIMAL:
            return -np.inf, np.zeros(len(taken))
        return objective.Value(), np.array([one.reduced_cost() for one in taken])

    def _chosen(self, columns: list[Column], time_s: float | None) -> list[Column] | None:
        from ortools.sat.python import cp_model

        program = cp_model.CpModel()
        taken = [program.new_bool_var("") for _ in columns]
        penalty = self.board.terrain.nodes["penalty"].tolist()
        covering: dict[int, list[int]] = {node: [] for node in self.free}
        of_kind: dict[int, list[int]] = {kind: [] for kind in self.shifts_of}
        for i, column in enumerate(columns):
            of_kind[column.kind].append(i)
            for node in column.nodes:
                covering[node].append(i)
        cost: Any = 0
        for node, which in covering.items():
            out = program.new_bool_var("")
            program.add_exactly_one([out, *(taken[i] for i in which)])
            program.add_hint(out, self.board.is_absent(node))
            cost += penalty[node] * out
        for kind, which in of_kind.items():
            program.add(sum(taken[i] for i in which) <= len(self.shifts_of[kind]))
        cost += sum(column.cost * taken[i] for i, column in enumerate(columns))
        for i, column in enumerate(columns):
            program.add_hint(taken[i], column in self.incumbent)
        program.minimize(cost)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 1
        solver.parameters.max_deterministic_time = EFFORT
        if time_s is not None:
            solver.parameters.max_time_in_seconds = max(0.05, time_s)
        if solver.solve(program) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        return [column for i, column in enumerate(columns) if solver.value(taken[i])]

    def chains(self, chosen: Iterable[Column]) -> Chains:
        """The plan of these columns, each given a shift of its kind, beside the routes kept."""
        left = {kind: list(shifts) for kind, shifts in self.shifts_of.items()}
        routes = [(left[column.kind].pop(0), list(column.nodes)) for column in chosen]
        chains = chains_of(self.board.terrain, [*self.kept, *routes])
        chains.start[:] = self.best.start
        return chains


def _remembered(board: Board, pools: Sequence[Pool]) -> Iterable[Column]:
    kinds = board.terrain.shifts["kind"].tolist()
    for pool in pools:
        used = np.flatnonzero(pool.key)
        rows = zip(
            pool.shift[used].tolist(),
            pool.cost[used].tolist(),
            pool.size[used].tolist(),
            pool.visits[used].tolist(),
            strict=True,
        )
        for shift, cost, size, visits in rows:
            yield Column(kinds[shift], cost, tuple(visits[:size]))
