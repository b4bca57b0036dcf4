"""Keeping what `State` knows of a route up to date after its chain has changed.

`update` brings up to date what gaps are tested with, and finds out whether the route can be done; `reprice` then
brings its cost up to date. A move updates a route after every change and prices it once, at the end.
"""

from dispatch.solver.search.kernels.compiled import kernel, whole
from dispatch.solver.search.kernels.layout import NEVER, State, Terrain
from dispatch.solver.search.kernels.timing import come_home, lay_out, price_times, run
from dispatch.solver.search.kernels.windows import closing, leg_start, opening


@kernel
def update(m: Terrain, s: State, shift: int) -> bool:
    """Bring everything but the cost of a route up to date; whether it can be done."""
    if m.shifts[shift].break_to == m.shifts[shift].break_from:
        back = sweep(m, s, shift)
    else:
        back = sweep_with_breaks(m, s, shift)
    if m.shifts[shift].timed:
        segment(m, s, shift)
    sound = s.size[shift] <= m.shifts[shift].max_visits and back <= m.shifts[shift].until
    if m.brings.shape[1] > 0:
        sound = load_up(m, s, shift) and sound
    if m.drive.shape[1] > 1:
        sound = within_limits(m, s, shift) and sound
    s.sound[shift] = sound
    return sound


@kernel
def sweep(m: Terrain, s: State, shift: int) -> int:
    """`size`, `ways`, `ready` and `latest` of a route without breaks; when it ends."""
    terms, visits = m.shifts[shift], m.nodes.shape[0]
    legs, costs = m.leg[terms.travel_class], m.leg_cost[terms.cost_class]
    service = m.service[terms.service_class]
    node, here, ready = visits + shift, terms.start_spot, terms.earliest
    end = node + m.shifts.shape[0]
    n, ways = 0, terms.use_cost
    s.ready[node, 0] = ready
    last, node = node, s.next[node]
    while node != end:
        s.onward[last] = costs[here, node]
        ways += s.onward[last] + m.fixed[node, shift]
        ready = min(NEVER, opening(s, node, ready + legs[here, node]) + service[node])
        s.ready[node, 0] = ready
        n += 1
        here = last = node
        node = s.next[node]
    s.size[shift] = n
    s.latest[end, 0] = terms.until
    if n == 0:
        s.ways[shift] = 0
        s.onward[last] = -terms.use_cost
        return terms.earliest
    s.onward[last] = costs[here, terms.end_spot]
    s.ways[shift] = ways + s.onward[last]
    back = ready + legs[here, terms.end_spot]
    moment, there = terms.until, terms.end_spot
    for _ in range(n):
        moment = closing(s, here, moment - legs[here, there] - service[here])
        s.latest[here, 0] = moment
        there = here
        here = s.before[here]
    return back


@kernel
def sweep_with_breaks(m: Terrain, s: State, shift: int) -> int:
    """As `sweep`, for every number of breaks over."""
    n = lay_out(m, s, shift)
    s.size[shift] = n
    run(m, s, shift, n, m.shifts[shift].earliest)
    breaks = m.shifts[shift].break_to - m.shifts[shift].break_from
    for k in range(n + 1):
        for b in range(breaks + 1):
            s.ready[s.seq[k], b] = s.clock[k, b]
    sum_ways(m, s, shift, n)
    run_back(m, s, shift, n)
    return come_home(m, s, shift, n)[0] if n > 0 else m.shifts[shift].earliest


@kernel
def sum_ways(m: Terrain, s: State, shift: int, n: int) -> None:
    """`ways` and `onward` of the route laid out."""
    costs = m.leg_cost[m.shifts[shift].cost_class]
    s.ways[shift] = 0
    if n == 0:
        s.onward[s.seq[0]] = -m.shifts[shift].use_cost
        return
    s.ways[shift] = m.shifts[shift].use_cost
    for k in range(n + 1):
        node = s.seq[k]
        s.onward[node] = costs[m.spot[node], m.spot[s.seq[k + 1]]]
        s.ways[shift] += s.onward[node]
        if k > 0:
            s.ways[shift] += m.fixed[node, shift]


@kernel
def run_back(m: Terrain, s: State, shift: int, n: int) -> None:
    """Fill `latest` for the route laid out."""
    first = m.shifts[shift].break_from
    breaks = m.shifts[shift].break_to - first
    service = m.service[m.shifts[shift].service_class]
    end = s.seq[n + 1]
    for b in range(breaks + 1):
        s.latest[end, b] = m.shifts[shift].until
        if b < breaks:
            s.latest[end, b] = min(s.latest[end, b], m.breaks[first + b].latest)
    for k in range(n, 0, -1):
        node, following = s.seq[k], s.seq[k + 1]
        for b in range(breaks + 1):
            moment = -NEVER
            for then in range(b, breaks + 1):
                if s.latest[following, then] > -NEVER:
                    begin = leg_start(m, shift, s.latest[following, then], s.legs[k + 1], b, then)
                    moment = max(moment, begin)
            s.latest[node, b] = closing(s, node, moment - service[node]) if moment > -NEVER else -NEVER


@kernel
def segment(m: Terrain, s: State, shift: int) -> None:
    """Fill `head` and `tail`, with the windows used when all is as early as possible."""
    terms, visits = m.shifts[shift], m.nodes.shape[0]
    legs, service = m.leg[terms.travel_class], m.service[terms.service_class]
    breaks = terms.break_to - terms.break_from
    last, end = visits + shift, visits + m.shifts.shape[0] + shift
    s.head[last, 0], s.head[last, 1], s.head[last, 2] = 0, terms.earliest, NEVER
    s.tail[end, 0], s.tail[end, 1], s.tail[end, 2] = 0, -NEVER, terms.until
    node = s.next[last]
    while node != end:
        i = window_at(s, node, earliest_departure(s, node, breaks) - service[node])
        d, e, latest = join(
            s.head[last, 0], s.head[last, 1], s.head[last, 2],
            whole(legs[m.spot[last], node]), service[node], s.opens[i], s.closes[i],
        )  # fmt: skip
        s.head[node, 0], s.head[node, 1], s.head[node, 2] = d, e, latest
        last = node
        node = s.next[node]
    node = s.before[end]
    while node < visits:
        i = window_at(s, node, earliest_departure(s, node, breaks) - service[node])
        following = s.next[node]
        d, e, latest = join(
            service[node], s.opens[i], s.closes[i],
            whole(legs[node, m.spot[following]]),
            s.tail[following, 0], s.tail[following, 1], s.tail[following, 2],
        )  # fmt: skip
        s.tail[node, 0], s.tail[node, 1], s.tail[node, 2] = d, e, latest
        node = s.before[node]


@kernel
def earliest_departure(s: State, node: int, breaks: int) -> int:
    """From a node, whatever the breaks."""
    best = s.ready[node, 0]
    for b in range(1, breaks + 1):
        best = min(best, s.ready[node, b])
    return best


@kernel
def window_at(s: State, node: int, moment: int) -> int:
    """The window in which `moment` lies, or the last."""
    for i in range(s.window_from[node], s.window_to[node] - 1):
        if moment <= s.closes[i]:
            return i
    return s.window_to[node] - 1


@kernel
def join(d1: int, e1: int, l1: int, leg: int, d2: int, e2: int, l2: int) -> tuple[int, int, int]:
    """Two segments one after the other, `leg` seconds between them: duration, earliest and latest beginning."""
    gone = d1 + leg
    wait = max(e2 - gone - l1, 0)
    return d1 + d2 + leg + wait, max(e2 - gone, e1) - wait, min(l2 - gone, l1)


@kernel
def load_up(m: Terrain, s: State, shift: int) -> bool:
    """Fill `head_load` and `tail_load`; whether the van holds it all at every moment."""
    start, visits, fits = m.nodes.shape[0] + shift, m.nodes.shape[0], True
    for d in range(m.brings.shape[1]):
        carried = whole(0)
        node = s.next[start]
        while node < visits:
            carried += m.brings[node, d]
            node = s.next[node]
        most = carried
        s.head_load[start, d], s.tail_load[start, d] = carried, carried
        last, node = start, s.next[start]
        while node < visits:
            carried += m.collects[node, d] - m.brings[node, d]
            most = max(most, carried)
            s.head_load[node, d], s.tail_load[node, d] = most, carried
            last, node = node, s.next[node]
        while last != start:
            before = s.before[last]
            s.tail_load[before, d] = max(s.tail_load[before, d], s.tail_load[last, d])
            last = before
        fits = fits and most <= m.capacity[shift, d]
    return fits


@kernel
def within_limits(m: Terrain, s: State, shift: int) -> bool:
    """Fill `travel_s` and `metres_m`; whether they keep to the shift's limits."""
    terms, visits = m.shifts[shift], m.nodes.shape[0]
    drive, metres = m.drive[terms.travel_class], m.metres[terms.travel_class]
    s.travel_s[shift], s.metres_m[shift] = 0, 0
    if s.size[shift] == 0:
        return True
    node = visits + shift
    while node < visits or node == visits + shift:
        here, there = m.spot[node], m.spot[s.next[node]]
        s.travel_s[shift] += drive[here, there]
        s.metres_m[shift] += metres[here, there]
        node = s.next[node]
    return s.travel_s[shift] <= terms.max_travel and s.metres_m[shift] <= terms.max_distance


@kernel
def reprice(m: Terrain, s: State, shift: int) -> None:
    """Bring the cost of an updated route up to date: NEVER where it cannot be done, as when a visit taken out leaves
    a way that is longer than the two it was on."""
    cost, n = s.ways[shift], s.size[shift]
    s.waited[shift] = 0
    if not s.sound[shift]:
        cost = NEVER
    elif n > 0 and (m.shifts[shift].timed or m.prices[0].start_priced):
        lay_out(m, s, shift)
        run(m, s, shift, n, m.shifts[shift].earliest)
        cost = min(NEVER, cost + price_times(m, s, shift, n))
    s.sums[0] += cost - s.cost[shift]
    s.cost[shift] = cost


@kernel
def retime(m: Terrain, s: State, shift: int) -> bool:
    """Bring everything `State` knows of a route up to date; whether it can be done."""
    update(m, s, shift)
    reprice(m, s, shift)
    return s.cost[shift] < NEVER
