"""Which cuts the master's solution breaks: three tasks whose routes, counted by the pairs they serve, exceed one."""

from collections import Counter
from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt

from dispatch.solver.bound.kinds import Column, Cut

ENOUGH = 0.05
"""Cuts broken by less change the bound little and slow pricing down."""
AT_ONCE = 30
PER_TASK = 4
"""How many new cuts one task may be in: many cuts about the same few tasks say the same."""


def broken(
    columns: Sequence[Column], shares: npt.NDArray[np.float64], tasks: int, known: Collection[Cut]
) -> list[Cut]:
    """The cuts that the columns break most, when each is used to its share."""
    used = np.flatnonzero(shares > 1e-6)
    serves = np.zeros((len(used), tasks))
    for row, number in enumerate(used.tolist()):
        serves[row, list(columns[number].tasks)] = 1
    weighted = serves * shares[used][:, None]
    pairs = weighted.T @ serves
    candidates: list[tuple[float, Cut]] = []
    for first in range(tasks):
        there = serves[:, first] > 0
        candidates += _with(first, pairs, weighted[there].T @ serves[there])
    candidates.sort(key=lambda one: (-one[0], one[1]))
    return _spread([cut for _, cut in candidates if cut not in known])


def _with(
    first: int, pairs: npt.NDArray[np.float64], triples: npt.NDArray[np.float64]
) -> list[tuple[float, Cut]]:
    """How much over one the cuts of this and two later tasks are."""
    own = pairs[first]
    over = own[:, None] + own[None, :] + pairs - 2 * triples - 1
    found = np.argwhere(np.triu(over, 1) > ENOUGH)
    return [(round(float(over[a, b]), 6), (first, int(a), int(b))) for a, b in found if a > first]


def _spread(cuts: Sequence[Cut]) -> list[Cut]:
    counts: Counter[int] = Counter()
    chosen: list[Cut] = []
    for cut in cuts:
        if len(chosen) < AT_ONCE and all(counts[task] < PER_TASK for task in cut):
            chosen.append(cut)
            counts.update(cut)
    return chosen
