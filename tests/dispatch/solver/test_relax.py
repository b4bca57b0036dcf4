"""What would let a visit in: each change is the smallest, costs what it says, and the checker agrees."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.solver.checker import Cause, check
from dispatch.solver.explain import Relaxation, Way, explain
from dispatch.solver.explaining.candidates import WIDER_MIN
from dispatch.solver.objective import PIN_PENALTY_S, plan_score, unassigned_cost
from dispatch.solver.plan import DEARER, NO_GAP, Plan, Reason, Route, Unassigned
from dispatch.solver.problem import After, Problem, Shift, Term, TimeWindow, Visit, Weights
from dispatch.solver.relax import Leeway, relax
from dispatch.solver.solve import Limits, solve
from tests.dispatch.solver.instances import HOUR, MINUTE, problem, problems, shift, visit, window
from tests.dispatch.solver.plans import planned
from tests.dispatch.solver.reference import cost, timed
from tests.dispatch.solver.test_claims import greedy

FULL = Unassigned("V", Reason.NO_CAPACITY, {"gap": NO_GAP})


def relaxed(
    day: Problem,
    orders: dict[str, Sequence[str]],
    left: Unassigned = FULL,
    leeway: Leeway = Leeway(),  # noqa: B008 - frozen
) -> dict[Way, Relaxation]:
    """Way → relaxation for V, left out of a plan whose reasons the checker believes."""
    plan = planned(day, orders, left)
    assert check(day, plan) == []
    found = relax(day, plan, leeway=leeway)["V"]
    assert sorted(one.cost_s for one in found) == [one.cost_s for one in found]
    return {one.way: one for one in found}


def figures(one: Relaxation) -> tuple[str, dict[str, Any], dict[str, Any], int]:
    return one.technician, dict(one.detail), dict(one.changes), one.cost_s


def test_overtime_and_an_earlier_start() -> None:
    # 9–17 is full to the minute: 7 h 40 min of A and 10 min there and back. V, next door, takes 30 min more.
    day = problem([visit("V", 10), visit("A", 10, service=460)], [shift("S")])
    found = relaxed(day, {"S": ["A"]})
    # No way to drive, 30 min of overtime at 1.5.
    late = ("s", {"minutes": 30}, {"shifts[S].overtime_s": 1800}, 2700)
    assert figures(found[Way.OVERTIME]) == late
    early = ("s", {"minutes": 30}, {"shifts[S].earliest_s": 9 * HOUR - 1800}, 2700)
    assert figures(found[Way.EARLIER_START]) == early
    assert found[Way.OVERTIME].route.arrival_s == 17 * HOUR + 1800


def test_no_shift_is_stretched_into_the_past_or_beyond_what_is_possible() -> None:
    # As above: 30 min more are wanted.
    day = problem([visit("V", 10), visit("A", 10, service=460)], [shift("S")])
    ways = {Way.OVERTIME, Way.EARLIER_START}

    def stretched(**leeway: int) -> set[Way]:
        spans = Leeway(**{name: {"S": moment} for name, moment in leeway.items()})
        return ways & set(relaxed(day, {"S": ["A"]}, leeway=spans))

    assert stretched(earliest_s=9 * HOUR - 1800, latest_s=17 * HOUR + 1800) == ways
    assert stretched(earliest_s=9 * HOUR - 1799) == {Way.OVERTIME}
    assert stretched(latest_s=17 * HOUR + 1799) == {Way.EARLIER_START}
    assert stretched(earliest_s=9 * HOUR, latest_s=17 * HOUR) == set()


def test_overtime_ends_where_the_next_shift_begins() -> None:
    day = problem(
        [visit("V", 10), visit("A", 10, service=460)],
        [shift("S", technician="s"), shift("N", technician="s", hours=(17.4, 17.5))],
    )
    # 24 min are too few, so it is N's overtime that would help.
    assert relaxed(day, {"S": ["A"]})[Way.OVERTIME].shift == "N"


@pytest.mark.parametrize(
    ("hours", "way", "changed"),
    [
        # A is over at 10:10, V next door must begin by 10:00: ten minutes later will do.
        ((9.5, 10), Way.WINDOW_LATER, TimeWindow(9 * HOUR + 1800, 10 * HOUR + 600)),
        # B begins at 16:00, so V must begin at 15:30: a quarter of an hour earlier.
        ((15.75, 15.9), Way.WINDOW_EARLIER, TimeWindow(15 * HOUR + 1800, 15 * HOUR + 54 * MINUTE)),
    ],
)
def test_window_wider_by_the_fewest_minutes(
    hours: tuple[float, float], way: Way, changed: TimeWindow
) -> None:
    day = problem(
        [
            visit("V", 10, windows=(window(*hours),)),
            visit("A", 10, service=60, windows=(window(9, 9 + 10 / 60),)),
            visit("B", 10, service=45, windows=(window(16, 16),)),
        ],
        [shift("S")],
    )
    found = relaxed(day, {"S": ["A", "B"]})
    assert way in found
    assert found[way].changes == {"visits[V].windows": (changed,)}
    assert found[way].worth_it


def test_skills_learned_and_one_more_person() -> None:
    # T, at the door, lacks lift: he would come for nothing. A new one like T costs as little.
    wanted = {"gas": 1, "lift": 2}
    day = problem(
        [visit("V", 10, skills=wanted)], [shift("S", home=40), shift("T", home=10, skills={"gas": 1})]
    )
    left = Unassigned("V", Reason.SKILL_MISSING, {"skill": "lift", "level": 2})
    found = relaxed(day, {}, left)
    assert figures(found[Way.SKILL]) == ("t", {"lift": 2}, {"shifts[T].skills": {"gas": 1, "lift": 2}}, 0)
    person = found[Way.PERSON]
    assert (person.shift, person.detail, person.cost_s) == ("T", wanted, 0)
    assert person.route.shift == "T+"


def test_worth_more_or_in_the_place_of_another() -> None:
    # S has an hour. V is 30 min away and worth 50, so going there and back costs 10 min too much.
    day = problem([visit("V", 30, service=10, penalty=50)], [shift("S")])
    dear = Unassigned("V", Reason.NO_CAPACITY, {"gap": DEARER, "cost_s": 3600, "penalty_s": 3000})
    found = relaxed(day, {}, dear)
    assert figures(found[Way.PENALTY]) == ("s", {"minutes": 61}, {"visits[V].penalty": 61.0}, 3600)
    assert found[Way.PENALTY].worth_it
    assert Way.SWAP not in found

    # A fills the day and is worth 40: without it (2 × 10 min saved) V (2 × 30 min) comes in for 40 + 40 min.
    day = problem([visit("V", 30, penalty=500), visit("A", 10, service=460, penalty=40)], [shift("S")])
    swap = relaxed(day, {"S": ["A"]})[Way.SWAP]
    assert figures(swap) == ("s", {"visit": "A"}, {}, 4800)
    assert [stop.visit for stop in swap.route.stops] == ["V"]


def test_what_is_worth_its_way_already_need_not_be_worth_more() -> None:
    # 2 min there and back, and 8 gained: somebody has taken it off all the same.
    day = problem([visit("V", 1, values={"s": 8})], [shift("S")], weights=Weights(unassigned=Term(0.3)))
    assert relaxed(day, {}, Unassigned("V", Reason.TAKEN_OFF)).keys() == set()


def test_pinned_visits_are_never_left_out_instead() -> None:
    day = problem([visit("V", 30), visit("A", 10, service=460, penalty=1, pinned_shift="S")], [shift("S")])
    assert Way.SWAP not in relaxed(day, {"S": ["A"]})


def test_more_parts_and_one_visit_more() -> None:
    # A takes one of two pumps, V needs two: with a third in the van it can be done.
    day = problem(
        [visit("V", 10, brings={"pump": 2}), visit("A", 10, brings={"pump": 1})],
        [shift("S", capacity={"pump": 2})],
    )
    parts = ("s", {"pump": 1}, {"shifts[S].capacity": {"pump": 3}}, 0)
    assert figures(relaxed(day, {"S": ["A"]})[Way.PARTS]) == parts

    day = problem([visit("V", 10), visit("A", 10)], [shift("S", max_visits=1)])
    one_more = ("s", {"visits": 2}, {"shifts[S].max_visits": 2}, 0)
    assert figures(relaxed(day, {"S": ["A"]})[Way.ONE_MORE]) == one_more


def test_driving_for_longer_and_farther_than_allowed() -> None:
    # A is 10 min away and V 30: there and back 60 min and 30 km, of which 45 min and 24 km are allowed.
    limits = {"max_travel_s": 45 * MINUTE, "max_distance_m": 24_000}
    ways = {"max_travel_s": Way.LONGER_DRIVE, "max_distance_m": Way.FARTHER_DRIVE}
    more = {"max_travel_s": ({"minutes": 15}, 60 * MINUTE), "max_distance_m": ({"km": 6}, 30_000)}
    for field, limit in limits.items():
        day = problem([visit("V", 30), visit("A", 10)], [shift("S", **{field: limit})])
        left = Unassigned("V", Reason.TOO_FAR)
        detail, higher = more[field]
        # 20 min there and back beyond A's
        expected = ("s", detail, {f"shifts[S].{field}": higher}, 2400)
        assert figures(relaxed(day, {"S": ["A"]}, left)[ways[field]]) == expected


def test_no_limit_alone_helps_where_there_are_two() -> None:
    limits = {"max_travel_s": 45 * MINUTE, "max_distance_m": 24_000}
    day = problem([visit("V", 30)], [shift("S", **limits)])
    assert not {Way.LONGER_DRIVE, Way.FARTHER_DRIVE} & set(relaxed(day, {}, Unassigned("V", Reason.TOO_FAR)))


def test_somebody_who_may_not_go() -> None:
    # S lives next door and is not wanted, or not one of those who are; T, who has not the skill, is no help.
    team = [shift("S", home=10, skills={"gas": 1}), shift("T", home=10)]
    for fields, by, allowed in (
        ({"forbidden_technicians": ("s", "x")}, "forbidden", ("x",)),
        ({"required_technicians": ("x",)}, "required", ("x", "s")),
    ):
        day = problem([visit("V", 10, skills={"gas": 1}, **fields)], team)
        reason = Unassigned("V", Reason.NO_SHIFT)
        if by == "forbidden":
            reason = Unassigned("V", Reason.SKILL_MISSING, {"skill": "gas", "level": 1})
        found = relaxed(day, {}, reason)[Way.TECHNICIAN]
        expected = ("s", {"by": by}, {f"visits[V].{by}_technicians": allowed}, 0)
        assert figures(found) == expected


def test_who_is_pinned_elsewhere_is_not_offered() -> None:
    day = problem(
        [visit("V", 10, pinned_shift="T"), visit("A", 10, service=460)],
        [shift("S"), shift("T")],
    )
    assert Way.TECHNICIAN not in relaxed(day, {"T": ["A"]})


def test_a_visit_that_must_come_after_another() -> None:
    # A ends at 16:40, and so does the working day but for the way home; V comes at the earliest then.
    day = problem([visit("A", 10, service=450), visit("V", 10, after=(After("A"),))], [shift("S")])
    overtime = relaxed(day, {"S": ["A"]})[Way.OVERTIME]
    assert overtime.detail == {"minutes": 20}
    assert [stop.visit for stop in overtime.route.stops] == ["A", "V"]


def test_what_depends_on_a_visit_left_out_has_to_wait_for_it() -> None:
    day = problem([visit("A", 10, skills={"gas": 1}), visit("V", 10, after=(After("A"),))], [shift("S")])
    missing = Unassigned("A", Reason.SKILL_MISSING, {"skill": "gas", "level": 1})
    plan = planned(day, {}, missing, Unassigned("V", Reason.ORDER_OPEN, {"visit": "A"}))
    assert relax(day, plan, ["V"]) == {"V": ()}


def test_explanations_come_with_relaxations() -> None:
    day = problem([visit("V", 10, skills={"gas": 1})], [shift("S")])
    plan = solve(day, Limits(iterations=10))
    assert explain(day, plan).relaxations == relax(day, plan)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(problems(varied=True))
def test_every_change_does_what_it_says_in_the_whole_plan(day: Problem) -> None:
    assert_each_does_what_it_says(day, solve(day, Limits(iterations=30)))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(problems(linked=False, varied=True), st.randoms(use_true_random=False))
def test_every_change_to_a_plan_made_by_hand_does_too(day: Problem, random: Random) -> None:
    assert_each_does_what_it_says(day, greedy(day, random))


def assert_each_does_what_it_says(day: Problem, plan: Plan) -> None:
    for name, found in relax(day, plan).items():
        for one in found:
            changed = applied(day, one)
            after = with_route(changed, plan, one, name)
            # The change may let in other visits left out as well, whose reasons are then no longer true.
            assert {violation.cause for violation in check(changed, after)} <= {Cause.REASON_FALSE}
            assert name in {stop.visit for stop in one.route.stops}
            if not any(each.crew or each.after for each in day.visits):
                assert one.cost_s == dearer_by(day, changed, plan, after, one, name)
                least(day, plan, one, name)


def applied(day: Problem, one: Relaxation) -> Problem:
    """The problem with the changes made, field by field."""
    visits, shifts = {v.id: v for v in day.visits}, {s.id: s for s in day.shifts}
    for path, value in one.changes.items():
        kind, _, rest = path.partition("[")
        key, _, field = rest.partition("]")
        fields: dict[str, Any] = {field[1:]: value}
        if isinstance(value, Shift):
            shifts[key] = value
        elif kind == "shifts":
            shifts[key] = replace(shifts[key], **fields)
        else:
            visits[key] = replace(visits[key], **fields)
    return replace(day, visits=tuple(visits.values()), shifts=tuple(shifts.values()))


def with_route(day: Problem, plan: Plan, one: Relaxation, name: str) -> Plan:
    """The plan with the new route; who had to make room for it is left out."""
    gone = set(stops(plan, one.route.shift)) - {stop.visit for stop in one.route.stops}
    routes = [route for route in plan.routes if route.shift != one.route.shift]
    left = [other for other in plan.unassigned if other.visit != name]
    left += [Unassigned(other, Reason.NO_SHIFT) for other in gone]
    made = replace(plan, routes=(*routes, one.route), unassigned=tuple(left))
    return replace(made, score=plan_score(day, made))


def stops(plan: Plan, name: str) -> list[str]:
    return next(([stop.visit for stop in one.stops] for one in plan.routes if one.shift == name), [])


def dearer_by(day: Problem, changed: Problem, plan: Plan, after: Plan, one: Relaxation, name: str) -> int:
    """What the plans' scores say the change costs; for an earlier start, with its price."""
    wanted = next(each for each in day.visits if each.id == name)
    added = plan_score(changed, after).total - plan.score.total + unassigned_cost(wanted, day.weights)
    early = int(one.detail["minutes"]) if one.way is Way.EARLIER_START else 0
    return added + day.weights.overtime.price(early)


def least(day: Problem, plan: Plan, one: Relaxation, name: str) -> None:
    """With a minute less it fits nowhere; no other visit makes room for less."""
    wanted = next(each for each in day.visits if each.id == name)
    on = next(each for each in day.shifts if each.id == one.shift)
    if one.way is Way.SWAP:
        assert one.cost_s == cheapest_swap(day, plan, wanted)
    elif one.way is Way.FARTHER_DRIVE:
        assert on.max_distance_m is not None
        nearer = on.max_distance_m + (int(one.detail["km"]) - 1) * 1000
        assert not places(day, plan, replace(on, max_distance_m=nearer), name)
    elif "minutes" in one.detail and one.way is not Way.PENALTY:
        less = int(one.detail["minutes"]) - 1
        if one.way is Way.OVERTIME:
            assert not places(day, plan, replace(on, overtime_s=on.overtime_s + less * 60), name)
        elif one.way is Way.EARLIER_START:
            assert not places(day, plan, replace(on, earliest_s=on.earliest_s - less * 60), name)
        elif one.way is Way.LONGER_DRIVE:
            assert on.max_travel_s is not None
            assert not places(day, plan, replace(on, max_travel_s=on.max_travel_s + less * 60), name)
        elif not any(places(day, plan, each, name) for each in day.shifts) and less + 1 not in WIDER_MIN:
            narrower = wider(wanted, one.way, less)
            changed = replace(day, visits=tuple(narrower if v is wanted else v for v in day.visits))
            assert not any(places(changed, plan, each, name) for each in day.shifts)


def places(day: Problem, plan: Plan, on: Shift, name: str) -> list[Route]:
    """Every way to put the visit into the shift's route."""
    order = stops(plan, on.id)
    tried = (timed(day, on, [*order[:k], name, *order[k:]]) for k in range(len(order) + 1))
    return [route for route in tried if route]


def wider(wanted: Visit, way: Way, minutes: int) -> Visit:
    before, after = (minutes * 60, 0) if way is Way.WINDOW_EARLIER else (0, minutes * 60)
    windows = (TimeWindow(w.earliest_start - before, w.latest_start + after) for w in wanted.windows)
    return replace(wanted, windows=tuple(windows))


def cheapest_swap(day: Problem, plan: Plan, wanted: Visit) -> int:
    """The best of every place in every route without one of its visits that is worth less."""
    named = {each.id: each for each in day.visits}
    penalty = min(unassigned_cost(wanted, day.weights), PIN_PENALTY_S)
    found = []
    for on in day.shifts:
        order = stops(plan, on.id)
        before = timed(day, on, order)
        for other in order if before else ():
            rest = [name for name in order if name != other]
            tried = (timed(day, on, [*rest[:k], wanted.id, *rest[k:]]) for k in range(len(rest) + 1))
            worth = unassigned_cost(named[other], day.weights)
            if before and worth < penalty:
                found += [cost(day, on, route) - cost(day, on, before) + worth for route in tried if route]
    return min(found)
