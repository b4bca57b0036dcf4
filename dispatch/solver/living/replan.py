"""The door of the living plan: a plan in force and events in, the plan that goes on from there out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dispatch.solver.living.changes import Change, changes
from dispatch.solver.living.events import Event
from dispatch.solver.living.in_force import in_force
from dispatch.solver.living.revise import Revision, revised
from dispatch.solver.plan import Plan
from dispatch.solver.problem import Problem
from dispatch.solver.solve import Limits, Progress, solve
from dispatch.solver.travel import URBAN_TAIWAN, TravelModel


@dataclass(frozen=True)
class Replan:
    """`plan` answers `revision.problem`, what was left of the day; `changes` compares it with the plan there was.

    `problem` and `in_force` are the whole day's, urgent visits and past stops and all: what the next replan of the
    day is given, and what people are shown.
    """

    plan: Plan
    changes: tuple[Change, ...]
    revision: Revision
    problem: Problem
    in_force: Plan


def replan(
    problem: Problem,
    plan: Plan,
    events: Sequence[Event],
    now_s: int,
    limits: Limits | None = None,
    model: TravelModel = URBAN_TAIWAN,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Replan:
    """Go on from `plan` after `events`; as often in a day as there is news.

    `problem` and `plan` are the whole day's: first those that were published, then `Replan.problem` and
    `Replan.in_force` of the replan before. `events` are all that has happened today, in the order in which it became
    known, what earlier replans knew already included. `on_progress` and `should_stop` as in `solve`.

    Raises:
        ProblemError: as `revised`.
        UnsoundPlan: as `solve`.
    """
    revision = revised(problem, plan, events, now_s, model)
    after = solve(revision.problem, limits, revision.start, on_progress, should_stop)
    return Replan(
        after,
        changes(problem, plan, after, revision, events),
        revision,
        revision.day.problem,
        in_force(revision, after),
    )
