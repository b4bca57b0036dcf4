"""A published plan and what has happened since → the problem that is left, and the old plan's part in it.

What stays: a service that runs is a fact, pinned to its technician and start. A visit somebody drives to or
waits at stays his, at the start now expected, unless it would keep him beyond his shift. Every other visit of
the plan counts as promised at its start and technician, dearer to move the sooner it is. Pins stay, but for
those to a shift that is over. What is not reported has not happened.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dispatch.solver.living.events import Event
from dispatch.solver.living.facts import Day, Facts, facts_of
from dispatch.solver.living.remaining import Remaining
from dispatch.solver.living.resume import Resumed, resumed
from dispatch.solver.living.whereabouts import whereabouts
from dispatch.solver.place import Place, Travel, Whole
from dispatch.solver.plan import Plan, Score
from dispatch.solver.problem import Problem, ProblemError
from dispatch.solver.shift import Shift
from dispatch.solver.travel import URBAN_TAIWAN, TravelModel, driving_s, great_circle_m
from dispatch.solver.validation import MAX_SECONDS


@dataclass(frozen=True)
class Revision:
    """`problem`: what is left to plan. `start`: the old plan's part in it, with the times it had; it need not
    be feasible any more. `facts`: where the day stands."""

    problem: Problem
    start: Plan
    facts: Facts


def revised(
    problem: Problem, plan: Plan, events: Sequence[Event], now_s: int, model: TravelModel = URBAN_TAIWAN
) -> Revision:
    """The problem left at `now_s`, and what the plan still says about it.

    `events` must tell the whole day so far: what is not reported has not happened (see `as_planned`). An urgent
    visit's place may be new: its ways are then reckoned by `model`. Where the problem has
    costs or profiles of its own, give it a travel matrix that names the place already.

    Raises:
        ProblemError: the events contradict the plan or each other, or an urgent visit's place is unknown and
            its ways cannot be reckoned.
    """
    facts = facts_of(problem, plan, events, now_s)
    travel = _with_places(problem, [visit.place for visit in facts.urgent], model)
    day = Day(problem, {visit.id: visit for visit in (*problem.visits, *facts.urgent)}, facts, now_s)
    shifts = _resumed_shifts(day, plan)
    rest = Remaining(day, plan, shifts, {shift.id: shift for shift in problem.shifts})
    left = Problem(
        visits=tuple(rest.visits_left()),
        shifts=tuple(shifts[shift.id].shift for shift in problem.shifts if shift.id in shifts),
        travel=travel,
        entry_s=problem.entry_s,
        weights=problem.weights,
        profiles=problem.profiles,
    )
    return Revision(left, Plan(tuple(rest.routes_left()), (), Score()), facts)


def _resumed_shifts(day: Day, plan: Plan) -> dict[str, Resumed]:
    """Every shift that goes on; a technician's next one not before he is back from the one before."""
    routes = {route.shift: route for route in plan.routes}
    ordered = sorted(day.problem.shifts, key=lambda one: one.earliest_s)
    next_s = _next_beginnings(ordered)
    back_s: dict[str, int] = {}
    going_on = {}
    for shift in ordered:
        route = routes.get(shift.id)
        here = whereabouts(day, shift, route, back_s.get(shift.technician, -MAX_SECONDS))
        rest = resumed(day, shift, route, here, next_s[shift.id])
        if rest is None:
            continue
        going_on[shift.id] = rest
        if here.out:
            back_s[shift.technician] = max(rest.shift.latest_s, rest.back_s)
    return going_on


def _next_beginnings(ordered: Sequence[Shift]) -> dict[str, int]:
    """Shift → when its technician's next one begins; `ordered` by beginning."""
    following: dict[str, int] = {}
    found = {}
    for shift in reversed(ordered):
        found[shift.id] = following.get(shift.technician, MAX_SECONDS)
        following[shift.technician] = shift.earliest_s
    return found


def _with_places(problem: Problem, places: Sequence[Place], model: TravelModel) -> Travel:
    """The problem's travel with rows and columns for places it does not know."""
    known = problem.travel
    new = tuple(dict.fromkeys(place for place in places if place not in known.index))
    if not new:
        return known
    if known.costs is not None or problem.profiles:
        raise ProblemError("travel.places", f"({new[0].lon}, {new[0].lat}) is not among them")
    both = (*known.places, *new)
    straight = great_circle_m(new, both)
    seconds = _extended(known.seconds, driving_s(straight, model))
    if known.metres is None:
        return Travel(both, seconds)
    road = np.ceil(straight * model.detour).astype(np.int32)
    return Travel(both, seconds, _extended(known.metres, road))


def _extended(matrix: Whole, rows: Whole) -> Whole:
    """The matrix with these rows below it, and the same figures as columns: straight lines have no direction."""
    size, both = len(matrix), rows.shape[1]
    extended = np.empty((both, both), dtype=np.int32)
    extended[:size, :size] = matrix
    extended[size:, :] = rows
    extended[:, size:] = rows.T
    return extended
