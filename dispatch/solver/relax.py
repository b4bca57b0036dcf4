"""What would let a visit in that a plan leaves out: found by trying, proven by the checker."""

from collections.abc import Collection

from dispatch.solver.explaining.figures import Relaxation
from dispatch.solver.explaining.leeway import ANY, Leeway
from dispatch.solver.plan import Plan
from dispatch.solver.problem import Problem

__all__ = ["Leeway", "Relaxation", "relax"]


def relax(
    problem: Problem, plan: Plan, visits: Collection[str] | None = None, leeway: Leeway = ANY
) -> dict[str, tuple[Relaxation, ...]]:
    """The cheapest relaxations for the visits (all, unless named) that a sound plan leaves out, at most five each.

    A relaxation changes one thing; the rest of the plan keeps its order and its technicians. `leeway`: how far shifts
    may be stretched.

    Raises:
        ValueError: the plan is not sound.
    """
    # Compiled code is loaded when there is something to try, not when the package is imported.
    from dispatch.solver.explaining.bench import Bench
    from dispatch.solver.explaining.exclusions import try_out
    from dispatch.solver.explaining.relaxations import relaxations

    bench = Bench(problem, plan, leeway)
    wanted = [left.visit for left in plan.unassigned if visits is None or left.visit in visits]
    return {name: relaxations(bench, try_out(bench, bench.visits[name])) for name in wanted}
