"""The best plan that can be put together from routes already met: set partitioning by OR-Tools.

First the linear relaxation: with its prices, a route can only be part of a better plan when its reduced cost is
below the distance between that bound and the best plan known. CP-SAT chooses among those: first among the few of
least reduced cost, where it soon has the best choice, then among twice as many, beginning with that choice, as long as
there is time. One worker, a fixed seed and a deterministic limit: the same routes give the same answer on any day.
OR-Tools is loaded when first needed, because loading it takes longer than planning a small day.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from dispatch.solver.search.board import Board, chains_of
from dispatch.solver.search.columns import Columns, joined, of_plan, of_pool
from dispatch.solver.search.kernels.layout import NOBODY, Longs
from dispatch.solver.search.kernels.plans import Chains
from dispatch.solver.search.kernels.pool import Pool
from dispatch.solver.search.relaxed import Relaxed, Routes, relax

RELAXING = 0.6
"""Share of the time that the relaxation may take."""
FEWEST, MOST = 500, 4_000
"""Routes CP-SAT chooses among, first and at most."""
SHORT_S = 0.1
"""With less time than this nothing is tried."""
EFFORT = 4.0
"""CP-SAT's deterministic time for each choice; very roughly half seconds."""


def select(board: Board, pools: Sequence[Pool], best: Chains, *, time_s: float | None = None) -> Chains:
    """The cheapest choice of routes, at most one per shift and no visit twice; `best` when nothing beats it.

    The routes of `best` with linked visits stay as they are. `time_s` is a wall-clock limit on top of the
    deterministic one. The board is used for trying.
    """
    if time_s is not None and time_s < SHORT_S:
        return best
    until = None if time_s is None else time.monotonic() + time_s
    program = _Program(board, pools, best)
    chosen = program.solved(until)
    if chosen is None:
        return best
    board.lay_down(program.chains(chosen))
    board.fill()
    return board.chains() if board.cost < int(best.cost[0]) else best


def _left_s(until: float | None) -> float | None:
    return None if until is None else until - time.monotonic()


def _doubling(most: int) -> Iterator[int]:
    """FEWEST, twice as many and so on, and last `most`."""
    number = FEWEST
    while number < most:
        yield number
        number *= 2
    yield most


class _Program:
    """Routes, what they must cover, and the plan they should beat."""

    def __init__(self, board: Board, pools: Sequence[Pool], best: Chains) -> None:
        board.lay_down(best)
        m, routes = board.terrain, board.routes()
        self.board, self.best = board, best
        linked = m.nodes["group"] != NOBODY
        self.kept = [(shift, nodes) for shift, nodes in enumerate(routes) if linked[nodes].any()]
        busy = {shift for shift, _ in self.kept}
        free = ~linked
        for _, nodes in self.kept:
            free[nodes] = False
        self.free = np.flatnonzero(free)
        self.penalty = m.nodes["penalty"][self.free]
        self.shifts_of: dict[int, list[int]] = {}
        for shift in range(len(m.shifts)):
            if shift not in busy:
                self.shifts_of.setdefault(int(m.shifts[shift]["kind"]), []).append(shift)
        ours = of_plan(board, [shift for shift, nodes in enumerate(routes) if nodes and shift not in busy])
        absent = board.state.route[self.free] == NOBODY
        self.to_beat = int(ours.cost.sum() + self.penalty[absent].sum())
        self.columns = self._possible(joined([ours, *(of_pool(board, pool) for pool in pools)]), free)
        self.ours = np.flatnonzero(np.isin(self.columns.key, ours.key))

    def _possible(self, columns: Columns, free: Any) -> Columns:
        """Those that leave the routes kept alone."""
        able = np.isin(columns.kind, list(self.shifts_of))
        return columns.only(able & (free[columns.visits] | ~columns.filled()).all(axis=1))

    def solved(self, until: float | None) -> list[int] | None:
        """The columns of the best choice found, `None` when there are none."""
        if not len(self.columns.key):
            return None
        left_s = _left_s(until)
        relaxed = self._relaxed(None if left_s is None else RELAXING * left_s)
        worth = np.flatnonzero(relaxed.reduced < self.to_beat - relaxed.bound)
        worth = worth[np.argsort(relaxed.reduced[worth], kind="stable")]
        chosen = self.ours
        for number in _doubling(min(len(worth), MOST)):
            left_s = _left_s(until)
            if left_s is not None and left_s < SHORT_S:
                break
            chosen = self._chosen(np.union1d(chosen, worth[:number]), chosen, left_s)
        return chosen.tolist()

    def _relaxed(self, time_s: float | None) -> Relaxed:
        columns = self.columns
        routes = Routes(
            cost=columns.cost.astype(np.float64),
            kind=np.searchsorted(sorted(self.shifts_of), columns.kind),
            nodes=np.searchsorted(self.free, columns.visits[columns.filled()]),
            begin=np.cumsum(columns.size) - columns.size,
        )
        shifts = [len(self.shifts_of[kind]) for kind in sorted(self.shifts_of)]
        return relax(routes, self.penalty.tolist(), shifts, self.ours, time_s)

    def _chosen(self, among: Longs, start: Longs, time_s: float | None) -> Longs:
        """The best choice among these columns, some of which are the choice `start`; that one if time is too short."""
        from ortools.sat.python import cp_model

        program = cp_model.CpModel()
        chosen = set(start.tolist())
        taken = {column: program.new_bool_var("") for column in among.tolist()}
        for column, one in taken.items():
            program.add_hint(one, column in chosen)
        costs = self.columns.cost.tolist()
        cost: Any = sum(costs[column] * one for column, one in taken.items())
        program.minimize(cost + self._covered(program, taken, chosen))
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 1
        # Without the whole program's relaxation in its search it finds next to nothing.
        solver.parameters.linearization_level = 2
        solver.parameters.max_deterministic_time = EFFORT
        if time_s is not None:
            solver.parameters.max_time_in_seconds = time_s
        if solver.solve(program) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return start
        return np.array([column for column, one in taken.items() if solver.value(one)], np.int64)

    def _covered(self, program: Any, taken: dict[int, Any], chosen: set[int]) -> Any:
        """Each node once or left out, no more routes of a kind than shifts; what is paid for those left out."""
        covering: dict[int, list[Any]] = {node: [] for node in self.free.tolist()}
        of_kind: dict[int, list[Any]] = {kind: [] for kind in self.shifts_of}
        for column, one in taken.items():
            of_kind[int(self.columns.kind[column])].append(one)
            for node in self.columns.nodes(column):
                covering[node].append(one)
        for kind, which in of_kind.items():
            program.add(sum(which) <= len(self.shifts_of[kind]))
        served = {node for column in chosen for node in self.columns.nodes(column)}
        out = {node: program.new_bool_var("") for node in covering}
        for node, which in covering.items():
            program.add_exactly_one([out[node], *which])
            program.add_hint(out[node], node not in served)
        return sum(
            price * left_out for price, left_out in zip(self.penalty.tolist(), out.values(), strict=True)
        )

    def chains(self, chosen: Iterable[int]) -> Chains:
        """The plan of these columns, each given a shift of its kind, beside the routes kept."""
        left = {kind: list(shifts) for kind, shifts in self.shifts_of.items()}
        routes = [(left[int(self.columns.kind[one])].pop(0), self.columns.nodes(one)) for one in chosen]
        chains = chains_of(self.board.terrain, [*self.kept, *routes])
        chains.start[:] = self.best.start
        return chains
