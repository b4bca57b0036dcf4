"""The checker finds each kind of mistake, says by how much, and lets a sound plan pass."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dispatch.solver.checker import Cause, check
from dispatch.solver.plan import Plan, Reason, Route, Score, Stop, Unassigned
from dispatch.solver.problem import After, Break, Problem
from tests.dispatch.solver.instances import HOUR, MINUTE, lunch, problem, shift, visit, window
from tests.dispatch.solver.plans import planned, scored

Change = Callable[[Plan], Plan]


def the_day() -> Problem:
    """S serves A (10:00, community C) then B (12:00 after lunch); nobody has the skill for Z."""
    return problem(
        [
            visit("A", 30, windows=(window(10, 11),), community="C"),
            visit("B", 60, windows=(window(12, 15),), skills={"gas": 2}),
            visit("Z", 10, skills={"lift": 1}),
        ],
        [shift("S", skills={"gas": 2}, breaks=(lunch(30, 11, 12),), max_visits=2), shift("T", hours=(9, 9))],
        entry_s={"C": 600},
    )


def the_plan() -> Plan:
    """Leaves 9:20, 30 min to A, 10 min entry, A 10:00–10:30, to B 30 min: there at 11:00, lunch 11:00–11:30,
    B opens 12:00, so 30 min of waiting, until 12:30, home 60 min later."""
    route = Route(
        shift="S",
        departure_s=9 * HOUR + 20 * MINUTE,
        stops=(
            Stop("A", 35400, 36000, 37800, travel_s=1800, entry_s=600, waiting_s=0),
            Stop("B", 39600, 43200, 45000, travel_s=1800, entry_s=0, waiting_s=1800),
        ),
        arrival_s=13 * HOUR + 30 * MINUTE,
        break_starts_s=(11 * HOUR,),
    )
    left = Unassigned("Z", Reason.SKILL_MISSING, {"skill": "lift", "level": 1})
    # Travel 120 min; waiting 30 × 0.1 = 3 min; entry 10 min; penalty 600 min.
    return Plan((route,), (left,), Score(travel=7200, waiting=180, unassigned=36000, community_entry=600))


def found(day: Problem, plan: Plan) -> list[tuple[Cause, str]]:
    return [(violation.cause, violation.detail) for violation in check(day, plan)]


def causes(day: Problem, plan: Plan) -> list[Cause]:
    return sorted({violation.cause for violation in check(day, plan)})


def with_route(plan: Plan, **changes: Any) -> Plan:
    return replace(plan, routes=(replace(plan.routes[0], **changes), *plan.routes[1:]))


def with_stop(plan: Plan, index: int, **changes: Any) -> Plan:
    stops = list(plan.routes[0].stops)
    stops[index] = replace(stops[index], **changes)
    return with_route(plan, stops=tuple(stops))


def with_visit(day: Problem, name: str, **changes: Any) -> Problem:
    return replace(day, visits=tuple(replace(v, **changes) if v.id == name else v for v in day.visits))


def with_shift(day: Problem, **changes: Any) -> Problem:
    return replace(day, shifts=(replace(day.shifts[0], **changes), *day.shifts[1:]))


def test_plan_that_waits_longer_than_need_be_is_sound() -> None:
    assert check(the_day(), the_plan()) == []
    # Worked out by the reference he leaves at 9:50, lunch at 11:00 is on the road, and nobody waits.
    route = planned(the_day(), {"S": ["A", "B"]}, the_plan().unassigned[0]).routes[0]
    assert (route.departure_s, route.break_starts_s, route.stops[1].waiting_s) == (35400, (39600,), 0)


SPOILT: list[tuple[Cause, str, Change]] = [
    (
        Cause.SHIFT_SPAN,
        "leaves 1 s before the shift",
        lambda p: with_stop(with_route(p, departure_s=9 * HOUR - 1), 0, waiting_s=1201),
    ),
    (Cause.SHIFT_SPAN, "is back 60 s after the shift", lambda p: with_route(p, arrival_s=17 * HOUR + 60)),
    (
        Cause.TRAVEL_TOO_SHORT,
        "3600 s of driving and 0 s of break in 3599 s to the end",
        lambda p: with_route(p, arrival_s=48599),
    ),
    (
        Cause.TRAVEL_TOO_SHORT,
        "1800 s of driving and 0 s of break in 1799 s",
        lambda p: with_stop(p, 1, arrival_s=39599),
    ),
    (
        Cause.TRAVEL_TOO_SHORT,
        "1800 s of driving and 0 s of break in 1800 s, 0 s stated",
        lambda p: with_stop(p, 1, travel_s=0),
    ),
    (
        Cause.OVERLAP,
        "leaves 1 s before the service is over",
        lambda p: with_stop(p, 1, departure_s=44999),
    ),
    (
        # Gone from A a minute late he is at B a minute late, after the same lunch, and waits a minute less.
        Cause.STAYS_ON,
        "leaves 60 s after the service is over",
        lambda p: with_stop(with_stop(p, 0, departure_s=37860), 1, arrival_s=41460, waiting_s=1740),
    ),
    (
        Cause.WINDOW,
        "starts at 43140, in none of its windows",
        lambda p: with_stop(p, 1, start_s=43140, departure_s=44940, waiting_s=1740),
    ),
    (
        Cause.ENTRY_TIME_MISSING,
        "599 s between arrival and start, 600 s of entry, 600 s stated",
        lambda p: with_stop(p, 0, arrival_s=35401),
    ),
    (
        Cause.ENTRY_TIME_MISSING,
        "600 s between arrival and start, 600 s of entry, 0 s stated",
        lambda p: with_stop(p, 0, entry_s=0),
    ),
    (
        Cause.SETUP_TIME_MISSING,
        "1800 s between arrival and start, 0 s of entry and 0 s of setup, 60 s stated",
        lambda p: with_stop(p, 1, setup_s=60),
    ),
    (
        Cause.BREAK_MISSING,
        "starts at 43140, during this service",
        lambda p: with_stop(with_route(p, break_starts_s=(43140,)), 1, waiting_s=1800),
    ),
    (
        Cause.BREAK_MISSING,
        "none, and neither home until nor back by 43200",
        lambda p: with_stop(with_route(p, break_starts_s=()), 1, waiting_s=3600),
    ),
    (
        Cause.BREAK_MISSING,
        "starts at 39599, outside its windows",
        lambda p: with_stop(with_route(p, break_starts_s=(39599,)), 1, arrival_s=41400),
    ),
    (
        Cause.BREAK_MISSING,
        "a break is planned where there is none",
        lambda p: with_route(p, break_starts_s=(39600, 41400)),
    ),
    (Cause.UNKNOWN_SHIFT, "the problem has no such shift", lambda p: with_route(p, shift="X")),
    (
        Cause.VISIT_MISSING,
        "neither in a route nor left out with a reason",
        lambda p: replace(p, unassigned=()),
    ),
    (Cause.VISIT_TWICE, "is left out twice, or both served and left out", lambda p: twice(p)),
    (Cause.CREW, "role 1, but the visit has 1 of them, from 0", lambda p: with_stop(p, 0, role=1)),
    (
        Cause.NOT_WHOLE,
        "a figure of the stop is no whole number",
        lambda p: with_stop(p, 0, arrival_s=float("nan")),
    ),
    (Cause.NOT_WHOLE, "a time of the route is no whole number", lambda p: with_route(p, departure_s=0.5)),
    (
        Cause.SCORE_WRONG,
        "waiting is 180 s, the plan says 0 s",
        lambda p: replace(p, score=replace(p.score, waiting=0)),
    ),
    (
        Cause.REASON_FALSE,
        "says too_far, but it is skill_missing",
        lambda p: replace(p, unassigned=(Unassigned("Z", Reason.TOO_FAR),)),
    ),
    (
        Cause.REASON_FALSE,
        "the figures should be {'skill': 'lift', 'level': 1}, not {'skill': 'gas', 'level': 2}",
        lambda p: replace(p, unassigned=(replace(p.unassigned[0], detail={"skill": "gas", "level": 2}),)),
    ),
]


def twice(plan: Plan) -> Plan:
    return replace(plan, unassigned=plan.unassigned * 2)


@pytest.mark.parametrize(("cause", "detail", "spoil"), SPOILT)
def test_each_mistake_is_found_with_its_amount(cause: Cause, detail: str, spoil: Change) -> None:
    spoilt = spoil(the_plan())
    if cause not in (Cause.SCORE_WRONG, Cause.NOT_WHOLE, Cause.UNKNOWN_SHIFT):
        spoilt = scored(the_day(), spoilt)
    assert found(the_day(), spoilt) == [(cause, detail)]


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda p: with_stop(p, 0, visit="X"), [Cause.UNKNOWN_VISIT, Cause.VISIT_MISSING]),
        (lambda p: with_stop(p, 0, visit="B"), [Cause.VISIT_MISSING, Cause.VISIT_TWICE]),
        (lambda p: with_stop(p, 1, waiting_s=0), [Cause.SCORE_WRONG]),
        (lambda p: replace(p, routes=p.routes * 2), [Cause.OVERLAP, Cause.VISIT_TWICE]),
        (
            lambda p: with_stop(p, 0, departure_s=39660),
            [Cause.BREAK_MISSING, Cause.OVERLAP, Cause.SCORE_WRONG, Cause.STAYS_ON],
        ),
    ],
)
def test_mistakes_that_come_together(spoil: Change, expected: list[Cause]) -> None:
    assert causes(the_day(), spoil(the_plan())) == expected


def test_stops_in_the_wrong_order_overlap() -> None:
    plan = the_plan()
    assert Cause.OVERLAP in causes(the_day(), with_route(plan, stops=plan.routes[0].stops[::-1]))


CHANGED: list[tuple[Cause, str, Callable[[Problem], Problem]]] = [
    (Cause.LEVEL, "s has gas 2, 3 needed", lambda d: with_visit(d, "B", skills={"gas": 3})),
    (Cause.SKILL, "s lacks oil", lambda d: with_visit(d, "B", skills={"oil": 1})),
    (Cause.PINNED, "is pinned to T", lambda d: with_visit(d, "B", pinned_shift="T")),
    (
        Cause.PINNED,
        "starts -3600 s off its pinned time",
        lambda d: with_visit(d, "B", pinned_start_s=13 * HOUR),
    ),
    (
        Cause.FORBIDDEN_TECHNICIAN,
        "s may not go",
        lambda d: with_visit(d, "B", forbidden_technicians=("s",)),
    ),
    (Cause.FORBIDDEN_TECHNICIAN, "s may not go", lambda d: with_visit(d, "B", required_technicians=("t",))),
    (
        Cause.OVERLAP,
        "leaves 600 s before the service is over",
        lambda d: with_visit(d, "B", service_by_technician={"s": 2400}),
    ),
    (Cause.MAX_VISITS, "2 visits, at most 1", lambda d: with_shift(d, max_visits=1)),
    # 30 + 30 + 60 min of driving; entry and waiting do not count.
    (Cause.MAX_TRAVEL, "7200 s of driving, at most 7199 s", lambda d: with_shift(d, max_travel_s=7199)),
    (Cause.MAX_DISTANCE, "60000 m, at most 59999 m", lambda d: with_shift(d, max_distance_m=59_999)),
    (
        Cause.SHIFT_SPAN,
        "is back 1800 s after the shift and its 3600 s of overtime",
        lambda d: with_shift(d, latest_s=12 * HOUR, overtime_s=HOUR),
    ),
    (
        Cause.CAPACITY,
        "3 of pump on board, room for 2",
        lambda d: with_visit(
            with_visit(with_shift(d, capacity={"pump": 2}), "A", brings={"pump": 1}), "B", brings={"pump": 2}
        ),
    ),
    (
        # One brought to A and three taken from there.
        Cause.CAPACITY,
        "3 of pump on board, room for 2",
        lambda d: with_visit(
            with_shift(d, capacity={"pump": 2}), "A", brings={"pump": 1}, collects={"pump": 3}
        ),
    ),
    (
        Cause.CAPACITY,
        "1 of pump on board, room for 0",
        lambda d: with_visit(with_shift(d, capacity={"filter": 2}), "A", brings={"pump": 1}),
    ),
    (Cause.CREW, "nobody goes in role 1 of 2", lambda d: with_visit(d, "A", crew=({},))),
    (Cause.ORDER, "comes after Z, which is left out", lambda d: with_visit(d, "A", after=(After("Z"),))),
    (
        # A ends 10:30, B starts 12:00.
        Cause.ORDER,
        "starts 5400 s after the end of A, at least 5401 s needed",
        lambda d: with_visit(d, "B", after=(After("A", min_gap_s=5401),)),
    ),
    (
        Cause.ORDER,
        "starts 5400 s after the end of A, at most 5399 s allowed",
        lambda d: with_visit(d, "B", after=(After("A", max_gap_s=5399),)),
    ),
]


@pytest.mark.parametrize(("cause", "detail", "change"), CHANGED)
def test_rules_that_changed_after_planning_are_found(
    cause: Cause, detail: str, change: Callable[[Problem], Problem]
) -> None:
    day = change(the_day())
    assert found(day, scored(day, the_plan())) == [(cause, detail)]


def test_overtime_within_its_limit_and_a_full_van_are_sound() -> None:
    day = with_shift(the_day(), latest_s=12 * HOUR, overtime_s=5400, capacity={"pump": 2})
    day = with_visit(with_visit(day, "A", brings={"pump": 2}, collects={"pump": 2}), "B", brings={"pump": 0})
    assert check(day, scored(day, the_plan())) == []


def test_setup_is_needed_unless_he_comes_from_the_same_place() -> None:
    # At A 9:30 + 5 min of setup, 9:35–10:05; A2 at the same place starts at once.
    day = problem([visit("A", 30, setup_s=300), visit("A2", 30, setup_s=300)], [shift("S")])
    plan = planned(day, {"S": ["A", "A2"]})
    assert [(s.start_s, s.setup_s) for s in plan.routes[0].stops] == [(34500, 300), (36300, 0)]
    assert check(day, plan) == []
    hasty = with_stop(plan, 0, arrival_s=34260)
    assert found(day, hasty) == [
        (
            Cause.SETUP_TIME_MISSING,
            "240 s between arrival and start, 0 s of entry and 300 s of setup, 300 s stated",
        )
    ]


def tea_day() -> tuple[Problem, Plan]:
    """Tea of 15 min at 10:00 sharp or 11:00 sharp, then lunch of 30 min; A 9:30–12:00 at home, B 12:30–13:00."""
    tea = Break(15 * MINUTE, (window(10, 10), window(12, 12)))
    day = problem(
        [visit("A", 0, service=150), visit("B", 0, windows=(window(13, 13),))],
        [shift("S", hours=(9.5, 17), breaks=(tea, lunch(30, 12, 13)))],
    )
    return day, planned(day, {"S": ["A", "B"]})


def test_several_breaks_are_taken_in_order() -> None:
    # Free at 12:00: tea at once, lunch at 12:15, and 15 min before B.
    day, plan = tea_day()
    assert plan.routes[0].break_starts_s == (12 * HOUR, 12 * HOUR + 900)
    assert check(day, plan) == []
    together = with_route(plan, break_starts_s=(12 * HOUR, 12 * HOUR + 600))
    assert found(day, together) == [
        (Cause.BREAK_MISSING, "one starts at 43800, the one before ends at 44100")
    ]
    swapped = scored(
        day, with_stop(with_route(plan, break_starts_s=(None, 12 * HOUR + 900)), 1, waiting_s=1800)
    )
    assert found(day, swapped) == [(Cause.BREAK_MISSING, "none, and neither home until nor back by 43200")]


def test_break_may_be_taken_at_home() -> None:
    # Back at 12:30, lunch until 13:00; or not away before 13:00.
    early = problem([visit("A", 0, windows=(window(12, 12),))], [shift("S", breaks=(lunch(),))])
    late = problem([visit("A", 0, windows=(window(13, 13),))], [shift("S", breaks=(lunch(),))])
    for day in (early, late):
        plan = planned(day, {"S": ["A"]})
        assert plan.routes[0].break_starts_s == (None,)
        assert check(day, plan) == []


def crew_day() -> tuple[Problem, Plan]:
    """S and a helper with gas at A, 10:00–10:30."""
    day = problem(
        [visit("A", 0, windows=(window(10, 10),), crew=({"gas": 1},))],
        [shift("S"), shift("T", skills={"gas": 1})],
    )
    routes = tuple(
        Route(name, 36000, (Stop("A", 36000, 36000, 37800, 0, 0, 0, role=role),), 37800)
        for role, name in enumerate("ST")
    )
    return day, scored(day, Plan(routes, (), Score()))


def test_crew_comes_together_each_in_his_role() -> None:
    day, plan = crew_day()
    assert check(day, plan) == []
    assert found(day, replace(plan, routes=plan.routes[:1])) == [(Cause.CREW, "nobody goes in role 1 of 2")]
    double = with_stop(plan, 0, role=1)
    assert found(day, double) == [(Cause.VISIT_TWICE, "stands in routes 2 times in role 1 of its crew")]
    stop = plan.routes[0].stops[0]
    alone = with_route(replace(plan, routes=plan.routes[:1]), stops=(stop, replace(stop, role=1)))
    assert found(day, alone) == [(Cause.CREW, "one technician in two roles")]


def test_crew_that_starts_apart_is_found() -> None:
    day, plan = crew_day()
    day = with_visit(day, "A", windows=())
    later = with_stop(plan, 0, start_s=36060, departure_s=37860, waiting_s=60)
    assert found(day, scored(day, with_route(later, arrival_s=37860))) == [
        (Cause.CREW, "the crew starts 60 s apart")
    ]


def test_helper_needs_the_skills_of_his_role() -> None:
    day, plan = crew_day()
    roles = tuple(replace(r, stops=(replace(r.stops[0], role=1 - r.stops[0].role),)) for r in plan.routes)
    assert found(day, replace(plan, routes=roles)) == [(Cause.SKILL, "s lacks gas")]


def test_one_technician_is_in_one_place_at_a_time() -> None:
    """Half an hour at A from 11:30 on and 10 min home: back at 12:10, and on the road again at 12:00."""
    days = [shift("S1", hours=(9, 12), technician="yan"), shift("S2", hours=(12, 17), technician="yan")]
    day = problem([visit("A", 10), visit("B", 10)], days)
    routes = (
        Route("S1", 40800, (Stop("A", 41400, 41400, 43200, 600, 0, 0),), 43800),
        Route("S2", 43200, (Stop("B", 43800, 43800, 45600, 600, 0, 0),), 46200),
    )
    assert found(day, scored(day, Plan(routes, (), Score()))) == [
        (Cause.SHIFT_SPAN, "is back 600 s after the shift"),
        (Cause.OVERLAP, "leaves 600 s before yan is back from S1"),
    ]
