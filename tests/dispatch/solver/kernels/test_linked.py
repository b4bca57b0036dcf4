"""Crews arrive together or not at all, and whatever comes after something else does, whatever the search has done."""

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.solver.checker import Cause, check
from dispatch.solver.search.assemble import plan_of
from dispatch.solver.search.board import Board
from dispatch.solver.search.kernels.layout import NEVER, NOBODY
from dispatch.solver.search.kernels.routes import frozen_start
from tests.dispatch.solver.kernels.boards import boards, disturb
from tests.dispatch.solver.kernels.test_routes import assert_sums


def assert_linked(board: Board) -> None:
    """Crews whole, at one time, on different routes; orders kept with their least and most time between."""
    model, state = board.model, board.state
    starts: dict[str, int] = {}
    for visit in model.problem.visits:
        nodes = model.nodes_of[visit.id]
        routes = [int(state.route[node]) for node in nodes]
        if NOBODY in routes:
            assert set(routes) == {NOBODY}
            continue
        assert len(set(routes)) == len(routes)
        if board.terrain.nodes[nodes[0]]["group"] != NOBODY:
            (starts[visit.id],) = {int(frozen_start(board.s, node)) for node in nodes}
            assert starts[visit.id] < NEVER
    for visit in model.problem.visits:
        for after in visit.after if visit.id in starts else ():
            shift = model.problem.shifts[state.route[model.nodes_of[after.visit][0]]]
            earlier = next(one for one in model.problem.visits if one.id == after.visit)
            gap = starts[visit.id] - starts[after.visit] - earlier.service_of(shift.technician)
            assert after.min_gap_s <= gap <= (NEVER if after.max_gap_s is None else after.max_gap_s)


def unsound(board: Board) -> list[str]:
    """What the checker has against the plan, reasons for what is left out aside."""
    violations = check(board.model.problem, plan_of(board))
    return [f"{one.cause} {one.detail}" for one in violations if one.cause is not Cause.REASON_FALSE]


@settings(deadline=None, max_examples=50)
@given(boards(visits=9), st.integers(0, 30))
def test_search_keeps_crews_and_orders(board: Board, moves: int) -> None:
    assert_linked(board)
    disturb(board, moves)
    assert_linked(board)
    board.fill()
    assert_linked(board)
    assert_sums(board)
    assert unsound(board) == []
