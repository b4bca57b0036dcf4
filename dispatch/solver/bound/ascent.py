"""Column generation: the master names prizes, pricing answers with routes and with a bound, until they agree.

At any prizes, the prizes of all tasks plus each shift's cheapest reduced cost are a lower bound (Lagrange). The
best one so far stays, and pricing looks between its prizes and the master's, not to swing from side to side
(Wentges 1997).
"""

import threading
from collections.abc import Callable, Iterable

import numpy as np

from dispatch.solver.bound.kinds import TICK, Column, Relaxed, Ticks
from dispatch.solver.bound.master import Master
from dispatch.solver.bound.outlook import FAR
from dispatch.solver.bound.pricing import NoAnswer, Priced, Pricing

INERTIA = 0.6
"""How far pricing stays with the best prizes so far; 0.5–0.8 serve alike."""
AGREED = 1e-4
"""Master and bound agree when they are so close, relative to the master."""


class Ascent:
    """The best bound so far (ticks), the prizes that gave it, and how many rounds it took."""

    def __init__(self, relaxed: Relaxed, columns: Iterable[Column]) -> None:
        self._relaxed = relaxed
        self._prizes = first_prizes(relaxed)
        self._below = np.zeros(len(relaxed.kinds), np.int64)
        self.best = first_bound(relaxed, self._prizes)
        self.rounds = 0
        self.finished = False
        self._pricing = Pricing(relaxed.kinds)
        self._master = Master(relaxed)
        self._master.add(columns)

    def run(self, time_s: float, good_enough: int, on_round: Callable[[int, int], None] | None) -> None:
        """Rounds for so long, until the bound reaches `good_enough` ticks, or until neither a route nor a cut could
        raise it. The round that runs out of time, or of room for labels, ends it and counts for nothing."""
        self._pricing.warm()
        timer = threading.Timer(max(0.0, time_s), self._pricing.stop)
        timer.start()
        try:
            self._rise(good_enough, on_round)
        except NoAnswer:
            pass
        finally:
            timer.cancel()

    def _rise(self, good_enough: int, on_round: Callable[[int, int], None] | None) -> None:
        """Quick rounds as long as they help, then exact ones; where those do not help any more, one at the master's
        own prizes; where that does not help either, cuts."""
        inertia, exact = INERTIA, False
        while not self.finished and self.best < good_enough:
            improving = self._round(inertia, exact)
            if not (improving or inertia):
                self.finished = not self._master.cut()
                improving = True
            self.rounds += 1
            if on_round is not None:
                on_round(self.rounds, self.best)
            inertia = INERTIA if improving or not exact else 0.0
            exact = exact or not improving

    def _round(self, inertia: float, exact: bool) -> bool:
        """One round; whether it found a route that the master can use, master and bound not having agreed yet."""
        value, worth, shift_worth = self._master.solve()
        prizes = affordable(self._relaxed, _between(self._prizes, worth, inertia))
        below = _between(self._below, shift_worth, inertia)
        priced = self._pricing.price(prizes, below, self._master.cuts, exact=exact)
        if exact:
            self._raise(prizes, priced)
        found = self._master.add(column for kind in priced for column in kind.columns)
        return found > 0 and value * TICK - self.best > AGREED * abs(value * TICK)

    def _raise(self, prizes: Ticks, priced: list[Priced]) -> None:
        bound = self._bound(prizes, priced)
        if bound > self.best:
            self.best, self._prizes = bound, prizes
            self._below = np.array([kind.best for kind in priced], np.int64)

    def _bound(self, prizes: Ticks, priced: list[Priced]) -> int:
        kinds = self._relaxed.kinds
        return int(prizes.sum()) + sum(kind.shifts * of.best for kind, of in zip(kinds, priced, strict=True))


def _between(best: Ticks, worth: Ticks, inertia: float) -> Ticks:
    """Between the best ones so far and the master's; to the best ones, new cuts are worth nothing."""
    padded = np.pad(best, (0, len(worth) - len(best)))
    return np.floor(inertia * padded + (1 - inertia) * worth).astype(np.int64)


def affordable(relaxed: Relaxed, prizes: Ticks) -> Ticks:
    """The prizes, cut so that no visit's tasks are worth more together than leaving it out costs."""
    for tasks, penalty_s in relaxed.penalties:
        prizes[tasks[0]] -= max(0, int(prizes[tasks].sum()) - penalty_s * TICK)
    return prizes


def first_prizes(relaxed: Relaxed) -> Ticks:
    """What the cheapest way to each task costs, or its part of the penalty: worth it to nobody."""
    cheapest = np.full(len(relaxed.tasks), FAR)
    for kind in relaxed.kinds:
        ways = kind.price.copy()
        np.fill_diagonal(ways, FAR)
        cheapest[kind.tasks] = np.minimum(cheapest[kind.tasks], ways.min(axis=0, initial=FAR))
    for tasks, penalty_s in relaxed.penalties:
        cheapest[tasks] = np.minimum(cheapest[tasks], penalty_s * TICK // len(tasks))
    return cheapest


def first_bound(relaxed: Relaxed, prizes: Ticks) -> int:
    """The bound at `first_prizes`: no route can cost less than they are worth, but for its fixed price."""
    return int(prizes.sum()) + sum(kind.shifts * min(0, kind.fixed) for kind in relaxed.kinds)
