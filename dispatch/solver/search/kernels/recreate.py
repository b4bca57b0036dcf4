"""Recreate: the nodes of a move go back, one after the other, each where it costs least (see `insertion`).

In which order is drawn anew for every move; as in Christiaens & Vanden Berghe (Transportation Science 54(2), 2020),
with orders of our own for windows and penalties.
"""

import numpy as np

from dispatch.solver.search.kernels.chance import chance, pick
from dispatch.solver.search.kernels.compiled import kernel
from dispatch.solver.search.kernels.insertion import best_anywhere, best_far, best_near
from dispatch.solver.search.kernels.layout import NEVER, NOBODY, Floats, Longs, State, Terrain
from dispatch.solver.search.kernels.linked import place_group
from dispatch.solver.search.kernels.routes import PULLED, put

BY_CHANCE, BY_PENALTY, BY_FAR, BY_NEAR, BY_TIGHT, BY_START = 0, 1, 2, 3, 4, 5
ORDERS = np.array([BY_CHANCE] * 4 + [BY_PENALTY] * 3 + [BY_FAR] * 2 + [BY_NEAR] + [BY_TIGHT] * 3 + [BY_START])
"""Orders in which visits are put back, each as often as it stands there."""

LEFT_OUT = 0.1
"""How readily a visit is left out for once: the chance is this times temperature over penalty."""
MOSTLY = 0.5
"""That chance at most."""
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
