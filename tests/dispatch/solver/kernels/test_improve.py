"""How the searches are led: parts that do not touch, and the same plan every time."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.solver.search import improve
from dispatch.solver.search.board import Board
from dispatch.solver.search.clock import Clock, Limits
from dispatch.solver.search.model import Model
from dispatch.solver.search.parts import cut
from dispatch.solver.search.passes import Pass, passes
from tests.dispatch.solver.instances import problem, shift, visit, window
from tests.dispatch.solver.kernels.boards import boards


@settings(deadline=None, max_examples=40)
@given(boards(shifts=5), st.integers(1, 4), st.integers(0, 9))
def test_parts_share_nothing_and_leave_nothing_out(board: Board, parts: int, number: int) -> None:
    if not board.model.visits or not board.model.problem.shifts:
        return
    pieces = cut(board, parts, number)
    assert len(pieces) == parts
    assert sum(piece.shifts.astype(int) for piece in pieces).tolist() == [1] * len(board.terrain.shifts)
    absent = [int(board.is_absent(node)) for node in range(len(board.model.visits))]
    assert sum(piece.absent.astype(int) for piece in pieces).tolist() == absent


def busy_day() -> Model:
    """30 visits along an hour of road, all over the day, more than three technicians can do."""
    wanted = [
        visit(
            f"V{i}",
            i * 37 % 61,
            windows=() if i % 3 else (window(9 + i % 7, 11 + i % 7),),
            service=20 + i * 13 % 40,
            penalty=60 + i * 29 % 200,
        )
        for i in range(30)
    ]
    return Model(problem(wanted, [shift(f"S{i}", home=i * 20) for i in range(3)]))


def searched(searches: int) -> tuple[int, list[list[int]]]:
    """(cost, routes) of a search that begins with a quick first plan."""
    board = Board(busy_day())
    board.construct()
    before = board.cost
    limits = Limits(iterations=1500, seed=7, searches=searches)
    board.lay_down(improve.Search(board.model, board.chains(), Clock(limits, None, None, visits=0)).run())
    assert board.cost < before
    return board.cost, board.routes()


@pytest.mark.parametrize("apart", [300, 30])
@pytest.mark.parametrize("searches", [1, 2])
def test_same_seed_and_moves_give_the_same_plan(
    searches: int, apart: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(improve, "APART", apart)
    assert searched(searches) == searched(searches)


def test_a_long_search_begins_several_times_and_a_short_one_once() -> None:
    def spans(moves: float, *, apart: bool) -> list[tuple[float, float, float, bool, bool]]:
        return [
            (one.begin, one.end, one.hot, one.afresh, one.choice) for one in passes(moves, 5.0, apart=apart)
        ]

    again = [(0.6, 0.82, 1.0, False, True), (0.82, 1.0, 1.0, False, True)]
    assert spans(100, apart=False) == [(0.0, 0.6, 5.0, True, True), *again]
    assert spans(2_000, apart=False) == [(0.0, 0.3, 5.0, True, False), (0.3, 0.6, 5.0, True, True), *again]
    assert spans(1_000, apart=True) == [(0.0, 1.0, 5.0, True, True)]
    assert spans(2_000, apart=True) == [(0.0, 0.6, 5.0, True, True), *again]


def test_rounds_of_a_pass_cool_down_one_after_the_other() -> None:
    first, last = Pass(0.6, 1.0, hot=8.0, afresh=False, choice=True, cold=0.5).rounds(2)
    assert (first.begin, first.end, first.hot, first.cold) == pytest.approx((0.6, 0.8, 8.0, 2.0))
    assert (last.begin, last.end, last.hot, last.cold) == pytest.approx((0.8, 1.0, 2.0, 0.5))
