"""A route's timetable, what it allows, and what it costs.

The timetable of a given order: every service as early as possible; then the technician leaves as late as the
route's end, due times and promises allow; then, from that departure, again as early as possible. Of two ways
to place the breaks, the one that lets the next service start earlier is taken, on a tie the earlier break.
"""

import numpy as np

from dispatch.solver.objective import TECHNICIAN_CHANGE_MIN
from dispatch.solver.search.kernels.compiled import kernel, whole
from dispatch.solver.search.kernels.layout import NEVER, NOBODY, State, Terrain
from dispatch.solver.search.kernels.windows import closing, leg_end, leg_start, opening


@kernel
def priced(weight: float, cap: float, units: float) -> int:
    """`Term.price`, to the unit."""
    return int(np.rint(weight * min(cap, units) * 60.0))


@kernel
def lay_out(m: Terrain, s: State, shift: int) -> int:
    """Write the shift's route into `seq` and `legs`; how many visits it has."""
    n, node = 0, m.nodes.shape[0] + shift
    end = node + m.shifts.shape[0]
    s.seq[0], s.legs[0] = node, 0
    legs = m.leg[m.shifts[shift].travel_class]
    here = m.spot[node]
    while node != end:
        node = s.next[node]
        n += 1
        there = m.spot[node]
        s.seq[n] = node
        s.legs[n] = legs[here, there]
        here = there
    if n == 1:
        s.legs[1] = 0
    return n - 1


@kernel
def set_off(m: Terrain, s: State, shift: int, departure: int) -> None:
    """Departures from the start, by the number of breaks already spent at home."""
    first = m.shifts[shift].break_from
    s.clock[0, 0] = departure
    for b in range(1, m.shifts[shift].break_to - first + 1):
        s.clock[0, b] = max(departure, m.breaks[first + b - 1].latest)


@kernel
def run(m: Terrain, s: State, shift: int, n: int, departure: int) -> None:
    """Fill `clock` (earliest departure) and `via` (breaks over before the leg) for the route laid out."""
    breaks = m.shifts[shift].break_to - m.shifts[shift].break_from
    service = m.service[m.shifts[shift].service_class]
    set_off(m, s, shift, departure)
    for k in range(1, n + 1):
        node = s.seq[k]
        for b in range(breaks + 1):
            best, best_over = NEVER, b
            for over in range(b, -1, -1):
                if s.clock[k - 1, over] >= NEVER:
                    continue
                end = leg_end(m, shift, s.clock[k - 1, over], s.legs[k], over, b)
                start = opening(s, node, end) if end < NEVER else NEVER
                if start < best:
                    best, best_over = start, over
            s.clock[k, b] = min(best + service[node], NEVER)
            s.via[k, b] = best_over


@kernel
def come_home(m: Terrain, s: State, shift: int, n: int) -> tuple[int, int, int]:
    """(when the route laid out ends, breaks over before its last leg, breaks over after it); NEVER if it cannot."""
    first = m.shifts[shift].break_from
    breaks = m.shifts[shift].break_to - first
    best, before, after = NEVER, 0, 0
    for then in range(breaks + 1):
        for over in range(then, -1, -1):
            if s.clock[n, over] >= NEVER:
                continue
            back = leg_end(m, shift, s.clock[n, over], s.legs[n + 1], over, then)
            if then < breaks and back > m.breaks[first + then].latest:
                continue
            if back < best:
                best, before, after = back, over, then
    return best, before, after


@kernel
def trace(m: Terrain, s: State, shift: int, n: int, before: int) -> None:
    """Read the timetable off `clock`: `over` (breaks over at each position) and `starts`."""
    service = m.service[m.shifts[shift].service_class]
    over = before
    for k in range(n, 0, -1):
        s.over[k] = over
        s.starts[k] = s.clock[k, over] - service[s.seq[k]]
        over = s.via[k, over]
    s.over[0] = over


@kernel
def latest_departure(m: Terrain, s: State, shift: int, n: int, back: int, after: int) -> int:
    """How late the technician may leave so that nothing suffers (see the module)."""
    service = m.service[m.shifts[shift].service_class]
    end, then = back, after
    for k in range(n, 0, -1):
        node = s.seq[k]
        moment = leg_start(m, shift, end, s.legs[k + 1], s.over[k], then) - service[node]
        limit = s.starts[k]
        if m.nodes[node].due < NEVER:
            moment = min(moment, max(limit, m.nodes[node].due))
        if m.nodes[node].promised < NEVER:
            moment = min(moment, max(limit, m.nodes[node].promised))
        end = max(limit, closing(s, node, moment))
        then = s.over[k]
    return max(s.clock[0, s.over[0]], leg_start(m, shift, end, s.legs[1], s.over[0], then))


@kernel
def waits(m: Terrain, s: State, shift: int, k: int) -> int:
    """Seconds of standing still before the k-th service."""
    service = m.service[m.shifts[shift].service_class]
    gone = s.starts[k - 1] + service[s.seq[k - 1]] + s.legs[k]
    first = m.shifts[shift].break_from
    for b in range(s.over[k - 1], s.over[k]):
        gone += m.breaks[first + b].duration
    return s.starts[k] - gone


@kernel
def start_cost(m: Terrain, shift: int, node: int, start: int) -> int:
    """Lateness and disturbance of starting then."""
    prices, visit = m.prices[0], m.nodes[node]
    cost = 0
    if start > visit.due:
        late = priced(prices.lateness, prices.lateness_cap, (start - visit.due) / 60.0)
        cost += int(np.rint(visit.late_weight * late))
    if visit.promised < NEVER:
        minutes = max(0, abs(start - visit.promised) - visit.tolerance) / 60.0
        other = visit.promise_technician
        if other != NOBODY and other != m.shifts[shift].technician:
            minutes += TECHNICIAN_CHANGE_MIN
        cost += int(
            np.rint(visit.promise_weight * priced(prices.disturbance, prices.disturbance_cap, minutes))
        )
    return cost


@kernel
def price_span(m: Terrain, shift: int, back: int, paid: int, task: int) -> int:
    """Overtime, fairness and labour of a route."""
    prices, terms = m.prices[0], m.shifts[shift]
    cost = priced(prices.overtime, prices.overtime_cap, max(0, back - terms.latest) / 60.0)
    if paid > terms.fair:
        cost += priced(prices.fairness, prices.fairness_cap, (paid - terms.fair) / 60.0)
    if terms.paid_rate > 0.0 or terms.task_rate > 0.0:
        minutes = paid / 3600.0 * terms.paid_rate + task / 3600.0 * terms.task_rate
        cost += priced(prices.labour, prices.labour_cap, minutes)
    return cost


@kernel
def lay_times(m: Terrain, s: State, shift: int, n: int) -> tuple[int, int, int]:
    """Times of the route laid out: (departure, end, breaks over at the end), `starts` and `over` filled; the end
    is NEVER when the order is impossible. `clock` is left as the last run has it."""
    back, before, after = come_home(m, s, shift, n)
    if back > m.shifts[shift].until:
        return 0, NEVER, 0
    trace(m, s, shift, n, before)
    departure = latest_departure(m, s, shift, n, back, after)
    if departure > s.clock[0, 0]:
        run(m, s, shift, n, departure)
        back, before, after = come_home(m, s, shift, n)
        trace(m, s, shift, n, before)
        departure = s.clock[0, s.over[0]]
    return departure, back, after


@kernel
def price_times(m: Terrain, s: State, shift: int, n: int) -> int:
    """What depends on times, of the route laid out and run; NEVER if it cannot be done. `waited` is filled."""
    terms, prices = m.shifts[shift], m.prices[0]
    service = m.service[terms.service_class]
    departure, back, after = lay_times(m, s, shift, n)
    if back >= NEVER:
        return NEVER
    cost, task, waited = whole(0), whole(0), whole(0)
    for k in range(1, n + 1):
        task += service[s.seq[k]]
        cost += start_cost(m, shift, s.seq[k], s.starts[k])
        if k > 1 and terms.timed:
            waited += priced(prices.waiting, prices.waiting_cap, waits(m, s, shift, k) / 60.0)
    s.waited[shift] = waited
    rest = 0
    for b in range(s.over[0], after):
        rest += m.breaks[terms.break_from + b].duration
    return cost + waited + price_span(m, shift, back, back - departure - rest, task)
