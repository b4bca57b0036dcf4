"""May a node go into a gap, and what would it cost? Both in constant time.

A gap is named by the node before it. What it costs is exact for ways, pairing and the node's own start; what
it does to waiting, overtime and paid time is reckoned from time-window segments (exact without breaks and
with one window a visit); what it does to the lateness of later visits shows once the route is retimed.
"""

from dispatch.solver.search.kernels.compiled import kernel, whole
from dispatch.solver.search.kernels.layout import NEVER, State, Terrain
from dispatch.solver.search.kernels.routing import join, window_at
from dispatch.solver.search.kernels.timing import price_span, priced, start_cost
from dispatch.solver.search.kernels.windows import closing, leg_end, leg_start, opening


@kernel
def gap_holds(m: Terrain, s: State, shift: int, gap: int, node: int) -> bool:
    """Whether load, driving, distance and number of visits allow the node in the gap."""
    terms, following = m.shifts[shift], s.next[gap]
    if s.size[shift] >= terms.max_visits:
        return False
    for d in range(m.brings.shape[1]):
        limit = m.capacity[shift, d]
        if s.head_load[gap, d] + m.brings[node, d] > limit:
            return False
        # What it collects rides along from the gap on.
        if s.tail_load[gap, d] + m.collects[node, d] > limit:
            return False
    here, there, k = m.spot[gap], m.spot[following], terms.travel_class
    if terms.max_travel < NEVER:
        more = m.drive[k, here, node] + m.drive[k, node, there]
        if s.travel_s[shift] + more - (m.drive[k, here, there] if s.size[shift] else 0) > terms.max_travel:
            return False
    if terms.max_distance < NEVER:
        more = m.metres[k, here, node] + m.metres[k, node, there]
        if s.metres_m[shift] + more - (m.metres[k, here, there] if s.size[shift] else 0) > terms.max_distance:
            return False
    return True


@kernel
def gap_start(m: Terrain, s: State, shift: int, gap: int, node: int) -> int:
    """The earliest start of the node in the gap that the rest of the route can bear, or NEVER."""
    terms, following = m.shifts[shift], s.next[gap]
    k = terms.travel_class
    there = whole(m.leg_into[k, node, m.spot[gap]])
    further = whole(m.leg[k, node, m.spot[following]])
    service = m.service[terms.service_class, node]
    breaks = terms.break_to - terms.break_from
    if breaks == 0:
        start = opening(s, node, s.ready[gap, 0] + there)
        return start if start + service + further <= s.latest[following, 0] else NEVER
    best = NEVER
    for before in range(breaks + 1):
        if s.ready[gap, before] >= NEVER:
            continue
        for over in range(before, breaks + 1):
            end = leg_end(m, shift, s.ready[gap, before], there, before, over)
            start = opening(s, node, end) if end < NEVER else NEVER
            if start >= best:
                continue
            for then in range(over, breaks + 1):
                if leg_end(m, shift, start + service, further, over, then) <= s.latest[following, then]:
                    best = start
                    break
    return best


@kernel
def gap_last_start(m: Terrain, s: State, shift: int, gap: int, node: int) -> int:
    """The latest start of the node in the gap that the rest of the route can bear, or -NEVER."""
    terms, following = m.shifts[shift], s.next[gap]
    k = terms.travel_class
    there = whole(m.leg_into[k, node, m.spot[gap]])
    further = whole(m.leg[k, node, m.spot[following]])
    service = m.service[terms.service_class, node]
    breaks = terms.break_to - terms.break_from
    best = -NEVER
    for over in range(breaks + 1):
        first, last = NEVER, -NEVER
        for before in range(over + 1):
            if s.ready[gap, before] < NEVER:
                end = leg_end(m, shift, s.ready[gap, before], there, before, over)
                first = min(first, opening(s, node, end) if end < NEVER else NEVER)
        for then in range(over, breaks + 1):
            if s.latest[following, then] > -NEVER:
                moment = leg_start(m, shift, s.latest[following, then], further, over, then) - service
                last = max(last, closing(s, node, moment))
        if first <= last:
            best = max(best, last)
    return best


@kernel
def way_cost(m: Terrain, s: State, shift: int, gap: int, node: int) -> int:
    """What the node adds to the route's cost in the gap, times left aside."""
    k = m.shifts[shift].cost_class
    there = m.spot[s.next[gap]]
    ways = whole(m.cost_into[k, node, m.spot[gap]]) + whole(m.leg_cost[k, node, there])
    return ways + m.fixed[node, shift] - s.onward[gap]


@kernel
def gap_cost(m: Terrain, s: State, shift: int, gap: int, node: int, start: int) -> int:
    """What the node adds to the route's cost in the gap, starting then (see the module)."""
    cost = way_cost(m, s, shift, gap, node)
    if m.prices[0].start_priced:
        cost += start_cost(m, shift, node, start)
    if m.shifts[shift].timed:
        cost += timed_cost(m, s, shift, gap, node, start)
    return cost


@kernel
def timed_cost(m: Terrain, s: State, shift: int, gap: int, node: int, start: int) -> int:
    """What the node changes in waiting, overtime, fairness and labour."""
    terms, following, prices = m.shifts[shift], s.next[gap], m.prices[0]
    legs = m.leg[terms.travel_class]
    here, there = m.spot[gap], m.spot[following]
    service = m.service[terms.service_class, node]
    i = window_at(s, node, start)
    d, e, latest = join(
        s.head[gap, 0], s.head[gap, 1], s.head[gap, 2],
        whole(legs[here, node]), service, s.opens[i], s.closes[i],
    )  # fmt: skip
    d, e, latest = join(
        d, e, latest,
        whole(legs[node, there]), s.tail[following, 0], s.tail[following, 1], s.tail[following, 2],
    )  # fmt: skip
    if s.size[shift] == 0:
        return price_span(m, shift, e + d, d, service)
    old_d, old_e, _ = join(
        s.head[gap, 0], s.head[gap, 1], s.head[gap, 2],
        whole(legs[here, there]), s.tail[following, 0], s.tail[following, 1], s.tail[following, 2],
    )  # fmt: skip
    longer = d - old_d
    waiting = longer - (legs[here, node] + service + legs[node, there] - legs[here, there])
    cost = priced(prices.waiting, prices.waiting_cap, waiting / 60.0)
    return (
        cost + price_span(m, shift, e + d, d, service) - price_span(m, shift, old_e + old_d, old_d, whole(0))
    )
