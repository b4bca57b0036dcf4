"""An order in which what is near stands near: memory is then read where it has just been read.

A move of the search reads the ways between a few dozen visits. In the order of a file they lie all over a matrix of
a hundred megabytes; ordered, a move on a day of 4,000 visits takes two thirds of the time.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

FEW = 8
"""So many are left in the order in which they come."""


def by_nearness(ways: npt.NDArray[np.int32], rows: Sequence[int]) -> list[int]:
    """Positions in `rows`, which are rows of a square matrix of ways, in such an order.

    Cut in two along a line again and again: as only ways are known, the line is drawn between two that are far from
    each other, and everything placed by how much nearer it is to the one than to the other.
    """
    order: list[int] = _halved(ways, np.array(rows, np.int64), np.arange(len(rows))).tolist()
    return order


def _halved(
    ways: npt.NDArray[np.int32], rows: npt.NDArray[np.int64], some: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    if len(some) <= FEW:
        return some
    from_first = ways[rows[some[0]], rows[some]]
    one = rows[some[np.argmax(from_first)]]
    other = rows[some[np.argmax(ways[one, rows[some]])]]
    along = ways[one, rows[some]].astype(np.int64) - ways[other, rows[some]]
    ordered = some[np.argsort(along, kind="stable")]
    middle = len(ordered) // 2
    return np.concatenate([_halved(ways, rows, ordered[:middle]), _halved(ways, rows, ordered[middle:])])
