"""Putting nodes into routes, taking them out, and undoing a move.

A move: `begin`, then any number of `pull` and `put`, then `settle` (who is absent now, and what it costs), then
nothing to keep it, or `undo`. `counts`: [touched routes, saved nodes, pulled nodes].
"""

import numpy as np

from dispatch.solver.search.kernels.compiled import kernel
from dispatch.solver.search.kernels.layout import NEVER, NOBODY, State, Terrain
from dispatch.solver.search.kernels.routing import reprice, update

TOUCHED, SAVED, PULLED = 0, 1, 2


@kernel
def begin(s: State) -> None:
    """Start a move."""
    for i in range(s.counts[TOUCHED]):
        s.saved_at[s.touched[i]] = NOBODY
    s.counts[:] = 0


@kernel
def frozen_start(s: State, node: int) -> int:
    """The start a placed linked node is held to, NEVER for any other."""
    slot = s.frozen_at[node]
    return s.opens[slot] if slot != NOBODY and s.window_from[node] == slot else NEVER


@kernel
def freeze(s: State, node: int, start: int) -> None:
    """Hold a linked node to one start."""
    narrow(s, node, start, start)


@kernel
def narrow(s: State, node: int, first: int, last: int) -> None:
    """Let a linked node start only from `first` to `last`."""
    slot = s.frozen_at[node]
    s.opens[slot], s.closes[slot] = first, last
    s.window_from[node], s.window_to[node] = slot, slot + 1


@kernel
def thaw(m: Terrain, s: State, node: int) -> None:
    """Give a linked node its own windows back."""
    if s.frozen_at[node] != NOBODY:
        s.window_from[node], s.window_to[node] = m.window_from[node], m.window_from[node + 1]


@kernel
def touch(m: Terrain, s: State, shift: int) -> None:
    """Remember the route as it is, once a move, before changing it."""
    if s.saved_at[shift] != NOBODY:
        return
    s.touched[s.counts[TOUCHED]] = shift
    s.counts[TOUCHED] += 1
    at = s.counts[SAVED]
    s.saved_at[shift] = at
    s.saved_cost[shift, 0], s.saved_cost[shift, 1] = s.cost[shift], s.waited[shift]
    node = s.next[m.nodes.shape[0] + shift]
    while node < m.nodes.shape[0]:
        s.saved[at], s.saved_start[at] = node, frozen_start(s, node)
        at += 1
        node = s.next[node]
    s.saved[at] = NOBODY
    s.counts[SAVED] = at + 1


@kernel
def link(s: State, shift: int, gap: int, node: int) -> None:
    """Chain the node in; times are not brought up to date."""
    following = s.next[gap]
    s.next[gap], s.before[node], s.next[node], s.before[following] = node, gap, following, node
    s.route[node] = shift


@kernel
def unlink(s: State, node: int) -> None:
    """Take the node out of its chain; times are not brought up to date."""
    before, following = s.before[node], s.next[node]
    s.next[before], s.before[following] = following, before
    s.route[node] = NOBODY


@kernel
def pull(m: Terrain, s: State, node: int) -> None:
    """Take a placed node out, with its whole group; routes want retiming afterwards."""
    group = m.nodes[node].group
    if group == NOBODY:
        touch(m, s, s.route[node])
        unlink(s, node)
        take_up(s, node)
        return
    for i in range(m.group_from[group], m.group_from[group + 1]):
        member = m.group_nodes[i]
        if s.route[member] != NOBODY:
            touch(m, s, s.route[member])
            unlink(s, member)
            thaw(m, s, member)
        if not is_pulled(s, member):
            take_up(s, member)


@kernel
def pick_up(m: Terrain, s: State, node: int) -> None:
    """Take an absent node into the move, with its group."""
    group = m.nodes[node].group
    if group == NOBODY:
        take_up(s, node)
        return
    for i in range(m.group_from[group], m.group_from[group + 1]):
        member = m.group_nodes[i]
        if s.route[member] != NOBODY:
            pull(m, s, member)
            return
    for i in range(m.group_from[group], m.group_from[group + 1]):
        if not is_pulled(s, m.group_nodes[i]):
            take_up(s, m.group_nodes[i])


@kernel
def take_up(s: State, node: int) -> None:
    """Enter an absent node among those of the move."""
    s.pulled[s.counts[PULLED]] = node
    s.counts[PULLED] += 1


@kernel
def is_pulled(s: State, node: int) -> bool:
    """Whether the move holds the node already."""
    return bool(np.any(s.pulled[: s.counts[PULLED]] == node))


@kernel
def update_touched(m: Terrain, s: State) -> None:
    """Bring what gaps are tested with up to date in the touched routes."""
    for i in range(s.counts[TOUCHED]):
        update(m, s, s.touched[i])


@kernel
def put(m: Terrain, s: State, shift: int, gap: int, node: int) -> bool:
    """Put the node into the gap; False, and nothing changed, when the route cannot be done after all. The route's
    cost comes with `settle`."""
    touch(m, s, shift)
    link(s, shift, gap, node)
    if update(m, s, shift):
        return True
    unlink(s, node)
    update(m, s, shift)
    return False


@kernel
def settle(m: Terrain, s: State) -> None:
    """Work out what the touched routes cost now, and who is absent."""
    for i in range(s.counts[TOUCHED]):
        reprice(m, s, s.touched[i])
    note_absent(m, s)


@kernel
def note_absent(m: Terrain, s: State) -> None:
    """Enter every node of the move among the absent, or strike it off."""
    for i in range(s.counts[PULLED]):
        set_absent(m, s, s.pulled[i])


@kernel
def set_absent(m: Terrain, s: State, node: int) -> None:
    """Bring the list of absent nodes and its cost up to date for one node."""
    at, gone = s.absent_at[node], s.route[node] == NOBODY
    if gone and at == NOBODY:
        s.absent_at[node] = s.sums[2]
        s.absent[s.sums[2]] = node
        s.sums[2] += 1
        s.sums[1] += m.nodes[node].penalty
    elif not gone and at != NOBODY:
        last = s.absent[s.sums[2] - 1]
        s.absent[at], s.absent_at[last] = last, at
        s.absent_at[node] = NOBODY
        s.sums[2] -= 1
        s.sums[1] -= m.nodes[node].penalty


@kernel
def undo(m: Terrain, s: State) -> None:
    """Put everything back as it was when the move began."""
    visits = m.nodes.shape[0]
    for i in range(s.counts[TOUCHED]):
        node = s.next[visits + s.touched[i]]
        while node < visits:
            s.route[node] = NOBODY
            thaw(m, s, node)
            node = s.next[node]
    for i in range(s.counts[TOUCHED]):
        shift = s.touched[i]
        start = visits + shift
        end = start + m.shifts.shape[0]
        last, at = start, s.saved_at[shift]
        while s.saved[at] != NOBODY:
            node = s.saved[at]
            s.next[last], s.before[node], s.route[node] = node, last, shift
            if s.saved_start[at] < NEVER:
                freeze(s, node, s.saved_start[at])
            last = node
            at += 1
        s.next[last], s.before[end] = end, last
        update(m, s, shift)
        s.sums[0] += s.saved_cost[shift, 0] - s.cost[shift]
        s.cost[shift], s.waited[shift] = s.saved_cost[shift, 0], s.saved_cost[shift, 1]
    note_absent(m, s)
