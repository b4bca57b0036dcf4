"""Prices every kind of shift at given prizes, on as many threads as there are processors to spare."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue

import numpy as np
import numpy.typing as npt

from dispatch.solver.bound.kinds import Column, Cut, Ints, Kind, Ticks
from dispatch.solver.bound.labels import CUT_WORDS, Labels, room, search, words
from dispatch.solver.bound.outlook import FAR, NONE, Prizes

THREADS = min(2, os.cpu_count() or 1)
LABELS = 150_000
"""Room for one kind's labels, about 100 bytes each."""
NEAR = 8
"""How many tasks near each other a label remembers, the usual size in the literature."""


@dataclass(frozen=True, slots=True)
class Priced:
    """No route of the kind has a reduced cost under `best` (ticks, 0 or less); and the best ones by last task."""

    best: int
    columns: tuple[Column, ...]


class NoAnswer(Exception):
    """Pricing has been stopped, or has run out of room for labels, before it had an answer."""


class Pricing:
    """The pricing problems of all kinds."""

    def __init__(self, kinds: Sequence[Kind]) -> None:
        self._kinds = kinds
        self._stop = np.zeros(1, np.bool_)
        self._memory = [NEAR] * len(kinds)
        self._tasks = 1 + max((int(kind.tasks.max(initial=0)) for kind in kinds), default=0)
        self._most = max((len(kind.tasks) for kind in kinds), default=0)
        self._near = [near(kind, NEAR, self._most) for kind in kinds]
        self._rooms: SimpleQueue[Labels] = SimpleQueue()
        for _ in range(THREADS):
            self._rooms.put(room(LABELS, self._most))

    def warm(self) -> None:
        """Have the kernels compiled, or loaded, before time counts."""
        self._stop[0] = True
        with suppress(NoAnswer):
            self.price(np.zeros(self._tasks, np.int64), np.zeros(len(self._kinds), np.int64), (), exact=False)
        self._stop[0] = False

    def stop(self) -> None:
        """Make `price` give up; from another thread."""
        self._stop[0] = True

    def price(self, worth: Ticks, below: Ticks, cuts: Sequence[Cut], *, exact: bool) -> list[Priced]:
        """Every kind at what the tasks, and after them the cuts, are worth (ticks; a cut's is 0 or less).

        Only routes whose reduced cost is below their kind's `below`, 0 or less, are looked for: either the cheapest
        ones, or in much less time some good ones; `best` then says nothing.

        Raises:
            NoAnswer: somebody called `stop`, or even labels without a memory are too many.
        """
        prizes = [
            _prizes(kind, worth, int(most), cuts, exact)
            for kind, most in zip(self._kinds, below, strict=True)
        ]
        with ThreadPoolExecutor(THREADS) as pool:
            return list(pool.map(self._price, range(len(prizes)), prizes))

    def _price(self, number: int, own: Prizes) -> Priced:
        kind = self._kinds[number]
        ends, costs = np.empty(len(kind.tasks), np.int32), np.empty(len(kind.tasks), np.int64)
        labels = self._rooms.get()
        try:
            while search(kind, own, self._near[number], labels, ends, costs, self._stop) >= LABELS:
                self._forget(number)
            if self._stop[0]:
                raise NoAnswer
            columns = tuple(_columns(number, kind, own, labels, ends, costs))
        finally:
            self._rooms.put(labels)
        return Priced(min(own.below, int(costs.min(initial=FAR))), columns)

    def _forget(self, number: int) -> None:
        """Too many labels: let this kind's remember less from now on."""
        self._memory[number] //= 2
        if not self._memory[number]:
            raise NoAnswer
        self._near[number] = near(self._kinds[number], self._memory[number], self._most)


def _prizes(kind: Kind, worth: Ticks, below: int, cuts: Sequence[Cut], exact: bool) -> Prizes:
    """What matters of all that to one kind: cuts of which it may do two tasks, and that are worth something."""
    fines = np.zeros(64 * CUT_WORDS, np.int64)
    cuts_of = np.zeros((len(kind.tasks), CUT_WORDS), np.uint64)
    places = {int(task): place for place, task in enumerate(kind.tasks)}
    number = 0
    for cut, value in zip(cuts, worth[len(worth) - len(cuts) :], strict=True):
        own = [places[task] for task in cut if task in places]
        if value and len(own) > 1:
            fines[number] = -value
            cuts_of[own, number >> 6] |= np.uint64(1 << (number & 63))
            number += 1
    return Prizes(worth[kind.tasks], fines, cuts_of, below, exact)


def near(kind: Kind, size: int, most: int) -> npt.NDArray[np.uint64]:
    """[2, M, words] what a label goes on remembering at a task: its `size` nearest ones, there and back; and what it
    learns: not to come back to the visit. As bits, words enough for `most` tasks."""
    tasks = len(kind.tasks)
    masks = np.zeros((2, tasks, words(most)), np.uint64)
    around = kind.leg[:tasks] + kind.leg[:tasks].T
    for task, row in enumerate(around):
        for other in np.argsort(row, kind="stable")[:size].tolist():
            masks[0, task, other >> 6] |= np.uint64(1 << (other & 63))
        for other in np.flatnonzero(kind.visits == kind.visits[task]).tolist():
            masks[1, task, other >> 6] |= np.uint64(1 << (other & 63))
    return masks


def _columns(
    number: int, kind: Kind, prizes: Prizes, labels: Labels, ends: Ints, costs: Ticks
) -> Iterator[Column]:
    """The routes whose reduced cost is low enough, best first."""
    for place in np.argsort(costs, kind="stable"):
        if costs[place] >= prizes.below:
            return
        own = _trace(labels, int(ends[place]))
        price = int(costs[place]) + _earned(prizes, own)
        yield Column(number, tuple(int(kind.tasks[task]) for task in own), price)


def _earned(prizes: Prizes, tasks: list[int]) -> int:
    """What a route earns by these tasks, fines taken off."""
    bits = np.ascontiguousarray(prizes.cuts_of[tasks].astype("<u8")).view(np.uint8)
    served = np.unpackbits(bits, axis=1, bitorder="little").sum(axis=0, dtype=np.int64)
    return int(prizes.task[tasks].sum() - (prizes.cut * (served // 2)).sum())


def _trace(labels: Labels, label: int) -> list[int]:
    """The tasks of a label in order."""
    tasks: list[int] = []
    while labels.before[label] != NONE:
        tasks.append(int(labels.task[label]))
        label = int(labels.before[label])
    return tasks[::-1]
