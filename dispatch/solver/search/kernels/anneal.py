"""The loop: ruin, recreate, accept or undo, under a falling temperature (simulated annealing)."""

from dispatch.solver.search.kernels.acceptance import decide
from dispatch.solver.search.kernels.chance import pick
from dispatch.solver.search.kernels.compiled import flag, kernel
from dispatch.solver.search.kernels.insertion import BLINK
from dispatch.solver.search.kernels.layout import Floats, Longs, State, Terrain
from dispatch.solver.search.kernels.plans import Chains
from dispatch.solver.search.kernels.pool import Pool
from dispatch.solver.search.kernels.recreate import recreate, sort_pulled
from dispatch.solver.search.kernels.removal import ruin
from dispatch.solver.search.kernels.routes import begin, update_touched


@kernel
def anneal(
    m: Terrain,
    s: State,
    pool: Pool,
    seeds: Longs,
    best: Chains,
    keys: Floats,
    steps: int,
    hot: float,
    cooling: float,
    warm: float,
) -> None:
    """Make `steps` moves around nodes drawn from `seeds`.

    The temperature (seconds of travel) begins at `hot` and is multiplied by `cooling` after each. The best plan
    met is kept in `best`; routes met below the temperature `warm` are remembered in `pool`.
    """
    temperature = hot
    placed, used = 0, 0
    for shift in range(s.size.size):
        if s.active[shift] and s.size[shift] > 0:
            placed += s.size[shift]
            used += 1
    typical = placed / used if used else 1.0
    for _ in range(steps):
        cost = s.sums[0] + s.sums[1]
        begin(s)
        ruin(m, s, seeds[pick(s.random, seeds.size)], typical)
        update_touched(m, s)
        sort_pulled(m, s, keys)
        recreate(m, s, BLINK, flag(False), temperature)
        decide(m, s, pool, best, cost, temperature, warm)
        temperature *= cooling
