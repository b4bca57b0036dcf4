"""Pricing: the cheapest route of one kind of shift at given prizes for its tasks, by labelling (Numba).

A label is the beginning of a route, ending with the service of one task (Desrochers, Desrosiers and Solomon 1992).
It may come back to a task it has forgotten: it remembers only what is near each task it has been to since
(ng-routes, Baldacci, Mingozzi and Roberti 2011), so some "routes" serve a task twice, which can only lower the
bound.

A cut is three tasks of which whole routes, unlike fractions of routes, allow only one route to serve two (subset
rows, Jepsen, Petersen, Spoorendonk and Pisinger 2008). Its price falls due at the second of them.

Waiting is charged where no departure avoids it: `free_s` is the latest moment at which the label's service could
have ended without more waiting than is charged already, after Tilk and Irnich (2017).
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from dispatch.solver.bound.kinds import Kind
from dispatch.solver.bound.outlook import FAR, NONE, Outlook, Prizes, look_ahead
from dispatch.solver.search.kernels.compiled import kernel

BUCKET_S = 30
"""Labels are extended in order of time, this many seconds at once."""
CUT_WORDS = 3
"""Room for 64 times as many cuts."""


class Labels(NamedTuple):
    """Room for L labels of kinds with at most M tasks, 64 of them to a word. Times in seconds, costs in ticks."""

    cost: npt.NDArray[np.int64]  # [L] reduced cost so far
    ready_s: npt.NDArray[np.int64]  # [L] the service ends no earlier
    free_s: npt.NDArray[np.int64]  # [L] it may end so late without more waiting
    load: npt.NDArray[np.int32]  # [L]
    breaks: npt.NDArray[np.int32]  # [L] how many breaks are over
    task: npt.NDArray[np.int32]  # [L]
    before: npt.NDArray[np.int32]  # [L] the label it extends
    memory: npt.NDArray[np.uint64]  # [L, words] tasks it may not come back to
    halved: npt.NDArray[np.uint64]  # [L, CUT_WORDS] cuts of which it has served an odd number of tasks
    alive: npt.NDArray[np.bool_]  # [L] not dominated
    next_here: npt.NDArray[np.int32]  # [L] the next one, by rising cost, of the same task and breaks
    next_then: npt.NDArray[np.int32]  # [L] another one of the same bucket of time


class Crossing(NamedTuple):
    """A leg with or without breaks on it: when it ends at the earliest, and at the latest without more waiting."""

    possible: bool
    ready_s: int
    free_s: int
    idle_s: int  # waiting that cannot be avoided


def words(tasks: int) -> int:
    """How many words the memory of so many tasks takes."""
    return max(1, -(-tasks // 64))


def room(size: int, tasks: int) -> Labels:
    """Room for `size` labels of kinds with at most `tasks` tasks."""
    longs, shorts = np.empty((3, size), np.int64), np.empty((6, size), np.int32)
    memory, halved = np.empty((size, words(tasks)), np.uint64), np.empty((size, CUT_WORDS), np.uint64)
    cost, ready_s, free_s = longs
    load, breaks, task, before, next_here, next_then = shorts
    alive = np.empty(size, np.bool_)
    return Labels(
        cost, ready_s, free_s, load, breaks, task, before, memory, halved, alive, next_here, next_then
    )


@kernel
def overrun(of: Any, moment_s: int) -> int:
    """Ticks charged for a moment by a `kinds.Overrun`."""
    if moment_s <= of[0]:
        return 0
    return int(max(0, min(of[2], of[1] * (moment_s - of[0])) - of[3]))


@kernel
def cross(kind: Kind, ready_s: int, free_s: int, leg_s: int, first: int, last: int) -> Crossing:
    """A leg on which the breaks from `first` up to, not including, `last` are taken."""
    clock, end, free, idle = ready_s, ready_s + leg_s, free_s + leg_s, 0
    leave_by = free_s
    for b in range(first, last):
        if clock > kind.break_closes[b]:
            return Crossing(False, 0, 0, 0)
        begin, duration = max(clock, kind.break_opens[b]), kind.break_s[b]
        clock, end = begin + duration, max(end, begin) + duration
        if free < kind.break_opens[b]:
            idle += kind.break_opens[b] - free
            free = kind.break_opens[b]
        late = leave_by - kind.break_closes[b]
        if late > 0:
            free, leave_by = free - late, leave_by - late
        free, leave_by = free + duration, leave_by + duration
    return Crossing(True, end, max(free, end), idle)


@kernel
def arrive(kind: Kind, task: int, way: Crossing) -> Crossing:
    """The start of the service after a leg: the earliest, and the latest without more waiting. Of several windows, the
    two may lie in different ones: what is waited later on is then charged too low, never too high."""
    start, free = FAR, -FAR
    for w in range(kind.windows[task], kind.windows[task + 1]):
        if start == FAR and way.ready_s <= kind.closes[w]:
            start = max(way.ready_s, kind.opens[w])
        if kind.opens[w] <= way.free_s:
            free = min(way.free_s, kind.closes[w])
    if start == FAR:
        return Crossing(False, 0, 0, 0)
    if free < start:
        return Crossing(True, start, start, way.idle_s + start - way.free_s)
    return Crossing(True, start, free, way.idle_s)


@kernel
def remembers(labels: Labels, label: int, task: int) -> bool:
    """Whether the label may not go to the task."""
    return bool((labels.memory[label, task >> 6] >> np.uint64(task & 63)) & np.uint64(1) != 0)


@kernel
def fines(prizes: Prizes, word: int, bits: Any) -> int:
    """The sum of the fines of some cuts, bits of one word."""
    total, cut = 0, word * 64
    while bits != 0:
        if bits & np.uint64(1) != 0:
            total += prizes.cut[cut]
        bits >>= np.uint64(1)
        cut += 1
    return total


@kernel
def dominates(labels: Labels, a: int, b: int, idle_rate: int, prizes: Prizes) -> bool:
    """Whether whatever continues `b` continues `a` at no higher cost. Waiting makes up for `a` being free earlier,
    and its fines for the cuts of which it is half through. Unless `exact`, what they remember is not looked at."""
    if labels.ready_s[a] > labels.ready_s[b] or labels.load[a] > labels.load[b]:
        return False
    cost = labels.cost[a] + idle_rate * max(0, labels.free_s[b] - labels.free_s[a])
    if cost > labels.cost[b]:
        return False
    if not prizes.exact:
        return True
    for w in range(labels.memory.shape[1]):
        if labels.memory[a, w] & ~labels.memory[b, w] != 0:
            return False
    for w in range(CUT_WORDS):
        more = labels.halved[a, w] & ~labels.halved[b, w]
        if more != 0:
            cost += fines(prizes, w, more)
    return bool(cost <= labels.cost[b])


@kernel
def settle(labels: Labels, new: int, heads: Any, place: int, idle_rate: int, prizes: Prizes) -> bool:
    """Put the label among those of its task and breaks unless one dominates it; drop those it dominates."""
    previous, other = NONE, heads[place]
    while other != NONE and labels.cost[other] <= labels.cost[new]:
        if dominates(labels, other, new, idle_rate, prizes):
            return False
        previous, other = other, labels.next_here[other]
    if previous == NONE:
        heads[place] = new
    else:
        labels.next_here[previous] = new
    previous = new
    while other != NONE:
        if dominates(labels, new, other, idle_rate, prizes):
            labels.alive[other] = False
        else:
            labels.next_here[previous] = other
            previous = other
        other = labels.next_here[other]
    labels.next_here[previous] = NONE
    return True


@kernel
def extend(
    kind: Kind, prizes: Prizes, near: Any, labels: Labels, old: int, task: int, then: int, new: int
) -> bool:
    """Write into `new` the label `old` carried on to a task, `then` breaks being over; whether that is possible."""
    way = cross(
        kind,
        labels.ready_s[old],
        labels.free_s[old],
        kind.leg[labels.task[old], task],
        labels.breaks[old],
        then,
    )
    if not way.possible:
        return False
    service = arrive(kind, task, way)
    load = labels.load[old] + kind.load[task]
    ready_s = service.ready_s + kind.service[task]
    if not service.possible or load > kind.load_limit:
        return False
    if then < kind.break_closes.shape[0] and ready_s > kind.break_closes[then]:
        return False
    late = overrun(kind.late[task, 0], service.ready_s) + overrun(kind.late[task, 1], service.ready_s)
    price = kind.price[labels.task[old], task] + kind.idle_rate * service.idle_s + late - prizes.task[task]
    labels.cost[new] = labels.cost[old] + price
    labels.ready_s[new], labels.free_s[new] = ready_s, service.free_s + kind.service[task]
    labels.load[new], labels.breaks[new], labels.task[new] = load, then, task
    labels.before[new], labels.alive[new] = old, True
    for w in range(CUT_WORDS):
        due = labels.halved[old, w] & prizes.cuts_of[task, w]
        if due != 0:
            labels.cost[new] += fines(prizes, w, due)
        labels.halved[new, w] = labels.halved[old, w] ^ prizes.cuts_of[task, w]
    for w in range(labels.memory.shape[1]):
        labels.memory[new, w] = (labels.memory[old, w] & near[0, task, w]) | near[1, task, w]
    return True


@kernel
def hopeful(labels: Labels, label: int, earliest_s: int, outlook: Outlook, below: int) -> bool:
    """Whether the label may still become a route that costs less than `below`."""
    if outlook.step_s == 0:
        return True
    task, at = labels.task[label], (labels.ready_s[label] - earliest_s) // outlook.step_s
    first = outlook.first[task, at]
    barred = first != NONE and remembers(labels, label, first)
    rest = outlook.second[task, at] if barred else outlook.best[task, at]
    return bool(labels.cost[label] + rest < below)


@kernel
def finish(kind: Kind, labels: Labels, label: int) -> int:
    """The reduced cost of going back after the label, FAR where there is no way back in time."""
    best, pauses = FAR, kind.break_closes.shape[0]
    task, over = labels.task[label], labels.breaks[label]
    for then in range(over, pauses + 1):
        way = cross(kind, labels.ready_s[label], labels.free_s[label], kind.back[task], over, then)
        if not way.possible or way.ready_s > kind.until_s:
            break
        if then == pauses or way.ready_s <= kind.break_closes[then]:
            late = overrun(kind.overtime, way.ready_s)
            best = min(best, labels.cost[label] + kind.back_price[task] + kind.idle_rate * way.idle_s + late)
    return int(best)


@kernel
def set_off(kind: Kind, labels: Labels) -> int:
    """The labels of the start, one for each number of breaks spent at home; how many."""
    pauses = kind.break_closes.shape[0]
    for over in range(pauses + 1):
        labels.cost[over], labels.ready_s[over], labels.free_s[over] = kind.fixed, kind.earliest_s, FAR
        if over:
            labels.ready_s[over] = max(kind.earliest_s, kind.break_closes[over - 1])
        labels.load[over], labels.breaks[over], labels.task[over] = 0, over, kind.tasks.shape[0]
        labels.before[over], labels.alive[over] = NONE, True
        labels.memory[over, :], labels.halved[over, :] = 0, 0
    return int(pauses + 1)


@kernel
def spread(
    kind: Kind,
    prizes: Prizes,
    near: Any,
    outlook: Outlook,
    labels: Labels,
    old: int,
    count: int,
    heads: Any,
    times: Any,
) -> int:
    """Carry one label on to every task it may go to; how many labels there are then."""
    tasks, pauses = kind.tasks.shape[0], kind.break_closes.shape[0]
    for task in range(tasks):
        arrival = labels.ready_s[old] + kind.leg[labels.task[old], task]
        if arrival > kind.closes[kind.windows[task + 1] - 1] or remembers(labels, old, task):
            continue
        for then in range(labels.breaks[old], pauses + 1):
            if count == labels.cost.shape[0]:
                return count
            if not extend(kind, prizes, near, labels, old, task, then, count):
                continue
            if not hopeful(labels, count, kind.earliest_s, outlook, prizes.below):
                continue
            if settle(labels, count, heads, task * (pauses + 1) + then, kind.idle_rate, prizes):
                bucket = (labels.ready_s[count] - kind.earliest_s) // BUCKET_S
                labels.next_then[count] = times[bucket]
                times[bucket] = count
                count += 1
    return count


@kernel
def search(kind: Kind, prizes: Prizes, near: Any, labels: Labels, ends: Any, costs: Any, stop: Any) -> int:
    """Price a kind. `ends` and `costs` [M] get the best last label for each last task and its reduced cost (NONE
    and FAR for none). Returns the number of labels made; no room was left where that is as many as there are. Gives
    up, the answer being worth nothing, when somebody sets `stop[0]`.
    """
    tasks, pauses = kind.tasks.shape[0], kind.break_closes.shape[0]
    heads = np.full(tasks * (pauses + 1), NONE, np.int32)
    times = np.full((kind.until_s - kind.earliest_s) // BUCKET_S + 1, NONE, np.int32)
    ends[:tasks], costs[:tasks] = NONE, FAR
    outlook = look_ahead(kind, prizes)
    count = set_off(kind, labels)
    for start in range(count):
        count = spread(kind, prizes, near, outlook, labels, start, count, heads, times)
    for bucket in range(times.shape[0]):
        while times[bucket] != NONE:
            label = times[bucket]
            times[bucket] = labels.next_then[label]
            if stop[0] or count == labels.cost.shape[0]:
                return count
            if not labels.alive[label]:
                continue
            count = spread(kind, prizes, near, outlook, labels, label, count, heads, times)
            cost = finish(kind, labels, label)
            if cost < costs[labels.task[label]]:
                ends[labels.task[label]], costs[labels.task[label]] = label, cost
    return count
