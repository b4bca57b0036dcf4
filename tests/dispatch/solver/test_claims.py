"""Reasons for leaving visits out are believed when they are true, and only then."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.solver.checker import Cause, check
from dispatch.solver.checking.insertions import Insertions
from dispatch.solver.checking.reasons import Circle
from dispatch.solver.checking.trial import Day, windows_of
from dispatch.solver.plan import DEARER, NO_GAP, Plan, Reason, Score, Unassigned
from dispatch.solver.problem import After, Problem, Shift, Visit
from tests.dispatch.solver.instances import lunch, problem, problems, shift, visit, window
from tests.dispatch.solver.plans import planned, scored
from tests.dispatch.solver.reference import cost, timed


def objections(day: Problem, orders: Mapping[str, Sequence[str]], *left: Unassigned) -> list[str]:
    """What the checker has against a plan that does these visits and leaves those out for these reasons."""
    violations = check(day, planned(day, orders, *left))
    assert {violation.cause for violation in violations} <= {Cause.REASON_FALSE}
    return [violation.detail for violation in violations]


def left_out(reason: Reason, **detail: str | int) -> Unassigned:
    return Unassigned("V", reason, detail)


ALONE: list[tuple[Unassigned, dict[str, Any], list[Shift]]] = [
    (left_out(Reason.NO_SHIFT), {}, []),
    (left_out(Reason.NO_SHIFT), {"forbidden_technicians": ("s",)}, [shift("S")]),
    (left_out(Reason.NO_SHIFT), {"required_technicians": ("x",)}, [shift("S")]),
    (
        left_out(Reason.SKILL_MISSING, skill="gas", level=2),
        {"skills": {"gas": 2}},
        [shift("S", skills={"gas": 1})],
    ),
    (
        left_out(Reason.SKILL_MISSING, together="gas, lift"),
        {"skills": {"gas": 1, "lift": 1}},
        [shift("S", skills={"gas": 1}), shift("T", skills={"lift": 1})],
    ),
    (left_out(Reason.SKILL_MISSING, skill="gas", level=1), {"crew": ({"gas": 1},)}, [shift("S"), shift("T")]),
    (
        left_out(Reason.PARTS_MISSING, part="pump", pieces=2),
        {"brings": {"pump": 1}, "collects": {"pump": 2}},
        [shift("S", capacity={"pump": 1}), shift("T", capacity={"filter": 9})],
    ),
    (
        left_out(Reason.PARTS_MISSING, together="filter, pump"),
        {"brings": {"pump": 1, "filter": 1}},
        [shift("S", capacity={"pump": 1}), shift("T", capacity={"filter": 1})],
    ),
    (left_out(Reason.WINDOW_CLOSED), {"windows": (window(17, 18),)}, [shift("S")]),
    # 9:00 + 3 h is at noon, when an hour's service must begin at the latest, but the way home is left.
    (left_out(Reason.TOO_FAR), {"place_min": 180}, [shift("S", hours=(9, 13))]),
    (left_out(Reason.TOO_FAR), {"place_min": 60}, [shift("S", max_travel_s=7199)]),
    (left_out(Reason.TOO_FAR), {"place_min": 60}, [shift("S", max_distance_m=59_999)]),
    (left_out(Reason.TOO_FAR), {}, [shift("S", max_visits=0)]),
    # The break must begin by 12:00, on the way, and its hour is missing in the end.
    (left_out(Reason.TOO_FAR), {"place_min": 60}, [shift("S", hours=(10, 13), breaks=(lunch(60, 11, 12),))]),
]


@pytest.mark.parametrize(("left", "fields", "shifts"), ALONE)
def test_reason_that_has_nothing_to_do_with_the_routes(
    left: Unassigned, fields: dict[str, Any], shifts: list[Shift]
) -> None:
    wanted = visit("V", **{"minutes": 0, "service": 60} | renamed(fields))
    day = problem([wanted], shifts)
    assert objections(day, {}, left) == []
    for reason in Reason:
        if reason not in {
            left.reason,
            Reason.TAKEN_OFF,
        }:  # that one is a decision, and true whenever it is said
            assert objections(day, {}, left_out(reason)) == [f"says {reason}, but it is {left.reason}"]


def renamed(fields: dict[str, Any]) -> dict[str, Any]:
    return {"minutes" if name == "place_min" else name: value for name, value in fields.items()}


@pytest.mark.parametrize(
    "detail",
    [
        {"skill": "gas", "level": 1},
        {"skill": "lift", "level": 1},
        {"together": "gas, lift"},
        {"skill": "gas", "level": 2, "together": "gas, lift"},
    ],
)
def test_skill_named_must_be_the_one_that_nobody_has(detail: dict[str, str | int]) -> None:
    day = problem([visit("V", 0, skills={"gas": 2, "lift": 1})], [shift("S", skills={"gas": 1, "lift": 1})])
    assert objections(day, {}, left_out(Reason.SKILL_MISSING, **detail)) == [
        f"the figures should be {{'skill': 'gas', 'level': 2}}, not {detail}"
    ]


def test_reason_without_figures_has_none() -> None:
    day = problem([visit("V", 0)], [])
    assert objections(day, {}, left_out(Reason.NO_SHIFT, shift="S")) == [
        "the figures should be {}, not {'shift': 'S'}"
    ]


def test_visit_after_one_that_is_left_out() -> None:
    day = problem([visit("V", 0, after=(After("A"),)), visit("A", 0, skills={"gas": 1})], [shift("S")])
    first = Unassigned("A", Reason.SKILL_MISSING, {"skill": "gas", "level": 1})
    assert objections(day, {}, first, left_out(Reason.ORDER_OPEN, visit="A")) == []
    assert objections(day, {}, first, left_out(Reason.ORDER_OPEN, visit="V")) == [
        "the figures should be {'visit': 'A'}, not {'visit': 'V'}"
    ]


def hour_day(hours: float, **fields: Any) -> Problem:
    """A takes 9:00–10:00 at home, V would take another hour there."""
    return problem(
        [visit("A", 0, service=60), visit("V", 0, service=60, **fields)], [shift("S", hours=(9, 9 + hours))]
    )


def test_no_gap_means_that_it_fits_nowhere() -> None:
    nowhere = left_out(Reason.NO_CAPACITY, gap=NO_GAP)
    assert objections(hour_day(1.99), {"S": ["A"]}, nowhere) == []
    assert objections(hour_day(2), {"S": ["A"]}, nowhere) == [
        "could be inserted for 0 s, less than its penalty of 36000 s"
    ]
    assert objections(hour_day(2, penalty=0), {"S": ["A"]}, nowhere) == [
        "says it fits nowhere, but it fits for 0 s"
    ]
    full = replace(hour_day(2), shifts=(shift("S", max_visits=1),))
    assert objections(full, {"S": ["A"]}, nowhere) == []


def test_van_that_is_full_on_the_way_has_no_gap() -> None:
    # Two pumps on board for A, two more after B: V's one has room only when it is gone before B.
    day = problem(
        [
            visit("A", 0, brings={"pump": 2}, windows=(window(12, 12),)),
            visit("B", 0, collects={"pump": 2}, windows=(window(10, 10),)),
            visit("V", 0, brings={"pump": 1}),
        ],
        [shift("S", capacity={"pump": 4})],
    )
    assert objections(day, {"S": ["B", "A"]}, left_out(Reason.NO_CAPACITY, gap=NO_GAP)) == [
        "could be inserted for 0 s, less than its penalty of 36000 s"
    ]
    day = replace(day, visits=(*day.visits[:2], replace(day.visits[2], brings={"pump": 3})))
    assert objections(day, {"S": ["B", "A"]}, left_out(Reason.NO_CAPACITY, gap=NO_GAP)) == []


@pytest.mark.parametrize(
    ("figures", "objection"),
    [
        ({"cost_s": 6000, "penalty_s": 600}, None),
        ({"cost_s": 6001, "penalty_s": 600}, "says it fits for 6001 s, but it is 6000 s"),
        ({"cost_s": 5999, "penalty_s": 600}, "says it fits for 5999 s, but it is 6000 s"),
        ({"cost_s": 599, "penalty_s": 600}, "says it fits for 599 s, less than its penalty of 600 s"),
        (
            {"cost_s": 6000, "penalty_s": 601},
            f"the figures should be {DEARER}, cost_s and a penalty_s of 600",
        ),
        ({}, f"the figures should be {DEARER}, cost_s and a penalty_s of 600"),
    ],
)
def test_dearer_than_its_penalty_must_be_so_to_the_second(
    figures: dict[str, int], objection: str | None
) -> None:
    # A is 10 min away, V 60: 50 min more there and back.
    day = problem([visit("A", 10), visit("V", 60, penalty=10)], [shift("S")])
    found = objections(day, {"S": ["A"]}, left_out(Reason.NO_CAPACITY, gap=DEARER, **figures))
    assert found == ([] if objection is None else [objection])


def test_pinned_and_mandatory_visits_may_be_left_out_only_when_they_fit_nowhere() -> None:
    for decided in ({"mandatory": True}, {"pinned_shift": "S"}):
        day = problem([visit("V", 60, penalty=0, **decided)], [shift("S")])
        dear = left_out(Reason.NO_CAPACITY, gap=DEARER, cost_s=7200, penalty_s=600_000)
        assert objections(day, {}, dear) == [
            "could be inserted for 7200 s, less than its penalty of 600000 s"
        ]


@pytest.mark.parametrize(("max_gap_s", "fits"), [(599, False), (600, True)])
def test_visit_after_another_has_only_the_time_that_one_leaves(max_gap_s: int, fits: bool) -> None:
    # A ends at 10:30 at home; V is 10 min away.
    after = After("A", max_gap_s=max_gap_s)
    day = problem([visit("A", 0, windows=(window(10, 10),)), visit("V", 10, after=(after,))], [shift("S")])
    found = objections(day, {"S": ["A"]}, left_out(Reason.NO_CAPACITY, gap=NO_GAP))
    assert found == (["could be inserted for 1200 s, less than its penalty of 36000 s"] if fits else [])


def test_large_crew_is_assigned_exactly_and_at_once() -> None:
    """Nine people 0 to 8 min away, each with a skill of his own, so only one way to fill the nine roles: there and
    back they drive 2 × (0 + … + 8) = 72 min. Whoever can do everything lives 60 min away."""
    able = {f"k{i}": 1 for i in range(9)}
    team = [shift(f"S{i}", home=i, skills={f"k{i}": 1}) for i in range(9)]
    others = [shift(f"T{i}", home=60, skills=able) for i in range(9)]
    wanted = visit("V", 0, penalty=72, skills={"k0": 1}, crew=tuple({f"k{i}": 1} for i in range(1, 9)))
    dear = {"gap": DEARER, "cost_s": 4320, "penalty_s": 4320}
    assert objections(problem([wanted], [*team, *others]), {}, left_out(Reason.CREW_INCOMPLETE, **dear)) == []
    worth_it = replace(wanted, penalty=73)
    assert objections(
        problem([worth_it], [*team, *others]), {}, left_out(Reason.CREW_INCOMPLETE, gap=NO_GAP)
    ) == ["could be inserted for 4320 s, less than its penalty of 4380 s"]


def crew_day(busy_from_h: float, **fields: Any) -> Problem:
    """S is busy 9:00–12:00, T for two hours from then on, both until 13:00; V takes two people an hour."""
    return problem(
        [
            visit("X", 0, service=180, windows=(window(9, 9),)),
            visit("Y", 0, service=120, windows=(window(busy_from_h, busy_from_h),)),
            visit("V", **{"minutes": 0, "service": 60, "crew": ({},)} | fields),
        ],
        [shift("S", hours=(9, 13)), shift("T", hours=(9, 13))],
    )


def test_crew_needs_a_moment_at_which_all_have_time() -> None:
    never = left_out(Reason.CREW_INCOMPLETE, gap=NO_GAP)
    orders = {"S": ["X"], "T": ["Y"]}
    # Free from 11:00 on, T waits until noon: 60 min × 0.1 = 6 min.
    assert objections(crew_day(11), orders, never) == []
    assert objections(crew_day(9), orders, never) == [
        "could be inserted for 360 s, less than its penalty of 36000 s"
    ]


def test_crew_may_be_dearer_than_its_penalty() -> None:
    # Both drive 10 min there and back: 40 min in all. T, free from 11:00, waits until S is there: 60 min × 0.1.
    day = crew_day(9, minutes=10, service=30, penalty=30)
    orders = {"S": ["X"], "T": ["Y"]}
    dear = {"gap": DEARER, "cost_s": 2760, "penalty_s": 1800}
    assert objections(day, orders, left_out(Reason.CREW_INCOMPLETE, **dear)) == []
    cheap = left_out(Reason.CREW_INCOMPLETE, **dear | {"cost_s": 1799})
    assert objections(day, orders, cheap) == ["says it fits for 1799 s, less than its penalty of 1800 s"]
    worth_it = crew_day(9, minutes=10, service=30, penalty=46.1)
    assert objections(worth_it, orders, left_out(Reason.CREW_INCOMPLETE, **dear)) == [
        "could be inserted for 2760 s, less than its penalty of 2766 s"
    ]


def test_visit_of_a_crew_in_the_plan_is_not_moved() -> None:
    # V would fit before A if A could be half an hour later, but T is at A at 9:30 as well.
    day = problem(
        [
            visit("A", 0, windows=(window(9.5, 10),), crew=({},)),
            visit("V", 0, service=60, windows=(window(9, 9),)),
        ],
        [shift("S"), shift("T", hours=(9.5, 10))],
    )
    stops = [timed(day, on, ["A"], [role]) for role, on in enumerate(day.shifts)]
    late = [route for route in stops if route is not None]
    early = tuple(
        replace(
            r,
            departure_s=34200,
            arrival_s=36000,
            stops=(replace(r.stops[0], arrival_s=34200, start_s=34200, departure_s=36000),),
        )
        for r in late
    )
    plan = scored(day, Plan(early, (left_out(Reason.NO_CAPACITY, gap=NO_GAP),), Score()))
    assert check(day, plan) == []


def day_of(problem: Problem, on: Shift) -> Day:
    index = problem.travel_of(on).index
    rows = {visit.id: index[visit.place] for visit in problem.visits}
    return Day(problem, on, rows, {visit.id: windows_of(visit) for visit in problem.visits})


@settings(max_examples=100, deadline=None, derandomize=True)
@given(problems(varied=True), st.randoms(use_true_random=False))
def test_trial_keeps_the_time_as_the_reference_does(day: Problem, random: Random) -> None:
    for on in day.shifts:
        visits = random.sample(day.visits, min(len(day.visits), random.randint(1, 4)))
        free = replace(on, max_visits=None, max_travel_s=None, max_distance_m=None, capacity={})
        able = [visit for visit in visits if Circle([on], visit, 0).skilled]
        if able:
            trial = day_of(day, free)
            assert trial.timetable(trial.order(able)) == timed(day, free, [visit.id for visit in able])


def greedy(day: Problem, random: Random) -> Plan:
    """Visits in any order, each at the end of any route that takes it; some are left out for no reason."""
    orders: dict[str, list[str]] = {}
    left = []
    for one in random.sample(day.visits, len(day.visits)):
        able = [s for s in day.shifts if timed(day, s, [*orders.get(s.id, []), one.id])]
        if able and random.random() < 0.7:
            orders.setdefault(random.choice(able).id, []).append(one.id)
        else:
            left.append(Unassigned(one.id, Reason.NO_SHIFT))
    return planned(day, orders, *left)


def cheapest_by_reference(day: Problem, plan: Plan, wanted: Visit) -> int | None:
    routes = {route.shift: route for route in plan.routes}
    costs = []
    for on in day.shifts:
        route = routes.get(on.id)
        order = [] if route is None else [stop.visit for stop in route.stops]
        before = 0 if route is None else cost(day, on, route)
        for k in range(len(order) + 1):
            after = timed(day, on, [*order[:k], wanted.id, *order[k:]])
            costs += [] if after is None else [cost(day, on, after) - before]
    return min(costs, default=None)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(problems(linked=False, varied=True), st.randoms(use_true_random=False))
def test_every_gap_is_found_and_priced_as_the_reference_does(day: Problem, random: Random) -> None:
    plan = greedy(day, random)
    assert {violation.cause for violation in check(day, plan)} <= {Cause.REASON_FALSE}
    insertions = Insertions(day, plan)
    named = {visit.id: visit for visit in day.visits}
    for left in plan.unassigned:
        wanted = named[left.visit]
        able = Circle(day.shifts, wanted, 0).carrying
        found = insertions.cheapest(wanted, insertions.allowed(wanted), able)
        assert found == cheapest_by_reference(day, plan, wanted)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(problems(linked=False, varied=True), st.randoms(use_true_random=False))
def test_no_plan_can_be_spoilt_unnoticed(day: Problem, random: Random) -> None:
    plan = greedy(day, random)
    before = check(day, plan)
    for route in plan.routes:
        others = tuple(other for other in plan.routes if other is not route)
        first, *rest = route.stops
        later = replace(first, start_s=first.start_s + 1, departure_s=first.departure_s + 1)
        for stops in (tuple(rest), (later, *rest)):
            spoilt = scored(day, replace(plan, routes=(*others, replace(route, stops=stops)), score=Score()))
            assert check(day, spoilt) != before
    assert check(day, replace(plan, score=replace(plan.score, travel=plan.score.travel + 1))) != before
