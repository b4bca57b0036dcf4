"""Placing nodes that hang together: crews (same start, different routes) and visits in an order.

A group is taken out as a whole and placed as a whole, in an order in which whatever must come first is placed
first. Once placed, a node's start is frozen: its route may be rearranged around it, and every route can be timed
without looking at others.
"""

import numpy as np

from dispatch.solver.search.kernels.chance import pick
from dispatch.solver.search.kernels.compiled import flag, kernel, whole
from dispatch.solver.search.kernels.gaps import gap_holds, gap_start
from dispatch.solver.search.kernels.insertion import Gap, best_anywhere, best_near, no_gap, spare_shift
from dispatch.solver.search.kernels.layout import NEVER, NOBODY, Longs, State, Terrain
from dispatch.solver.search.kernels.routes import freeze, narrow, put, thaw, unlink
from dispatch.solver.search.kernels.routing import update

MOMENTS = 48
"""Starts tried for a crew in a move."""
SEAT, GAP = 0, 1
"""Columns of a seat: whose route, after which node."""


@kernel
def place_group(m: Terrain, s: State, group: int, blink: float, everywhere: bool) -> None:
    """Place what is absent of a group, as far as that can be; crews whole or not at all."""
    i, end = m.group_from[group], m.group_from[group + 1]
    while i < end:
        node = m.group_nodes[i]
        size = m.crew_size[node]
        i += size
        if s.route[node] != NOBODY:
            continue
        first, last = allowed_start(m, s, node)
        if first <= last:
            if size == 1:
                place_alone(m, s, node, first, last, blink, everywhere)
            else:
                place_crew(m, s, m.group_nodes[i - size : i], first, last, blink, everywhere)


@kernel
def allowed_start(m: Terrain, s: State, node: int) -> tuple[int, int]:
    """The earliest and latest start that what must have ended before leaves; none when something is absent."""
    first, last = -NEVER, NEVER
    for i in range(m.after_from[node], m.after_from[node + 1]):
        other = m.after_node[i]
        if s.route[other] == NOBODY:
            return NEVER, -NEVER
        service = m.service[m.shifts[s.route[other]].service_class, other]
        end = s.opens[s.window_from[other]] + service
        first = max(first, end + m.after_min[i])
        last = min(last, end + m.after_max[i])
    return first, last


@kernel
def place_alone(
    m: Terrain, s: State, node: int, first: int, last: int, blink: float, everywhere: bool
) -> None:
    """Place one node of a group in its cheapest gap, if that is worth its penalty, and freeze its start."""
    best = best_within(m, s, node, first, last, blink, everywhere)
    if best[0] >= m.nodes[node].penalty:
        return
    freeze(s, node, best[3])
    if not put(m, s, best[1], best[2], node):
        thaw(m, s, node)


@kernel
def best_within(
    m: Terrain, s: State, node: int, first: int, last: int, blink: float, everywhere: bool
) -> Gap:
    """The cheapest gap for an absent node of a group, starting between `first` and `last`."""
    best = no_gap()
    for i in range(m.window_from[node], m.window_from[node + 1]):
        opens, closes = max(first, s.opens[i]), min(last, s.closes[i])
        if opens <= closes:
            narrow(s, node, opens, closes)
            found = best_anywhere(m, s, node) if everywhere else best_near(m, s, node, blink)
            if found[0] < best[0]:
                best = found
    thaw(m, s, node)
    return best


@kernel
def cheapest(m: Terrain, s: State, node: int) -> int:
    """What it costs at least to put an absent visit anywhere, given the node of its first technician; NEVER if it
    fits nowhere."""
    group = m.nodes[node].group
    if group == NOBODY:
        return best_anywhere(m, s, node)[0]
    first, last = allowed_start(m, s, node)
    if first > last:
        return NEVER
    if m.crew_size[node] == 1:
        return best_within(m, s, node, first, last, 0.0, flag(True))[0]
    for i in range(m.group_from[group], m.group_from[group + 1]):
        if m.group_nodes[i] == node:
            crew = m.group_nodes[i : i + m.crew_size[node]]
            return best_moment(m, s, crew, first, last, 0.0, flag(True))[0]
    return NEVER


@kernel
def place_crew(
    m: Terrain, s: State, crew: Longs, first: int, last: int, blink: float, everywhere: bool
) -> None:
    """Place a crew at the moment that costs least, if that is worth its penalty."""
    cost, at = best_moment(m, s, crew, first, last, blink, everywhere)
    if cost >= m.nodes[crew[0]].penalty:
        return
    for node in crew:
        freeze(s, node, at)
    seats = np.empty((crew.size, 2), np.int64)
    if cheapest_seats(m, s, crew, 0.0, everywhere, seats) >= NEVER or not seat(m, s, crew, seats):
        for node in crew:
            shift = s.route[node]
            if shift != NOBODY:
                unlink(s, node)
                update(m, s, shift)
            thaw(m, s, node)


@kernel
def seat(m: Terrain, s: State, crew: Longs, seats: Longs) -> bool:
    """Put each member of the crew into its gap; False when a route cannot be done after all, some then not there."""
    seated = True
    for i in range(crew.size):
        seated = seated and put(m, s, seats[i, SEAT], seats[i, GAP], crew[i])
    return seated


@kernel
def best_moment(
    m: Terrain, s: State, crew: Longs, first: int, last: int, blink: float, everywhere: bool
) -> tuple[int, int]:
    """(cost, start) of the cheapest moment for a crew that is absent; cost NEVER without one."""
    best, at = NEVER, NEVER
    seats = np.empty((crew.size, 2), np.int64)
    for moment in crew_moments(m, s, crew, first, last, everywhere):
        for node in crew:
            freeze(s, node, moment)
        cost = cheapest_seats(m, s, crew, blink, everywhere, seats)
        if cost < best:
            best, at = cost, moment
    for node in crew:
        thaw(m, s, node)
    return best, at


@kernel
def cheapest_seats(m: Terrain, s: State, crew: Longs, blink: float, everywhere: bool, seats: Longs) -> int:
    """What it costs at least to put the crew into different routes at the start it is frozen to, NEVER if it cannot be
    done; `seats` [crew, 2] are then each member's shift and gap.

    Nobody needs to look beyond as many routes as there are members: of these, the others cannot take all.
    """
    size = crew.size
    costs = np.full((size, size), NEVER, np.int64)
    gaps = np.full((size, size, 2), NOBODY, np.int64)
    for i in range(size):
        for j in range(size):
            found = best_anywhere(m, s, crew[i]) if everywhere else best_near(m, s, crew[i], blink)
            if found[0] >= NEVER:
                break
            costs[i, j], gaps[i, j, SEAT], gaps[i, j, GAP] = found[0], found[1], found[2]
            s.active[found[1]] = False
        for j in range(size):
            if gaps[i, j, SEAT] != NOBODY:
                s.active[gaps[i, j, SEAT]] = True
        if costs[i, 0] >= NEVER:
            return NEVER
    return matched(costs, gaps, seats)


@kernel
def matched(costs: Longs, gaps: Longs, seats: Longs) -> int:
    """The cheapest choice of one of each member's seats, no two in the same route, written into `seats`; its cost,
    NEVER if there is none.

    Every choice is tried, but for those that cost too much already: a crew is a few people.
    """
    size = costs.shape[0]
    best, cost = NEVER, np.zeros(size + 1, np.int64)
    least = np.zeros(size + 1, np.int64)
    for i in range(size - 1, -1, -1):
        least[i] = least[i + 1] + costs[i].min()
    choice = np.full(size, -1, np.int64)
    i = 0
    while i >= 0:
        choice[i] += 1
        if choice[i] >= size or costs[i, choice[i]] >= NEVER:
            choice[i] = -1
            i -= 1
            continue
        cost[i + 1] = cost[i] + costs[i, choice[i]]
        if cost[i + 1] + least[i + 1] >= best or taken(gaps, choice, i):
            continue
        if i + 1 < size:
            i += 1
            continue
        best = whole(cost[size])
        for k in range(size):
            seats[k, SEAT], seats[k, GAP] = gaps[k, choice[k], SEAT], gaps[k, choice[k], GAP]
    return best


@kernel
def taken(gaps: Longs, choice: Longs, member: int) -> bool:
    """Whether one before has chosen the route this member chooses."""
    found = False
    for k in range(member):
        found = found or gaps[k, choice[k], SEAT] == gaps[member, choice[member], SEAT]
    return found


@kernel
def crew_moments(m: Terrain, s: State, crew: Longs, first: int, last: int, everywhere: bool) -> Longs:
    """Starts worth trying, each the earliest at which some gap could take some member; in a search at most
    MOMENTS of them, by chance."""
    windows = m.window_from[crew[0] + 1] - m.window_from[crew[0]]
    gaps = m.nodes.shape[0] + m.shifts.shape[0] if everywhere else m.near.shape[1] + 2 * m.near_kinds.shape[1]
    found = np.empty(crew.size * windows * gaps, np.int64)
    count = whole(0)
    for node in crew:
        for w in range(m.window_from[node], m.window_from[node + 1]):
            opens, closes = max(first, s.opens[w]), min(last, s.closes[w])
            if opens > closes:
                continue
            narrow(s, node, opens, closes)
            count = moments_of(m, s, node, everywhere, found, count)
            thaw(m, s, node)
    moments = np.unique(found[:count])
    if everywhere or moments.size <= MOMENTS:
        return moments
    some = np.empty(MOMENTS, np.int64)
    for i in range(MOMENTS):
        some[i] = moments[pick(s.random, moments.size)]
    return some


@kernel
def moments_of(m: Terrain, s: State, node: int, everywhere: bool, found: Longs, count: int) -> int:
    """Add the earliest starts of one member; how many there are then."""
    if everywhere:
        return all_moments(m, s, node, found, count)
    return near_moments(m, s, node, found, count)


@kernel
def all_moments(m: Terrain, s: State, node: int, found: Longs, count: int) -> int:
    """Add the earliest start in every gap of every route; how many there are then."""
    for shift in range(m.shifts.shape[0]):
        gap = m.nodes.shape[0] + shift
        if s.active[shift] and m.fixed[node, shift] < NEVER:
            for _ in range(s.size[shift] + 1):
                count = moment(m, s, shift, gap, node, found, count)
                gap = s.next[gap]
    return count


@kernel
def near_moments(m: Terrain, s: State, node: int, found: Longs, count: int) -> int:
    """Add the earliest starts after the node's neighbours and at both ends of near shifts' routes; how many there are
    then."""
    visits, shifts = m.nodes.shape[0], m.shifts.shape[0]
    for i in range(m.near.shape[1]):
        other = m.near[node, i]
        if other == NOBODY:
            break
        shift = s.route[other]
        if shift != NOBODY and s.active[shift] and m.fixed[node, shift] < NEVER:
            count = moment(m, s, shift, other, node, found, count)
    for i in range(m.near_kinds.shape[1]):
        kind = m.near_kinds[node, i]
        if kind == NOBODY:
            break
        shift = spare_shift(m, s, kind)
        if shift != NOBODY and m.fixed[node, shift] < NEVER:
            count = moment(m, s, shift, visits + shift, node, found, count)
            count = moment(m, s, shift, s.before[visits + shifts + shift], node, found, count)
    return count


@kernel
def moment(m: Terrain, s: State, shift: int, gap: int, node: int, found: Longs, count: int) -> int:
    """Add the earliest start in the gap, if there is one; how many there are then."""
    if gap_holds(m, s, shift, gap, node):
        start = gap_start(m, s, shift, gap, node)
        if start < NEVER:
            found[count] = start
            count += 1
    return count
