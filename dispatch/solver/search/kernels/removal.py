"""Ruin: strings of visits are taken out of neighbouring routes.

Slack induction by string removals (Christiaens & Vanden Berghe, Transportation Science 54(2), 2020): around a
node drawn at random, every route met loses one string of its visits, whole or with some left in the middle.
"""

from dispatch.solver.search.kernels.chance import chance, pick
from dispatch.solver.search.kernels.compiled import kernel
from dispatch.solver.search.kernels.layout import NOBODY, State, Terrain
from dispatch.solver.search.kernels.routes import is_pulled, pick_up, pull

LONGEST = 10
"""L_max: visits in a string, at most."""
AVERAGE = 10
"""c̄: visits removed in a move, on average."""
SPLIT = 0.5
"""α: chance that a string keeps some of its middle."""
DEPTH = 0.01
"""β: chance that it keeps one more."""
GUESTS = 10
"""Absent visits near the ruin that are tried again in the same move, at most."""


@kernel
def ruin(m: Terrain, s: State, seed: int, typical: float) -> None:
    """Take strings out around `seed`; `typical` is the average number of visits in a route that has any."""
    longest = min(float(LONGEST), max(1.0, typical))
    strings = int(chance(s.random) * (4.0 * AVERAGE / (1.0 + longest))) + 1
    visits = m.nodes.shape[0]
    done, guests = 0, 0
    s.turn[0] += 1
    for i in range(-1, m.around.shape[1]):
        node = seed if i < 0 else m.around[seed, i]
        if node == NOBODY or done >= strings:
            break
        shift = s.route[node]
        if shift == NOBODY:
            if guests < GUESTS and movable(m, s, node) and not is_pulled(s, node):
                pick_up(m, s, node)
                guests += 1
            continue
        if not movable(m, s, node) or s.stamp[visits + shift] == s.turn[0]:
            continue
        s.stamp[visits + shift] = s.turn[0]
        done += 1
        size = s.size[shift]
        length = int(chance(s.random) * min(float(size), longest)) + 1
        remove_string(m, s, node, length, size)


@kernel
def movable(m: Terrain, s: State, node: int) -> bool:
    """Whether the search may move the node, and all it hangs together with."""
    group = m.nodes[node].group
    if group == NOBODY:
        return s.welcome[node] if s.route[node] == NOBODY else s.active[s.route[node]]
    for i in range(m.group_from[group], m.group_from[group + 1]):
        member = m.group_nodes[i]
        if not (s.welcome[member] if s.route[member] == NOBODY else s.active[s.route[member]]):
            return False
    return True


@kernel
def remove_string(m: Terrain, s: State, node: int, length: int, size: int) -> None:
    """Take `length` visits around `node` out of its route of `size`; perhaps a longer string but its middle."""
    kept = 0
    if length > 1 and length < size and chance(s.random) < SPLIT:
        kept = 1
        while length + kept < size and chance(s.random) < DEPTH:
            kept += 1
    reach = length + kept
    first = node
    back = pick(s.random, reach)
    visits = m.nodes.shape[0]
    while back > 0 and s.before[first] < visits:
        first = s.before[first]
        back -= 1
    # Where the route ends too early, the string begins earlier.
    room, last = 1, first
    while room < reach and s.next[last] < visits:
        last = s.next[last]
        room += 1
    while room < reach and s.before[first] < visits:
        first = s.before[first]
        room += 1
    hole = pick(s.random, room - kept + 1) if kept > 0 else room
    take_out(m, s, first, room, hole, kept)


@kernel
def take_out(m: Terrain, s: State, first: int, room: int, hole: int, kept: int) -> None:
    """Take out `room` visits from `first` on, without the `kept` ones that follow the first `hole`."""
    shift = s.route[first]
    node = first
    for i in range(room):
        following = s.next[node]
        if not hole <= i < hole + kept and s.route[node] == shift and movable(m, s, node):
            pull(m, s, node)
            # A group takes others with it, perhaps of this very route.
            while following < m.nodes.shape[0] and s.route[following] != shift:
                following = s.next[following]
        if following >= m.nodes.shape[0]:
            return
        node = following
