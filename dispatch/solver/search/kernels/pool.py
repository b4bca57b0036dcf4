"""Routes remembered for `select`: the cheapest order met for a set of visits and a kind of shift.

A cache of SLOTS places: a set of visits has one place it can be in (by the exclusive-or of random codes, Zobrist
1970); whoever comes later to a taken place has it. Routes with linked visits are not kept, since their starts
hold only beside the other routes of their plan.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dispatch.solver.search.kernels.compiled import kernel
from dispatch.solver.search.kernels.layout import NOBODY, Longs, State, Terrain

SLOTS = 1 << 15
LONGEST = 48
"""Visits in a route that is remembered, at most. Long routes hardly ever fit together anew."""


class Pool(NamedTuple):
    """`key` [SLOTS] 0 where empty; `cost`; `shift`; `size`; `visits` [SLOTS, LONGEST] in order."""

    key: npt.NDArray[np.uint64]
    cost: Longs
    shift: Longs
    size: Longs
    visits: Longs


def empty_pool() -> Pool:
    """A pool without routes."""
    return Pool(
        np.zeros(SLOTS, np.uint64),
        np.zeros(SLOTS, np.int64),
        np.zeros(SLOTS, np.int64),
        np.zeros(SLOTS, np.int64),
        np.zeros((SLOTS, LONGEST), np.int64),
    )


@kernel
def remember(m: Terrain, s: State, pool: Pool, shift: int) -> None:
    """Keep the shift's route unless a cheaper order of the same visits is known."""
    size, visits = s.size[shift], m.nodes.shape[0]
    if size == 0 or size > LONGEST:
        return
    key = m.code[visits + m.shifts[shift].kind]
    node = s.next[visits + shift]
    while node < visits:
        if m.nodes[node].group != NOBODY:
            return
        key ^= m.code[node]
        node = s.next[node]
    slot = int(key >> np.uint64(40)) & (SLOTS - 1)
    if pool.key[slot] == key and pool.cost[slot] <= s.cost[shift]:
        return
    pool.key[slot], pool.cost[slot], pool.shift[slot], pool.size[slot] = key, s.cost[shift], shift, size
    node = s.next[visits + shift]
    for i in range(size):
        pool.visits[slot, i] = node
        node = s.next[node]
