"""The loop: ruin, recreate, accept or undo, under a falling temperature (simulated annealing)."""

import math

import numpy as np

from dispatch.solver.search.kernels.chance import chance, pick
from dispatch.solver.search.kernels.compiled import flag, kernel
from dispatch.solver.search.kernels.insertion import BLINK, best_anywhere, best_far, best_near
from dispatch.solver.search.kernels.layout import NEVER, NOBODY, Floats, Longs, State, Terrain
from dispatch.solver.search.kernels.linked import place_group
from dispatch.solver.search.kernels.plans import Chains, keep
from dispatch.solver.search.kernels.pool import Pool, remember
from dispatch.solver.search.kernels.removal import ruin
from dispatch.solver.search.kernels.routes import PULLED, TOUCHED, begin, put, settle, undo, update_touched

BY_CHANCE, BY_PENALTY, BY_FAR, BY_NEAR, BY_TIGHT, BY_START = 0, 1, 2, 3, 4, 5
ORDERS = np.array([BY_CHANCE] * 4 + [BY_PENALTY] * 3 + [BY_FAR] * 2 + [BY_NEAR] + [BY_TIGHT] * 3 + [BY_START])
"""Orders in which visits are put back, each as often as it stands there."""

LEFT_OUT = 0.1
"""How readily a visit is left out for once: the chance is this times temperature over penalty."""
MOSTLY = 0.5
"""That chance at most."""
LATEST = 1e9
"""A start later than any window's end that matters; seconds."""
FAR_SIGHT = 0.05
"""Chance that a node for which there is no gap near by is looked for one far away."""


@kernel
def sort_pulled(m: Terrain, s: State, keys: Floats) -> None:
    """Put the nodes of the move into one of the ORDERS; `keys` is scratch."""
    order = ORDERS[pick(s.random, ORDERS.size)]
    count = s.counts[PULLED]
    for i in range(count):
        node = s.pulled[i]
        if order == BY_CHANCE:
            keys[i] = chance(s.random)
        elif order == BY_PENALTY:
            keys[i] = -float(m.nodes[node].penalty) + chance(s.random)
        elif order in (BY_FAR, BY_NEAR):
            kind = m.near_kinds[node, 0]
            shift = m.kind_shifts[m.kind_from[max(kind, 0)]]
            far = float(m.leg[0, m.shifts[shift].start_spot, node])
            keys[i] = far if order == BY_NEAR else -far
        elif order == BY_TIGHT:
            keys[i] = float(s.closes[s.window_to[node] - 1] - s.opens[s.window_from[node]])
        else:
            keys[i] = float(s.opens[s.window_from[node]])
    insertion_sort(s.pulled, keys, count)


@kernel
def insertion_sort(nodes: Longs, keys: Floats, count: int) -> None:
    """Sort the first `count` nodes by their keys."""
    for i in range(1, count):
        node, key = nodes[i], keys[i]
        j = i - 1
        while j >= 0 and keys[j] > key:
            nodes[j + 1], keys[j + 1] = nodes[j], keys[j]
            j -= 1
        nodes[j + 1], keys[j + 1] = node, key


@kernel
def first_absent(m: Terrain, s: State, group: int) -> int:
    """The first node of the group, in its order, that is in no route."""
    for i in range(m.group_from[group], m.group_from[group + 1]):
        if s.route[m.group_nodes[i]] == NOBODY:
            return m.group_nodes[i]
    return NOBODY


@kernel
def recreate(m: Terrain, s: State, blink: float, everywhere: bool, temperature: float) -> None:
    """Put the nodes of the move back, each where it costs least, unless leaving it out costs less.

    Now and then one is left out although it is worth it, the more readily the nearer its penalty is to what the
    temperature forgives anyway: others may need its place more.
    """
    for i in range(s.counts[PULLED]):
        node = s.pulled[i]
        if s.route[node] != NOBODY:
            continue
        if temperature > 0.0 and chance(s.random) < left_out(m, node, temperature):
            continue
        group = m.nodes[node].group
        if group != NOBODY:
            if node == first_absent(m, s, group):
                place_group(m, s, group, blink, everywhere)
            continue
        found = best_anywhere(m, s, node) if everywhere else best_near(m, s, node, blink)
        if found[0] >= NEVER and not everywhere and chance(s.random) < FAR_SIGHT:
            found = best_far(m, s, node)
        if found[0] < m.nodes[node].penalty:
            put(m, s, found[1], found[2], node)


@kernel
def left_out(m: Terrain, node: int, temperature: float) -> float:
    """The chance of leaving a node out for once."""
    return min(MOSTLY, LEFT_OUT * temperature / max(1.0, float(m.nodes[node].penalty)))


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


@kernel
def decide(
    m: Terrain, s: State, pool: Pool, best: Chains, cost: int, temperature: float, warm: float
) -> None:
    """Keep the move, or undo it: never when the plan is no dearer than the `cost` it had, else by chance, the more
    readily the dearer it is (Metropolis)."""
    settle(m, s)
    after = s.sums[0] + s.sums[1]
    if after >= cost - temperature * math.log(chance(s.random) + 1e-300):
        undo(m, s)
        return
    if temperature < warm:
        for i in range(s.counts[TOUCHED]):
            remember(m, s, pool, s.touched[i])
    if after < best.cost[0]:
        keep(m, s, best)


@kernel
def construct(m: Terrain, s: State, keys: Floats) -> None:
    """Put the absent nodes near their neighbours, those most worth it first; a quick first plan."""
    take_up_absent(m, s, keys)
    recreate(m, s, 0.0, flag(False), 0.0)
    settle(m, s)


@kernel
def fill(m: Terrain, s: State, keys: Floats) -> None:
    """Put every absent node wherever it costs least, as long as that is worth its penalty for any."""
    before = s.sums[2] + 1
    while 0 < s.sums[2] < before:
        before = s.sums[2]
        take_up_absent(m, s, keys)
        recreate(m, s, 0.0, flag(True), 0.0)
        settle(m, s)


@kernel
def take_up_absent(m: Terrain, s: State, keys: Floats) -> None:
    """Begin a move with every absent node in it, in order of penalty and then of the latest start."""
    begin(s)
    s.counts[PULLED] = s.sums[2]
    for i in range(s.sums[2]):
        node = s.absent[i]
        s.pulled[i] = node
        closes = min(float(s.closes[s.window_to[node] - 1]), LATEST - 1.0)
        keys[i] = closes - float(m.nodes[node].penalty) * LATEST
    order = np.argsort(keys[: s.sums[2]], kind="mergesort")
    s.pulled[: s.sums[2]] = s.pulled[: s.sums[2]][order]
