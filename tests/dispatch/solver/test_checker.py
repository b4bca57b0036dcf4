"""The checker finds each kind of mistake, and accepts whatever the solver makes of any small problem."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.solver.checker import Cause, check
from dispatch.solver.explain import explain
from dispatch.solver.plan import Plan, Reason, Route, Score, Stop, Unassigned
from dispatch.solver.problem import Problem
from dispatch.solver.solve import Limits, solve
from tests.dispatch.solver.instances import HOUR, MINUTE, lunch, problem, problems, shift, visit, window


def the_day() -> Problem:
    """S serves A (10:00, community C) then B (12:30 after lunch); nobody has the skill for Z."""
    return problem(
        [
            visit("A", 30, windows=(window(10, 11),), community="C"),
            visit("B", 60, windows=(window(12, 15),), skills={"gas": 2}),
            visit("Z", 10, skills={"lift": 1}),
        ],
        [shift("S", skills={"gas": 2}, break_=lunch(30, 11, 12), max_visits=2), shift("T", hours=(9, 9))],
        entry_s={"C": 600},
    )


def the_plan() -> Plan:
    return solve(the_day(), Limits(iterations=50))


def causes(day: Problem, plan: Plan) -> list[Cause]:
    return sorted({violation.cause for violation in check(day, plan)})


def with_route(plan: Plan, **changes: Any) -> Plan:
    return replace(plan, routes=(replace(plan.routes[0], **changes),))


def with_stop(plan: Plan, index: int, **changes: Any) -> Plan:
    stops = list(plan.routes[0].stops)
    stops[index] = replace(stops[index], **changes)
    return with_route(plan, stops=tuple(stops))


def test_the_plan_is_what_one_would_write_by_hand() -> None:
    # Leaves 9:20, 30 min to A, 10 min entry, A 10:00-10:30, to B 30 min: there at 11:00, lunch 11:00-11:30,
    # B opens 12:00, so 30 min of waiting, until 12:30, home 60 min later.
    route = Route(
        shift="S",
        departure_s=9 * HOUR + 20 * MINUTE,
        stops=(
            Stop("A", 35400, 36000, 37800, travel_s=1800, entry_s=600, waiting_s=0),
            Stop("B", 39600, 43200, 45000, travel_s=1800, entry_s=0, waiting_s=1800),
        ),
        arrival_s=13 * HOUR + 30 * MINUTE,
        break_start_s=11 * HOUR,
    )
    left = Unassigned("Z", Reason.SKILL_MISSING, {"skill": "lift", "level": 1})
    # Travel 120 min; waiting 30 x 0.1 = 3 min; entry 10 min; penalty 600 min.
    score = Score(travel=7200, waiting=180, unassigned=36000, community_entry=600)
    assert the_plan() == Plan((route,), (left,), score)


MISTAKES: list[tuple[Cause, Callable[[Plan], Plan]]] = [
    (Cause.SHIFT_SPAN, lambda p: with_route(p, departure_s=9 * HOUR - 1)),
    (Cause.SHIFT_SPAN, lambda p: with_route(p, arrival_s=17 * HOUR + 1)),
    (Cause.TRAVEL_TOO_SHORT, lambda p: with_route(p, arrival_s=p.routes[0].arrival_s - 1)),
    (Cause.TRAVEL_TOO_SHORT, lambda p: with_stop(p, 1, arrival_s=39599)),
    (Cause.TRAVEL_TOO_SHORT, lambda p: with_stop(p, 1, travel_s=0)),
    (Cause.OVERLAP, lambda p: with_stop(p, 0, departure_s=37799)),
    (Cause.OVERLAP, lambda p: with_stop(p, 1, start_s=39000)),
    (Cause.OVERLAP, lambda p: with_route(p, stops=p.routes[0].stops[::-1])),
    (Cause.WINDOW, lambda p: with_stop(p, 0, start_s=35999)),
    (Cause.ENTRY_TIME_MISSING, lambda p: with_stop(p, 0, arrival_s=36000)),
    (Cause.ENTRY_TIME_MISSING, lambda p: with_stop(p, 0, entry_s=0)),
    (Cause.BREAK_MISSING, lambda p: with_route(p, break_start_s=None)),
    (Cause.BREAK_MISSING, lambda p: with_route(p, break_start_s=11 * HOUR - 1)),
    (Cause.BREAK_MISSING, lambda p: with_route(p, break_start_s=12 * HOUR)),
    (Cause.UNKNOWN_VISIT, lambda p: with_stop(p, 0, visit="X")),
    (Cause.UNKNOWN_SHIFT, lambda p: with_route(p, shift="X")),
    (Cause.VISIT_TWICE, lambda p: with_stop(p, 0, visit="B")),
    (Cause.VISIT_MISSING, lambda p: with_route(p, stops=p.routes[0].stops[:1])),
    (Cause.VISIT_MISSING, lambda p: replace(p, unassigned=())),
    (Cause.OVERLAP, lambda p: replace(p, routes=p.routes * 2)),
    (Cause.SKILL, lambda p: with_route(p, shift="T")),
    (Cause.SCORE_WRONG, lambda p: replace(p, score=replace(p.score, waiting=0))),
    (Cause.SCORE_WRONG, lambda p: with_stop(p, 1, waiting_s=0)),
    (Cause.REASON_FALSE, lambda p: replace(p, unassigned=(Unassigned("Z", Reason.TOO_FAR),))),
    (
        Cause.REASON_FALSE,
        lambda p: replace(p, unassigned=(replace(p.unassigned[0], detail={"skill": "gas", "level": 2}),)),
    ),
]


@pytest.mark.parametrize(("cause", "spoil"), MISTAKES)
def test_each_mistake_is_found(cause: Cause, spoil: Callable[[Plan], Plan]) -> None:
    assert cause in causes(the_day(), spoil(the_plan()))


def changed_visit(day: Problem, name: str, **changes: Any) -> Problem:
    return replace(day, visits=tuple(replace(v, **changes) if v.id == name else v for v in day.visits))


def test_rules_that_changed_after_planning_are_found() -> None:
    day, plan = the_day(), the_plan()
    assert causes(changed_visit(day, "B", skills={"gas": 3}), plan) == [Cause.LEVEL]
    assert causes(changed_visit(day, "B", pinned_shift="T"), plan) == [Cause.PINNED]
    assert causes(changed_visit(day, "B", pinned_start_s=13 * HOUR), plan) == [Cause.PINNED]
    assert causes(changed_visit(day, "B", forbidden_technicians=("s",)), plan) == [Cause.FORBIDDEN_TECHNICIAN]
    fewer = replace(day, shifts=(replace(day.shifts[0], max_visits=1), day.shifts[1]))
    assert causes(fewer, plan) == [Cause.MAX_VISITS]


def test_visit_that_would_have_fitted_is_no_capacity_problem() -> None:
    day = problem([visit("A", 10)], [shift("S")])
    lazy = Plan((), (Unassigned("A", Reason.NO_CAPACITY, {"gap": "no_gap"}),), Score(unassigned=36000))
    assert causes(day, lazy) == [Cause.REASON_FALSE]


@settings(max_examples=120, deadline=None, derandomize=True)
@given(problems())
def test_accepts_what_the_solver_makes_of_any_problem(day: Problem) -> None:
    plan = solve(day, Limits(iterations=25))
    assert check(day, plan) == []
    assert explain(day, plan).assigned.keys() == plan.shift_of().keys()


@settings(max_examples=120, deadline=None, derandomize=True)
@given(problems(), st.data())
def test_rejects_any_spoilt_plan(day: Problem, data: st.DataObject) -> None:
    plan = solve(day, Limits(iterations=10))
    ways = [_drop, _tardy, _repriced] if plan.routes else [_repriced]
    ways += [_other_reason] if plan.unassigned else []
    spoilt = data.draw(st.sampled_from(ways))(plan)
    assert check(day, spoilt) != []


def _drop(plan: Plan) -> Plan:
    return with_first(plan, stops=plan.routes[0].stops[1:])


def _tardy(plan: Plan) -> Plan:
    first = plan.routes[0].stops[0]
    late = replace(first, start_s=first.start_s + 1, departure_s=first.departure_s + 1)
    return with_first(plan, stops=(late, *plan.routes[0].stops[1:]))


def _repriced(plan: Plan) -> Plan:
    return replace(plan, score=replace(plan.score, travel=plan.score.travel + 1))


def _other_reason(plan: Plan) -> Plan:
    left = plan.unassigned[0]
    reason = Reason.TOO_FAR if left.reason is not Reason.TOO_FAR else Reason.NO_CAPACITY
    return replace(plan, unassigned=(replace(left, reason=reason), *plan.unassigned[1:]))


def with_first(plan: Plan, **changes: Any) -> Plan:
    return replace(plan, routes=(replace(plan.routes[0], **changes), *plan.routes[1:]))
