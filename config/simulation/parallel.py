"""Many runs, in processes side by side; what they give does not depend on how many there are."""

import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

from config.simulation.policies import policy_of
from config.simulation.run import Run, simulate
from config.simulation.scenarios import SCENARIOS

LOOK_S = 0.5


@dataclass(frozen=True, slots=True)
class Job:
    """One run: the world of a scenario and a seed, and the name of a policy."""

    scenario: str
    seed: int
    policy: str

    def run(self, weeks: int, on_week: Callable[[], None]) -> Run:
        """Live through it."""
        return simulate(SCENARIOS[self.scenario], policy_of(self.policy), self.seed, weeks, on_week)


class Stopped(Exception):
    """The others have been stopped, and so is this one."""


def runs(
    jobs: Sequence[Job], weeks: int, processes: int, on_weeks: Callable[[int], None]
) -> Iterator[tuple[Job, Run]]:
    """Every job's run, as they end. `on_weeks` hears how many weeks all of them have lived through so far. Whatever
    ends the iteration ends the processes, within a week of theirs."""
    context = get_context("spawn")
    lived, stop = context.Value("i", 0), context.Event()
    pool = ProcessPoolExecutor(processes, context, _begin, (lived, stop))
    try:
        pending = {pool.submit(_run, job, weeks): job for job in jobs}
        while pending:
            done, _ = wait(pending, LOOK_S, FIRST_COMPLETED)
            on_weeks(lived.value)
            yield from ((pending.pop(one), one.result()) for one in _in_order(done, pending))
    finally:
        stop.set()
        pool.shutdown(cancel_futures=True)


def _in_order(done: set[Future[Run]], pending: dict[Future[Run], Job]) -> list[Future[Run]]:
    return [one for one in pending if one in done]


_lived: Any = None
_stop: Any = None


def _begin(lived: Any, stop: Any) -> None:
    """In each process: Ctrl-C is the parent's to hear."""
    global _lived, _stop
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _lived, _stop = lived, stop


def _run(job: Job, weeks: int) -> Run:
    return job.run(weeks, _week_over)


def _week_over() -> None:
    if _stop.is_set():
        raise Stopped
    with _lived.get_lock():
        _lived.value += 1
