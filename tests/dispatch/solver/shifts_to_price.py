"""Tiny kinds of shifts, and the cheapest of all their routes, told plainly: every order, every way of taking the breaks
and every departure is walked through."""

from collections.abc import Iterator, Sequence
from itertools import combinations_with_replacement, permutations, product
from typing import Any, NamedTuple

import numpy as np

from dispatch.solver.bound.kinds import Kind, Overrun

STEP_S = 600
"""Every time in these examples is a multiple of it, and so is every price: a second of waiting costs a few ticks."""
MORNING, DAY = 36, 48
"""When the shift begins, and how long it is at most; steps."""


def any_kind(seed: int, *, windows: int) -> Kind:
    """Two to four tasks with so many windows, and up to two breaks."""
    rng = np.random.default_rng(seed)
    tasks = int(rng.integers(2, 5))
    service = rng.integers(0, 5, tasks)
    until = MORNING + int(rng.integers(12, DAY))
    spans = [_windows(rng, windows, MORNING, until - int(mine)) for mine in service]
    flat = [span for own in spans for span in own]
    breaks = _breaks(rng, MORNING, until)
    return Kind(
        tasks=_ints(range(tasks)),
        visits=_ints(np.sort(rng.integers(0, 2 * tasks, tasks))),
        shifts=1,
        leg=_seconds(rng.integers(0, 7, (tasks + 1, tasks))),
        back=_seconds(rng.integers(0, 7, tasks)),
        price=rng.integers(-5, 20, (tasks + 1, tasks)) * STEP_S,
        back_price=rng.integers(0, 20, tasks) * STEP_S,
        fixed=int(rng.integers(0, 10)) * STEP_S,
        idle_rate=int(rng.integers(0, 3)),
        service=_seconds(service),
        opens=_seconds([opens for opens, _ in flat]),
        closes=_seconds([closes for _, closes in flat]),
        windows=_ints(np.cumsum([0, *(len(own) for own in spans)])),
        late=np.array([[_overrun(rng, until) for _ in range(2)] for _ in range(tasks)]),
        overtime=np.array(_overrun(rng, until)),
        load=_ints(rng.integers(0, 4, tasks)),
        load_limit=int(rng.integers(3, 8)),
        break_opens=_seconds([opens for opens, _, _ in breaks]),
        break_closes=_seconds([closes for _, closes, _ in breaks]),
        break_s=_seconds([length for _, _, length in breaks]),
        earliest_s=MORNING * STEP_S,
        until_s=until * STEP_S,
    )


def _ints(values: Any) -> Any:
    return np.array(values, np.int32)


def _seconds(steps: Any) -> Any:
    return np.array(steps, np.int32) * np.int32(STEP_S)


def _windows(rng: np.random.Generator, count: int, first: int, last: int) -> list[tuple[int, int]]:
    """So many windows, apart; of one, often all the time there is."""
    if count == 1 and rng.random() < 0.4:
        return [(first, last)]
    cuts = sorted(rng.choice(np.arange(first, last + 1), 2 * count, replace=False).tolist())
    return list(zip(cuts[::2], cuts[1::2], strict=True))


def _breaks(rng: np.random.Generator, first: int, last: int) -> list[tuple[int, int, int]]:
    """(opens, closes, length) of up to two breaks, one after the other."""
    cuts = sorted(rng.choice(np.arange(first, last - 3), 4, replace=False).tolist())
    breaks = [(cuts[0], cuts[1], int(rng.integers(1, 4))), (cuts[2], cuts[3], int(rng.integers(1, 4)))]
    return breaks[: rng.integers(0, 3)]


def _overrun(rng: np.random.Generator, until: int) -> Overrun:
    start = int(rng.integers(MORNING, until)) * STEP_S
    return start, int(rng.integers(0, 3)), int(rng.integers(0, 20)) * STEP_S, int(rng.integers(0, 3)) * STEP_S


class Walk(NamedTuple):
    """A route as it went."""

    starts: tuple[int, ...]
    back_s: int
    waiting_s: int


def walk(kind: Kind, tasks: Sequence[int], over: Sequence[int], leave_s: int) -> Walk | None:
    """The tasks in this order, left for at `leave_s`; `over[k]` breaks are over after k legs. `None` where that cannot
    be."""
    now, here, waiting, starts = leave_s, len(kind.tasks), 0, []
    for k, task in enumerate([*tasks, None]):
        length = kind.back[here] if task is None else kind.leg[here, task]
        clock, now = now, now + int(length)
        for pause in range(over[k], over[k + 1]):
            if clock > kind.break_closes[pause]:
                return None
            begin = max(clock, int(kind.break_opens[pause]))
            waiting += max(0, begin - now)
            clock = begin + int(kind.break_s[pause])
            now = max(now, begin) + int(kind.break_s[pause])
        if task is not None:
            start = _opening(kind, task, now)
            if start is None:
                return None
            waiting += start - now
            starts.append(start)
            now, here = start + int(kind.service[task]), task
        if over[k + 1] < len(kind.break_closes) and now > kind.break_closes[over[k + 1]]:
            return None
    return Walk(tuple(starts), now, waiting) if now <= kind.until_s else None


def _opening(kind: Kind, task: int, moment: int) -> int | None:
    own = range(kind.windows[task], kind.windows[task + 1])
    starts = [max(moment, int(kind.opens[w])) for w in own if moment <= kind.closes[w]]
    return min(starts, default=None)


def overrun(of: Any, moment: int) -> int:
    """What an `Overrun` charges for a moment."""
    since, rate, cap, less = (int(figure) for figure in of)
    return max(0, min(cap, rate * max(0, moment - since)) - less)


def price(kind: Kind, tasks: Sequence[int]) -> int | None:
    """The route's price without prizes: ways, the least waiting that any departure leaves, and what the earliest one
    leaves of lateness and overtime. `None` where it cannot be done."""
    if kind.load[list(tasks)].sum() > kind.load_limit:
        return None
    origins = [len(kind.tasks), *tasks[:-1]]
    ways = sum(int(kind.price[way]) for way in zip(origins, tasks, strict=True))
    times = [_times_price(kind, tasks, over) for over in _ways_to_rest(kind, len(tasks))]
    possible = [cost for cost in times if cost is not None]
    return kind.fixed + ways + int(kind.back_price[tasks[-1]]) + min(possible) if possible else None


def _ways_to_rest(kind: Kind, tasks: int) -> Iterator[tuple[int, ...]]:
    """How many breaks are over when leaving, and after each leg."""
    return combinations_with_replacement(range(len(kind.break_closes) + 1), tasks + 2)


def _times_price(kind: Kind, tasks: Sequence[int], over: tuple[int, ...]) -> int | None:
    """Breaks that are over when leaving have been at home, until their last moment."""
    first = max([kind.earliest_s, *kind.break_closes[: over[0]].tolist()])
    walks = [walk(kind, tasks, over, leave_s) for leave_s in range(first, kind.until_s + 1, STEP_S)]
    early = walks[0]
    if early is None:
        return None
    late = sum(
        overrun(kind.late[task, i], start)
        for (task, start), i in product(zip(tasks, early.starts, strict=True), range(2))
    )
    waiting = min(one.waiting_s for one in walks if one is not None)
    return kind.idle_rate * waiting + late + overrun(kind.overtime, early.back_s)


def routes(kind: Kind) -> Iterator[tuple[tuple[int, ...], int]]:
    """Every route that goes to no visit twice, and its price."""
    for size in range(1, len(kind.tasks) + 1):
        for tasks in permutations(range(len(kind.tasks)), size):
            cost = price(kind, tasks) if len(set(kind.visits[list(tasks)])) == size else None
            if cost is not None:
                yield tasks, cost
