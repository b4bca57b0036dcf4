"""Who is near whom: the lists that keep a move's cost from growing with what is far away."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from dispatch.solver.search.kernels.layout import NEVER, NOBODY, Floats, Longs, Matrix, Records
from dispatch.solver.search.windows import Windows

Flags = npt.NDArray[np.bool_]

NEAR = 40
"""Nodes next to which an insertion is tried."""
AROUND = 120
"""Nodes met by a ruin, at most."""
NEAR_KINDS = 16
"""Kinds of shifts at whose routes' ends an insertion is tried."""
WAITING = 0.2
"""What a second of forced waiting adds to the distance of two visits (Vidal et al., Computers & OR 40(1), 2013)."""
CHUNK = 512


def near_nodes(leg: Matrix, service: Longs, windows: Sequence[Windows], fixed: Longs) -> tuple[Longs, Longs]:
    """(`near`, `around`) as in `Terrain`: nodes by distance in time and space, and by the way alone."""
    n = len(windows)
    opens = np.array([w[0][0] for w in windows], np.float64)
    closes = np.array([w[-1][1] for w in windows], np.float64)
    mates = _mates(fixed)
    near = np.full((n, max(1, min(NEAR, n - 1))), NOBODY, np.int64)
    around = np.full((n, max(1, min(AROUND, n - 1))), NOBODY, np.int64)
    for begin in range(0, n, CHUNK):
        rows = np.arange(begin, min(n, begin + CHUNK))
        onward = leg[rows, :n].astype(np.float64)
        back = leg[:n, rows].T.astype(np.float64)
        way = np.minimum(onward, back)
        way[np.arange(len(rows)), rows] = np.inf
        _nearest(way, around, rows)
        free = (closes + service)[None, :] + back
        wait_here = np.maximum(0, opens[rows][:, None] - free)
        late_here = (opens + service)[None, :] + back > closes[rows][:, None]
        leaving = (closes + service)[rows][:, None] + onward
        wait_there = np.maximum(0, opens[None, :] - leaving)
        late_there = (opens + service)[rows][:, None] + onward > closes[None, :]
        distance = np.minimum(
            np.where(late_here, np.inf, back + WAITING * wait_here),
            np.where(late_there, np.inf, onward + WAITING * wait_there),
        )
        distance[np.arange(len(rows)), rows] = np.inf
        if mates is not None:
            distance[~mates(rows)] = np.inf
        _nearest(distance, near, rows)
    return near, around


def _mates(fixed: Longs) -> Callable[[Longs], Flags] | None:
    """A function from nodes to "could stand in one route with", or None when everybody could."""
    able = (
        np.unique((fixed < NEVER).astype(np.float32), axis=0) if len(fixed) else np.zeros((0, 0), np.float32)
    )
    if not len(able) or able.all():
        return None
    return lambda rows: able[:, rows].T @ able > 0


def _nearest(distance: Floats, lists: Longs, rows: Longs) -> None:
    """Write each row's nearest columns, nearest first; infinite ones are left out."""
    count = lists.shape[1]
    if distance.shape[1] == 0:
        return
    count = min(count, distance.shape[1])
    # Which of equally far columns a partition leaves in is the processor's choice; here it is the first ones.
    last = np.partition(distance, count - 1, axis=1)[:, count - 1 : count]
    nearer, as_far = distance < last, distance == last
    room = count - nearer.sum(axis=1, keepdims=True)
    chosen = np.nonzero(nearer | (as_far & (np.cumsum(as_far, axis=1) <= room)))[1].reshape(-1, count)
    values = np.take_along_axis(distance, chosen, axis=1)
    order = np.lexsort((chosen, values), axis=1)
    chosen = np.take_along_axis(chosen, order, axis=1)
    values = np.take_along_axis(values, order, axis=1)
    lists[rows, :count] = np.where(np.isfinite(values), chosen, NOBODY)


def near_kinds(
    leg_cost: Matrix, shifts: Records, fixed: Longs, kind_from: Longs, kind_shifts: Longs
) -> Longs:
    """`near_kinds` as in `Terrain`: by what serving the node alone would cost."""
    n, kinds = fixed.shape[1], len(kind_from) - 1
    lists = np.full((n, max(1, min(NEAR_KINDS, kinds))), NOBODY, np.int64)
    if not kinds or not n:
        return lists
    first = kind_shifts[kind_from[:-1]]
    rows = shifts[first]
    k = rows["cost_class"]
    nodes = np.arange(n)
    out = leg_cost[k[:, None], rows["start_spot"][:, None], nodes[None, :]].astype(np.float64)
    home = leg_cost[k[:, None], nodes[None, :], rows["end_spot"][:, None]]
    alone = out + home + np.where(fixed[first] < NEVER, fixed[first], np.inf)
    _nearest(np.ascontiguousarray(alone.T), lists, nodes)
    return lists
