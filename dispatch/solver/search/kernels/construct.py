"""Whole plans in one go: a quick first one, and a last round in which nothing is left out that fits anywhere."""

import numpy as np

from dispatch.solver.search.kernels.compiled import flag, kernel
from dispatch.solver.search.kernels.layout import Floats, State, Terrain
from dispatch.solver.search.kernels.recreate import recreate
from dispatch.solver.search.kernels.routes import PULLED, begin, settle

LATEST = 1e9
"""A start later than any window's end that matters; seconds."""


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
