"""The loop is its parts, one after the other; whole plans are put together in the order of what is worth most."""

from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.solver.search.board import Board
from dispatch.solver.search.kernels.acceptance import decide
from dispatch.solver.search.kernels.anneal import anneal
from dispatch.solver.search.kernels.construct import take_up_absent
from dispatch.solver.search.kernels.insertion import BLINK
from dispatch.solver.search.kernels.packing import pack_chains, pack_pool
from dispatch.solver.search.kernels.plans import Chains
from dispatch.solver.search.kernels.pool import Pool, empty_pool
from dispatch.solver.search.kernels.recreate import recreate, sort_pulled
from dispatch.solver.search.kernels.removal import ruin
from dispatch.solver.search.kernels.routes import begin, update_touched
from tests.dispatch.solver.kernels.boards import boards, feasible, held_by_move, randoms, twin
from tests.dispatch.solver.kernels.draws import Draws


def annealed(
    board: Board, pool: Pool, best: Chains, seeds: list[int], temperatures: list[float], warm: float
) -> None:
    """A move at each temperature, by a move's parts. Routes are as long as those the loop began with."""
    m, s, draws = board.m, board.s, Draws(board.state.random)
    lengths = [
        len(route) for shift, route in enumerate(board.routes()) if route and board.state.active[shift]
    ]
    typical = sum(lengths) / len(lengths) if lengths else 1.0
    for temperature in temperatures:
        before = board.cost
        begin(s)
        ruin(m, s, seeds[draws.pick(len(seeds))], typical)
        update_touched(m, s)
        sort_pulled(m, s, board.keys)
        recreate(m, s, BLINK, False, temperature)
        decide(m, s, pack_pool(pool), pack_chains(best), before, temperature, warm)


@settings(deadline=None, max_examples=40)
@given(boards(days=feasible(visits=9)), randoms, st.integers(0, 8), st.sampled_from([1.0, 0.5]))
def test_loop_makes_its_moves_and_cools_down(
    board: Board, random: Random, moves: int, cooling: float
) -> None:
    board.state.active[:] = [random.random() < 0.8 for _ in board.terrain.shifts]
    nodes = range(len(board.model.visits))
    seeds = sorted(random.sample(nodes, random.randint(1, len(nodes))))
    plain = twin(board)
    pool, pool_told, best, best_told = empty_pool(), empty_pool(), board.chains(), board.chains()

    anneal(
        board.m, board.s, pack_pool(pool), np.array(seeds), pack_chains(best), board.keys,
        moves, 3600.0, cooling, 1000.0,
    )  # fmt: skip
    annealed(plain, pool_told, best_told, seeds, [3600 * cooling**k for k in range(moves)], 1000.0)

    assert board.routes() == plain.routes()
    assert all(np.array_equal(*pair) for pair in zip(pool, pool_told, strict=True))
    assert all(np.array_equal(*pair) for pair in zip(best, best_told, strict=True))


@settings(deadline=None, max_examples=25)
@given(boards(days=feasible(visits=9)))
def test_absent_visits_come_in_order_of_penalty_and_then_of_the_latest_start(board: Board) -> None:
    penalties = board.terrain.nodes["penalty"].tolist()
    last = {node: min(windows[-1][1], 10**9 - 1) for node, windows in enumerate(board.model.windows)}
    absent = board.state.absent[: board.state.sums[2]].tolist()
    take_up_absent(board.m, board.s, board.keys)
    assert held_by_move(board) == sorted(absent, key=lambda node: (-penalties[node], last[node]))
