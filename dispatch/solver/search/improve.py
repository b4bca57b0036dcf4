"""Leading the search: how hot, how long, on which part of the plan, and when to choose among routes.

Small problems: every search works on the whole plan with a seed of its own; between rounds the routes all have
met are pooled, and the next round begins from the best choice among them. Large ones: each round the plan is cut
into parts, along another line each time, and every search improves its own, one after the other.
"""

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np

from dispatch.solver.search.board import Board, chained, chains_of, empty_chains
from dispatch.solver.search.clock import Clock, Stint
from dispatch.solver.search.kernels import anneal
from dispatch.solver.search.kernels.layout import NOBODY, Longs
from dispatch.solver.search.kernels.packing import pack_chains, pack_pool
from dispatch.solver.search.kernels.plans import Chains
from dispatch.solver.search.kernels.pool import empty_pool
from dispatch.solver.search.model import Model
from dispatch.solver.search.parts import Part, cut
from dispatch.solver.search.select import select

APART = 300
"""From so many visits on, searches divide the plan among themselves."""
PART = 350
"""Visits in a part, at most: what a search looks at then stays in the processor's cache."""
TOGETHER = (0.55, 0.75, 1.0)
"""Shares of the limits at which the routes met are pooled."""
WARM, WARM_APART = 2.0, 0.5
"""Below this temperature, in the same unit, routes are remembered: those of hotter plans are of no use to good ones,
and of the many of a large plan only the best can be chosen among in time."""
CHOOSING = 0.08
"""Share of a time limit that one choice among routes may take."""
ROUNDS_APART = 64
ROUND_S = 0.1
"""A timed round lasts no less: cutting the plan and joining its parts takes a few milliseconds."""
HOT, COLD = 5.0, 0.05
"""Temperature at the beginning and the end, in typical ways between neighbours."""
CROWDED = 0.02
"""From this share of visits left out of the first plan on, the question is which: the search then begins as hot as
leaving one of them out costs."""
HOTTEST = 200.0
"""But not hotter than so many typical ways."""
REHEAT = 0.2
"""Temperature at the beginning of every later round, as a share of the first."""


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


def parts_for(visits: int, searches: int) -> int:
    """Into how many parts a plan is cut: 1 if it is small, else as many for each search."""
    return 1 if visits < APART else searches * math.ceil(visits / (searches * PART))


def copied(chains: Chains) -> Chains:
    """The same plan, to be kept."""
    return Chains(chains.next.copy(), chains.start.copy(), chains.cost.copy())


def typical_way(model: Model) -> float:
    """The usual cost of the way between neighbours: the unit of temperature."""
    near, cost = model.terrain.near[:, :5], model.terrain.leg_cost[0]
    rows = np.arange(len(near))[:, None]
    ways = cost[rows, np.maximum(near, 0)][near != NOBODY]
    return max(1.0, float(np.median(ways))) if ways.size else 60.0


class Search:
    """Improves a plan until the clock says stop. Searches run at the same time, in threads: kernels do not hold the
    interpreter."""

    def __init__(self, model: Model, start: Chains, clock: Clock) -> None:
        self.model = model
        self.clock = clock
        seed, searches = clock.limits.seed, clock.limits.searches
        self.explorers = [Explorer(model, seed * 1_000 + i) for i in range(searches)]
        self.desk = Board(model)
        self.best = start
        self.hot = self._beginning(start)
        self.parts = parts_for(len(model.visits), searches)

    def run(self) -> Chains:
        """The best plan met; never worse than the one begun with."""
        if not self.model.visits or not self.model.problem.shifts or self.clock.stopped:
            return self.best
        with ThreadPoolExecutor(len(self.explorers)) as threads:
            if self.parts > 1:
                self._apart(threads)
            else:
                self._together(threads)
        return self.best

    def _beginning(self, start: Chains) -> float:
        """How hot it is at first, in typical ways."""
        self.desk.lay_down(start)
        absent = self.desk.absent()
        if len(absent) <= CROWDED * len(self.model.visits):
            return HOT
        penalty = float(np.median(self.model.terrain.nodes["penalty"][absent]))
        return min(HOTTEST, max(HOT, penalty / typical_way(self.model)))

    def _together(self, threads: ThreadPoolExecutor) -> None:
        """Everybody on the whole plan, then the best choice among all routes met, and again."""
        for begin, end in pairwise((0.0, *TOGETHER)):
            stint = self.clock.stint(begin, end)
            hot = self.hot * REHEAT if begin else self.hot
            for explorer in self.explorers:
                explorer.start(self.best)
            running = [threads.submit(explorer.cool, stint, hot, COLD) for explorer in self.explorers]
            self.clock.watch(running, self._figures)
            for explorer in self.explorers:
                self._keep(explorer.best)
            if self.clock.stopped:
                return
            self._choose()

    def _apart(self, threads: ThreadPoolExecutor) -> None:
        """Everybody on parts of the plan, cut along another line each time."""
        current = self.best
        rounds = self.clock.rounds(ROUNDS_APART, ROUND_S)
        for number in range(rounds):
            begin, end = number / rounds, (number + 1) / rounds
            self.desk.lay_down(current)
            parts = cut(self.desk, self.parts, number)
            shared = [parts[i :: len(self.explorers)] for i in range(len(self.explorers))]
            running = [
                threads.submit(self._one_by_one, explorer, current, own, begin, end)
                for explorer, own in zip(self.explorers, shared, strict=True)
            ]
            self.clock.watch(running, self._figures)
            improved = [one for search in running for one in search.result()]
            current = self._joined([(part, last) for part, last, _ in improved])
            self._keep(self._joined([(part, best) for part, _, best in improved]))
            if self.clock.stopped:
                return
        self._choose()

    def _one_by_one(
        self, explorer: Explorer, plan: Chains, parts: Sequence[Part], begin: float, end: float
    ) -> list[tuple[Part, Chains, Chains]]:
        """Each part, the plan it ended with and the best met, after an equal share of the round."""
        hot, cold = (self.hot * (COLD / self.hot) ** when for when in (begin, end))
        improved = []
        for i, part in enumerate(parts):
            explorer.start(plan, part)
            share = (end - begin) / len(parts)
            explorer.cool(self.clock.stint(begin + i * share, begin + (i + 1) * share), hot, cold)
            improved.append((part, explorer.board.chains(), copied(explorer.best)))
        return improved

    def _figures(self) -> tuple[int, int]:
        """Of the best plan met so far: what it costs, and how many nodes it leaves out."""
        plans = (self.best, *(explorer.best for explorer in self.explorers))
        return min((int(chains.cost[0]), int(chains.cost[1])) for chains in plans)

    def _choose(self) -> None:
        """The best choice among the routes all have met."""
        pools = [explorer.pool for explorer in self.explorers]
        self.best = select(self.desk, pools, self.best, time_s=self.clock.allowance_s(CHOOSING))
        self.clock.report(self._figures())

    def _keep(self, chains: Chains) -> None:
        if chains.cost[0] < self.best.cost[0]:
            self.best = copied(chains)

    def _joined(self, plans: Sequence[tuple[Part, Chains]]) -> Chains:
        """One plan of what has been made of each part."""
        m = self.model.terrain
        routes, starts = [], self.best.start.copy()
        for part, chains in plans:
            for shift, nodes in enumerate(chained(m, chains.next)):
                if part.shifts[shift]:
                    routes.append((shift, nodes))
                    starts[nodes] = chains.start[nodes]
        whole = chains_of(m, routes)
        whole.start[:] = starts
        self.desk.lay_down(whole)
        whole.cost[:] = self.desk.cost, len(self.desk.absent())
        return whole
