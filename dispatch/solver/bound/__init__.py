"""How far from the best possible a plan can be: a lower bound on the score of every sound plan, by column generation.

The whole score is bounded: every term is charged at least in part, every rule that is left aside could only
make plans dearer.

- Exact: travel, distance, community entry, affinity, preference, continuity, shift use, hours on site, penalties;
  windows, skills, pins, permitted technicians, spans with overtime, entry and setup times; the waiting and the paid
  time that a route cannot avoid, breaks (several windows of one break counted as one), overtime.
- In part: lateness, overtime and moved promises (the late half only) are charged for the earliest moment possible,
  less a second or two for rounding; waiting at visits with several windows as if one could be there early in one and
  late in another; of the limits on visits and parts, the tightest one.
- Left aside: fairness, and waiting and labour under a cap; `after`; a crew's same start; limits on travel and
  distance; and that nobody serves the same visit twice, where its two turns lie far apart.

The best possible plan lies between the bound and the plan. What is left between them is no proof of a worse plan:
routes in fractions can be cheaper than whole ones.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dispatch.solver.bound.kinds import TICK, Column, Relaxed, relaxed_of
from dispatch.solver.objective import plan_score, route_score
from dispatch.solver.plan import Plan
from dispatch.solver.problem import Problem

__all__ = ["MAX_ARCS", "Bound", "lower_bound"]

MAX_ARCS = 13_000_000
"""Pairs of tasks times shifts: 400 visits for 80 shifts, 500 for 50. Beyond it the arrays alone take hundreds of
megabytes, and a bound worth having would take hours."""
GOOD_ENOUGH = 1.001
"""A gap of a thousandth needs no narrowing."""


@dataclass(frozen=True, slots=True)
class Bound:
    """No sound plan scores less than `seconds` of travel.

    `gap`: by how much of the bound the plan's score lies above it, `None` where that is no percentage because the
    bound is not above zero.
    `finished`: neither a route nor a cut could raise it. Otherwise the time, or the room for labels, was used up.
    """

    seconds: int
    gap: float | None
    iterations: int
    finished: bool


def lower_bound(
    problem: Problem, plan: Plan, *, time_s: float, on_progress: Callable[[int, int], None] | None = None
) -> Bound | None:
    """A lower bound on the score of every sound plan of the problem, `None` beyond `MAX_ARCS`.

    It takes `time_s` seconds once all is prepared, which is quick but for the first time on a machine, when the kernels
    are compiled. `plan`, one of the problem's, says when it is good enough, and its routes are a good start.
    `on_progress` gets the round and the bound, in seconds of travel. The same number of rounds gives the same bound.

    Raises:
        KeyError: the plan names a visit or a shift the problem does not have.
    """
    if sum(visit.roles for visit in problem.visits) ** 2 * len(problem.shifts) > MAX_ARCS:
        return None
    from dispatch.solver.bound.ascent import Ascent

    score = plan_score(problem, plan).total
    relaxed = relaxed_of(problem)
    ascent = Ascent(relaxed, _columns(problem, plan, relaxed))
    report = None if on_progress is None else lambda number, ticks: on_progress(number, _seconds(ticks))
    ascent.run(time_s, int(score * TICK / GOOD_ENOUGH), report)
    seconds = _seconds(ascent.best)
    gap = 0.0 if score == seconds else score / seconds - 1 if seconds > 0 else None
    return Bound(seconds, gap, ascent.rounds, ascent.finished)


def _seconds(ticks: int) -> int:
    """Scores are whole seconds, so none lies between a bound and the next whole second."""
    return -(-ticks // TICK)


def _columns(problem: Problem, plan: Plan, relaxed: Relaxed) -> Iterator[Column]:
    """The plan's routes."""
    visits = {visit.id: visit for visit in problem.visits}
    shifts = {shift.id: shift for shift in problem.shifts}
    for route in plan.routes:
        tasks = tuple(relaxed.tasks_of[stop.visit][stop.role] for stop in route.stops)
        price = route_score(problem, shifts[route.shift], visits, route).total
        yield Column(relaxed.kind_of[route.shift], tasks, price * TICK)
