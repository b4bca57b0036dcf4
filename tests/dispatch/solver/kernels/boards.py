"""Plans in the making, as the search meets them: some visits where they belong, some anywhere, some nowhere."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

import numpy as np
from hypothesis import strategies as st

from dispatch.solver.plan import Route
from dispatch.solver.problem import After, Costs, Problem, Term, Visit, Weights
from dispatch.solver.search.board import Board
from dispatch.solver.search.kernels import anneal
from dispatch.solver.search.kernels.layout import NEVER, NOBODY, Longs
from dispatch.solver.search.kernels.packing import pack_chains, pack_pool
from dispatch.solver.search.kernels.pool import empty_pool
from dispatch.solver.search.kernels.routes import (
    PULLED,
    begin,
    frozen_start,
    pick_up,
    pull,
    put,
    settle,
    update_touched,
)
from dispatch.solver.search.model import Model
from tests.dispatch.solver import reference
from tests.dispatch.solver.instances import (
    after_gaps,
    breaks,
    costs,
    problem,
    problems,
    road,
    seldom,
    shift,
    visit,
    windows,
)
from tests.dispatch.solver.reference import Day

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
            board.state.pulled[board.state.counts[PULLED]] = node
            board.state.counts[PULLED] += 1
    settle(m, s)


def tear(board: Board, random: Random) -> list[int]:
    """Begin a move: take some visits out and some up; the nodes it holds then."""
    m, s, state = board.m, board.s, board.state
    begin(s)
    placed = [node for nodes in board.routes() for node in nodes]
    for node in random.sample(placed, random.randint(0, len(placed))):
        if state.route[node] != NOBODY:
            pull(m, s, node)
    for node in random.sample(board.absent(), random.randint(0, len(board.absent()))):
        if node not in held_by_move(board):
            pick_up(m, s, node)
    update_touched(m, s)
    return held_by_move(board)


def held_by_move(board: Board) -> list[int]:
    """The nodes that the move under way has taken out or up, in order."""
    return [int(node) for node in board.state.pulled[: board.state.counts[PULLED]]]


def twin(board: Board) -> Board:
    """Another board in the same state, to the last number."""
    other = Board(board.model)
    for mine, theirs in zip(other.state, board.state, strict=True):
        mine[...] = theirs
    return other


def narrow_down(board: Board, random: Random) -> None:
    """Let the search change some routes only, and know few neighbours."""
    board.state.active[:] = [random.random() < 0.8 for _ in board.terrain.shifts]
    board.terrain.near[:, random.randint(1, 9) :] = NOBODY
    board.terrain.near_kinds[:, random.randint(1, 4) :] = NOBODY


randoms = st.integers(0, 9_999).map(Random)
"""What a test draws from where every value is to be as likely as another."""


@st.composite
def boards(
    draw: st.DrawFn,
    *,
    visits: int = 7,
    shifts: int = 3,
    linked: bool = True,
    plain: Callable[[Problem], Problem] | None = None,
    days: st.SearchStrategy[Problem] | None = None,
) -> Board:
    """A board with a plan on it. `plain` makes the problem simpler; `days` are other problems than any small ones."""
    day = draw(problems(visits=visits, shifts=shifts, linked=linked) if days is None else days)
    board = Board(Model(plain(day) if plain else day), draw(st.integers(0, 99)))
    board.construct()
    disturb(board, draw(st.integers(0, 6)))
    scatter(board, Random(draw(st.integers(0, 99))))  # noqa: S311 - an example, not a secret
    return board


@st.composite
def feasible(draw: st.DrawFn, *, visits: int = 6, shifts: int = 4) -> Problem:
    """A day on which most visits can go to most shifts, with crews and visits that come after others."""
    team = [
        shift(
            f"S{i}",
            home=draw(st.integers(0, 60)),
            breaks=draw(breaks),
            costs=draw(costs),
            skills=draw(st.sampled_from([{}, {"gas": 1}])),
        )
        for i in range(draw(st.integers(2, shifts)))
    ]
    wanted: list[Visit] = []
    for i in range(draw(st.integers(4, visits))):
        after = draw(seldom(st.sampled_from([one.id for one in wanted]))) if wanted else None
        wanted.append(
            visit(
                f"V{i}",
                draw(st.integers(0, 90)),
                service=draw(st.sampled_from([20, 60])),
                windows=draw(windows),
                crew=draw(st.sampled_from([(), (), (), ({},), ({"gas": 1},), ({}, {})])),
                after=(After(after, *draw(after_gaps)),) if after else (),
                penalty=draw(st.sampled_from([30, 120, 900])),
            )
        )
    return problem(wanted, team)


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


def even(day: Problem) -> Problem:
    """As `simple`, and no way is longer than one over a third place: a gap that adds to the ways never takes off the
    hours."""
    plainer = simple(day)
    visits = tuple(replace(visit, setup_s=0) for visit in plainer.visits)
    travel, slow = road(visits, plainer.shifts), road(visits, plainer.shifts, pace=2)
    return replace(plainer, visits=visits, travel=travel, profiles={"bike": slow})


def unhurried(day: Problem) -> Problem:
    """As `even`, and waiting costs nothing: a move under way knows only what it was before."""
    return replace(even(day), weights=Weights(waiting=Term(weight=0)))


def held(board: Board) -> Problem:
    """The problem with every visit that hangs together with others pinned to the start it is frozen to."""
    model = board.model
    starts = {
        model.visits[node].id: int(frozen_start(board.s, node))
        for node in range(len(model.visits))
        if frozen_start(board.s, node) < NEVER
    }
    return replace(model.problem, visits=tuple(_pinned(visit, starts) for visit in model.problem.visits))


def _pinned(visit: Visit, starts: dict[str, int]) -> Visit:
    return replace(visit, pinned_start_s=starts[visit.id]) if visit.id in starts else visit


def names(board: Board, nodes: Sequence[int]) -> tuple[list[str], list[int]]:
    """Visits and roles of these nodes."""
    model = board.model
    return [model.visits[node].id for node in nodes], [model.roles[node] for node in nodes]


def timed(board: Board, shift: int, nodes: Sequence[int], day: Problem | None = None) -> Route | None:
    """The reference's timetable of these nodes in this order. `day`: as they are held, where not given."""
    day = day or held(board)
    return reference.timed(day, day.shifts[shift], *names(board, nodes))


def cost(board: Board, shift: int, nodes: Sequence[int], day: Problem | None = None) -> int:
    """What the reference says the route costs; NEVER if it cannot be."""
    if not nodes:
        return 0
    route = timed(board, shift, nodes, day)
    shifts = board.model.problem.shifts
    return NEVER if route is None else reference.cost(board.model.problem, shifts[shift], route)


def starts(
    board: Board, shift: int, nodes: Sequence[int], node: int, day: Problem | None = None
) -> list[int]:
    """When the node starts in every way to do the route as early as possible."""
    day = day or held(board)
    named = {visit.id: visit for visit in day.visits}
    terms = day.shifts[shift]
    walks = Day(day, terms, [named[name] for name in names(board, nodes)[0]]).walks(terms.earliest_s)
    return [walk.starts[nodes.index(node)] for walk in walks]


def gaps(board: Board, node: int) -> list[tuple[int, int, list[int]]]:
    """(shift, node before the gap, the route with the node in it) of every gap."""
    visits = len(board.model.visits)
    return [
        (shift, [visits + shift, *nodes][k], [*nodes[:k], node, *nodes[k:]])
        for shift, nodes in enumerate(board.routes())
        for k in range(len(nodes) + 1)
    ]
