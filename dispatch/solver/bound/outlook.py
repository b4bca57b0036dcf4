"""What the rest of a route can cost at least: lets pricing drop beginnings that come to nothing (Numba)."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dispatch.solver.bound.kinds import Kind
from dispatch.solver.search.kernels.compiled import kernel

FAR = 1 << 60
NONE = -1
COARSE_S, FINE_S = 300, 30
"""Steps of time, at most and at least."""


class Prizes(NamedTuple):
    """What pricing pays and fines a kind's M tasks for, in ticks, when there is room for C cuts."""

    task: npt.NDArray[np.int64]  # [M] paid for the task
    cut: npt.NDArray[np.int64]  # [C] fined for two tasks of a cut
    cuts_of: npt.NDArray[np.uint64]  # [M, C / 64] the cuts of a task, as bits
    below: int  # only routes that cost less than this are wanted
    exact: bool  # the cheapest one, or soon some that are cheap


class Outlook(NamedTuple):
    """The least that completing a route can cost, by its last task and the time (T steps of `step_s`), in ticks."""

    step_s: int  # 0: nothing is known
    best: npt.NDArray[np.int64]  # [M, T]
    first: npt.NDArray[np.int32]  # [M, T] the next task of the best completion, NONE for going back
    second: npt.NDArray[np.int64]  # [M, T] the best one with another next task


@kernel
def step(kind: Kind) -> int:
    """How finely time can be told: no leg and its service may begin and end within a step. 0: not at all."""
    shortest = COARSE_S
    for task in range(kind.tasks.shape[0]):
        for origin in range(kind.tasks.shape[0]):
            if origin != task:
                shortest = min(shortest, kind.leg[origin, task] + kind.service[task])
    return shortest if shortest >= FINE_S else 0


@kernel
def look_ahead(kind: Kind, prizes: Prizes) -> Outlook:
    """From the end of the day backwards, forgetting breaks, waiting, fines, gaps between windows, and which tasks
    were served but the last two (Christofides, Mingozzi and Toth 1981)."""
    tasks, step_s = kind.tasks.shape[0], step(kind)
    steps = (kind.until_s - kind.earliest_s) // step_s + 1 if step_s else 0
    best, second = np.full((tasks, steps), FAR, np.int64), np.full((tasks, steps), FAR, np.int64)
    first = np.full((tasks, steps), NONE, np.int32)
    leg, costs = kind.leg, kind.price[:tasks] - prizes.task
    opens, closes = kind.opens[kind.windows[:tasks]], kind.closes[kind.windows[1:] - 1]
    begins, ends_s = opens - kind.earliest_s + kind.service, kind.service - kind.earliest_s
    for at in range(steps - 1, -1, -1):
        moment = kind.earliest_s + at * step_s
        for origin in range(tasks):
            if moment + kind.back[origin] <= kind.until_s:
                best[origin, at] = kind.back_price[origin]
            for task in range(tasks):
                arrival = moment + leg[origin, task]
                if arrival > closes[task] or task == origin:
                    continue
                then = max(arrival + ends_s[task], begins[task]) // step_s
                rest = second[task, then] if first[task, then] == origin else best[task, then]
                cost = costs[origin, task] + rest
                if cost < best[origin, at]:
                    second[origin, at] = best[origin, at]
                    best[origin, at], first[origin, at] = cost, task
                elif cost < second[origin, at]:
                    second[origin, at] = cost
    return Outlook(step_s, best, first, second)
