"""Why this technician, why not at all, and what would help: figures only, words are made elsewhere."""

from dispatch.solver.explaining.figures import (
    Choice,
    Exclusion,
    Explanation,
    Explanations,
    Relaxation,
    Rival,
    Rule,
    Way,
    by_rule,
)
from dispatch.solver.explaining.leeway import ANY, Leeway
from dispatch.solver.objective import unassigned_cost
from dispatch.solver.plan import Plan
from dispatch.solver.problem import Problem

__all__ = [
    "Choice",
    "Exclusion",
    "Explanation",
    "Explanations",
    "Leeway",
    "Relaxation",
    "Rival",
    "Rule",
    "Way",
    "by_rule",
    "explain",
]

MOST_RELAXED = 50
"""Visits left out for which relaxations are looked for, those first whose absence costs most."""


def explain(problem: Problem, plan: Plan, leeway: Leeway = ANY) -> Explanations:
    """Explain every visit of a sound plan, in the plan's order.

    Every figure is exact, for the routes in the planner's own timetable (see `search.kernels.timing`): where a
    dispatcher has a technician start later than he could, the plan's own score differs. Visits that hang together
    with others are compared at their planned start. `leeway`: how far relaxations may stretch shifts.

    Raises:
        ValueError: the plan is not sound.
    """
    # Compiled code is loaded when there is something to explain, not when the package is imported.
    from dispatch.solver.explaining.bench import Bench
    from dispatch.solver.explaining.choices import explanations
    from dispatch.solver.explaining.exclusions import try_out
    from dispatch.solver.explaining.relaxations import relaxations

    bench = Bench(problem, plan, leeway)
    every = list(explanations(bench))
    trials = [try_out(bench, bench.visits[left.visit]) for left in plan.unassigned]
    dearest = sorted(trials, key=lambda trial: -unassigned_cost(trial.visit, problem.weights))[:MOST_RELAXED]
    return Explanations(
        assigned={one.visit: one for one in every if not one.role},
        unassigned={left.visit: left for left in plan.unassigned},
        excluded={trial.visit.id: trial.exclusions for trial in trials},
        relaxations={trial.visit.id: relaxations(bench, trial) for trial in dearest},
        further={(one.visit, one.role): one for one in every if one.role},
    )
