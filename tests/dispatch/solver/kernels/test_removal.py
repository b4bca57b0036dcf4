"""A ruin takes strings of visits out of routes around its seed, and nothing it must not touch."""

import math
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.solver.search.board import Board
from dispatch.solver.search.kernels.layout import NOBODY
from dispatch.solver.search.kernels.removal import AVERAGE, GUESTS, LONGEST, ruin
from dispatch.solver.search.kernels.routes import begin
from tests.dispatch.solver.kernels.boards import boards, feasible, held_by_move, randoms, twin
from tests.dispatch.solver.kernels.draws import BITS
from tests.dispatch.solver.kernels.ruins import Ruin

TYPICAL = st.floats(0.5, 12)


def ruined(board: Board, random: Random, typical: float) -> tuple[int, list[list[int]]]:
    """(the seed, each route as it was) of a ruin around any visit."""
    before = board.routes()
    seed = random.randrange(len(board.model.visits))
    begin(board.s)
    ruin(board.m, board.s, seed, typical)
    return seed, before


@settings(deadline=None, max_examples=50)
@given(boards(visits=14, linked=False), st.randoms(use_true_random=False), TYPICAL)
def test_ruin_takes_one_string_out_of_each_route_it_meets(
    board: Board, random: Random, typical: float
) -> None:
    if not board.model.visits:
        return
    absent = set(board.absent())
    seed, before = ruined(board, random, typical)
    taken = held_by_move(board)
    assert len(set(taken)) == len(taken)

    around = {seed, *board.terrain.around[seed].tolist()}
    guests = absent & set(taken)
    assert len(guests) <= GUESTS
    assert guests <= around

    longest = min(LONGEST, max(1.0, typical))
    hit = 0
    for old, new in zip(before, board.routes(), strict=True):
        out = [node for node in old if node in set(taken)]
        assert new == [node for node in old if node not in out]
        if out:
            hit += 1
            assert not around.isdisjoint(out)
            assert len(out) <= math.ceil(min(len(old), longest))
            first, last = old.index(out[0]), old.index(out[-1])
            assert holes(old[first : last + 1], out) <= 1
    assert hit <= math.ceil(4 * AVERAGE / (1 + longest))
    assert set(taken) == guests | {node for old in before for node in old if board.is_absent(node)}


def holes(string: list[int], out: list[int]) -> int:
    """How many stretches of the string were left standing."""
    stays = [node not in out for node in string]
    return sum(stay and not earlier for earlier, stay in zip([False, *stays], stays, strict=False))


@settings(deadline=None, max_examples=50)
@given(boards(visits=14), st.randoms(use_true_random=False), TYPICAL)
def test_ruin_keeps_to_its_part_and_takes_groups_whole(board: Board, random: Random, typical: float) -> None:
    m, state = board.terrain, board.state
    visits = range(len(m.nodes))
    if not visits:
        return
    state.active[:] = [random.random() < 0.6 for _ in m.shifts]
    state.welcome[:] = [random.random() < 0.6 for _ in visits]
    mine = [
        bool(state.welcome[node] if state.route[node] == NOBODY else state.active[state.route[node]])
        for node in visits
    ]
    ruined(board, random, typical)
    taken = set(held_by_move(board))
    assert all(mine[node] for node in taken)
    for group in set(m.nodes["group"].tolist()) - {NOBODY}:
        members = {node for node in visits if m.nodes[node]["group"] == group}
        assert members <= taken or not members & taken or all(board.is_absent(n) for n in members - taken)


@settings(deadline=None, max_examples=40)
@given(boards(days=feasible(visits=16, shifts=2)), randoms)
def test_ruin_is_the_plain_one(board: Board, random: Random) -> None:
    board.terrain.around[:, random.randint(1, 16) :] = NOBODY
    board.state.active[:] = [random.random() < 0.9 for _ in board.terrain.shifts]
    board.state.welcome[:] = [random.random() < 0.9 for _ in board.model.visits]
    for _ in range(6):
        board.state.random[0] = random.randint(1, BITS)
        seed, typical = random.randrange(len(board.model.visits)), random.uniform(0.5, 12)
        compiled, plain = twin(board), twin(board)
        told = Ruin(plain, seed, typical)
        begin(compiled.s)
        ruin(compiled.m, compiled.s, seed, typical)
        assert compiled.routes() == told.routes
        assert held_by_move(compiled) == told.pulled
        assert compiled.state.random == plain.state.random
