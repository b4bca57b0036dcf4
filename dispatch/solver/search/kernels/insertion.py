"""Where does a node go best? Near its neighbours (the search), or anywhere at all (the last word).

Greedy insertion with blinks: every gap is overlooked with a small chance, so that the same visits come back in
other places (Christiaens & Vanden Berghe, Transportation Science 54(2), 2020).
"""

import math

from dispatch.solver.search.kernels.chance import chance, pick
from dispatch.solver.search.kernels.compiled import kernel, whole
from dispatch.solver.search.kernels.gaps import gap_cost, gap_holds, gap_start, way_cost
from dispatch.solver.search.kernels.layout import NEVER, NOBODY, State, Terrain
from dispatch.solver.search.kernels.routing import reprice
from dispatch.solver.search.kernels.timing import lay_out, price_times, run

BLINK = 0.01
"""Chance of overlooking a gap; the value of the paper."""
FAR = 16
"""Routes looked at far away: their number must not grow with the day's."""

Gap = tuple[int, int, int, int]
"""(extra cost, shift, node before the gap, start)"""


@kernel
def no_gap() -> Gap:
    """Nowhere. (Written with typed numbers, or every kernel would be compiled once more for these constants.)"""
    return whole(NEVER), whole(NOBODY), whole(NOBODY), whole(NEVER)


@kernel
def try_gap(m: Terrain, s: State, node: int, shift: int, gap: int, best: Gap) -> Gap:
    """The better of `best` and this gap."""
    if m.fixed[node, shift] >= NEVER:
        return best
    # What depends on times costs something, but may do away with waiting (as it was when the move began). Most gaps
    # end here.
    if way_cost(m, s, shift, gap, node) - s.waited[shift] >= best[0]:
        return best
    start = gap_start(m, s, shift, gap, node)
    if start >= NEVER or not gap_holds(m, s, shift, gap, node):
        return best
    cost = gap_cost(m, s, shift, gap, node, start)
    return (cost, shift, gap, start) if cost < best[0] else best


@kernel
def overlooked(s: State, blink: float) -> bool:
    """Whether this gap is overlooked; how many are seen until the next is drawn at once."""
    s.turn[1] -= 1
    if blink <= 0.0 or s.turn[1] >= 0:
        return False
    s.turn[1] = int(math.log(chance(s.random) + 1e-300) / math.log(1.0 - blink))
    return True


@kernel
def fresh(s: State, gap: int) -> bool:
    """Whether the gap has not been looked at in this turn; it has now."""
    if s.stamp[gap] == s.turn[0]:
        return False
    s.stamp[gap] = s.turn[0]
    return True


@kernel
def spare_shift(m: Terrain, s: State, kind: int) -> int:
    """An empty shift of the kind, or the shift that alone makes up the kind; else NOBODY."""
    first, end = m.kind_from[kind], m.kind_from[kind + 1]
    for i in range(first, end):
        shift = m.kind_shifts[i]
        if s.active[shift] and (s.size[shift] == 0 or end - first == 1):
            return shift
    return NOBODY


@kernel
def best_near(m: Terrain, s: State, node: int, blink: float) -> Gap:
    """The cheapest gap next to a neighbour, or at the ends of a near shift's route; cost NEVER if there is none."""
    best = no_gap()
    s.turn[0] += 1
    for i in range(m.near.shape[1]):
        other = m.near[node, i]
        if other == NOBODY:
            break
        shift = s.route[other]
        if shift == NOBODY or not s.active[shift]:
            continue
        if fresh(s, other) and not overlooked(s, blink):
            best = try_gap(m, s, node, shift, other, best)
        gap = s.before[other]
        if fresh(s, gap) and not overlooked(s, blink):
            best = try_gap(m, s, node, shift, gap, best)
    return best_at_ends(m, s, node, blink, best)


@kernel
def best_at_ends(m: Terrain, s: State, node: int, blink: float, best: Gap) -> Gap:
    """The better of `best` and the gaps at the ends of near shifts' routes."""
    visits, shifts = m.nodes.shape[0], m.shifts.shape[0]
    for i in range(m.near_kinds.shape[1]):
        kind = m.near_kinds[node, i]
        if kind == NOBODY:
            break
        shift = spare_shift(m, s, kind)
        if shift == NOBODY:
            continue
        start = visits + shift
        if fresh(s, start) and not overlooked(s, blink):
            best = try_gap(m, s, node, shift, start, best)
        last = s.before[start + shifts]
        if fresh(s, last) and not overlooked(s, blink):
            best = try_gap(m, s, node, shift, last, best)
    return best


@kernel
def best_far(m: Terrain, s: State, node: int) -> Gap:
    """The cheapest gap in some routes drawn by chance; cost NEVER if there is none."""
    best, shifts = no_gap(), m.shifts.shape[0]
    for _ in range(min(FAR, shifts)):
        shift = pick(s.random, shifts)
        if s.active[shift] and m.fixed[node, shift] < NEVER:
            best = best_in_route(m, s, shift, node, best)
    return best


@kernel
def best_anywhere(m: Terrain, s: State, node: int) -> Gap:
    """The gap that costs least of all."""
    best = no_gap()
    for kind in range(m.kind_from.size - 1):
        empty_seen = False
        for i in range(m.kind_from[kind], m.kind_from[kind + 1]):
            shift = m.kind_shifts[i]
            if not s.active[shift] or m.fixed[node, shift] >= NEVER:
                continue
            if s.size[shift] == 0:
                if empty_seen:
                    continue
                empty_seen = True
            best = best_in_route(m, s, shift, node, best)
    return best


@kernel
def best_in_route(m: Terrain, s: State, shift: int, node: int, best: Gap) -> Gap:
    """The better of `best` and the route's cheapest gap; costs are exact where `gap_cost` is not."""
    # A move prices the routes it has touched only when it ends.
    if s.saved_at[shift] != NOBODY:
        reprice(m, s, shift)
    exact = m.shifts[shift].timed or m.prices[0].start_priced
    gap = m.nodes.shape[0] + shift
    # No term that depends on times is negative: at best all of them disappear.
    timed = s.cost[shift] - s.ways[shift]
    for _ in range(s.size[shift] + 1):
        if way_cost(m, s, shift, gap, node) - timed < best[0] and gap_holds(m, s, shift, gap, node):
            start = gap_start(m, s, shift, gap, node)
            if start < NEVER:
                cost = (
                    exact_cost(m, s, shift, gap, node) if exact else gap_cost(m, s, shift, gap, node, start)
                )
                if cost < best[0]:
                    best = (cost, shift, gap, start)
        gap = s.next[gap]
    return best


@kernel
def exact_cost(m: Terrain, s: State, shift: int, gap: int, node: int) -> int:
    """What the route costs more with the node in the gap, worked out in full; NEVER if it cannot be."""
    ways = s.ways[shift] + way_cost(m, s, shift, gap, node)
    following, waited = s.next[gap], s.waited[shift]
    s.next[gap], s.next[node] = node, following
    n = lay_out(m, s, shift)
    run(m, s, shift, n, m.shifts[shift].earliest)
    times = price_times(m, s, shift, n)
    s.next[gap], s.waited[shift] = following, waited
    return ways + times - s.cost[shift] if times < NEVER else NEVER


@kernel
def fits_alone(m: Terrain, s: State, shift: int, node: int) -> bool:
    """Whether the shift, its route being empty, can serve the node."""
    start = m.nodes.shape[0] + shift
    return (
        m.fixed[node, shift] < NEVER
        and gap_start(m, s, shift, start, node) < NEVER
        and gap_holds(m, s, shift, start, node)
    )
