"""Which gap takes a visit best in each of several windows? Every gap of every route is looked at once.

What a gap can bear at all is told by `State.ready` and `State.latest`; only where that leaves room inside a window,
and the ways alone do not cost more than the best found for it, is the whole route timed and priced.
"""

from dispatch.solver.search.kernels.compiled import kernel, whole
from dispatch.solver.search.kernels.gaps import gap_holds, gap_last_start, gap_start, way_cost
from dispatch.solver.search.kernels.insertion import exact_cost
from dispatch.solver.search.kernels.layout import NEVER, Longs, State, Terrain

ALWAYS = 1 << 40
"""As a window's end: any time."""
COST, MOVED, SHIFT, GAP = 0, 1, 2, 3
"""Columns of what is found."""


@kernel
def survey(
    m: Terrain, s: State, node: int, service: Longs, firsts: Longs, lasts: Longs, starts: Longs, found: Longs
) -> None:
    """Fill `found` [W, 4] with the cheapest gap for the absent node in each window: extra cost, seconds by which other
    visits move (of two gaps that cost the same, the one that moves them less), shift, node before the gap; cost
    NEVER where there is none.

    `service` [R] seconds on site by shift; `firsts`, `lasts` [W] the windows; `starts` [N] when nodes start now. A
    gap where another visit would start later after its due time, or farther outside its promise, is none.
    """
    found[:, :] = NEVER
    for shift in range(m.shifts.shape[0]):
        if m.fixed[node, shift] < NEVER:
            m.service[m.shifts[shift].service_class, node] = service[shift]
            survey_route(m, s, shift, node, firsts, lasts, starts, found)


@kernel
def survey_route(
    m: Terrain, s: State, shift: int, node: int, firsts: Longs, lasts: Longs, starts: Longs, found: Longs
) -> None:
    """As `survey`, for one route."""
    clock = s.cost[shift] - s.ways[shift]
    gap = m.nodes.shape[0] + shift
    for _ in range(s.size[shift] + 1):
        # No term that depends on times is negative: at best all of them disappear.
        least = way_cost(m, s, shift, gap, node) - clock
        if gap_holds(m, s, shift, gap, node):
            open_window(m, s, node, whole(-ALWAYS), whole(ALWAYS))
            earliest = gap_start(m, s, shift, gap, node)
            latest = gap_last_start(m, s, shift, gap, node)
            for w in range(firsts.size):
                if lasts[w] < earliest or firsts[w] > latest or least > found[w, COST]:
                    continue
                open_window(m, s, node, firsts[w], lasts[w])
                cost, moved = seated(m, s, shift, gap, node, starts)
                if cost < found[w, COST] or (cost == found[w, COST] and moved < found[w, MOVED]):
                    found[w, COST], found[w, MOVED], found[w, SHIFT], found[w, GAP] = cost, moved, shift, gap
        gap = s.next[gap]


@kernel
def open_window(m: Terrain, s: State, node: int, first: int, last: int) -> None:
    """Let the node start from `first` to `last`, and promise the customer just that."""
    slot = s.window_from[node]
    s.opens[slot], s.closes[slot] = first, last
    half = (last - first + 1) // 2
    m.nodes[node].promised = first + half
    m.nodes[node].tolerance = half


@kernel
def seated(m: Terrain, s: State, shift: int, gap: int, node: int, starts: Longs) -> tuple[int, int]:
    """What the route costs more with the node in the gap, and by how much its other visits move in all; NEVER if that
    cannot be, or harms one of them."""
    if gap_start(m, s, shift, gap, node) >= NEVER:
        return NEVER, NEVER
    cost, moved = exact_cost(m, s, shift, gap, node), 0
    if cost >= NEVER:
        return NEVER, NEVER
    for k in range(1, s.size[shift] + 2):
        other = s.seq[k]
        if other != node:
            if harmed(m, other, starts[other], s.starts[k]):
                return NEVER, NEVER
            moved += abs(s.starts[k] - starts[other])
    return cost, moved


@kernel
def harmed(m: Terrain, node: int, before: int, after: int) -> bool:
    """Whether a start is later after the due time, or farther outside the promise, than it was."""
    visit = m.nodes[node]
    if after > max(before, visit.due):
        return True
    if visit.promised >= NEVER:
        return False
    return abs(after - visit.promised) > max(abs(before - visit.promised), visit.tolerance)
