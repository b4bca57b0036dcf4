"""One search by itself: a board, the best plan it has met, and how it cools down."""

import numpy as np

from dispatch.solver.search.board import Board, empty_chains
from dispatch.solver.search.clock import Stint
from dispatch.solver.search.kernels import anneal
from dispatch.solver.search.kernels.layout import NOBODY, Longs
from dispatch.solver.search.kernels.packing import pack_chains, pack_pool
from dispatch.solver.search.kernels.plans import Chains
from dispatch.solver.search.kernels.pool import empty_pool
from dispatch.solver.search.model import Model
from dispatch.solver.search.parts import Part

WARM, WARM_APART = 2.0, 1.0
"""Below this temperature, in the same unit, routes are remembered: those of hotter plans are of no use to good ones,
and of the many of a large plan only the best can be chosen among in time."""


class Explorer:
    """One search: a board, the best plan it has met, and the nodes around which it may ruin."""

    def __init__(self, model: Model, seed: int) -> None:
        self.unit = typical_way(model)
        self.board = Board(model, seed)
        self.pool = empty_pool()
        self._pool = pack_pool(self.pool)
        self.best = empty_chains(model.terrain)
        self._best = pack_chains(self.best)

    def start(self, chains: Chains, part: Part | None = None) -> None:
        """Begin a round from this plan, on all of it or on a part."""
        state = self.board.state
        self.board.lay_down(chains)
        self.best.next[:], self.best.start[:] = chains.next, chains.start
        self.best.cost[:] = self.board.cost, len(self.board.absent())
        self.warm = WARM if part is None else WARM_APART
        if part is None:
            state.active[:], state.welcome[:] = True, True
        else:
            route = state.route[: len(state.welcome)]
            state.active[:] = part.shifts
            # What it takes out itself it may also bring back.
            state.welcome[:] = np.where(route == NOBODY, part.absent, part.shifts[np.maximum(route, 0)])
        self.seeds: Longs = np.flatnonzero(state.welcome)

    def cool(self, stint: Stint, hot: float, cold: float) -> None:
        """Cool down over the stint, from `hot` to `cold` typical ways."""
        for steps, begin, end in stint.pieces():
            self.run(steps, hot * (cold / hot) ** begin, hot * (cold / hot) ** end)

    def run(self, steps: int, hot: float, cold: float) -> None:
        """Make so many moves while the temperature falls from `hot` to `cold`, in typical ways."""
        if not len(self.seeds) or not steps:
            return
        cooling = (cold / hot) ** (1 / steps)
        m, s, keys, unit = self.board.m, self.board.s, self.board.keys, self.unit
        anneal.anneal(
            m, s, self._pool, self.seeds, self._best, keys, steps, hot * unit, cooling, self.warm * unit
        )


def copied(chains: Chains) -> Chains:
    """The same plan, to be kept."""
    return Chains(chains.next.copy(), chains.start.copy(), chains.cost.copy())


def typical_way(model: Model) -> float:
    """The usual cost of the way between neighbours: the unit of temperature."""
    near, cost = model.terrain.near[:, :5], model.terrain.leg_cost[0]
    rows = np.arange(len(near))[:, None]
    ways = cost[rows, np.maximum(near, 0)][near != NOBODY]
    return max(1.0, float(np.median(ways))) if ways.size else 60.0
