"""Leading the search: how hot, how long, on which part of the plan, and when to choose among routes.

Plans cool down in passes: first from the beginning, several times if there is time; then from the best choice among
all routes met, pooled, and the same once more. In a pass over a small plan every search works on all of it with a seed
of its own. Over a large one it is cut into parts, along another line in each of many rounds, and every search improves
its own, one after the other.
"""

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from dispatch.solver.search.board import Board, chained, chains_of
from dispatch.solver.search.clock import Clock
from dispatch.solver.search.explorer import Explorer, copied, typical_way
from dispatch.solver.search.kernels.plans import Chains
from dispatch.solver.search.model import Model
from dispatch.solver.search.parts import Part, cut
from dispatch.solver.search.passes import Pass, passes
from dispatch.solver.search.select import select

APART = 300
"""From so many visits on, searches divide the plan among themselves."""
PART = 350
"""Visits in a part, at most: what a search looks at then stays in the processor's cache."""
CHOOSING = 0.12
"""Share of a time limit that one choice among routes may take."""
ROUNDS_APART = 64
ROUND_S = 0.1
"""A timed round lasts no less: cutting the plan and joining its parts takes a few milliseconds."""
HOT = 5.0
"""Temperature at the beginning, in typical ways between neighbours."""
CROWDED = 0.02
"""From this share of visits left out of the first plan on, the question is which: the search then begins as hot as
leaving one of them out costs."""
HOTTEST = 200.0
"""But not hotter than so many typical ways."""


def parts_for(visits: int, searches: int) -> int:
    """Into how many parts a plan is cut: 1 if it is small, else as many for each search."""
    return 1 if visits < APART else searches * math.ceil(visits / (searches * PART))


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
        self.cuts = 0

    def run(self) -> Chains:
        """The best plan met; never worse than the one begun with."""
        if not self.model.visits or not self.model.problem.shifts or self.clock.stopped:
            return self.best
        first = copied(self.best)
        cool_down = self._apart if self.parts > 1 else self._together
        with ThreadPoolExecutor(len(self.explorers)) as threads:
            for one in self._passes():
                cool_down(threads, one, first if one.afresh else self.best)
                if self.clock.stopped:
                    break
                if one.choice:
                    self._choose()
        return self.best

    def _passes(self) -> list[Pass]:
        searches = len(self.explorers) if self.parts > 1 else 1
        moves = searches * self.clock.expected_moves / len(self.model.visits)
        return passes(moves, self.hot, apart=self.parts > 1)

    def _beginning(self, start: Chains) -> float:
        """How hot it is at first, in typical ways."""
        self.desk.lay_down(start)
        absent = self.desk.absent()
        if len(absent) <= CROWDED * len(self.model.visits):
            return HOT
        penalty = float(np.median(self.model.terrain.nodes["penalty"][absent]))
        return min(HOTTEST, max(HOT, penalty / typical_way(self.model)))

    def _together(self, threads: ThreadPoolExecutor, one: Pass, start: Chains) -> None:
        """Everybody on the whole plan."""
        stint = self.clock.stint(one.begin, one.end)
        for explorer in self.explorers:
            explorer.start(start)
        running = [threads.submit(explorer.cool, stint, one.hot, one.cold) for explorer in self.explorers]
        self.clock.watch(running, self._figures)
        for explorer in self.explorers:
            self._keep(explorer.best)

    def _apart(self, threads: ThreadPoolExecutor, one: Pass, start: Chains) -> None:
        """Everybody on parts of the plan, cut along another line each time."""
        current = start
        for piece in one.rounds(self.clock.rounds(one.end, ROUNDS_APART, ROUND_S)):
            self.desk.lay_down(current)
            parts = cut(self.desk, self.parts, self.cuts)
            self.cuts += 1
            shared = [parts[i :: len(self.explorers)] for i in range(len(self.explorers))]
            running = [
                threads.submit(self._one_by_one, explorer, current, own, piece)
                for explorer, own in zip(self.explorers, shared, strict=True)
            ]
            self.clock.watch(running, self._figures)
            improved = [one for search in running for one in search.result()]
            current = self._joined([(part, last) for part, last, _ in improved])
            self._keep(self._joined([(part, best) for part, _, best in improved]))
            if self.clock.stopped:
                return

    def _one_by_one(
        self, explorer: Explorer, plan: Chains, parts: Sequence[Part], one: Pass
    ) -> list[tuple[Part, Chains, Chains]]:
        """Each part, the plan it ended with and the best met, after an equal share of the round."""
        improved = []
        for part, (begin, end) in zip(parts, one.shares(len(parts)), strict=True):
            explorer.start(plan, part)
            explorer.cool(self.clock.stint(begin, end), one.hot, one.cold)
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
