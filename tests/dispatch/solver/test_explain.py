"""Why this technician, and why not at all: the figures behind the sentences."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from dispatch.solver.checking.claims import Claims
from dispatch.solver.explain import MOST_RELAXED, Exclusion, Explanation, Rule, by_rule, explain
from dispatch.solver.objective import unassigned_cost
from dispatch.solver.plan import DEARER, NO_GAP, Plan, Reason, Route, Score, Unassigned
from dispatch.solver.problem import After, Costs, Problem, Promise, Shift, Visit
from dispatch.solver.solve import Limits, solve
from tests.dispatch.solver.instances import HOUR, problem, problems, shift, visit, window
from tests.dispatch.solver.plans import planned
from tests.dispatch.solver.reference import cost, timed

QUICK = Limits(iterations=50)


def rivals(explanation: Explanation) -> list[tuple[str, int, str]]:
    return [(one.technician, one.difference_s, one.deciding_term) for one in explanation.rivals]


def test_value_of_a_technician_decides() -> None:
    # All live 10 min away. S is worth 8 min to A and U 3 min: U would cost 5 min = 300 s more, T 8 min = 480 s.
    day = problem([visit("A", 10, values={"s": 8, "u": 3})], [shift("S"), shift("T"), shift("U"), shift("W")])
    explanation = explain(day, solve(day, QUICK)).assigned["A"]
    assert (explanation.chosen.shift, explanation.chosen.terms) == ("S", Score(travel=1200, affinity=-480))
    assert rivals(explanation) == [("u", 300, "affinity"), ("t", 480, "affinity")]
    assert explanation.rivals[1].terms == Score(travel=1200)
    assert explanation.runner_up == explanation.rivals[0]


def test_a_stop_is_charged_the_detour_it_causes() -> None:
    # A lies on the way to B: with B in the route A adds nothing but the entry; alone for T it is 40 min.
    day = problem(
        [visit("A", 20, community="C"), visit("B", 30)], [shift("S"), shift("T")], entry_s={"C": 300}
    )
    explanation = explain(day, solve(day, QUICK)).assigned["A"]
    assert explanation.chosen.terms == Score(community_entry=300)
    assert rivals(explanation) == [("t", 40 * 60, "travel")]


def test_every_term_can_speak() -> None:
    # A adds 2 × 10 min of driving to S's day, and 10 km. T lives there, but is paid by the hour (30 min at 20 an
    # hour: 10 min), costs 45 min for being used, and is neither known (10 min) nor asked for (10 min) nor promised
    # (30 min at half price); the ten minutes by which he is early are tolerated.
    liked: dict[str, Any] = {"preferred_technicians": ("s",), "known_technicians": ("s",)}
    promise = Promise(9 * HOUR + 600, "s", tolerance_s=600)
    paid = Costs(fixed=45, per_paid_hour=20)
    day = problem(
        [visit("A", 10, promise=promise, **liked)],
        [shift("S", costs=Costs(per_km=1)), shift("T", home=10, costs=paid)],
    )
    explanation = explain(day, planned(day, {"S": ["A"]})).assigned["A"]
    assert explanation.chosen.terms == Score(travel=1200, distance=600)
    assert explanation.rivals[0].terms == Score(
        preference=600, continuity=600, disturbance=900, labour=600, shift_use=2700
    )
    assert rivals(explanation) == [("t", 5400 - 1800, "shift_use")]


def test_the_same_technician_on_another_day_is_no_rival() -> None:
    day = problem(
        [visit("A", 10)],
        [shift("Mon", technician="s"), shift("Tue", technician="s", hours=(33, 41)), shift("T", home=30)],
    )
    explanation = explain(day, solve(day, QUICK)).assigned["A"]
    assert rivals(explanation) == [("t", 1200, "travel")]


def test_nobody_else_could_go() -> None:
    day = problem([visit("A", 10, skills={"gas": 1})], [shift("S", skills={"gas": 1}), shift("T")])
    explanation = explain(day, solve(day, QUICK)).assigned["A"]
    assert (explanation.rivals, explanation.runner_up) == ((), None)


def test_each_of_a_crew_is_explained_against_those_not_in_it() -> None:
    # S and T drive 10 min each way. U, 30 min away on the other side, could stand in for either of them.
    day = problem(
        [visit("A", 10, crew=({},), windows=(window(10, 11),))], [shift("S"), shift("T"), shift("U", home=40)]
    )
    routes = (timed(day, day.shifts[0], ["A"], [0]), timed(day, day.shifts[1], ["A"], [1]))
    explanations = explain(day, Plan(tuple(route for route in routes if route), (), Score()))
    assert rivals(explanations.assigned["A"]) == [("u", 2400, "travel")]
    assert explanations.further["A", 1].chosen.shift == "T"
    assert rivals(explanations.further["A", 1]) == [("u", 2400, "travel")]


def test_a_slower_technician_is_no_rival_where_another_visit_waits_for_the_end() -> None:
    # A takes from 9:10 to 10:10, but T would need until 11:10. B begins at 10:30.
    day = problem(
        [
            visit("A", 10, service=60, service_by_technician={"t": 2 * HOUR}),
            visit("B", 10, windows=(window(10.5, 10.5),), after=(After("A"),)),
        ],
        [shift("S"), shift("T"), shift("U"), shift("W", home=10)],
    )
    first, second = timed(day, day.shifts[0], ["A"]), timed(day, day.shifts[3], ["B"])
    assert first is not None
    assert second is not None
    plan = Plan((first, second), (), Score())
    assert [one.technician for one in explain(day, plan).assigned["A"].rivals] == ["w", "u"]


def test_a_start_before_a_promise_is_left_where_a_dispatcher_put_it() -> None:
    # Promised at 10, planned at 9:45, where the search would wait: but then B could not be reached by 10:35.
    told = visit("A", 10, windows=(window(9.6, 12),), promise=Promise(10 * HOUR))
    early = replace(told, promise=None, windows=(window(9.75, 9.75),))
    day = problem([told, visit("B", 30, windows=(window(9, 10 + 35 / 60),))], [shift("S"), shift("T")])
    dragged = timed(replace(day, visits=(early, day.visits[1])), day.shifts[0], ["A", "B"])
    assert dragged is not None
    explanations = explain(day, Plan((dragged,), (), Score()))
    # 15 min early at half price.
    assert explanations.assigned["A"].chosen.terms == Score(disturbance=450)


def test_a_plan_that_cannot_be_is_refused() -> None:
    day = problem([visit("A", 10), visit("B", 10)], [shift("S", max_visits=1), shift("T", max_visits=1)])
    first, second = (timed(day, one, [name]) for one, name in zip(day.shifts, "AB", strict=True))
    assert first is not None
    assert second is not None
    both = replace(first, stops=(*first.stops, *second.stops))
    with pytest.raises(ValueError, match="not sound"):
        explain(day, Plan((both,), (), Score()))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(problems(varied=True))
def test_every_figure_is_that_of_routes_timed_by_the_reference(day: Problem) -> None:
    """What hangs together keeps its planned start; whom that leaves as a rival is no matter of one route."""
    plan = solve(day, QUICK)
    explanations = explain(day, plan)
    assert list(explanations.assigned) == [
        stop.visit for route in plan.routes for stop in route.stops if not stop.role
    ]
    held = held_together(day, plan)
    shifts = {one.id: one for one in day.shifts}
    orders = {one.shift: [(stop.visit, stop.role) for stop in one.stops] for one in plan.routes}
    for one in explanations.every():
        stop, on = (one.visit, one.role), shifts[one.chosen.shift]
        rest = [other for other in orders[on.id] if other != stop]
        assert one.chosen.terms.total == costs(held, on, orders[on.id]) - costs(held, on, rest)
        if one.visit not in linked_visits(day):
            assert [(rival.shift, rival.terms.total) for rival in one.rivals] == best_others(
                held, orders, stop, on.id
            )


Order = list[tuple[str, int]]
"""A route's visits and roles."""


def linked_visits(day: Problem) -> set[str]:
    return {
        name
        for one in day.visits
        if one.crew or one.after
        for name in (one.id, *(other.visit for other in one.after))
    }


def held_together(day: Problem, plan: Plan) -> Problem:
    """The problem with the visits that hang together pinned to their starts."""
    starts = {stop.visit: stop.start_s for route in plan.routes for stop in route.stops}
    held = linked_visits(day) & starts.keys()
    visits = (replace(one, pinned_start_s=starts[one.id]) if one.id in held else one for one in day.visits)
    return replace(day, visits=tuple(visits))


def timed_in(day: Problem, on: Shift, order: Order) -> Route | None:
    return timed(day, on, [name for name, _ in order], [role for _, role in order])


def costs(day: Problem, on: Shift, order: Order) -> int:
    route = timed_in(day, on, order)
    return cost(day, on, route) if route else 0


def best_others(
    day: Problem, orders: dict[str, Order], stop: tuple[str, int], own: str
) -> list[tuple[str, int]]:
    """The two cheapest other technicians for one visit more, each with his best shift, by trying every place."""
    his = next(one.technician for one in day.shifts if one.id == own)
    found: dict[str, tuple[int, int, str]] = {}
    for number, one in enumerate(day.shifts):
        order = orders.get(one.id, [])
        tried = (timed_in(day, one, [*order[:k], stop, *order[k:]]) for k in range(len(order) + 1))
        added = [cost(day, one, route) - costs(day, one, order) for route in tried if route]
        if added and one.technician != his:
            best = (min(added), number, one.id)
            found[one.technician] = min(best, found.get(one.technician, best))
    return [(shift_id, added) for added, _, shift_id in sorted(found.values())[:2]]


# Left out


def excluded(day: Problem, *left: Unassigned, **orders: list[str]) -> tuple[Exclusion, ...]:
    return explain(day, planned(day, orders, *left)).excluded["V"]


def test_left_out_visit_keeps_its_reason() -> None:
    day = problem([visit("A", 10, skills={"gas": 1})], [shift("S")])
    left = explain(day, solve(day, QUICK)).unassigned["A"]
    assert (left.reason, left.detail) == (Reason.SKILL_MISSING, {"skill": "gas", "level": 1})


def test_each_shift_is_kept_out_by_the_first_rule_that_holds() -> None:
    gas = {"gas": 2, "lift": 1}
    day = problem(
        [
            visit("V", 60, service=60, skills=gas, brings={"pump": 2}, windows=(window(9, 12),), penalty=90,
                  forbidden_technicians=("banned",)),
            visit("A", 60, service=450),
        ],
        [
            shift("Banned", skills=gas),
            shift("Untaught", skills={"gas": 1, "lift": 1}),
            shift("Small", skills=gas, capacity={"pump": 1}),
            shift("Late", skills=gas, hours=(13, 17)),
            shift("Short", skills=gas, hours=(9, 11)),
            shift("Busy", skills=gas, home=60),
            shift("Dear", skills=gas),
        ],
    )  # fmt: skip
    reason = Unassigned("V", Reason.NO_CAPACITY, {"gap": DEARER, "cost_s": 7200, "penalty_s": 5400})
    found = excluded(day, reason, Busy=["A"])
    assert [(one.shift, one.rule, one.detail) for one in found] == [
        ("Banned", Rule.NOT_ALLOWED, {"by": "forbidden"}),
        ("Untaught", Rule.SKILL, {"skill": "gas", "level": 2}),
        ("Small", Rule.PARTS, {"part": "pump", "pieces": 2}),
        ("Late", Rule.WINDOW, {}),
        ("Short", Rule.TOO_FAR, {}),
        ("Busy", Rule.FULL, {}),
        # An hour there and an hour back, for a penalty of 90 min.
        ("Dear", Rule.PRICE, {"cost_s": 7200, "beyond_s": 1800}),
    ]
    assert by_rule(found)[Rule.FULL] == ("busy",)
    assert list(by_rule(found)) == [one.rule for one in found]


def test_each_role_of_a_crew_is_kept_out_by_its_own_rule() -> None:
    day = problem([visit("V", 10, crew=({"gas": 1},))], [shift("S"), shift("T")])
    found = excluded(day, Unassigned("V", Reason.SKILL_MISSING, {"skill": "gas", "level": 1}))
    assert [(one.role, one.shift, one.rule) for one in found] == [
        (0, "S", Rule.CREW),
        (0, "T", Rule.CREW),
        (1, "S", Rule.SKILL),
        (1, "T", Rule.SKILL),
    ]


def test_what_must_not_be_left_out_is_helped_first() -> None:
    # Nobody has the skill for any of them; M is mandatory, which is worth more than the others' penalty.
    gas = {"gas": 1}
    many = [visit(f"V{i}", 10, skills=gas, penalty=600) for i in range(MOST_RELAXED)]
    day = problem([*many, visit("M", 10, skills=gas, penalty=10, mandatory=True)], [shift("S")])
    helped = explain(day, solve(day, Limits(iterations=0))).relaxations
    assert list(helped) == ["M", *(f"V{i}" for i in range(MOST_RELAXED - 1))]


@settings(max_examples=150, deadline=None, derandomize=True)
@given(problems(varied=True))
def test_the_checker_confirms_every_exclusion(day: Problem) -> None:
    """A crew's are of single roles, which no plan claims."""
    plan = solve(day, QUICK)
    for name, exclusions in explain(day, plan).excluded.items():
        wanted = next(each for each in day.visits if each.id == name)
        assert [one.shift for one in exclusions] == [one.id for one in day.shifts] * wanted.roles
        for one in exclusions if not wanted.crew else ():
            for only in nobody_else(wanted, one):
                alone = replace(
                    day,
                    visits=tuple(only if each.id == name else each for each in day.visits),
                    shifts=tuple(strangers(day.shifts, one)),
                )
                assert Claims(alone, plan).objection(as_reason(day, wanted, one)) is None


def nobody_else(wanted: Visit, one: Exclusion) -> Iterator[Visit]:
    """The visit as if nobody but this technician could go; nothing where he may not."""
    if wanted.pinned_shift is not None:
        allowed = [wanted] if wanted.pinned_shift == one.shift else []
    elif one.technician in wanted.forbidden_technicians:
        allowed = []
    else:
        named = wanted.required_technicians or (one.technician,)
        allowed = [replace(wanted, required_technicians=(one.technician,))] if one.technician in named else []
    assert (one.rule is Rule.NOT_ALLOWED) == (not allowed)
    yield from allowed


def strangers(shifts: Sequence[Shift], one: Exclusion) -> Iterator[Shift]:
    """The technician's other shifts as somebody else's."""
    for each in shifts:
        other = each.technician == one.technician and each.id != one.shift
        yield replace(each, technician="somebody else") if other else each


def as_reason(day: Problem, wanted: Visit, one: Exclusion) -> Unassigned:
    """What the plan would say if there were only this technician."""
    reasons = {
        Rule.SKILL: (Reason.SKILL_MISSING, one.detail),
        Rule.PARTS: (Reason.PARTS_MISSING, one.detail),
        Rule.WINDOW: (Reason.WINDOW_CLOSED, {}),
        Rule.TOO_FAR: (Reason.TOO_FAR, {}),
        Rule.ORDER: (Reason.ORDER_OPEN, one.detail),
        Rule.FULL: (Reason.NO_CAPACITY, {"gap": NO_GAP}),
    }
    penalty_s = unassigned_cost(wanted, day.weights)
    if one.rule is Rule.PRICE:
        assert one.detail["beyond_s"] == int(one.detail["cost_s"]) - penalty_s
        detail = {"gap": DEARER, "cost_s": one.detail["cost_s"], "penalty_s": penalty_s}
        return Unassigned(wanted.id, Reason.NO_CAPACITY, detail)
    return Unassigned(wanted.id, *reasons[one.rule])
