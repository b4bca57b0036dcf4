"""Routes remembered, and the best plan that can be put together from them."""

from collections.abc import Iterator
from itertools import combinations
from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.solver.search.board import Board
from dispatch.solver.search.columns import of_pool
from dispatch.solver.search.kernels.layout import NOBODY
from dispatch.solver.search.kernels.packing import pack_pool
from dispatch.solver.search.kernels.pool import SLOTS, Pool, empty_pool, remember
from dispatch.solver.search.relaxed import Routes, relax
from dispatch.solver.search.select import select
from tests.dispatch.solver.kernels.boards import boards, disturb, scatter

Kept = tuple[int, int, tuple[int, ...]]
"""(kind of shift, cost, nodes in order)"""


def kept(board: Board, pool: Pool) -> list[Kept]:
    kinds = board.terrain.shifts["kind"].tolist()
    return [
        (
            kinds[int(pool.shift[slot])],
            int(pool.cost[slot]),
            tuple(pool.visits[slot, : pool.size[slot]].tolist()),
        )
        for slot in np.flatnonzero(pool.key)
    ]


def met(board: Board, random: Random, plans: int) -> tuple[Pool, list[Kept]]:
    """A pool that has seen so many plans, and their routes without linked visits."""
    pool, routes = empty_pool(), []
    for _ in range(plans):
        disturb(board, 1)
        scatter(board, random)
        for shift in range(len(board.terrain.shifts)):
            remember(board.m, board.s, pack_pool(pool), shift)
        for shift, nodes in enumerate(board.routes()):
            if nodes and all(board.terrain.nodes[node]["group"] == NOBODY for node in nodes):
                kind = int(board.terrain.shifts[shift]["kind"])
                routes.append((kind, int(board.state.cost[shift]), tuple(nodes)))
    return pool, routes


def place(board: Board, kind: int, nodes: tuple[int, ...]) -> int:
    """Where in the pool such a route is kept."""
    key = int(board.terrain.code[len(board.model.visits) + kind])
    for node in nodes:
        key ^= int(board.terrain.code[node])
    return (key >> 40) % SLOTS


@settings(deadline=None, max_examples=40)
@given(boards(), st.randoms(use_true_random=False), st.integers(1, 10))
def test_cheapest_order_of_the_same_visits_is_kept(board: Board, random: Random, plans: int) -> None:
    pool, routes = met(board, random, plans)
    cheapest: dict[int, Kept] = {}
    for route in routes:
        slot = place(board, route[0], route[2])
        old = cheapest.get(slot)
        same = old is not None and (old[0], set(old[2])) == (route[0], set(route[2]))
        if old is None or not same or route[1] < old[1]:
            cheapest[slot] = route
    assert sorted(kept(board, pool)) == sorted(cheapest.values())


@settings(deadline=None, max_examples=30)
@given(boards(linked=False, visits=6, shifts=2), st.randoms(use_true_random=False))
def test_choice_is_no_dearer_than_the_best_of_all_choices(board: Board, random: Random) -> None:
    pool, _ = met(board, random, 4)
    best = board.chains()
    chosen = select(board, [pool], best)
    assert chosen.cost[0] <= min(int(best.cost[0]), brute(board, pool))
    board.lay_down(chosen)
    assert board.cost == chosen.cost[0]


def brute(board: Board, pool: Pool) -> int:
    """The cheapest of all choices of routes that share no visit and have a shift each."""
    return min(cost for _, cost in choices(board, pool))


def choices(board: Board, pool: Pool) -> Iterator[tuple[tuple[int, ...], int]]:
    """Every choice of routes that share no visit and have a shift each, by their places in `kept`; and its cost."""
    kinds = board.terrain.shifts["kind"].tolist()
    penalties = board.terrain.nodes["penalty"]
    rows = kept(board, pool)
    for some in range(len(kinds) + 1):
        for choice in combinations(range(len(rows)), some):
            nodes = [node for row in choice for node in rows[row][2]]
            used = [rows[row][0] for row in choice]
            if len(set(nodes)) == len(nodes) and all(used.count(kind) <= kinds.count(kind) for kind in used):
                rest = int(penalties.sum() - penalties[nodes].sum())
                yield choice, rest + sum(rows[row][1] for row in choice)


@settings(deadline=None, max_examples=30)
@given(boards(linked=False, visits=6, shifts=2), st.randoms(use_true_random=False))
def test_no_choice_costs_less_than_the_relaxation_says_of_its_routes(board: Board, random: Random) -> None:
    pool, _ = met(board, random, 4)
    routes = of_pool(board, pool)
    kinds = board.terrain.shifts["kind"].tolist()
    relaxed = relax(
        Routes(
            cost=routes.cost.astype(np.float64),
            kind=routes.kind,
            nodes=routes.visits[routes.filled()],
            begin=np.cumsum(routes.size) - routes.size,
        ),
        penalty=board.terrain.nodes["penalty"].tolist(),
        shifts=[kinds.count(kind) for kind in range(len(set(kinds)))],
        first=np.arange(0),
        time_s=None,
    )
    for choice, cost in choices(board, pool):
        least = max((relaxed.reduced[row] for row in choice), default=0.0)
        assert cost >= relaxed.bound + least - 1e-3
