"""A whole plan at once: laid down from chains, and copied."""

from typing import NamedTuple

from dispatch.solver.search.kernels.compiled import kernel
from dispatch.solver.search.kernels.layout import NOBODY, Longs, State, Terrain
from dispatch.solver.search.kernels.routes import freeze, frozen_start, set_absent, thaw
from dispatch.solver.search.kernels.routing import retime


class Chains(NamedTuple):
    """A plan as the search keeps it: `next` of every node, start and end nodes included; `start` of linked nodes,
    NEVER for all others; `cost` [2]: that of the plan, and how many nodes it leaves out."""

    next: Longs
    start: Longs
    cost: Longs


@kernel
def keep(m: Terrain, s: State, chains: Chains) -> None:
    """Write the plan as it is into `chains`."""
    chains.next[:] = s.next
    chains.cost[0], chains.cost[1] = s.sums[0] + s.sums[1], s.sums[2]
    for node in m.group_nodes:
        chains.start[node] = frozen_start(s, node)


@kernel
def lay_down(m: Terrain, s: State, chains: Chains) -> None:
    """Make the plan what `chains` say; whatever they leave out is absent."""
    visits, shifts = m.nodes.shape[0], m.shifts.shape[0]
    s.route[:visits] = NOBODY
    for node in range(visits):
        thaw(m, s, node)
    for shift in range(shifts):
        last, end = visits + shift, visits + shifts + shift
        node = chains.next[last]
        while node < visits:
            s.next[last], s.before[node], s.route[node] = node, last, shift
            if s.frozen_at[node] != NOBODY:
                freeze(s, node, chains.start[node])
            last = node
            node = chains.next[node]
        s.next[last], s.before[end] = end, last
        retime(m, s, shift)
    for node in range(visits):
        set_absent(m, s, node)
