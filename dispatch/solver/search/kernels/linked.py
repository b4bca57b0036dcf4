"""Placing nodes that hang together: crews (same start, different routes) and visits in an order.

A group is taken out as a whole and placed as a whole, in an order in which whatever must come first is placed
first. Once placed, a node's start is frozen: its route may be rearranged around it, and every route can be timed
without looking at others.
"""

import numpy as np

from dispatch.solver.search.kernels.chance import pick
from dispatch.solver.search.kernels.compiled import flag, kernel, whole
from dispatch.solver.search.kernels.gaps import gap_holds, gap_start
from dispatch.solver.search.kernels.insertion import Gap, best_anywhere, best_near, no_gap
from dispatch.solver.search.kernels.layout import NEVER, NOBODY, Longs, State, Terrain
from dispatch.solver.search.kernels.routes import freeze, narrow, put, thaw, unlink
from dispatch.solver.search.kernels.routing import update

MOMENTS = 48
"""Starts tried for a crew in a move."""


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
    cost, at, lead = best_moment(m, s, crew, first, last, blink, everywhere)
    if cost >= m.nodes[crew[0]].penalty:
        return
    for node in crew:
        freeze(s, node, at)
    if seat(m, s, crew, lead, 0.0, everywhere, flag(True)) >= NEVER:
        for node in crew:
            shift = s.route[node]
            if shift != NOBODY:
                unlink(s, node)
                update(m, s, shift)
            thaw(m, s, node)


@kernel
def best_moment(
    m: Terrain, s: State, crew: Longs, first: int, last: int, blink: float, everywhere: bool
) -> tuple[int, int, int]:
    """(cost, start, who chooses first) of the cheapest moment for a crew that is absent; cost NEVER without one."""
    best, at, lead = NEVER, NEVER, 0
    for moment in crew_moments(m, s, crew, first, last, everywhere):
        for node in crew:
            freeze(s, node, moment)
        for leading in range(crew.size):
            cost = seat(m, s, crew, leading, blink, everywhere, flag(False))
            if cost < best:
                best, at, lead = cost, moment, leading
    for node in crew:
        thaw(m, s, node)
    return best, at, lead


@kernel
def seat(
    m: Terrain, s: State, crew: Longs, leading: int, blink: float, everywhere: bool, commit: bool
) -> int:
    """What it costs to seat the crew at the start it is frozen to, each in another route, `leading` choosing
    first; NEVER if it cannot be done. With `commit` they are put there."""
    cost = 0
    taken = np.full(crew.size, NOBODY, np.int64)
    for i in range(crew.size):
        node = crew[(leading + i) % crew.size]
        found = best_anywhere(m, s, node) if everywhere else best_near(m, s, node, blink)
        if found[0] >= NEVER or (commit and not put(m, s, found[1], found[2], node)):
            cost = NEVER
            break
        cost += found[0]
        taken[i] = found[1]
        s.active[found[1]] = False
    for shift in taken:
        if shift != NOBODY:
            s.active[shift] = True
    return cost


@kernel
def crew_moments(m: Terrain, s: State, crew: Longs, first: int, last: int, everywhere: bool) -> Longs:
    """Starts worth trying, each the earliest at which some gap could take some member; in a search at most
    MOMENTS of them, by chance."""
    windows = m.window_from[crew[0] + 1] - m.window_from[crew[0]]
    found = np.empty(crew.size * windows * (m.nodes.shape[0] + m.shifts.shape[0]), np.int64)
    count = whole(0)
    for node in crew:
        for w in range(m.window_from[node], m.window_from[node + 1]):
            opens, closes = max(first, s.opens[w]), min(last, s.closes[w])
            if opens > closes:
                continue
            narrow(s, node, opens, closes)
            for shift in range(m.shifts.shape[0]):
                if s.active[shift] and m.fixed[node, shift] < NEVER:
                    count = route_moments(m, s, shift, node, found, count)
            thaw(m, s, node)
    moments = np.unique(found[:count])
    if everywhere or moments.size <= MOMENTS:
        return moments
    some = np.empty(MOMENTS, np.int64)
    for i in range(MOMENTS):
        some[i] = moments[pick(s.random, moments.size)]
    return some


@kernel
def route_moments(m: Terrain, s: State, shift: int, node: int, found: Longs, count: int) -> int:
    """Add the earliest start in every gap of a route; how many there are then."""
    gap = m.nodes.shape[0] + shift
    for _ in range(s.size[shift] + 1):
        if gap_holds(m, s, shift, gap, node):
            start = gap_start(m, s, shift, gap, node)
            if start < NEVER:
                found[count] = start
                count += 1
        gap = s.next[gap]
    return count
