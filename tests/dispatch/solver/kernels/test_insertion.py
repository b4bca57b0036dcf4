"""A visit goes where it costs least of all the places looked at; far away and anywhere, whatever a move has
done to the routes."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.solver.search.board import Board
from dispatch.solver.search.kernels.insertion import best_anywhere, best_far, best_near, spare_shift
from tests.dispatch.solver.kernels import reach
from tests.dispatch.solver.kernels.boards import boards, even, feasible, narrow_down, randoms, tear, twin
from tests.dispatch.solver.kernels.draws import Draws


@settings(deadline=None, max_examples=20)
@given(boards(days=feasible()), randoms)
def test_spare_shift_is_empty_or_alone_of_its_kind(board: Board, random: Random) -> None:
    narrow_down(board, random)
    for kind in range(len(board.terrain.kind_from) - 1):
        assert spare_shift(board.m, board.s, kind) == reach.spare(board, kind)


@settings(deadline=None, max_examples=40)
@given(boards(days=feasible(visits=8), plain=even), randoms, st.sampled_from([0.0, 0.01, 0.4]))
def test_best_gap_near_by_is_the_cheapest_not_overlooked(board: Board, random: Random, blink: float) -> None:
    narrow_down(board, random)
    plain = twin(board)
    for node in board.absent():
        places = reach.seen(plain, reach.near(plain, node), blink, Draws(plain.state.random))
        assert best_near(board.m, board.s, node, blink) == reach.cheapest(plain, node, places)
        assert board.state.random == plain.state.random


@settings(deadline=None, max_examples=25)
@given(boards(), randoms)
def test_best_gap_far_away_is_the_cheapest_of_some_routes(board: Board, random: Random) -> None:
    narrow_down(board, random)
    tear(board, random)
    plain = twin(board)
    for node in range(len(board.model.visits)):
        if board.is_absent(node):
            places = reach.far(plain, Draws(plain.state.random))
            assert best_far(board.m, board.s, node) == reach.cheapest(plain, node, places)


@settings(deadline=None, max_examples=25)
@given(boards(), randoms)
def test_best_gap_anywhere_is_the_cheapest_of_all(board: Board, random: Random) -> None:
    narrow_down(board, random)
    tear(board, random)
    for node in range(len(board.model.visits)):
        if board.is_absent(node):
            found = reach.cheapest(board, node, reach.anywhere(board))
            assert best_anywhere(board.m, board.s, node) == found
