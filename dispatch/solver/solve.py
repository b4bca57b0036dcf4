"""The one door to the planner: `solve(problem, limits)` gives a plan that the checker has passed."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from dispatch.solver.assemble import assignment_of, plan_of
from dispatch.solver.checker import Violation, check
from dispatch.solver.construct import Assignment, fill, insert_by_regret
from dispatch.solver.improve import Search
from dispatch.solver.model import Model
from dispatch.solver.plan import Plan
from dispatch.solver.problem import Problem, ProblemError
from dispatch.solver.select import Pool, select

ROUNDS = 3
"""How often the search stops to choose the best plan from the tours met so far."""
REPORT_EVERY = 50
"""Iterations between two progress reports and two questions whether to stop."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When to stop: after `iterations`, or after `time_s` seconds, whichever comes first.

    With iterations alone, the same problem and seed give the same plan, bit for bit; a time limit makes the
    plan depend on the machine. `iterations=0` builds a first plan and improves nothing.
    """

    iterations: int = 4_000
    time_s: float | None = None
    seed: int = 1

    def __post_init__(self) -> None:
        if self.iterations < 0:
            raise ProblemError("limits.iterations", f"must not be negative, not {self.iterations}")
        if self.time_s is not None and self.time_s < 0:
            raise ProblemError("limits.time_s", f"must not be negative, not {self.time_s}")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a solve has come: the share of its limit used, 0 to 1, and iterations done."""

    fraction: float
    iteration: int


class UnsoundPlan(RuntimeError):
    """The search made a plan the checker objects to. Never the caller's fault."""

    def __init__(self, violations: list[Violation]) -> None:
        first = violations[0]
        super().__init__(f"{len(violations)} violations, first: {first.cause} {first.visit} {first.detail}")
        self.violations = violations


def solve(
    problem: Problem,
    limits: Limits | None = None,
    start: Plan | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Plan:
    """Plan the problem.

    `start` is a plan to go on from: what is still valid of it is kept at first, and the result never scores
    worse than its routes, timed anew. `on_progress` hears now and then how far it is; when `should_stop`
    answers True the best plan so far is returned.

    Raises:
        UnsoundPlan: the checker objects to the plan made.
    """
    clock = _Clock(limits or Limits(), on_progress, should_stop)
    model = Model(problem)
    best = _search(model, _first_plan(model, start), clock)
    fill(best)
    plan = plan_of(best)
    violations = check(problem, plan)
    if violations:
        raise UnsoundPlan(violations)
    return plan


def _first_plan(model: Model, start: Plan | None) -> Assignment:
    given = assignment_of(model, start) if start is not None else Assignment.nobody(model)
    filled = given.copy()
    insert_by_regret(filled)
    return min(given, filled, key=lambda plan: plan.cost) if start is not None else filled


def _search(model: Model, best: Assignment, clock: "_Clock") -> Assignment:
    if not model.visits or not model.shifts:
        return best
    pool = Pool()
    search = Search(model, Random(clock.limits.seed), pool.add)  # noqa: S311 - a search, not a secret
    for round_ in range(1, ROUNDS + 1):
        best = search.run(best, clock.fractions(until=round_ / ROUNDS))
        if clock.stopped:
            break
        best = select(model, pool, best, time_s=clock.remaining_s())
    return best.copy()


class _Clock:
    """Counts iterations and seconds against the limits."""

    def __init__(
        self,
        limits: Limits,
        on_progress: Callable[[Progress], None] | None,
        should_stop: Callable[[], bool] | None,
    ) -> None:
        self.limits = limits
        self.stopped = limits.iterations == 0
        self._began = time.monotonic()
        self._iteration = 0
        self._on_progress = on_progress
        self._should_stop = should_stop

    def fractions(self, *, until: float) -> Iterator[float]:
        """The share of the limits used, once per iteration, while it is below `until`."""
        while not self.stopped:
            fraction = self._fraction()
            if self._iteration % REPORT_EVERY == 0:
                self._report(fraction)
            if self.stopped or fraction >= until:
                return
            self._iteration += 1
            yield fraction

    def remaining_s(self) -> float | None:
        """Seconds until the time limit, `None` without one."""
        if self.limits.time_s is None:
            return None
        return self.limits.time_s - (time.monotonic() - self._began)

    def _fraction(self) -> float:
        by_count = self._iteration / self.limits.iterations
        left = self.remaining_s()
        if left is None or not self.limits.time_s:
            return by_count if left is None else 1.0
        return min(1.0, max(by_count, 1 - left / self.limits.time_s))

    def _report(self, fraction: float) -> None:
        if self._on_progress is not None:
            self._on_progress(Progress(fraction, self._iteration))
        if self._should_stop is not None and self._should_stop():
            self.stopped = True
