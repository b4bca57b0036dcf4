"""Where an insertion looks for a gap, and which one it takes, told plainly: every gap is priced by the reference."""

import math
from collections.abc import Iterable

from dispatch.solver.problem import Problem
from dispatch.solver.search.board import Board
from dispatch.solver.search.kernels.insertion import FAR
from dispatch.solver.search.kernels.layout import NEVER, NOBODY
from tests.dispatch.solver.kernels.boards import cost, starts
from tests.dispatch.solver.kernels.draws import Draws

Place = tuple[int, int]
"""(shift, node before the gap)"""
Found = tuple[int, int, int, int]
"""(extra cost, shift, node before the gap, start)"""
NOWHERE = (NEVER, NOBODY, NOBODY, NEVER)


def route_from(board: Board, shift: int) -> list[int]:
    """The nodes of the route after each of which is a gap: its start and its visits."""
    return [len(board.model.visits) + shift, *board.routes()[shift]]


def spare(board: Board, kind: int) -> int:
    """The first empty shift of the kind, or the shift that is the only one of it; else NOBODY."""
    m = board.terrain
    alike = m.kind_shifts[m.kind_from[kind] : m.kind_from[kind + 1]].tolist()
    fits = [shift for shift in alike if len(alike) == 1 or not board.routes()[shift]]
    return next((shift for shift in fits if board.state.active[shift]), NOBODY)


def near(board: Board, node: int) -> list[Place]:
    """The gaps around the node's neighbours, and at both ends of near shifts' routes; each once."""
    around = [place for other in after(board, node) for place in (other, before(board, other))]
    return list(dict.fromkeys(around + ends(board, node)))


def after(board: Board, node: int) -> list[Place]:
    """The gaps after the node's neighbours, nearest first."""
    others = [other for other in board.terrain.near[node].tolist() if other != NOBODY]
    places = [(int(board.state.route[other]), other) for other in others]
    return [place for place in places if place[0] != NOBODY and board.state.active[place[0]]]


def before(board: Board, place: Place) -> Place:
    """The gap one place earlier in the same route."""
    route = route_from(board, place[0])
    return place[0], route[route.index(place[1]) - 1]


def ends(board: Board, node: int) -> list[Place]:
    """The first and the last gap of near shifts' routes."""
    kinds = [kind for kind in board.terrain.near_kinds[node].tolist() if kind != NOBODY]
    routes = [
        (shift, route_from(board, shift))
        for shift in (spare(board, kind) for kind in kinds)
        if shift != NOBODY
    ]
    return [(shift, gap) for shift, route in routes for gap in (route[0], route[-1])]


def far(board: Board, draws: Draws) -> list[Place]:
    """The gaps of some routes drawn by chance."""
    shifts = len(board.terrain.shifts)
    drawn = [draws.pick(shifts) for _ in range(min(FAR, shifts))]
    return [(shift, gap) for shift in drawn if board.state.active[shift] for gap in route_from(board, shift)]


def anywhere(board: Board) -> list[Place]:
    """The gaps of all routes, one kind of shift after the other."""
    shifts = [shift for shift in board.terrain.kind_shifts.tolist() if board.state.active[shift]]
    return [(shift, gap) for shift in shifts for gap in route_from(board, shift)]


def seen(board: Board, places: Iterable[Place], blink: float, draws: Draws) -> list[Place]:
    """The gaps that are not overlooked. How many are seen before one is overlooked is drawn at once: more than n with
    the chance (1 - blink)ⁿ."""
    kept = []
    for place in places:
        board.state.turn[1] -= 1
        if blink and board.state.turn[1] < 0:
            board.state.turn[1] = int(math.log(draws.chance() + 1e-300) / math.log(1 - blink))
        else:
            kept.append(place)
    return kept


def cheapest(board: Board, node: int, places: Iterable[Place], day: Problem | None = None) -> Found:
    """The gap in which the node costs least, of equally cheap ones the first; NOWHERE when it fits into none. `day`:
    as visits are held, where not given."""
    found = (priced(board, node, place, day) for place in places)
    return min(found, key=lambda one: one[0], default=NOWHERE)


def priced(board: Board, node: int, place: Place, day: Problem | None = None) -> Found:
    """What the route costs more with the node in the gap, and when it starts there."""
    shift, gap = place
    nodes = board.routes()[shift]
    k = route_from(board, shift).index(gap)
    longer = [*nodes[:k], node, *nodes[k:]]
    price = cost(board, shift, longer, day)
    if price >= NEVER:
        return NOWHERE
    return price - cost(board, shift, nodes), shift, gap, min(starts(board, shift, longer, node, day))
