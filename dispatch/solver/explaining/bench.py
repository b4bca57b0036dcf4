"""A sound plan laid out for trying: what a route would cost with a visit more or less."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from itertools import accumulate

from dispatch.solver.explaining.leeway import Leeway
from dispatch.solver.objective import route_score
from dispatch.solver.plan import Plan, Score
from dispatch.solver.problem import Problem, Shift, Visit
from dispatch.solver.search.assemble import chains_from, route_of
from dispatch.solver.search.board import Board
from dispatch.solver.search.kernels import routing
from dispatch.solver.search.kernels.layout import NEVER, NOBODY, State, Terrain
from dispatch.solver.search.model import Model
from dispatch.solver.search.windows import Windows, search_windows


class Bench:
    """A plan on a board, in the planner's own timetable: each route's visits in the plan's order, timed anew; visits
    that hang together with others keep their planned starts.

    Everything tried is taken back. `problem` is the one given, but for visits that stand in the half hour before a
    promise, where the search would not put them: they are held to their planned start.
    `leeway` is for what may be tried.

    Raises:
        ValueError: the plan is not sound.
    """

    def __init__(self, problem: Problem, plan: Plan, leeway: Leeway) -> None:
        self.plan, self.leeway = plan, leeway
        self._lay_out(problem)
        lost = self._lost()
        if lost:
            self._lay_out(_held(problem, plan))
            lost = self._lost()
        if lost:
            raise ValueError(f"the plan is not sound: {sorted(lost)[0]} cannot be where it stands")
        self.visits = {visit.id: visit for visit in self.problem.visits}

    def _lay_out(self, problem: Problem) -> None:
        self.problem = problem
        self.model = Model(problem)
        self.board = Board(self.model)
        chains_from(self.board, self.plan)
        self.terrain, self.state = self.board.terrain, self.board.state

    def _lost(self) -> set[str]:
        """Visits of the plan that are not on the board."""
        placed = ((stop.visit, stop.role) for route in self.plan.routes for stop in route.stops)
        return {visit for visit, role in placed if self.board.is_absent(self.model.nodes_of[visit][role])}

    @cached_property
    def bare(self) -> Board:
        """A board without any visit."""
        return Board(self.model)

    @cached_property
    def successors(self) -> dict[str, list[tuple[str, int, int | None]]]:
        """Visit → (visit that comes after it, least and most seconds between them)."""
        found: dict[str, list[tuple[str, int, int | None]]] = {}
        for visit in self.problem.visits:
            for one in visit.after:
                found.setdefault(one.visit, []).append((visit.id, one.min_gap_s, one.max_gap_s))
        return found

    @cached_property
    def routes(self) -> list[list[int]]:
        """Each shift's nodes in order."""
        return self.board.routes()

    @cached_property
    def shifts_of(self) -> dict[str, list[Shift]]:
        """Technician → his shifts."""
        found: dict[str, list[Shift]] = {}
        for shift in self.problem.shifts:
            found.setdefault(shift.technician, []).append(shift)
        return found

    def partners(self, node: int) -> Iterator[int]:
        """The placed nodes whose times bind this one's: its crew, and what comes right before and after."""
        visit = self.model.visits[node]
        names = [
            visit.id,
            *(one.visit for one in visit.after),
            *(one for one, _, _ in self.successors.get(visit.id, ())),
        ]
        for name in names:
            yield from (one for one in self.model.nodes_of[name] if not self.board.is_absent(one))

    def start(self, node: int) -> int:
        """The start a placed linked node is held to."""
        return int(self.state.opens[self.state.window_from[node]])

    def linked(self, node: int) -> bool:
        """Whether the node hangs together with others."""
        return bool(self.terrain.nodes[node]["group"] != NOBODY)

    def score(self, shift: int) -> Score:
        """A route's terms."""
        if not self.state.size[shift]:
            return Score()
        return route_score(self.problem, self.problem.shifts[shift], self.visits, route_of(self.board, shift))

    def score_with(self, shift: int, gap: int, node: int) -> Score:
        """A route's terms with one node more, behind `gap`; the node may stand in another route."""
        following = self.state.next
        old_gap, old_node = int(following[gap]), int(following[node])
        following[gap], following[node] = node, old_gap
        self.state.size[shift] += 1
        try:
            return self.score(shift)
        finally:
            following[gap], following[node] = old_gap, old_node
            self.state.size[shift] -= 1

    def score_without(self, node: int) -> Score:
        """The terms of a node's route if it were not there."""
        state = self.state
        shift, before = int(state.route[node]), int(state.before[node])
        state.next[before] = state.next[node]
        state.size[shift] -= 1
        try:
            return self.score(shift)
        finally:
            state.next[before] = node
            state.size[shift] += 1

    @contextmanager
    def shift_changed(self, shift: int, **fields: int | bool) -> Iterator[None]:
        """The shift's row of the problem with other figures."""
        row = self.terrain.shifts[shift]
        old = {name: row[name] for name in fields}
        self._set_row(shift, fields)
        try:
            yield
        finally:
            self._set_row(shift, old)

    def _set_row(self, shift: int, fields: dict[str, int | bool]) -> None:
        for name, value in fields.items():
            self.terrain.shifts[shift][name] = value
        routing.update(self.board.m, self.board.s, shift)

    @contextmanager
    def starting_within(self, node: int, windows: Sequence[tuple[int, int]]) -> Iterator[None]:
        """The absent node with other windows, on this board and the bare one; at most as many as it has."""
        with (
            with_windows(self.state, self.terrain, node, windows),
            with_windows(self.bare.state, self.terrain, node, windows),
        ):
            yield

    @contextmanager
    def pairing_allowed(self, node: int, shift: int, cost_s: int) -> Iterator[None]:
        """The node may be served by the shift, whatever its skills, for this much."""
        old = self.terrain.fixed[node, shift]
        self.terrain.fixed[node, shift] = cost_s
        try:
            yield
        finally:
            self.terrain.fixed[node, shift] = old

    @contextmanager
    def any_load(self, shift: int) -> Iterator[None]:
        """The shift's van holds whatever there is."""
        capacity = self.terrain.capacity
        old = capacity[shift].copy()
        capacity[shift] = NEVER
        try:
            yield
        finally:
            capacity[shift] = old

    def loads(self, shift: int, gap: int, node: int) -> dict[str, int]:
        """Part → the pieces a van must hold to serve one node more, behind `gap`."""
        nodes = list(self.routes[shift])
        nodes.insert(nodes.index(gap) + 1 if gap in nodes else 0, node)
        carriers = [self.model.visits[one] for one in nodes if self.model.roles[one] == 0]
        parts = {part for visit in carriers for part in (*visit.brings, *visit.collects)}
        return {part: _most_on_board(carriers, part) for part in sorted(parts)}


def _most_on_board(visits: Sequence[Visit], part: str) -> int:
    changes = (visit.collects.get(part, 0) - visit.brings.get(part, 0) for visit in visits)
    return max(accumulate(changes, initial=sum(visit.brings.get(part, 0) for visit in visits)))


@contextmanager
def with_windows(
    state: State, terrain: Terrain, node: int, windows: Sequence[tuple[int, int]]
) -> Iterator[None]:
    """An absent node with other windows, at most as many as it has."""
    first, end = int(terrain.window_from[node]), int(terrain.window_from[node + 1])
    old = state.opens[first:end].copy(), state.closes[first:end].copy(), state.window_to[node]
    for at, (opens, closes) in enumerate(windows, start=first):
        state.opens[at], state.closes[at] = opens, closes
    state.window_to[node] = first + len(windows)
    try:
        yield
    finally:
        state.opens[first:end], state.closes[first:end], state.window_to[node] = old


def _held(problem: Problem, plan: Plan) -> Problem:
    """The problem with visits planned where the search would not put them held to their starts."""
    starts = {stop.visit: stop.start_s for route in plan.routes for stop in route.stops}
    visits = tuple(
        replace(visit, pinned_start_s=starts[visit.id])
        if visit.id in starts and not _inside(search_windows(visit), starts[visit.id])
        else visit
        for visit in problem.visits
    )
    return replace(problem, visits=visits)


def _inside(windows: Windows, moment: int) -> bool:
    return any(first <= moment <= last for first, last in windows)
