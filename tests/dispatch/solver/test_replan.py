"""From a plan the planner made, through what happened, to the plan that goes on from there."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.solver.checker import Cause, check
from dispatch.solver.living.changes import ChangeKind, Why
from dispatch.solver.living.events import (
    Abandoned,
    Cancelled,
    Done,
    Event,
    NoShow,
    Overrun,
    Pinned,
    ShiftBegins,
    ShiftEnds,
    Started,
    Urgent,
    as_planned,
)
from dispatch.solver.living.facts import Tries, facts_of
from dispatch.solver.living.replan import Replan, replan
from dispatch.solver.living.revise import Revision, revised
from dispatch.solver.objective import plan_score
from dispatch.solver.plan import Plan, Reason, Stop, Unassigned
from dispatch.solver.problem import Problem, ProblemError
from dispatch.solver.solve import Limits, solve

from .instances import HOUR, MINUTE, lunch, problem, problems, shift, visit, window

FEW = Limits(iterations=30)
moments = st.integers(8 * 12, 18 * 12).map(lambda fives: fives * 5 * MINUTE)


def morning() -> Problem:
    """Eight visits of half an hour along the road for two technicians."""
    wanted = [visit(f"V{i}", 10 * i, windows=(window(9, 16),)) for i in range(1, 9)]
    return problem(wanted, [shift("A"), shift("B", home=90)])


@settings(max_examples=60, deadline=None)
@given(problems(linked=False, varied=True), moments)
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
@given(problems(varied=True), moments)
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


def test_no_decision_drives_out_a_service_that_runs() -> None:
    pinned = [visit(f"P{i}", 10, pinned_shift="A", pinned_start_s=(11 + i) * HOUR) for i in range(2)]
    day = problem([visit("R", 20, mandatory=True), *pinned], [shift("A")])
    plan = solve(day, FEW)
    events: list[Event] = [Started("R", 10 * HOUR), Overrun("R", 13 * HOUR)]
    new = replan(day, plan, events, 10 * HOUR + 30 * MINUTE, FEW)
    assert new.plan.shift_of() == {"R": "A"}


def test_an_answer_can_be_stopped_and_tells_how_far_it_is() -> None:
    day = morning()
    heard: list[object] = []
    replan(day, solve(day, FEW), (), 8 * HOUR, FEW, on_progress=heard.append, should_stop=lambda: True)
    assert heard


# A whole day: replans one after the other, each from the one before.


@st.composite
def news(draw: st.DrawFn, day: Problem, stop: Stop, now_s: int) -> Event:
    """Something that may have happened to a stop or its shift; it may contradict what is known."""
    shift_id = draw(st.sampled_from([shift.id for shift in day.shifts]))
    at_s = min(now_s, stop.departure_s + draw(st.sampled_from([-20, 0, 0, 25])) * MINUTE)
    later_s = now_s + draw(st.integers(0, 36)) * 5 * MINUTE
    told: list[Event] = [
        Started(stop.visit, min(now_s, stop.start_s)),
        Done(stop.visit, at_s),
        Done(stop.visit, at_s),
        NoShow(stop.visit, at_s),
        Abandoned(stop.visit, at_s),
        Overrun(stop.visit, later_s),
        Cancelled(stop.visit),
        Pinned(stop.visit, shift_id),
        Pinned(stop.visit, start_s=later_s),
        ShiftBegins(shift_id, later_s),
        ShiftEnds(shift_id, later_s),
        Urgent(replace(visit(f"U{now_s}", 0, penalty=900), place=day.visits[0].place)),
    ]
    return draw(st.sampled_from(told))


def happening(
    data: st.DataObject, day: Problem, plan: Plan, known: Sequence[Event], now_s: int
) -> list[Event]:
    """What is known by now, with news that does not contradict it."""
    events = list(known)
    for route in plan.routes:
        for stop in route.stops:
            if stop.start_s > now_s and data.draw(st.integers(0, 3)):
                continue
            more = [*events, data.draw(news(day, stop, now_s))]
            try:
                facts_of(day, plan, more, now_s)
            except ProblemError:
                continue
            events = more
    return events


@settings(max_examples=60, deadline=None)
@given(problems(varied=True), st.data())
def test_replans_in_a_row_keep_what_has_happened_and_begin_where_the_last_one_ended(
    day: Problem, data: st.DataObject
) -> None:
    plan, now_s, events = solve(day, FEW), 8 * HOUR, list[Event]()
    for _ in range(3):
        now_s += data.draw(st.integers(0, 40)) * 5 * MINUTE
        events = happening(data, day, plan, events, now_s)
        new = replan(day, plan, events, now_s, FEW)
        check_facts_stand(new, events)
        check_only_dispatchers_pin(day, new, now_s)
        again = revised(new.problem, new.in_force, events, now_s)
        assert timetable(again.start) == timetable(new.plan)
        same = replan(new.problem, new.in_force, events, now_s, Limits(iterations=0))
        assert same.plan.score.total <= cost(again)
        day, plan = new.problem, new.in_force


def cost(revision: Revision) -> int:
    """What the old plan's part costs as it is."""
    there = {stop.visit for route in revision.start.routes for stop in route.stops}
    missing = tuple(
        Unassigned(one.id, Reason.NO_CAPACITY) for one in revision.problem.visits if one.id not in there
    )
    return plan_score(revision.problem, replace(revision.start, unassigned=missing)).total


def timetable(plan: Plan) -> dict[str, list[tuple[str, int, int, int]]]:
    return {
        route.shift: [(stop.visit, stop.role, stop.start_s, stop.departure_s) for stop in route.stops]
        for route in plan.routes
    }


def check_facts_stand(new: Replan, events: Sequence[Event]) -> None:
    facts, tries = new.revision.facts, Tries(events)
    stops = [stop for route in new.in_force.routes for stop in route.stops]
    ended = {stop.visit: stop.departure_s for stop in stops if stop.visit in facts.over and stop not in tries}
    assert ended == facts.over
    running = {
        stop.visit: (stop.start_s, stop.departure_s)
        for stop in stops
        if stop.visit in facts.running and stop not in tries
    }
    assert running == {visit: (one.start_s, one.until_s) for visit, one in facts.running.items()}
    named = [(stop.visit, stop.role) for stop in stops if stop not in tries]
    assert len(named) == len(set(named))
    left = {one.visit for one in new.in_force.unassigned}
    assert {visit for visit, _ in named} | left | facts.off == {one.id for one in new.problem.visits}
    assert left.isdisjoint(facts.off)


def check_only_dispatchers_pin(day: Problem, new: Replan, now_s: int) -> None:
    """The day's problem gets no pins or promises; what is left of it has those of people, and of who is bound."""
    facts = new.revision.facts
    assert new.problem.visits == (*day.visits, *facts.urgent)
    bound = set(facts.running)
    for one in new.revision.standings.values():
        if one.rest is not None and one.rest.heading is not None:
            bound.add(one.rest.heading.visit)
    for left in new.revision.problem.visits:
        if left.id not in bound and left.id not in facts.off:
            pin = facts.pins[left.id]
            assert left.pinned_start_s == pin.start_s
            assert left.pinned_shift in (None, pin.shift)


def test_whoever_is_in_before_a_break_goes_on_right_after_it() -> None:
    # He is free at eleven, and through the gate by 11:10: after the break at noon no time is needed for that.
    wanted = [
        visit("U", 0, service=0, pinned_start_s=11 * HOUR),
        visit("V", 0, service=150, community="xicun"),
    ]
    day = problem(wanted, [shift("A", breaks=(lunch(),))], entry_s={"xicun": 10 * MINUTE})
    plan, now_s = solve(day, FEW), 11 * HOUR
    [route] = plan.routes
    assert [stop.start_s for stop in route.stops] == [11 * HOUR, 13 * HOUR]
    revision = revised(day, plan, as_planned(plan, now_s), now_s)
    [rest] = revision.start.routes
    assert check(revision.problem, Plan((rest,), (), plan_score(revision.problem, revision.start))) == []
