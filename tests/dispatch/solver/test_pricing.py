"""Pricing finds the cheapest of all routes, and the outlook is what it says to be."""

from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest

from dispatch.solver.bound.kinds import Cut, Kind
from dispatch.solver.bound.outlook import COARSE_S, FAR, FINE_S, NONE, look_ahead, step
from dispatch.solver.bound.pricing import Pricing, _prizes
from tests.dispatch.solver.shifts_to_price import STEP_S, any_kind, routes


def any_worth(seed: int, kind: Kind) -> tuple[list[int], list[tuple[Cut, int]]]:
    """What each task is worth, and cuts of the tasks with what they are worth: nothing or less."""
    rng = np.random.default_rng(seed)
    tasks = len(kind.tasks)
    cuts: list[tuple[Cut, int]] = []
    for _ in range(int(rng.integers(0, 4)) if tasks > 2 else 0):
        a, b, c = sorted(rng.choice(tasks, 3, replace=False).tolist())
        cuts.append(((a, b, c), int(rng.integers(-20, 1)) * STEP_S))
    return (rng.integers(0, 80, tasks) * STEP_S).tolist(), cuts


def reduced(tasks: Sequence[int], price: int, worth: list[int], cuts: list[tuple[Cut, int]]) -> int:
    """The price less what the tasks are worth, and a cut's worth for every two of its tasks."""
    fines = sum(value * (len(set(tasks).intersection(cut)) // 2) for cut, value in cuts)
    return price - sum(worth[task] for task in tasks) - fines


def cheapest(
    prices: dict[tuple[int, ...], int], worth: list[int], cuts: list[tuple[Cut, int]], below: int
) -> dict[int, int]:
    """Last task → the least reduced cost of a route that ends with it, where that is low enough."""
    costs: dict[int, int] = {}
    for tasks, price in prices.items():
        cost = reduced(tasks, price, worth, cuts)
        if cost < min(below, costs.get(tasks[-1], below)):
            costs[tasks[-1]] = cost
    return costs


def priced(
    kind: Kind, worth: list[int], cuts: list[tuple[Cut, int]], below: int
) -> tuple[int, dict[tuple[int, ...], int]]:
    """(the least reduced cost, the price of each route found)"""
    worths = np.array([*worth, *(value for _, value in cuts)])
    (found,) = Pricing([kind]).price(worths, np.array([below]), [cut for cut, _ in cuts], exact=True)
    return found.best, {column.tasks: column.price for column in found.columns}


@pytest.mark.parametrize("seed", range(80))
def test_cheapest_route_to_end_with_each_task_is_found(seed: int) -> None:
    one, two = any_kind(seed, windows=1), any_kind(seed, windows=2)._replace(idle_rate=0)
    for kind in (one, two):
        prices, (worth, cuts), below = dict(routes(kind)), any_worth(seed, kind), -5 * STEP_S * (seed % 2)
        best, found = priced(kind, worth, cuts, below)
        told = cheapest(prices, worth, cuts, below)
        assert {tasks[-1]: reduced(tasks, price, worth, cuts) for tasks, price in found.items()} == told
        assert found == {tasks: prices[tasks] for tasks in found}
        assert best == min([below, *told.values()])


@pytest.mark.parametrize("seed", range(40))
def test_where_visits_have_several_windows_waiting_is_never_charged_too_dearly(seed: int) -> None:
    kind = any_kind(seed, windows=2)
    worth, cuts = any_worth(seed, kind)
    best, _ = priced(kind, worth, cuts, 0)
    assert best <= min([0, *cheapest(dict(routes(kind)), worth, cuts, 0).values()])


class Completions:
    """The least that completing a route can cost, by trying every task next, and so on."""

    def __init__(self, kind: Kind, worth: list[int], step_s: int) -> None:
        self._kind, self._worth, self._step_s = kind, worth, step_s
        self.options = cache(self._options)

    def _options(self, origin: int, at: int) -> list[tuple[int, int]]:
        """(cost, next task) of each way to go on from the task at that step of time; NONE for going back, first."""
        kind, moment = self._kind, self._kind.earliest_s + at * self._step_s
        options = [(int(kind.back_price[origin]), NONE)] if moment + kind.back[origin] <= kind.until_s else []
        for task in range(len(kind.tasks)):
            arrival = moment + int(kind.leg[origin, task])
            first, last = kind.windows[task], kind.windows[task + 1] - 1
            if task == origin or arrival > kind.closes[last]:
                continue
            end = max(arrival, int(kind.opens[first])) + int(kind.service[task])
            rest = self.least(task, (end - kind.earliest_s) // self._step_s, origin)
            if rest < FAR:
                options.append((int(kind.price[origin, task]) - self._worth[task] + rest, task))
        return options

    def least(self, origin: int, at: int, barred: int) -> int:
        """The cheapest one that does not go on to the barred task."""
        return min((cost for cost, task in self.options(origin, at) if task != barred), default=FAR)


@pytest.mark.parametrize("seed", range(40))
def test_outlook_is_the_cheapest_completion_without_going_to_and_fro(seed: int) -> None:
    kind = any_kind(seed, windows=1 + seed % 2)
    kind.leg[:, :] += STEP_S // 10
    worth, _ = any_worth(seed, kind)
    outlook = look_ahead(kind, _prizes(kind, np.array(worth), 0, (), exact=True))
    told = Completions(kind, worth, outlook.step_s)
    for origin, at in np.ndindex(outlook.best.shape):
        options = told.options(origin, at)
        best, first = min(options, key=lambda option: option[0], default=(FAR, NONE))
        assert known(outlook.best[origin, at]) == best
        assert first == outlook.first[origin, at] or not options
        rest = (cost for cost, task in options if task != first)
        assert known(outlook.second[origin, at]) == min(rest, default=FAR)


def known(cost: int) -> int:
    """Where a task leads nowhere, FAR less what it is worth."""
    return FAR if cost > FAR // 2 else int(cost)


@pytest.mark.parametrize("seed", range(40))
def test_time_is_told_no_more_finely_than_a_leg_with_its_service(seed: int) -> None:
    kind = any_kind(seed, windows=1)
    kind.leg[:, :] //= 20
    tasks = range(len(kind.tasks))
    spent = [int(kind.leg[a, b] + kind.service[b]) for a in tasks for b in tasks if a != b]
    shortest = min([COARSE_S, *spent])
    assert step(kind) == (shortest if shortest >= FINE_S else 0)
