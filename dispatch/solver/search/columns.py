"""Routes to choose among, as arrays: those of a plan, and those that searches have remembered."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dispatch.solver.search.board import Board
from dispatch.solver.search.kernels.layout import Longs
from dispatch.solver.search.kernels.pool import Pool


class Columns(NamedTuple):
    """Routes, each set of visits once for a kind of shift.

    `key` [C] tells the sets apart; `kind` [C] of shift; `cost` [C]; `size` [C]; `visits` [C, ·] in order, of which the
    first `size` count.
    """

    key: npt.NDArray[np.uint64]
    kind: Longs
    cost: Longs
    size: Longs
    visits: Longs

    def only(self, which: npt.NDArray[np.bool_] | Longs) -> "Columns":
        """These of them."""
        return Columns(
            self.key[which], self.kind[which], self.cost[which], self.size[which], self.visits[which]
        )

    def nodes(self, column: int) -> list[int]:
        """The nodes of one in order."""
        found: list[int] = self.visits[column, : self.size[column]].tolist()
        return found

    def filled(self) -> npt.NDArray[np.bool_]:
        """Which places of `visits` count."""
        return np.arange(self.visits.shape[1]) < self.size[:, None]


def of_plan(board: Board, shifts: Sequence[int]) -> Columns:
    """The routes these shifts have on the board; none of them is empty."""
    m, routes = board.terrain, board.routes()
    size = np.array([len(routes[shift]) for shift in shifts], np.int64)
    visits = np.zeros((len(shifts), size.max(initial=0)), np.int64)
    for row, shift in enumerate(shifts):
        visits[row, : size[row]] = routes[shift]
    kind = m.shifts["kind"][list(shifts)]
    key = m.code[len(m.nodes) + kind]
    for row, shift in enumerate(shifts):
        key[row] ^= np.bitwise_xor.reduce(m.code[routes[shift]])
    return Columns(key, kind, board.state.cost[list(shifts)], size, visits)


def of_pool(board: Board, pool: Pool) -> Columns:
    """The routes remembered."""
    used = np.flatnonzero(pool.key)
    kind = board.terrain.shifts["kind"][pool.shift[used]]
    return Columns(pool.key[used], kind, pool.cost[used], pool.size[used], pool.visits[used])


def joined(parts: Sequence[Columns]) -> Columns:
    """All of them, each set of visits in its cheapest order; of equal ones the first part's."""
    width = max(part.visits.shape[1] for part in parts)
    every = Columns(
        key=np.concatenate([part.key for part in parts]),
        kind=np.concatenate([part.kind for part in parts]),
        cost=np.concatenate([part.cost for part in parts]),
        size=np.concatenate([part.size for part in parts]),
        visits=np.concatenate(
            [np.pad(part.visits, ((0, 0), (0, width - part.visits.shape[1]))) for part in parts]
        ),
    )
    order = np.lexsort((every.cost, every.key))
    first = np.ones(len(order), np.bool_)
    first[1:] = every.key[order][1:] != every.key[order][:-1]
    return every.only(np.sort(order[first]))
