"""Visits that hang together, told plainly: when they may start, and the cheapest seats of a crew, by trying all."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import permutations, product

import numpy as np

from dispatch.solver.problem import Problem, TimeWindow
from dispatch.solver.search.board import Board
from dispatch.solver.search.kernels import linked
from dispatch.solver.search.kernels.layout import NEVER, NOBODY
from dispatch.solver.search.kernels.linked import MOMENTS
from dispatch.solver.search.kernels.routes import freeze, frozen_start, put, thaw
from tests.dispatch.solver.instances import HOUR
from tests.dispatch.solver.kernels import reach
from tests.dispatch.solver.kernels.boards import held
from tests.dispatch.solver.kernels.draws import Draws

Span = tuple[int, int]
"""Earliest and latest start"""


def crews(board: Board) -> list[list[int]]:
    """The nodes of every visit that hangs together with others, or that several go to."""
    nodes_of = board.model.nodes_of.values()
    return [list(nodes) for nodes in nodes_of if board.terrain.nodes["group"][nodes[0]] != NOBODY]


def allowed(board: Board, node: int) -> Span:
    """When the visit may start for what must have ended before; never while some of that is absent."""
    first, last = -NEVER, NEVER
    for after in board.model.visits[node].after:
        other = board.model.nodes_of[after.visit][0]
        if board.is_absent(other):
            return NEVER, -NEVER
        technician = board.model.problem.shifts[board.state.route[other]].technician
        end = int(frozen_start(board.s, other)) + board.model.visits[other].service_of(technician)
        first = max(first, end + after.min_gap_s)
        last = min(last, NEVER if after.max_gap_s is None else end + after.max_gap_s)
    return first, last


def days(board: Board, node: int, span: Span) -> Iterator[Problem]:
    """The problem with the visit held to each of its windows, as far as the span allows."""
    for opens, closes in board.model.windows[node]:
        first, last = max(opens, span[0], 0), min(closes, span[1], 48 * HOUR)
        if first <= last:
            yield changed(board, node, pinned_start_s=None, windows=(TimeWindow(first, last),))


def changed(board: Board, node: int, **fields: object) -> Problem:
    """The problem with another visit in the place of the node's."""
    day, name = held(board), board.model.visits[node].id
    visits = (replace(visit, **fields) if visit.id == name else visit for visit in day.visits)  # type: ignore[arg-type]
    return replace(day, visits=tuple(visits))


def cheapest_alone(board: Board, node: int, span: Span, everywhere: bool) -> reach.Found:
    """The cheapest gap, anywhere or near by, for a visit held to one of its windows."""
    places = reach.anywhere(board) if everywhere else reach.near(board, node)
    found = [reach.cheapest(board, node, places, day) for day in days(board, node, span)]
    return min(found, key=lambda one: one[0], default=reach.NOWHERE)


def moments(board: Board, crew: Sequence[int], span: Span, everywhere: bool, draws: Draws) -> list[int]:
    """The earliest start of each member in each gap; near by, some of them where there are many."""
    tried = {
        reach.priced(board, node, place, day)[3]
        for node in crew
        for day in days(board, node, span)
        for place in (
            reach.anywhere(board) if everywhere else reach.after(board, node) + reach.ends(board, node)
        )
    }
    found = sorted(tried - {NEVER})
    if everywhere or len(found) <= MOMENTS:
        return found
    return [found[draws.pick(len(found))] for _ in range(MOMENTS)]


def seats_for(board: Board, node: int, everywhere: bool) -> list[reach.Place]:
    """Every gap a member may be put into: near by, the empty shifts of a near kind are all as good as the first."""
    if everywhere:
        return reach.anywhere(board)
    kinds = set(board.terrain.near_kinds[node].tolist())
    routes = enumerate(board.routes())
    empty = [shift for shift, nodes in routes if not nodes and board.terrain.shifts["kind"][shift] in kinds]
    return reach.near(board, node) + [
        (shift, reach.route_from(board, shift)[0]) for shift in empty if board.state.active[shift]
    ]


def cheapest_seats(board: Board, crew: Sequence[int], start: int, everywhere: bool) -> int:
    """What it costs at least to seat the crew on different routes, all starting just then; NEVER if it cannot be."""
    day = changed(board, crew[0], pinned_start_s=start)
    costs: list[dict[int, int]] = []
    for node in crew:
        prices: dict[int, int] = {}
        for place in seats_for(board, node, everywhere):
            price = reach.priced(board, node, place, day)[0]
            prices[place[0]] = min(price, prices.get(place[0], NEVER))
        costs.append(prices)
    shifts = range(len(board.terrain.shifts))
    totals = (
        sum(prices.get(shift, NEVER) for prices, shift in zip(costs, chosen, strict=True))
        for chosen in permutations(shifts, len(crew))
    )
    return min([NEVER, *totals])


def best_moment(
    board: Board, crew: Sequence[int], span: Span, everywhere: bool, draws: Draws
) -> tuple[int, int]:
    """(cost, start) of the moment at which the crew is seated most cheaply; of two, the one tried first."""
    best = (NEVER, NEVER)
    for moment in moments(board, crew, span, everywhere, draws):
        cost = cheapest_seats(board, crew, moment, everywhere)
        if cost < best[0]:
            best = (cost, moment)
    return best


def matched(seats: Sequence[Sequence[tuple[int, int]]]) -> int:
    """The least sum of one (cost, route) of each member, all on different routes; NEVER if there is none."""
    choices = [choice for choice in product(*seats) if len({route for _, route in choice}) == len(seats)]
    return min((sum(cost for cost, _ in choice) for choice in choices), default=NEVER)


def place_group(board: Board, nodes: Sequence[int], everywhere: bool) -> None:
    """Put what is absent of a group into routes, each visit once what comes before it has its place."""
    draws = Draws(board.state.random)
    for crew in (crew for crew in crews(board) if crew[0] in nodes and board.is_absent(crew[0])):
        span, penalty = allowed(board, crew[0]), board.terrain.nodes["penalty"][crew[0]]
        if span[0] > span[1]:
            continue
        if len(crew) == 1:
            cost, shift, gap, start = cheapest_alone(board, crew[0], span, everywhere)
            seats = [(shift, gap)]
        else:
            cost, start = best_moment(board, crew, span, everywhere, draws)
            seats = seats_at(board, crew, start, everywhere)
        for node, (shift, gap) in zip(crew, seats, strict=True) if cost < penalty else ():
            freeze(board.s, node, start)
            put(board.m, board.s, shift, gap, node)


def seats_at(board: Board, crew: Sequence[int], start: int, everywhere: bool) -> list[reach.Place]:
    """The seats that the kernel takes of those that cost least."""
    seats = np.zeros((len(crew), 2), np.int64)
    for node in crew:
        freeze(board.s, node, start)
    linked.cheapest_seats(board.m, board.s, np.array(crew), 0.0, everywhere, seats)
    for node in crew:
        thaw(board.m, board.s, node)
    return [(int(shift), int(gap)) for shift, gap in seats]
