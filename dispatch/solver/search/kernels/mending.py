"""Making a plan from elsewhere sound: what is not possible in it is taken out."""

import numpy as np

from dispatch.solver.search.kernels.compiled import kernel
from dispatch.solver.search.kernels.layout import NEVER, NOBODY, State, Terrain
from dispatch.solver.search.kernels.linked import allowed_start
from dispatch.solver.search.kernels.routes import frozen_start, link, set_absent, thaw, unlink
from dispatch.solver.search.kernels.routing import retime


@kernel
def mend(m: Terrain, s: State) -> None:
    """Take out of every route what cannot stay, in the order of the route, and out of every group what no longer
    holds together."""
    apart = True
    while apart:
        apart = False
        for shift in range(m.shifts.shape[0]):
            if not (retime(m, s, shift) and all_allowed(m, s, shift)):
                rebuild(m, s, shift)
        # What is taken out of one route may make another impossible: a way past it can be longer.
        for group in range(m.group_from.size - 1):
            if not holds_together(m, s, group):
                take_apart(m, s, group)
                apart = True
    for node in range(m.nodes.shape[0]):
        set_absent(m, s, node)


@kernel
def all_allowed(m: Terrain, s: State, shift: int) -> bool:
    """Whether the technician may do every visit of the route."""
    node = s.next[m.nodes.shape[0] + shift]
    while node < m.nodes.shape[0]:
        if m.fixed[node, shift] >= NEVER:
            return False
        node = s.next[node]
    return True


@kernel
def rebuild(m: Terrain, s: State, shift: int) -> None:
    """Start the route anew with as many of its visits, in order, as are possible one after the other."""
    nodes = np.empty(s.size[shift], np.int64)
    node = s.next[m.nodes.shape[0] + shift]
    for i in range(nodes.size):
        nodes[i] = node
        node = s.next[node]
    for node in nodes:
        unlink(s, node)
    retime(m, s, shift)
    last = m.nodes.shape[0] + shift
    for node in nodes:
        if m.fixed[node, shift] >= NEVER:
            continue
        link(s, shift, last, node)
        if retime(m, s, shift):
            last = node
        else:
            unlink(s, node)
            retime(m, s, shift)
    for node in nodes:
        if s.route[node] == NOBODY:
            thaw(m, s, node)


@kernel
def holds_together(m: Terrain, s: State, group: int) -> bool:
    """Whether crews are whole and start together, and whatever must come after something does."""
    i, end = m.group_from[group], m.group_from[group + 1]
    while i < end:
        first = m.group_nodes[i]
        for j in range(i, i + m.crew_size[first]):
            node = m.group_nodes[j]
            if (s.route[node] == NOBODY) != (s.route[first] == NOBODY):
                return False
            if s.route[node] != NOBODY and not allowed_then(m, s, node, frozen_start(s, first)):
                return False
            for k in range(i, j):
                if s.route[node] != NOBODY and s.route[m.group_nodes[k]] == s.route[node]:
                    return False
        if s.route[first] != NOBODY:
            least, most = allowed_start(m, s, first)
            if not least <= frozen_start(s, first) <= most:
                return False
        i += m.crew_size[first]
    return True


@kernel
def allowed_then(m: Terrain, s: State, node: int, moment: int) -> bool:
    """Whether the node is frozen to the moment, and the moment lies in one of its own windows."""
    inside = False
    for i in range(m.window_from[node], m.window_from[node + 1]):
        inside = inside or s.opens[i] <= moment <= s.closes[i]
    return inside and frozen_start(s, node) == moment


@kernel
def take_apart(m: Terrain, s: State, group: int) -> None:
    """Take every node of the group out."""
    for i in range(m.group_from[group], m.group_from[group + 1]):
        node = m.group_nodes[i]
        shift = s.route[node]
        if shift != NOBODY:
            unlink(s, node)
            retime(m, s, shift)
        thaw(m, s, node)
