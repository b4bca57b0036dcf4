"""What a move has taken out goes back, in an order drawn by chance, each visit where it costs least."""

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.solver.search.board import Board
from dispatch.solver.search.kernels.recreate import insertion_sort, left_out, recreate, sort_pulled
from dispatch.solver.search.model import Model
from tests.dispatch.solver.instances import problem, visit
from tests.dispatch.solver.kernels import recreations
from tests.dispatch.solver.kernels.boards import (
    boards,
    feasible,
    held_by_move,
    narrow_down,
    randoms,
    tear,
    twin,
    unhurried,
)
from tests.dispatch.solver.kernels.draws import BITS, Draws

TEMPERATURES = st.sampled_from([0.0, 60.0, 3600.0, 36_000.0])


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 99), st.integers(-3, 3))), st.integers(0, 99))
def test_first_nodes_are_sorted_by_their_keys(pairs: list[tuple[int, int]], count: int) -> None:
    nodes, keys = (np.array([pair[i] for pair in pairs]) for i in (0, 1))
    count = min(count, len(pairs))
    told = sorted(pairs[:count], key=lambda pair: pair[1]) + pairs[count:]
    whole, floats = nodes.astype(np.int64), keys.astype(np.float64)
    insertion_sort(whole, floats, count)
    assert list(zip(whole.tolist(), floats.tolist(), strict=True)) == told


@settings(deadline=None, max_examples=100)
@given(boards(days=feasible(visits=9)), randoms, st.integers(1, BITS))
def test_nodes_of_a_move_are_put_into_an_order_drawn_by_chance(
    board: Board, random: Random, seed: int
) -> None:
    board.state.random[0] = seed
    nodes, plain = tear(board, random), twin(board)
    sort_pulled(board.m, board.s, board.keys)
    assert held_by_move(board) == recreations.in_order(plain, nodes, Draws(plain.state.random))
    assert board.state.random == plain.state.random


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 200), TEMPERATURES)
def test_visits_are_left_out_the_more_readily_the_less_they_are_worth(
    minutes: int, temperature: float
) -> None:
    board = Board(Model(problem([visit("V", 0, penalty=minutes)], [])))
    assert left_out(board.m, 0, temperature) == recreations.left_out(60 * minutes, temperature)


@pytest.mark.parametrize("everywhere", [False, True])
@settings(deadline=None, max_examples=50)
@given(
    board=boards(days=feasible(visits=9), plain=unhurried),
    random=randoms,
    blink=st.sampled_from([0.0, 0.01, 0.4]),
    temperature=TEMPERATURES,
)
def test_visits_go_back_to_the_cheapest_places(
    everywhere: bool, board: Board, random: Random, blink: float, temperature: float
) -> None:
    narrow_down(board, random)
    tear(board, random)
    plain = twin(board)
    recreations.put_back(plain, blink, everywhere, temperature)
    recreate(board.m, board.s, blink, everywhere, temperature)
    assert board.routes() == plain.routes()
    assert board.state.random == plain.state.random
