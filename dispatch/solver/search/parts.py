"""Cutting a plan into parts that can be improved at the same time."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dispatch.solver.search.board import Board
from dispatch.solver.search.kernels.layout import NOBODY

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Part:
    """`shifts` [R] whose routes belong to it, `absent` [N] nodes that may be brought in. No two parts share any."""

    shifts: Flags
    absent: Flags


def cut(board: Board, parts: int, number: int) -> list[Part]:
    """The plan on the board in so many parts of about equally many visits, along the `number`-th line.

    Only ways are known, no map: a line is drawn by two visits far from each other, and everything is placed along
    it by how much nearer it is to the one than to the other.
    """
    m, state = board.terrain, board.state
    n = len(m.nodes)
    chance = np.random.default_rng(number)
    leg = m.leg[0]
    one = int(chance.integers(n))
    far = np.argsort(leg[one, :n], kind="stable")[-max(1, n // 10) :]
    other = int(chance.choice(far))
    along = leg[one].astype(np.float64) - leg[other]
    homes = along[m.shifts["start_spot"]]
    placed = np.flatnonzero(state.route[:n] != NOBODY)
    route = state.route[placed]
    sums = np.bincount(route, along[placed], minlength=len(m.shifts))
    where = np.where(state.size > 0, sums / np.maximum(1, state.size), homes)
    order = np.argsort(where, kind="stable")
    weight = np.cumsum(state.size[order] + 1)
    part_of = np.empty(len(order), np.int64)
    part_of[order] = np.minimum(weight * parts // (weight[-1] + 1), parts - 1)
    edges = [where[part_of == i].max(initial=-np.inf) for i in range(parts - 1)]
    absent_in = np.searchsorted(np.maximum.accumulate(edges), along[:n]) if edges else np.zeros(n, np.int64)
    return [Part(part_of == i, (state.route[:n] == NOBODY) & (absent_in == i)) for i in range(parts)]
