"""A move is kept or undone by the rule of Metropolis, and what is kept is remembered."""

import math
from random import Random

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dispatch.solver.search.board import Board
from dispatch.solver.search.explorer import copied
from dispatch.solver.search.kernels.acceptance import accepted, decide
from dispatch.solver.search.kernels.packing import pack_chains, pack_pool
from dispatch.solver.search.kernels.pool import empty_pool, remember
from dispatch.solver.search.kernels.routes import TOUCHED
from dispatch.solver.search.model import Model
from tests.dispatch.solver.instances import problem
from tests.dispatch.solver.kernels.boards import boards, cost, feasible, randoms, twin
from tests.dispatch.solver.kernels.draws import BITS, Draws
from tests.dispatch.solver.kernels.test_routes import known, move

TEMPERATURES = st.sampled_from([0.0, 1.0, 60.0, 3600.0, 1e6])
CLOSE = 1e-6
"""Draws nearer than this to the chance may fall to either side of it."""


def chance_of(more: int, temperature: float) -> float:
    """Of keeping a plan that costs so much more."""
    if more < 0:
        return 1.0
    return math.exp(-more / temperature) if temperature else 0.0


@settings(deadline=None, max_examples=100)
@given(st.integers(1, BITS), st.integers(0, 10**6), st.floats(-1, 4), TEMPERATURES)
def test_dearer_plans_are_kept_with_the_chance_of_metropolis(
    seed: int, before: int, share: float, temperature: float
) -> None:
    more = round(share * max(temperature, 1))
    board = Board(Model(problem([], [])))
    board.state.random[0] = seed
    drawn, chance = Draws(board.state.random.copy()).chance(), chance_of(more, temperature)
    assume(abs(drawn - chance) > CLOSE)
    assert accepted(board.s, before, before + more, temperature) == (drawn < chance)


def plan_cost(board: Board) -> int:
    """Routes by the reference, and penalties."""
    absent = [node for node in range(len(board.model.visits)) if board.is_absent(node)]
    penalties = sum(int(board.terrain.nodes["penalty"][node]) for node in absent)
    return penalties + sum(cost(board, shift, nodes) for shift, nodes in enumerate(board.routes()))


@settings(deadline=None, max_examples=50)
@given(boards(days=feasible(visits=8)), randoms, TEMPERATURES, st.sampled_from([0.0, 100.0, 1e7]))
def test_move_is_kept_and_remembered_or_undone(
    board: Board, random: Random, temperature: float, warm: float
) -> None:
    before, old = known(board), board.cost
    move(board, random)
    after, new, moved = known(board), plan_cost(board), twin(board)
    drawn, chance = Draws(moved.state.random).chance(), chance_of(new - old, temperature)
    assume(abs(drawn - chance) > CLOSE)
    best, pool = board.chains(), empty_pool()
    best.next[:], best.cost[0] = 0, new + random.choice([-1, 0, 1])
    is_kept, is_best = drawn < chance, drawn < chance and new < best.cost[0]
    best_then, pool_then = moved.chains() if is_best else copied(best), empty_pool()
    for shift in moved.state.touched[: moved.state.counts[TOUCHED]] if is_kept and temperature < warm else ():
        remember(moved.m, moved.s, pack_pool(pool_then), shift)

    decide(board.m, board.s, pack_pool(pool), pack_chains(best), old, temperature, warm)

    assert known(board) == (after if is_kept else before)
    assert board.state.random == moved.state.random
    assert all(np.array_equal(*pair) for pair in zip(pool, pool_then, strict=True))
    assert all(np.array_equal(*pair) for pair in zip(best, best_then, strict=True))
