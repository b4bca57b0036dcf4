"""Limits, and how much of them is used: counted in moves, or in seconds, whichever is over first."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from dataclasses import dataclass
from typing import Any

from dispatch.solver.validation import ProblemError

CHUNK = 400
"""Moves between two looks at the clock, when moves are counted."""
TICK_S = 0.03
"""Seconds between two looks at the clock, when there is a time limit."""
FIRST = 20
"""Moves before the first of them, while it is not known how long one takes."""
USUAL_MOVE_S = 5e-5
"""Seconds a move takes, as far as it matters for what a search does with its time."""
REPORT_S = 0.1
"""Seconds between two reports."""
LAST_CHOICE = 0.07
"""Share of a time limit kept for the last choice among routes."""
WRITING_S = 0.001
"""Seconds a visit kept for writing the plan down and checking it; half the limit at most."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When to stop: after `iterations` moves of each search, or after `time_s` seconds, whichever comes first.

    `searches` run at the same time. With iterations alone, the same problem, seed and number of searches give the
    same plan, bit for bit; a time limit makes the plan depend on the machine. `iterations=0` builds a first plan
    and improves nothing.
    """

    iterations: int = 20_000
    time_s: float | None = None
    seed: int = 1
    searches: int = 1

    def __post_init__(self) -> None:
        if self.iterations < 0:
            raise ProblemError("limits.iterations", f"must not be negative, not {self.iterations}")
        if self.time_s is not None and self.time_s < 0:
            raise ProblemError("limits.time_s", f"must not be negative, not {self.time_s}")
        if self.searches < 1:
            raise ProblemError("limits.searches", f"must be at least 1, not {self.searches}")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a solve has come: the share of its limit used, 0 to 1, moves made by each search, seconds since it
    began; of the best plan so far the score, and how many visits it leaves out, each place in a crew counted (`None`
    before there is one)."""

    fraction: float
    iteration: int
    elapsed_s: float = 0.0
    cost_s: int | None = None
    left_out: int | None = None


class Clock:
    """Tells searches how far they are, and whoever waits how far the solve is. Callbacks are called from the thread
    that called `solve`, never from a search's."""

    def __init__(
        self,
        limits: Limits,
        on_progress: Callable[[Progress], None] | None,
        should_stop: Callable[[], bool] | None,
        visits: int,
    ) -> None:
        self.limits = limits
        self.stopped = limits.iterations == 0
        self.moves = 0
        self.per_move_s = TICK_S / FIRST
        self._usable_s: float | None = None
        if limits.time_s is not None:
            self._usable_s = limits.time_s - min(WRITING_S * visits, limits.time_s / 2)
        self._began = time.monotonic()
        self._on_progress = on_progress
        self._should_stop = should_stop

    @property
    def elapsed_s(self) -> float:
        """Seconds since the solve began."""
        return time.monotonic() - self._began

    def allowance_s(self, share: float) -> float | None:
        """So much of the time a search has, as far as it is left; `None` without a time limit."""
        if self._usable_s is None:
            return None
        return min(self._usable_s - self.elapsed_s, share * self._usable_s)

    @property
    def expected_moves(self) -> float:
        """How many moves each search has time for, more or less."""
        if self._usable_s is None:
            return self.limits.iterations
        return min(self.limits.iterations, self._usable_s / USUAL_MOVE_S)

    def rounds(self, end: float, most: int, round_s: float) -> int:
        """How many rounds of at least `round_s` there is room for until this share of the limits; `most` without a
        time limit."""
        if self._usable_s is None:
            return most
        return max(1, min(most, int((end * self._usable_s - self.elapsed_s) / round_s)))

    def stint(self, begin: float, end: float) -> "Stint":
        """The part of the limits from one share to another."""
        return Stint(self, self._usable_s, begin, end)

    def watch(self, searches: "list[Future[Any]]", best: Callable[[], tuple[int, int]]) -> None:
        """Report until every search has come back; then let their errors be heard. Whatever interrupts the report, a
        Ctrl-C for one, stops the searches too."""
        pending = set(searches)
        try:
            while pending:
                _, pending = wait(pending, timeout=REPORT_S)
                self.report(best())
        except BaseException:
            self.stopped = True
            raise
        for search in searches:
            search.result()

    def report(self, best: tuple[int, int]) -> None:
        """Say how far it is with the score of the best plan and the visits it leaves out, and ask whether to stop."""
        if self._on_progress is not None:
            self._on_progress(Progress(self._fraction(), self.moves, self.elapsed_s, *best))
        if self._should_stop is not None and self._should_stop():
            self.stopped = True

    def _fraction(self) -> float:
        by_moves = self.moves / self.limits.iterations if self.limits.iterations else 1.0
        by_time = self.elapsed_s / self.limits.time_s if self.limits.time_s else 0.0
        return min(1.0, max(by_moves, by_time))


class Stint:
    """A part of the clock, as every search of a round sees it."""

    def __init__(self, clock: Clock, usable_s: float | None, begin: float, end: float) -> None:
        self._clock = clock
        limits = clock.limits
        self._moves = round(limits.iterations * end) - round(limits.iterations * begin)
        self._before = round(limits.iterations * begin)
        self._timed = usable_s is not None
        if usable_s is not None:
            self._from_s = max(clock.elapsed_s, usable_s * begin * (1 - LAST_CHOICE))
            self._until_s = usable_s * end * (1 - LAST_CHOICE)

    def pieces(self) -> Iterator[tuple[int, float, float]]:
        """(moves to make, share of the stint gone before and after them), until the stint is over."""
        done, per_move_s = 0, self._clock.per_move_s
        while not self._clock.stopped and done < self._moves:
            steps = min(CHUNK, self._moves - done)
            begin, end = done / self._moves, (done + steps) / self._moves
            if self._timed:
                now = self._clock.elapsed_s
                length = max(1e-9, self._until_s - self._from_s)
                begin = max(begin, (now - self._from_s) / length)
                if begin >= 1:
                    return
                steps = max(1, min(int(TICK_S / per_move_s), self._moves - done))
                end = max((done + steps) / self._moves, begin + steps * per_move_s / length)
            yield steps, begin, min(1.0, end)
            done += steps
            self._clock.moves = max(self._clock.moves, self._before + done)
            if self._timed:
                per_move_s = max(1e-7, (self._clock.elapsed_s - now) / steps)
                self._clock.per_move_s = per_move_s
