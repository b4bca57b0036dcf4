"""Of a plan from elsewhere stays what is possible, as the plain rule says, and what stays is sound."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from hypothesis import given, settings

from dispatch.solver.search.board import Board, chains_of
from dispatch.solver.search.kernels.layout import NEVER
from dispatch.solver.search.kernels.routes import frozen_start
from tests.dispatch.solver.instances import HOUR
from tests.dispatch.solver.kernels.boards import boards, feasible, names, randoms
from tests.dispatch.solver.kernels.recreations import members
from tests.dispatch.solver.kernels.test_linked import assert_linked, unsound
from tests.dispatch.solver.kernels.test_routes import assert_sums
from tests.dispatch.solver.reference import Day


def lay_down_any(board: Board, random: Random) -> None:
    """Move some visits anywhere, and hold some to the first or the last moment of any of their windows."""
    visits, shifts = range(len(board.model.visits)), range(len(board.model.problem.shifts))
    routes: list[list[int]] = board.routes()
    for _ in range(random.randint(1, 4)) if visits and shifts else ():
        node = random.choice(visits)
        routes = [[one for one in route if one != node] for route in routes]
        route = random.choice(routes)
        route.insert(random.randint(0, len(route)), node)
    chains = chains_of(board.terrain, list(enumerate(routes)))
    chains.start[:] = board.chains().start
    for node in visits:
        if random.random() < 0.2 or chains.start[node] == NEVER:
            opens, closes = random.choice(board.model.windows[node])
            chains.start[node] = random.choice([max(opens, 9 * HOUR), min(closes, 17 * HOUR)])
    board.lay_down(chains)


class Mending:
    """What stays of a plan that has been laid down, told plainly."""

    def __init__(self, board: Board) -> None:
        self._board, self._model = board, board.model
        nodes = range(len(board.model.visits))
        self._start = {node: int(frozen_start(board.s, node)) for node in nodes}
        self._groups = [members(board, group) for group in range(len(board.terrain.group_from) - 1)]
        self.routes = board.routes()
        loose: list[int] = []
        while True:
            self.routes = [
                self._possible(shift, [node for node in route if node not in loose])
                for shift, route in enumerate(self.routes)
            ]
            apart = [group for group in self._groups if not self._holds_together(group)]
            if not apart:
                return
            loose = [node for group in apart for node in group]

    def _possible(self, shift: int, route: Sequence[int]) -> list[int]:
        """The whole route; where it cannot be done, as much of it as can, one visit after the other."""
        if self._can_be_done(shift, route):
            return list(route)
        kept: list[int] = []
        for node in route:
            if self._can_be_done(shift, [*kept, node]):
                kept.append(node)
        return kept

    def _can_be_done(self, shift: int, route: Sequence[int]) -> bool:
        day = self._model.problem
        visits = [
            replace(self._model.visits[node], pinned_start_s=self._start[node])
            if self._start[node] < NEVER
            else self._model.visits[node]
            for node in route
        ]
        walk = Day(day, day.shifts[shift], visits)
        if not route:
            return True
        return walk.within_limits(names(self._board, route)[1]) and any(
            walk.walks(day.shifts[shift].earliest_s)
        )

    def _holds_together(self, group: Sequence[int]) -> bool:
        """Whether crews are there as a whole, at one time, in a window, apart; and in their order."""
        for nodes in ([node for node in group if node in crew] for crew in self._model.nodes_of.values()):
            at = [self._route_of(node) for node in nodes]
            if all(shift is None for shift in at):
                continue
            if None in at or len(set(at)) < len(at):
                return False
            (start, *others) = {self._start[node] for node in nodes}
            if others or not (self._is_open(nodes[0], start) and self._comes_after(nodes[0], start)):
                return False
        return True

    def _is_open(self, node: int, start: int) -> bool:
        return any(opens <= start <= closes for opens, closes in self._model.windows[node])

    def _comes_after(self, node: int, start: int) -> bool:
        """Whether all that must have ended before has, just so long ago."""
        for after in self._model.visits[node].after:
            other = self._model.nodes_of[after.visit][0]
            shift = self._route_of(other)
            if shift is None:
                return False
            technician = self._model.problem.shifts[shift].technician
            gap = start - self._start[other] - self._model.visits[other].service_of(technician)
            if not after.min_gap_s <= gap <= (NEVER if after.max_gap_s is None else after.max_gap_s):
                return False
        return True

    def _route_of(self, node: int) -> int | None:
        return next((shift for shift, route in enumerate(self.routes) if node in route), None)


def assert_mended(board: Board, random: Random) -> None:
    lay_down_any(board, random)
    told = Mending(board)
    board.mend()
    assert board.routes() == told.routes
    assert_linked(board)
    assert_sums(board)
    assert unsound(board) == []


@settings(deadline=None, max_examples=50)
@given(boards(visits=9), randoms)
def test_of_whatever_is_laid_down_stays_what_is_possible(board: Board, random: Random) -> None:
    assert_mended(board, random)


@settings(deadline=None, max_examples=50)
@given(boards(days=feasible(visits=9)), randoms)
def test_crews_and_orders_stay_where_they_hold_together(board: Board, random: Random) -> None:
    for _ in range(3):
        assert_mended(board, random)
