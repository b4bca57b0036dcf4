"""Acceptance: is a move kept, or undone? By the rule of simulated annealing (Kirkpatrick, Gelatt & Vecchi, Science
220(4598), 1983), after Metropolis."""

import math

from dispatch.solver.search.kernels.chance import chance
from dispatch.solver.search.kernels.compiled import kernel
from dispatch.solver.search.kernels.layout import State, Terrain
from dispatch.solver.search.kernels.plans import Chains, keep
from dispatch.solver.search.kernels.pool import Pool, remember
from dispatch.solver.search.kernels.routes import TOUCHED, settle, undo


@kernel
def decide(
    m: Terrain, s: State, pool: Pool, best: Chains, cost: int, temperature: float, warm: float
) -> None:
    """Price the move and keep it, or undo it; `cost` is what the plan cost before it (seconds of travel).

    Of a plan kept below the temperature `warm`, the routes that the move has touched are remembered in `pool`; the
    plan itself is written into `best` when it is the cheapest so far.
    """
    settle(m, s)
    after = s.sums[0] + s.sums[1]
    if not accepted(s, cost, after, temperature):
        undo(m, s)
        return
    if temperature < warm:
        for i in range(s.counts[TOUCHED]):
            remember(m, s, pool, s.touched[i])
    if after < best.cost[0]:
        keep(m, s, best)


@kernel
def accepted(s: State, before: int, after: int, temperature: float) -> bool:
    """Whether a plan that costs `after` may take the place of one that costs `before`: a cheaper one always, a dearer
    one with the chance exp((before - after) / temperature). All three in seconds of travel; draws once."""
    return after < before - temperature * math.log(chance(s.random) + 1e-300)
