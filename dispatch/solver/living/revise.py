"""A plan in force and what has happened since → the problem that is left, and the old plan's part in it.

What stays: a service that runs is a fact, pinned to its technician and start. A visit somebody drives to or
waits at stays his, at the start now expected, unless it would keep him beyond his shift or a dispatcher has
decided otherwise. Every other visit of the plan that has no promise of its own counts as promised at its start
and technician, dearer to move the sooner it is. Dispatchers' pins stay, but for those to a shift that is over, or
ends too early for where the plan has the visit. What is not reported has not happened.

None of this is kept: the next revision begins from the day's own problem and the plan in force by then.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dispatch.solver.explaining.leeway import Leeway
from dispatch.solver.living.course import Course, course_of
from dispatch.solver.living.events import Event, Urgent
from dispatch.solver.living.facts import Day, Facts, Tries, facts_of
from dispatch.solver.living.remaining import Remaining
from dispatch.solver.living.resume import Resumed, resumed
from dispatch.solver.living.whereabouts import Whereabouts, whereabouts
from dispatch.solver.place import Place, Travel, Whole
from dispatch.solver.plan import Plan, Score
from dispatch.solver.problem import Problem, ProblemError
from dispatch.solver.travel import URBAN_TAIWAN, TravelModel, driving_s, great_circle_m
from dispatch.solver.validation import MAX_SECONDS


@dataclass(frozen=True, slots=True)
class Standing:
    """One shift: how far its route has come, where its technician is, and how it goes on; `rest` is `None` when
    it is over."""

    course: Course
    here: Whereabouts
    rest: Resumed | None


@dataclass(frozen=True)
class Revision:
    """`problem`: what is left to plan. `start`: the old plan's part in it, with the times it had; it need not
    be feasible any more. `day`: the whole day's problem, urgent visits and all, and where the day stands.
    `standings`: every shift's, in the problem's order."""

    problem: Problem
    start: Plan
    day: Day
    standings: Mapping[str, Standing]

    @property
    def facts(self) -> Facts:
        """Where the day stands."""
        return self.day.facts

    @property
    def leeway(self) -> Leeway:
        """How far shifts may still be stretched, for whoever explains a plan of `problem`."""
        shifts = {shift.id: shift for shift in self.problem.shifts}
        begun = {name: one.here.out for name, one in self.standings.items()}
        earliest_s = {
            name: shift.earliest_s if begun[name] else self.day.now_s for name, shift in shifts.items()
        }
        latest_s = {name: at_s for name, at_s in self.facts.ends.items() if name in shifts}
        return Leeway(earliest_s, latest_s)


def revised(
    problem: Problem, plan: Plan, events: Sequence[Event], now_s: int, model: TravelModel = URBAN_TAIWAN
) -> Revision:
    """The problem left at `now_s`, and what the plan in force, for the whole day, still says about it.

    `events` must tell the whole day so far: what is not reported has not happened (see `as_planned`). An urgent
    visit's place may be new: its ways are then reckoned by `model`. Where the problem has costs or profiles of its
    own, every matrix must name the place already. An urgent visit that the problem has already is taken
    as told before.

    Raises:
        ProblemError: the events contradict the plan or each other, or an urgent visit's place is unknown and
            its ways cannot be reckoned, or its id is another visit's.
    """
    facts = facts_of(problem, plan, events, now_s)
    _check_places(problem, events)
    travel = _with_places(problem, [visit.place for visit in facts.urgent], model)
    whole = replace(problem, visits=(*problem.visits, *facts.urgent), travel=travel)
    day, tries = Day(whole, facts, now_s), Tries(events)
    routes = {route.shift: route for route in plan.routes}
    courses = {shift.id: course_of(shift, routes.get(shift.id), facts, tries) for shift in problem.shifts}
    found = dict(_standings(day, courses))
    standings = {shift.id: found[shift.id] for shift in problem.shifts}
    going_on = {shift: one.rest for shift, one in standings.items() if one.rest is not None}
    rest = Remaining(day, courses, going_on)
    left = replace(
        whole,
        visits=tuple(rest.visits_left()),
        shifts=tuple(one.shift for one in going_on.values()),
        weights=rest.weights_left,
    )
    return Revision(left, Plan(tuple(rest.routes_left()), (), Score()), day, standings)


def _standings(day: Day, courses: Mapping[str, Course]) -> Iterator[tuple[str, Standing]]:
    """Every shift's, by beginning; a technician's next one goes on when he is back from the one before, which is over
    once he has begun a visit of the next."""
    ordered = sorted(day.problem.shifts, key=lambda one: one.earliest_s)
    at = {shift.technician: shift.earliest_s for shift in ordered if courses[shift.id].begun}
    back_s: dict[str, int] = {}
    for shift in ordered:
        begins_s = day.facts.begins.get(shift.id, -MAX_SECONDS)
        not_before_s = max(begins_s, back_s.get(shift.technician, -MAX_SECONDS))
        course = courses[shift.id]
        here = whereabouts(day, shift, course, not_before_s)
        ended = shift.earliest_s < at.get(shift.technician, shift.earliest_s)
        rest = None if ended else resumed(day, shift, course, here)
        if here.out:
            back_s[shift.technician] = here.home_s if rest is None else max(rest.shift.latest_s, rest.back_s)
        yield shift.id, Standing(course, here, rest)


def _check_places(problem: Problem, events: Sequence[Event]) -> None:
    """Refuse a new place where what its ways cost is known to nobody but the caller."""
    if problem.travel.costs is None and not problem.profiles:
        return
    for i, event in enumerate(events):
        if isinstance(event, Urgent) and event.visit.place not in problem.travel.index:
            raise ProblemError(
                f"events[{i}].visit.place",
                "is no place of the problem, and beside profiles or a matrix of costs its ways are not reckoned: "
                "give the places and every matrix a row and a column for it",
            )


def _with_places(problem: Problem, places: Sequence[Place], model: TravelModel) -> Travel:
    """The problem's travel with rows and columns for places it does not know."""
    known = problem.travel
    new = tuple(dict.fromkeys(place for place in places if place not in known.index))
    if not new:
        return known
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
