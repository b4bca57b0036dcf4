"""The door of the living plan: a published plan and events in, the plan that goes on from there out."""

from collections.abc import Sequence
from dataclasses import dataclass

from dispatch.solver.living.changes import Change, changes
from dispatch.solver.living.events import Event
from dispatch.solver.living.revise import Revision, revised
from dispatch.solver.plan import Plan
from dispatch.solver.problem import Problem
from dispatch.solver.solve import Limits, solve
from dispatch.solver.travel import URBAN_TAIWAN, TravelModel


@dataclass(frozen=True)
class Replan:
    """`plan` answers `revision.problem`; `changes` compares it with the plan there was."""

    plan: Plan
    changes: tuple[Change, ...]
    revision: Revision


def replan(
    problem: Problem,
    plan: Plan,
    events: Sequence[Event],
    now_s: int,
    limits: Limits | None = None,
    model: TravelModel = URBAN_TAIWAN,
) -> Replan:
    """Go on from `plan`, a plan of `problem`, after `events`.

    Raises:
        ProblemError: as `revised`.
        UnsoundPlan: as `solve`.
    """
    revision = revised(problem, plan, events, now_s, model)
    after = solve(revision.problem, limits, start=revision.start)
    return Replan(after, changes(problem, plan, after, revision, events), revision)
