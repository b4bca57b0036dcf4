"""A move taken back leaves nothing behind, and the sums kept along the way are right."""

from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.solver.search.board import Board
from dispatch.solver.search.kernels import linked
from dispatch.solver.search.kernels.layout import NEVER, NOBODY
from dispatch.solver.search.kernels.routes import put, settle, undo
from tests.dispatch.solver.kernels.boards import boards, cost, tear


def known(board: Board) -> dict[str, Any]:
    """All that the state says, as far as it means something."""
    m, state = board.terrain, board.state
    visits, shifts = len(m.nodes), len(m.shifts)
    told: dict[str, Any] = {
        "route": state.route[:visits].tolist(),
        "absent": set(board.absent()),
        "cost": state.cost.tolist(),
        "waited": state.waited.tolist(),
        "sums": state.sums.tolist(),
        "windows": [
            (state.opens[i:j].tolist(), state.closes[i:j].tolist())
            for i, j in zip(state.window_from, state.window_to, strict=True)
        ],
    }
    for shift, nodes in enumerate(board.routes()):
        begin, end = visits + shift, visits + shifts + shift
        columns = 1 + int(m.shifts[shift]["break_to"] - m.shifts[shift]["break_from"])
        told[f"route {shift}"] = {
            "next": state.next[[begin, *nodes]].tolist(),
            "before": state.before[[*nodes, end]].tolist(),
            "size": int(state.size[shift]),
            "ways": int(state.ways[shift]),
            "ready": state.ready[[begin, *nodes], :columns].tolist(),
            "latest": state.latest[[*nodes, end], :columns].tolist(),
            "onward": state.onward[[begin, *nodes] if nodes else [begin]].tolist(),
            "loads": (state.head_load[[begin, *nodes]].tolist(), state.tail_load[[begin, *nodes]].tolist()),
            "limits": (int(state.travel_s[shift]), int(state.metres_m[shift])),
        }
        if m.shifts[shift]["timed"]:
            told[f"route {shift}"] |= {
                "head": state.head[[begin, *nodes]].tolist(),
                "tail": state.tail[[*nodes, end]].tolist(),
            }
    return told


def assert_sums(board: Board) -> None:
    """Costs, penalties and the list of absent nodes, added up anew."""
    m, state = board.terrain, board.state
    absent = [node for node in range(len(m.nodes)) if state.route[node] == NOBODY]
    assert board.absent() == absent
    costs = [cost(board, shift, nodes) for shift, nodes in enumerate(board.routes())]
    assert state.cost.tolist() == costs
    penalties = sum(int(m.nodes[node]["penalty"]) for node in absent)
    assert state.sums.tolist() == [sum(costs), penalties, len(absent)]
    at = [int(state.absent_at[node]) for node in range(len(m.nodes))]
    assert [node for node in range(len(m.nodes)) if at[node] != NOBODY] == absent
    assert all(state.absent[at[node]] == node for node in absent)


def move(board: Board, random: Random) -> None:
    """Take some visits out, some up, and put some of all those back: into any gap, or as groups are put."""
    m, s = board.m, board.s
    for node in tear(board, random):
        group = int(board.terrain.nodes[node]["group"])
        shifts = [
            shift for shift in range(len(board.terrain.shifts)) if board.terrain.fixed[node, shift] < NEVER
        ]
        if group != NOBODY:
            linked.place_group(m, s, group, 0.0, random.random() < 0.5)
        elif shifts:
            shift = random.choice(shifts)
            put(m, s, shift, random.choice([len(board.model.visits) + shift, *board.routes()[shift]]), node)
    settle(m, s)


@settings(deadline=None, max_examples=70)
@given(boards(), st.randoms(use_true_random=False), st.integers(1, 3))
def test_move_taken_back_leaves_nothing_behind(board: Board, random: Random, moves: int) -> None:
    for _ in range(moves):
        before = known(board)
        move(board, random)
        assert_sums(board)
        undo(board.m, board.s)
        assert known(board) == before
        assert_sums(board)
        move(board, random)
        assert_sums(board)
