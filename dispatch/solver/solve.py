"""The one door to the planner: `solve(problem, limits)` gives a plan that the checker has passed."""

from collections.abc import Callable

from dispatch.solver.checker import Violation, check
from dispatch.solver.plan import Plan
from dispatch.solver.problem import Problem
from dispatch.solver.search.clock import Clock, Limits, Progress

__all__ = ["Limits", "Progress", "UnsoundPlan", "solve"]


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

    `start` is a plan to go on from: what is still possible of it is kept at first, and the result never scores
    worse than its routes, timed anew. `on_progress` hears now and then how far it is; when `should_stop` answers
    True the best plan so far is returned. Both are called from the calling thread.

    Raises:
        UnsoundPlan: the checker objects to the plan made.
    """
    clock = Clock(limits or Limits(), on_progress, should_stop, visits=len(problem.visits))
    plan = _planned(problem, start, clock)
    violations = check(problem, plan)
    if violations:
        raise UnsoundPlan(violations)
    return plan


def _planned(problem: Problem, start: Plan | None, clock: Clock) -> Plan:
    # Compiled code is loaded when there is something to plan, not when the package is imported.
    from dispatch.solver.search.assemble import chains_from, plan_of
    from dispatch.solver.search.board import Board
    from dispatch.solver.search.improve import Search
    from dispatch.solver.search.model import Model

    model = Model(problem)
    board = Board(model)
    given = chains_from(board, start) if start is not None else board.chains()
    board.construct()
    if board.cost > int(given.cost[0]):
        board.lay_down(given)
    board.fill()
    clock.report((board.cost, len(board.absent())))
    board.lay_down(Search(model, board.chains(), clock).run())
    board.fill()
    return plan_of(board)
