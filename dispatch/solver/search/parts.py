"""Cutting a plan into parts that can be improved at the same time."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dispatch.solver.search.board import Board
from dispatch.solver.search.kernels.layout import NOBODY, Longs

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Part:
    """`shifts` [R] whose routes belong to it, `absent` [N] nodes that may be brought in. No two parts share any."""

    shifts: Flags
    absent: Flags


def cut(board: Board, parts: int, number: int) -> list[Part]:
    """The plan on the board in so many parts of about equally many visits, for the `number`-th time: in two along a
    line, each of these along a line of its own, and so on, so that parts are as long as they are wide.

    Only ways are known, no map: a line is drawn by two visits far from each other, and everything is placed along it by
    how much nearer it is to the one than to the other.
    """
    whole = Part(np.ones(len(board.terrain.shifts), np.bool_), _route_of(board) == NOBODY)
    return list(_divided(board, whole, parts, np.random.default_rng(number)))


def _divided(board: Board, part: Part, parts: int, chance: np.random.Generator) -> Iterator[Part]:
    if parts == 1:
        yield part
        return
    fewer = parts // 2
    along = _along(board, part, chance)
    middles = _middles(board, along)
    order = np.flatnonzero(part.shifts)[np.argsort(middles[part.shifts], kind="stable")]
    weight = np.cumsum(board.state.size[order] + 1)
    first = order[weight * parts <= weight[-1:] * fewer]
    edge = middles[first].max(initial=-np.inf)
    shifts = np.isin(np.arange(len(part.shifts)), first)
    here = along[: len(part.absent)] <= edge
    near = Part(shifts, part.absent & here)
    rest = Part(part.shifts & ~shifts, part.absent & ~here)
    yield from _divided(board, near, fewer, chance)
    yield from _divided(board, rest, parts - fewer, chance)


def _along(board: Board, part: Part, chance: np.random.Generator) -> Floats:
    """Where every spot lies along a line through the part."""
    leg, route = board.terrain.leg[0], _route_of(board)
    served = np.flatnonzero((route != NOBODY) & part.shifts[route])
    nodes = served if len(served) else np.arange(len(route))
    one = chance.choice(nodes)
    far = nodes[np.argsort(leg[one, nodes], kind="stable")[-max(1, len(nodes) // 10) :]]
    along: Floats = leg[one].astype(np.float64) - leg[chance.choice(far)]
    return along


def _middles(board: Board, along: Floats) -> Floats:
    """Where every shift's visits lie on the mean; where it begins, if it has none."""
    size, shifts, route = board.state.size, board.terrain.shifts, _route_of(board)
    placed = np.flatnonzero(route != NOBODY)
    sums = np.bincount(route[placed], along[placed], minlength=len(shifts))
    return np.where(size > 0, sums / np.maximum(1, size), along[shifts["start_spot"]])


def _route_of(board: Board) -> Longs:
    """The route of every node."""
    return board.state.route[: len(board.terrain.nodes)]
