"""A crew gets its cheapest seats at its cheapest moment, and what comes after something else its cheapest gap."""

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.solver.search.board import Board
from dispatch.solver.search.kernels import linked
from dispatch.solver.search.kernels.layout import NEVER, NOBODY
from dispatch.solver.search.kernels.linked import GAP, SEAT
from dispatch.solver.search.kernels.routes import frozen_start
from tests.dispatch.solver.kernels import crews, reach
from tests.dispatch.solver.kernels.boards import boards, feasible, narrow_down, randoms, tear, twin, unhurried
from tests.dispatch.solver.kernels.draws import Draws
from tests.dispatch.solver.kernels.recreations import members

rows = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 12)), max_size=4, unique_by=lambda seat: seat[0])
"""One member's seats: (route, cost)"""


@settings(deadline=None, max_examples=150)
@given(st.integers(1, 4).flatmap(lambda size: st.lists(rows, min_size=size, max_size=size)))
def test_seats_are_matched_as_cheaply_as_can_be(members: list[list[tuple[int, int]]]) -> None:
    size = len(members)
    costs, gaps = np.full((size, size), NEVER), np.full((size, size, 2), NOBODY)
    offers = [sorted((cost, route) for route, cost in seats)[:size] for seats in members]
    for i, offer in enumerate(offers):
        for j, (cost, route) in enumerate(offer):
            costs[i, j], gaps[i, j] = cost, (route, 100 + 10 * i + route)
    seats = np.zeros((size, 2), np.int64)
    least = linked.matched(costs, gaps, seats)
    assert least == crews.matched(offers)
    if least < NEVER:
        routes = seats[:, SEAT].tolist()
        assert sorted(set(routes)) == sorted(routes)
        assert seats[:, GAP].tolist() == [100 + 10 * i + route for i, route in enumerate(routes)]
        paid = [
            {route: cost for cost, route in offer}[route] for offer, route in zip(offers, routes, strict=True)
        ]
        assert sum(paid) == least


@settings(deadline=None, max_examples=40)
@given(boards(days=feasible(visits=9)))
def test_start_is_allowed_by_what_must_have_ended_before(board: Board) -> None:
    for nodes in crews.crews(board):
        for node in nodes:
            assert linked.allowed_start(board.m, board.s, node) == crews.allowed(board, node)


@settings(deadline=None, max_examples=40)
@given(boards(days=feasible(visits=9)), randoms)
def test_one_of_a_group_gets_the_cheapest_gap_of_its_windows(board: Board, random: Random) -> None:
    tear(board, random)
    for (node,) in (nodes for nodes in crews.crews(board) if len(nodes) == 1 and board.is_absent(nodes[0])):
        span = crews.allowed(board, node)
        if span[0] <= span[1]:
            told = crews.cheapest_alone(board, node, span, everywhere=True)
            assert linked.best_within(board.m, board.s, node, *span, 0.0, True) == told


@pytest.mark.parametrize("everywhere", [False, True])
@settings(deadline=None, max_examples=40)
@given(board=boards(days=feasible(), plain=unhurried), random=randoms)
def test_crew_gets_the_cheapest_seats_at_the_cheapest_moment(
    everywhere: bool, board: Board, random: Random
) -> None:
    narrow_down(board, random)
    tear(board, random)
    for nodes in crews.crews(board):
        span = crews.allowed(board, nodes[0])
        if len(nodes) > 1 and board.is_absent(nodes[0]) and span[0] <= span[1]:
            plain = twin(board)
            told = crews.best_moment(plain, nodes, span, everywhere, Draws(plain.state.random))
            crew = np.array(nodes)
            found = linked.best_moment(board.m, board.s, crew, *span, 0.0, everywhere)
            assert found == told
            if found[0] < NEVER:
                assert_seated(board, nodes, found, everywhere)


def assert_seated(board: Board, crew: list[int], best: tuple[int, int], everywhere: bool) -> None:
    """The seats then found are on different routes and cost just that."""
    cost, start = best
    day = crews.changed(board, crew[0], pinned_start_s=int(start))
    places = crews.seats_at(board, crew, start, everywhere)
    assert len({shift for shift, _ in places}) == len(crew)
    prices = [reach.priced(board, node, place, day)[0] for node, place in zip(crew, places, strict=True)]
    assert sum(prices) == cost


@pytest.mark.parametrize("everywhere", [False, True])
@settings(deadline=None, max_examples=40)
@given(board=boards(days=feasible(visits=8), plain=unhurried), random=randoms)
def test_groups_are_placed_one_visit_after_the_other(everywhere: bool, board: Board, random: Random) -> None:
    tear(board, random)
    plain = twin(board)
    for group in range(len(board.terrain.group_from) - 1):
        crews.place_group(plain, members(board, group), everywhere)
        linked.place_group(board.m, board.s, group, 0.0, everywhere)
    assert board.routes() == plain.routes()
    assert frozen(board) == frozen(plain)


def frozen(board: Board) -> list[int]:
    """The start each node is held to."""
    return [int(frozen_start(board.s, node)) for node in range(len(board.model.visits))]
