"""Trials in compiled code: a visit in every route, in a changed route, in the place of another.

Every cost is exact: the route is timed anew.
"""

from dispatch.solver.search.kernels.compiled import kernel
from dispatch.solver.search.kernels.gaps import gap_holds, gap_last_start, gap_start, way_cost
from dispatch.solver.search.kernels.insertion import exact_cost
from dispatch.solver.search.kernels.layout import NEVER, NOBODY, Longs, State, Terrain
from dispatch.solver.search.kernels.routes import link, unlink
from dispatch.solver.search.kernels.routing import update


@kernel
def cheapest_in(m: Terrain, s: State, shift: int, node: int) -> tuple[int, int]:
    """(extra cost, node before the gap) of a route's cheapest gap; cost NEVER without one."""
    best, at = NEVER, NOBODY
    # With the node in it a route may at best lose all that its times cost.
    timed = s.cost[shift] - s.ways[shift]
    gap = m.nodes.shape[0] + shift
    for _ in range(s.size[shift] + 1):
        if (
            way_cost(m, s, shift, gap, node) - timed < best
            and gap_holds(m, s, shift, gap, node)
            and gap_start(m, s, shift, gap, node) < NEVER
        ):
            cost = exact_cost(m, s, shift, gap, node)
            if cost < best:
                best, at = cost, gap
        gap = s.next[gap]
    return best, at


@kernel
def cheapest_everywhere(m: Terrain, s: State, node: int, costs: Longs, gaps: Longs) -> None:
    """Fill `costs` [R] and `gaps` [R] with `cheapest_in` of every route but the node's own; the node may stand in
    one, and stays there."""
    own, following = s.route[node], s.next[node]
    for shift in range(m.shifts.shape[0]):
        costs[shift], gaps[shift] = NEVER, NOBODY
        if shift != own and m.fixed[node, shift] < NEVER:
            costs[shift], gaps[shift] = cheapest_in(m, s, shift, node)
    s.next[node] = following


@kernel
def fits(m: Terrain, s: State, shift: int, node: int) -> bool:
    """Whether the route has a gap for the node."""
    gap = m.nodes.shape[0] + shift
    for _ in range(s.size[shift] + 1):
        if gap_holds(m, s, shift, gap, node) and gap_start(m, s, shift, gap, node) < NEVER:
            return True
        gap = s.next[gap]
    return False


@kernel
def least_minutes(m: Terrain, s: State, shift: int, node: int, most: int, early: bool) -> int:
    """The fewest minutes by which the shift must be allowed to end later, or to begin earlier (`early`), to take the
    node; NEVER beyond `most`. Found by halving: more time never hurts."""
    earliest, until = m.shifts[shift].earliest, m.shifts[shift].until
    least, low, high, middle = NEVER, 1, most, most
    while low <= high:
        m.shifts[shift].earliest = earliest - (60 * middle if early else 0)
        m.shifts[shift].until = until + (0 if early else 60 * middle)
        update(m, s, shift)
        if fits(m, s, shift, node):
            least, high = middle, middle - 1
        elif middle == most:
            break
        else:
            low = middle + 1
        middle = (low + high) // 2
    m.shifts[shift].earliest, m.shifts[shift].until = earliest, until
    update(m, s, shift)
    return least


@kernel
def first_start(m: Terrain, s: State, shift: int, node: int) -> int:
    """The earliest start at which some gap of the route can take the node in its windows; NEVER without one."""
    best = NEVER
    gap = m.nodes.shape[0] + shift
    for _ in range(s.size[shift] + 1):
        if gap_holds(m, s, shift, gap, node):
            best = min(best, gap_start(m, s, shift, gap, node))
        gap = s.next[gap]
    return best


@kernel
def last_start(m: Terrain, s: State, shift: int, node: int) -> int:
    """The latest start at which some gap of the route can take the node in its windows; -NEVER without one."""
    best = -NEVER
    gap = m.nodes.shape[0] + shift
    for _ in range(s.size[shift] + 1):
        if gap_holds(m, s, shift, gap, node):
            best = max(best, gap_last_start(m, s, shift, gap, node))
        gap = s.next[gap]
    return best


@kernel
def cheapest_swap(m: Terrain, s: State, shift: int, node: int, below: int) -> tuple[int, int, int]:
    """(extra cost, node before the gap, node left out instead) of the cheapest way to take the node by leaving out
    a single visit of the route whose penalty is less than `below`; cost NEVER without one. The penalty is part of the
    cost."""
    visits = m.nodes.shape[0]
    best, at, instead = NEVER, NOBODY, NOBODY
    gap = visits + shift
    for _ in range(s.size[shift]):
        other = s.next[gap]
        if m.nodes[other].group == NOBODY and m.nodes[other].penalty < below:
            unlink(s, other)
            update(m, s, shift)
            cost, place = cheapest_in(m, s, shift, node)
            if cost < NEVER and cost + m.nodes[other].penalty < best:
                best, at, instead = cost + m.nodes[other].penalty, place, other
            link(s, shift, gap, other)
        gap = other
    update(m, s, shift)
    return best, at, instead
