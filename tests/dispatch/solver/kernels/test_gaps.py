"""May a visit go into a gap, and what does it cost there? Asked of every gap of every route."""

from dataclasses import replace

from hypothesis import given, settings

from dispatch.solver.search.board import Board
from dispatch.solver.search.kernels.gaps import gap_cost, gap_holds, gap_last_start, gap_start
from dispatch.solver.search.kernels.insertion import best_anywhere, best_near, exact_cost, fits_alone
from dispatch.solver.search.kernels.layout import NEVER
from dispatch.solver.search.model import Model
from tests.dispatch.solver.instances import MINUTE
from tests.dispatch.solver.kernels.boards import boards, cost, gaps, held, names, simple, starts, timed
from tests.dispatch.solver.reference import Day


def possible(board: Board, shift: int, gap: int, node: int) -> bool:
    return bool(
        board.terrain.fixed[node, shift] < NEVER
        and gap_start(board.m, board.s, shift, gap, node) < NEVER
        and gap_holds(board.m, board.s, shift, gap, node)
    )


@settings(deadline=None, max_examples=40)
@given(boards())
def test_gap_takes_a_visit_when_the_longer_route_is_possible(board: Board) -> None:
    for node in board.absent():
        for shift, gap, longer in gaps(board, node):
            assert possible(board, shift, gap, node) == (timed(board, shift, longer) is not None)
            earliest = min(starts(board, shift, longer, node), default=NEVER)
            assert gap_start(board.m, board.s, shift, gap, node) == earliest


def possible_at(board: Board, shift: int, nodes: list[int], node: int, start_s: int) -> bool:
    """Whether the route can be done with this node starting just then."""
    model, day = board.model, held(board)
    name = model.visits[node].id
    visits = tuple(
        replace(visit, pinned_start_s=start_s) if visit.id == name else visit for visit in day.visits
    )
    walks = Day(day, day.shifts[shift], [{v.id: v for v in visits}[one] for one in names(board, nodes)[0]])
    return any(walks.walks(day.shifts[shift].earliest_s))


@settings(deadline=None, max_examples=40)
@given(boards())
def test_a_gap_bears_no_later_start_than_the_last(board: Board) -> None:
    for node in board.absent():
        for shift, gap, longer in gaps(board, node):
            last = int(gap_last_start(board.m, board.s, shift, gap, node))
            assert (last > -NEVER) == (gap_start(board.m, board.s, shift, gap, node) < NEVER)
            assert last == -NEVER or possible_at(board, shift, longer, node, last)
            terms = board.model.problem.shifts[shift]
            for opens, closes in board.model.windows[node]:
                later = range(max(opens, terms.earliest_s, last + 1), min(closes, terms.until_s) + 1)
                for start in later[:: 10 * MINUTE]:
                    assert not possible_at(board, shift, longer, node, start)


@settings(deadline=None, max_examples=40)
@given(boards())
def test_exact_cost_of_a_gap_is_what_the_longer_route_costs_more(board: Board) -> None:
    for node in board.absent():
        for shift, gap, longer in gaps(board, node):
            if possible(board, shift, gap, node):
                more = cost(board, shift, longer) - int(board.state.cost[shift])
                assert exact_cost(board.m, board.s, shift, gap, node) == more


@settings(deadline=None, max_examples=40)
@given(boards(plain=simple))
def test_reckoned_cost_is_exact_without_breaks_and_with_one_window(board: Board) -> None:
    for node in board.absent():
        for shift, gap, longer in gaps(board, node):
            if possible(board, shift, gap, node):
                start = gap_start(board.m, board.s, shift, gap, node)
                more = cost(board, shift, longer) - int(board.state.cost[shift])
                assert gap_cost(board.m, board.s, shift, gap, node, start) == more


@settings(deadline=None, max_examples=40)
@given(boards())
def test_best_gap_near_by_is_one_of_all(board: Board) -> None:
    for node in board.absent():
        near, shift, gap, start = best_near(board.m, board.s, node, 0.0)
        if near < NEVER:
            assert possible(board, shift, gap, node)
            assert near == gap_cost(board.m, board.s, shift, gap, node, start)
            exact = exact_cost(board.m, board.s, shift, gap, node)
            assert exact >= best_anywhere(board.m, board.s, node)[0]


@settings(deadline=None, max_examples=40)
@given(boards())
def test_visit_fits_alone_when_a_route_of_it_is_possible(board: Board) -> None:
    bare = Board(Model(board.model.problem))
    for node in range(len(board.model.visits)):
        for shift in range(len(board.model.problem.shifts)):
            alone = timed(bare, shift, [node]) is not None
            assert fits_alone(bare.m, bare.s, shift, node) == alone
