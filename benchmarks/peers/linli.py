"""Linli, asked like its peers."""

import time

from benchmarks.peers import Answer
from dispatch.solver.problem import Problem
from dispatch.solver.solve import Limits, Progress
from dispatch.solver.solve import solve as plan

PROCESSES = 2


def solve(problem: Problem, seconds: float, seed: int) -> Answer:
    """Plan for so many seconds with two searches."""
    warm_up(problem)
    trace: list[tuple[float, int]] = []
    began = time.perf_counter()

    def note(progress: Progress) -> None:
        cost = progress.cost_s
        if cost is not None and (not trace or cost < trace[-1][1]):
            trace.append((time.perf_counter() - began, cost))

    limits = Limits(iterations=10**9, time_s=seconds, seed=seed, searches=PROCESSES)
    found = plan(problem, limits, on_progress=note)
    taken = time.perf_counter() - began
    rounds = {route.shift: [stop.visit for stop in route.stops] for route in found.routes}
    return Answer(rounds, taken, (*trace, (taken, found.score.total)))


def warm_up(problem: Problem) -> None:
    """Load the compiled kernels, as a peer's library is loaded before its clock starts."""
    plan(problem, Limits(iterations=1))
