"""From a plan the planner made, through what happened, to the plan that goes on from there."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.solver.checker import Cause, check
from dispatch.solver.living.changes import ChangeKind, Why
from dispatch.solver.living.events import Overrun, ShiftEnds, Urgent, as_planned
from dispatch.solver.living.replan import replan
from dispatch.solver.living.revise import revised
from dispatch.solver.objective import plan_score
from dispatch.solver.plan import Plan, Reason, Unassigned
from dispatch.solver.problem import Problem
from dispatch.solver.solve import Limits, solve

from .instances import HOUR, MINUTE, problem, problems, shift, visit, window

FEW = Limits(iterations=30)
moments = st.integers(8 * 12, 18 * 12).map(lambda fives: fives * 5 * MINUTE)


def morning() -> Problem:
    """Eight visits of half an hour along the road for two technicians."""
    wanted = [visit(f"V{i}", 10 * i, windows=(window(9, 16),)) for i in range(1, 9)]
    return problem(wanted, [shift("A"), shift("B", home=90)])


@settings(max_examples=60, deadline=None)
@given(problems(linked=False), moments)
def test_while_all_goes_by_the_plan_its_rest_is_a_sound_plan_of_what_is_left(
    day: Problem, now_s: int
) -> None:
    plan = solve(day, FEW)
    revision = revised(day, plan, as_planned(plan, now_s), now_s)
    kept = {stop.visit for route in revision.start.routes for stop in route.stops}
    assert kept == {s.visit for route in plan.routes for s in route.stops if s.departure_s > now_s}
    left = tuple(Unassigned(v.id, Reason.NO_CAPACITY) for v in revision.problem.visits if v.id not in kept)
    rest = Plan(revision.start.routes, left, revision.start.score)
    rest = replace(rest, score=plan_score(revision.problem, rest))
    assert [v for v in check(revision.problem, rest) if v.cause is not Cause.REASON_FALSE] == []


@settings(max_examples=60, deadline=None)
@given(problems(), moments)
def test_whatever_the_day_the_new_plan_is_sound_and_what_runs_stays(day: Problem, now_s: int) -> None:
    plan = solve(day, FEW)
    events = as_planned(plan, now_s)
    new = replan(day, plan, events, now_s, FEW)
    assert check(new.revision.problem, new.plan) == []
    running = new.revision.facts.running
    assert running.keys() <= new.plan.shift_of().keys()
    assert {one.visit for one in new.changes}.isdisjoint(running)


def test_one_urgent_visit_is_taken_in_and_nothing_that_has_begun_moves() -> None:
    day, now_s = morning(), 10 * HOUR
    plan = solve(day, FEW)
    events = [*as_planned(plan, now_s), Urgent(visit("U", 40, penalty=900))]
    new = replan(day, plan, events, now_s, FEW)
    found = {one.visit: one for one in new.changes}
    assert (found["U"].kind, found["U"].why) == (ChangeKind.NEWLY_ASSIGNED, Why(len(events) - 1))
    assert all(not one.pinned for one in new.revision.problem.visits if one.id in found)


def test_an_ill_technicians_visits_go_to_the_other_one() -> None:
    day = morning()
    plan = solve(day, FEW)
    mine = {visit for visit, name in plan.shift_of().items() if name == "A"}
    new = replan(day, plan, [ShiftEnds("A", 9 * HOUR)], 8 * HOUR, FEW)
    assert {route.shift for route in new.plan.routes} <= {"B"}
    assert mine <= {one.visit for one in new.changes}
    assert {one.why.event for one in new.changes} == {0}


def test_an_overrun_is_the_reason_for_all_that_moves() -> None:
    day = morning()
    plan = solve(day, FEW)
    second = plan.routes[0].stops[1]
    now_s = second.start_s + 10 * MINUTE
    events = [*as_planned(plan, now_s), Overrun(second.visit, second.departure_s + 40 * MINUTE)]
    new = replan(day, plan, events, now_s, FEW)
    assert {one.why.event for one in new.changes} == {len(events) - 1}
