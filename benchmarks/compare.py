"""One instance, every planner: each peer first, then Linli for as long as that peer took."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from benchmarks.apart import Failed, together
from benchmarks.peers import LINLI, Answer, Peer, Way
from benchmarks.replay import Rounds, Verdict, judge
from dispatch.solver.problem import Problem

LEAST_S = 2.0
"""Linli is never given less, however soon a peer is done."""
SAME_TIME = 1.05
"""Peers whose times differ by less than this share one run of Linli, as long as the shortest of them."""


@dataclass(frozen=True, slots=True)
class Run:
    """One planner's answer, judged. `failure` instead of a verdict where it gave none."""

    planner: str
    seconds: float
    verdict: Verdict | None = None
    failure: str = ""
    trace: tuple[tuple[float, int], ...] = ()

    @property
    def cost_s(self) -> int | None:
        """What it costs, where it keeps every rule."""
        return self.verdict.cost_s if self.verdict and not self.verdict.violations else None


@dataclass(frozen=True, slots=True)
class Pair:
    """A peer's run, with those of its single processes where it has two, and Linli's in the same time."""

    peer: Run
    ways: tuple[Run, ...]
    linli: Run

    @property
    def ratio(self) -> float | None:
        """Linli's cost over the peer's, `None` where one of them has no sound plan."""
        return ratio(self.linli.cost_s, self.peer.cost_s)


def ratio(ours: int | None, theirs: int | None) -> float | None:
    """Ours over theirs; `None` where there is nothing to compare."""
    return ours / theirs if ours is not None and theirs else None


def compare(
    problem: Problem, peers: Sequence[Peer], seconds: float, say: Callable[[str], None]
) -> list[Pair]:
    """Each peer beside Linli; `say` hears what runs now. Nothing runs at the same time but a peer's own two
    processes."""
    theirs = []
    for peer in peers:
        say(peer.name)
        theirs.append(peer_run(problem, peer, seconds))
    times = shared_times([max(LEAST_S, run.seconds) for run, _ in theirs])
    ours = {}
    for limit in sorted(set(times)):
        say(f"Linli for {limit:.0f} s")
        ours[limit] = linli_run(problem, limit)
    return [Pair(run, ways, ours[limit]) for (run, ways), limit in zip(theirs, times, strict=True)]


def shared_times(times: Sequence[float]) -> list[float]:
    """For each time the one Linli is given: the shortest of those that are nearly the same."""
    given: dict[float, float] = {}
    for time in sorted(times):
        shortest = max(given.values(), default=0.0)
        given[time] = shortest if time <= shortest * SAME_TIME else time
    return [given[time] for time in times]


def peer_run(problem: Problem, peer: Peer, seconds: float) -> tuple[Run, tuple[Run, ...]]:
    """The peer's best answer and, where it has several processes, each one's own."""
    answers = together([partial(way, problem, seconds) for way in peer.ways])
    ways = tuple(
        _judged(problem, f"{peer.name} {way.label}".strip(), seconds, answer)
        for way, answer in zip(peer.ways, answers, strict=True)
    )
    longest = max(run.seconds for run in ways)
    best = replace(min(ways, key=_soundest), planner=peer.name, seconds=longest)
    return best, ways if len(ways) > 1 else ()


def linli_run(
    problem: Problem,
    seconds: float,
    way: Way = LINLI,
    rules: Callable[[Rounds], Sequence[str]] = lambda _: (),
) -> Run:
    """Linli's answer in so many seconds; `rules` finds what breaks those rules that the problem cannot say."""
    (answer,) = together([partial(way, problem, seconds)])
    return _judged(problem, "Linli", seconds, answer, rules)


def _judged(
    problem: Problem,
    planner: str,
    seconds: float,
    answer: Answer | Failed,
    rules: Callable[[Rounds], Sequence[str]] = lambda _: (),
) -> Run:
    if isinstance(answer, Failed):
        return Run(planner, seconds, failure=answer.reason)
    verdict = judge(problem, answer.rounds)
    verdict = replace(verdict, violations=(*verdict.violations, *rules(answer.rounds)))
    return Run(planner, answer.seconds, verdict, trace=answer.trace)


def _soundest(run: Run) -> tuple[bool, bool, int]:
    """Sound plans first, then those that break rules, then none; the cheapest of each."""
    verdict = run.verdict
    return (True, True, 0) if verdict is None else (False, bool(verdict.violations), verdict.cost_s)
