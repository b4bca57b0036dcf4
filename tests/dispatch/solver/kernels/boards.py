"""Plans in the making, as the search meets them: some visits where they belong, some anywhere, some nowhere."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

import numpy as np
from hypothesis import strategies as st

from dispatch.solver.plan import Route
from dispatch.solver.problem import Costs, Problem, Visit
from dispatch.solver.search.board import Board
from dispatch.solver.search.kernels import anneal
from dispatch.solver.search.kernels.layout import NEVER, NOBODY, Longs
from dispatch.solver.search.kernels.packing import pack_chains, pack_pool
from dispatch.solver.search.kernels.pool import empty_pool
from dispatch.solver.search.kernels.routes import begin, frozen_start, put, settle
from dispatch.solver.search.model import Model
from tests.dispatch.solver import reference
from tests.dispatch.solver.instances import problems

HOT = 3600.0
"""A temperature (seconds of travel) at which nearly every move is accepted."""


def disturb(board: Board, steps: int, seeds: Longs | None = None) -> None:
    """Make so many moves of the search, good and bad ones."""
    seeds = np.arange(len(board.model.visits)) if seeds is None else seeds
    if len(seeds) and len(board.terrain.shifts):
        best, pool = pack_chains(board.chains()), pack_pool(empty_pool())
        anneal.anneal(board.m, board.s, pool, seeds, best, board.keys, steps, HOT, 1.0, 0.0)


def scatter(board: Board, random: Random) -> None:
    """Put absent visits that hang together with no other into any gap that takes them, whatever it costs."""
    m, s = board.m, board.s
    begin(s)
    for node in random.sample(board.absent(), len(board.absent())):
        shifts = np.flatnonzero(board.terrain.fixed[node] < NEVER).tolist()
        if board.terrain.nodes[node]["group"] == NOBODY and shifts:
            shift = random.choice(shifts)
            gap = random.choice([len(board.model.visits) + shift, *board.routes()[shift]])
            put(m, s, shift, gap, node)
            board.state.pulled[board.state.counts[2]] = node
            board.state.counts[2] += 1
    settle(m, s)


@st.composite
def boards(
    draw: st.DrawFn,
    *,
    visits: int = 7,
    shifts: int = 3,
    linked: bool = True,
    plain: Callable[[Problem], Problem] | None = None,
) -> Board:
    """A board with a plan on it. `plain` makes the problem simpler."""
    day = draw(problems(visits=visits, shifts=shifts, linked=linked))
    board = Board(Model(plain(day) if plain else day), draw(st.integers(0, 99)))
    board.construct()
    disturb(board, draw(st.integers(0, 6)))
    scatter(board, Random(draw(st.integers(0, 99))))  # noqa: S311 - an example, not a secret
    return board


def simple(day: Problem) -> Problem:
    """Without breaks, promises and due times, one window a visit, and hours that cost a whole number of seconds a
    second: there time-window segments tell all."""
    costs = Costs(fixed=30, per_paid_hour=60, per_task_hour=120)
    return replace(
        day,
        visits=tuple(
            replace(visit, windows=visit.windows[:1], promise=None, due_s=None) for visit in day.visits
        ),
        shifts=tuple(replace(shift, breaks=(), costs=costs) for shift in day.shifts),
    )


def held(board: Board) -> Problem:
    """The problem with every placed visit that hangs together with others pinned to the start it is frozen to."""
    model = board.model
    starts = {
        model.visits[node].id: int(frozen_start(board.s, node))
        for nodes in board.routes()
        for node in nodes
        if frozen_start(board.s, node) < NEVER
    }
    return replace(model.problem, visits=tuple(_pinned(visit, starts) for visit in model.problem.visits))


def _pinned(visit: Visit, starts: dict[str, int]) -> Visit:
    return replace(visit, pinned_start_s=starts[visit.id]) if visit.id in starts else visit


def names(board: Board, nodes: Sequence[int]) -> tuple[list[str], list[int]]:
    """Visits and roles of these nodes."""
    model = board.model
    return [model.visits[node].id for node in nodes], [model.roles[node] for node in nodes]


def timed(board: Board, shift: int, nodes: Sequence[int]) -> Route | None:
    """The reference's timetable of these nodes in this order."""
    day = held(board)
    return reference.timed(day, day.shifts[shift], *names(board, nodes))


def cost(board: Board, shift: int, nodes: Sequence[int]) -> int:
    """What the reference says the route costs; NEVER if it cannot be."""
    if not nodes:
        return 0
    route = timed(board, shift, nodes)
    shifts = board.model.problem.shifts
    return NEVER if route is None else reference.cost(board.model.problem, shifts[shift], route)


def gaps(board: Board, node: int) -> list[tuple[int, int, list[int]]]:
    """(shift, node before the gap, the route with the node in it) of every gap."""
    visits = len(board.model.visits)
    return [
        (shift, [visits + shift, *nodes][k], [*nodes[:k], node, *nodes[k:]])
        for shift, nodes in enumerate(board.routes())
        for k in range(len(nodes) + 1)
    ]
