"""Changing a plan by hand: what is allowed is sound, what is not says why, and it can be taken back."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.solver.checker import Cause, check
from dispatch.solver.edits import Move, Trial, rearrange, try_move
from dispatch.solver.objective import plan_score
from dispatch.solver.plan import NO_GAP, Plan, Reason, Unassigned
from dispatch.solver.problem import After, Problem, Visit
from dispatch.solver.solve import Limits, solve

from .days import V1, V2, V3, A, B, clock, order_of
from .instances import HOUR, MINUTE, lunch, problem, problems, shift, visit, window
from .plans import planned


def starts(trial: Trial) -> dict[str, int]:
    return {stop.visit: stop.start_s for route in trial.plan.routes for stop in route.stops}


def causes(trial: Trial) -> list[tuple[Cause, str | None]]:
    return [(one.cause, one.visit) for one in trial.broken]


def day() -> tuple[Problem, Plan]:
    """A drives to V1, V2 and V3 at 10, 20 and 30 min, 30 min each: 60 min of driving. B is free, and lives 30 min
    down the road."""
    given = problem([V1, V2, V3], [A, shift("B", home=30)])
    return given, planned(given, {"A": ["V1", "V2", "V3"]})


def test_a_visit_goes_to_a_colleague_next_door() -> None:
    # B lives where V3 is: A saves the way from 20 to 30 and back, 20 min; B drives nothing.
    given, plan = day()
    trial = try_move(given, plan, Move("V3", "B"))
    assert trial.allowed
    assert order_of(trial.plan) == {"A": ["V1", "V2"], "B": ["V3"]}
    assert (trial.change.terms()["travel"], trial.change.total, trial.travel_s) == (-1200, -1200, -1200)
    assert trial.shifts == ("A", "B")
    assert check(given, trial.plan) == []


def test_without_a_place_it_comes_where_it_costs_least() -> None:
    # V3 first would be 30 out, 10 and 20 between, 20 back, for 60 between; last, or in order, nothing is driven twice.
    given, plan = day()
    trial = try_move(given, plan, Move("V2", "A"))
    assert (order_of(trial.plan), trial.change.total) == ({"A": ["V1", "V2", "V3"]}, 0)


def test_it_comes_before_the_visit_that_is_named() -> None:
    # 30 min out, 20 back to V1, 10 on to V2, 20 home: 80 for 60.
    given, plan = day()
    trial = try_move(given, plan, Move("V3", "A", before="V1"))
    assert (order_of(trial.plan), trial.change.travel) == ({"A": ["V3", "V1", "V2"]}, 1200)


def test_it_starts_no_earlier_than_asked_and_the_others_make_way() -> None:
    # V1 9:10–9:40, V2 9:50–10:20, V3 10:30. V1 at 10:00 comes after V2, which A then reaches at 9:20; he could be with
    # V1 at 10:00 sharp. V3 is 20 min from V1: 10:50.
    given, plan = day()
    trial = try_move(given, plan, Move("V1", "A", start_s=10 * HOUR))
    assert trial.allowed
    assert starts(trial) == {"V2": clock(9, 20), "V1": 10 * HOUR, "V3": clock(10, 50)}


def test_a_hold_waits_and_the_score_says_what_that_costs() -> None:
    # V3 held to 12:00: 90 min of waiting at 0.1, but A rather leaves home 90 min later: nothing.
    given, plan = day()
    held = rearrange(given, plan, {"A": ("V1", "V2", "V3")}, {}, {"V3": 12 * HOUR})
    assert starts(held) == {"V1": clock(10, 40), "V2": clock(11, 20), "V3": 12 * HOUR}
    # V1 has to be begun by 9:30: he waits 70 min before V3.
    closing = replace(given, visits=(replace(V1, windows=(window(9, 9.5),)), V2, V3))
    held = rearrange(closing, plan, {"A": ("V1", "V2", "V3")}, {}, {"V3": 12 * HOUR})
    assert held.plan.score.waiting == 7 * MINUTE
    assert check(closing, held.plan) == []


def test_a_visit_is_taken_off_and_put_back() -> None:
    given, plan = day()
    off = try_move(given, plan, Move("V3", None))
    assert off.plan.unassigned == (Unassigned("V3", Reason.TAKEN_OFF),)
    assert off.change.terms() == terms(travel=-1200, unassigned=600 * MINUTE)
    assert check(given, off.plan) == []
    back = try_move(given, off.plan, Move("V3", "A"))
    assert back.plan == plan


def terms(**seconds: int) -> dict[str, int]:
    _, plan = day()
    return {name: seconds.get(name, 0) for name in plan.score.terms()}


def test_a_rule_forbids_it_and_the_times_are_told_all_the_same() -> None:
    # V3 closes at 10:15.
    given = problem([V1, V2, replace(V3, windows=(window(9, 10.25),))], [A, shift("B", home=30)])
    plan = planned(given, {"A": ["V1", "V2"], "B": ["V3"]})
    trial = try_move(given, plan, Move("V3", "A", start_s=11 * HOUR))
    assert causes(trial) == [(Cause.WINDOW, "V3")]
    assert starts(trial)["V3"] == 11 * HOUR
    first = try_move(given, plan, Move("V3", "A"))
    # V1 9:10–9:40, and 20 min on.
    assert (first.allowed, starts(first)["V3"]) == (True, clock(10))


def test_working_time_that_ends_too_early_is_told_with_the_rest() -> None:
    # 9:10–9:40, 9:50–10:20, 10:30–11:00, home at 11:30: A goes at 10:30, and lacks a skill besides.
    given = problem([V1, V2, replace(V3, skills={"gas": 1})], [shift("A", hours=(9, 10.75)), B])
    plan = planned(
        given, {"A": ["V1", "V2"]}, Unassigned("V3", Reason.SKILL_MISSING, {"skill": "gas", "level": 1})
    )
    trial = try_move(given, plan, Move("V3", "A", start_s=10 * HOUR))
    assert causes(trial) == [(Cause.SHIFT_SPAN, None), (Cause.SKILL, "V3")]
    assert starts(trial)["V3"] == clock(10, 30)
    assert trial.after["A"].arrival_s == clock(11, 30)


def test_what_was_wrong_before_forbids_nothing() -> None:
    # A begins at 10: V2, to be begun by 9:30, comes at 10:50 whatever is done. V1 may still go to B, and V3 stay.
    given = problem([V1, replace(V2, windows=(window(9, 9.5),)), V3], [shift("A", hours=(10, 17)), B])
    _, plan = day()
    assert try_move(given, plan, Move("V1", "B")).allowed
    assert causes(try_move(given, plan, Move("V2", "B", start_s=10 * HOUR))) == [(Cause.WINDOW, "V2")]


def test_a_break_comes_first_and_makes_it_late() -> None:
    # V2 takes three hours and closes at 11:30; the break must begin between 12:00 and 12:30. A has to have it before.
    long = visit("V2", 10, service=180, windows=(window(11, 11.5),))
    given = problem(
        [replace(V1, windows=(window(9, 10),)), long], [shift("A", breaks=(lunch(30, 12, 12.5),))]
    )
    plan = planned(given, {"A": ["V1"]}, Unassigned("V2", Reason.NO_CAPACITY, {"gap": NO_GAP}))
    trial = try_move(given, plan, Move("V2", "A"))
    assert causes(trial) == [(Cause.WINDOW, "V2")]
    assert starts(trial)["V2"] == clock(12, 30)


def test_a_pin_holds_against_a_move_and_frees_the_skill() -> None:
    given = problem([replace(V1, pinned_shift="A", skills={"gas": 2}), V2, V3], [A, B])
    plan = planned(given, {"A": ["V1"], "B": ["V2", "V3"]})
    assert causes(try_move(given, plan, Move("V1", "B"))) == [(Cause.PINNED, "V1")]
    assert try_move(given, plan, Move("V2", "A")).allowed


@pytest.mark.parametrize(
    ("visits", "cause"),
    [
        ((replace(V1, crew=({},)), V2), Cause.CREW),
        ((replace(V1, after=(After("V2"),)), V2), Cause.ORDER),
        ((V1, replace(V2, after=(After("V1"),))), Cause.ORDER),
    ],
)
def test_visits_that_hang_together_are_not_moved(visits: tuple[Visit, ...], cause: Cause) -> None:
    given = problem(visits, [A, B])
    plan = solve(given, Limits(iterations=0))
    trial = try_move(given, plan, Move("V1", "B"))
    assert (causes(trial), trial.plan) == ([(cause, "V1")], plan)


def test_visits_that_hang_together_keep_their_start() -> None:
    # A crew of both at 9:30 at the latest; V2 before it would make A late for his colleague.
    both = visit("C", 10, crew=({},), windows=(window(9.5, 9.5),))
    given = problem([both, visit("V2", 20)], [A, B])
    plan = solve(given, Limits(iterations=0))
    trial = try_move(given, plan, Move("V2", "A", before="C"))
    assert {cause for cause, _ in causes(trial)} == {Cause.WINDOW, Cause.CREW}
    assert try_move(given, plan, Move("V2", "B")).allowed


@st.composite
def moved(draw: st.DrawFn) -> tuple[Problem, Plan, Trial]:
    """A plan, and a move that is allowed or not."""
    given = draw(problems(varied=True).filter(lambda day: day.visits))
    plan = solve(given, Limits(iterations=0))
    name = draw(st.sampled_from([visit.id for visit in given.visits]))
    target = draw(st.sampled_from([None, *(shift.id for shift in given.shifts)]))
    others = [stop.visit for route in plan.routes if route.shift == target for stop in route.stops]
    move = Move(
        name,
        target,
        before=draw(st.sampled_from([None, *(other for other in others if other != name)])),
        start_s=draw(st.none() | st.integers(9 * 4, 16 * 4).map(lambda quarter: quarter * 900)),
    )
    return given, plan, try_move(given, plan, move)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(moved())
def test_an_edit_that_is_allowed_passes_the_checker(case: tuple[Problem, Plan, Trial]) -> None:
    given, plan, trial = case
    found = {one.cause for one in check(given, trial.plan)}
    # What was left out before may find room now.
    assert not trial.allowed or found <= {Cause.REASON_FALSE}
    assert trial.allowed or trial.plan == plan or found - {Cause.REASON_FALSE}
    assert trial.plan.score == plan_score(given, trial.plan)
    untouched = [route for route in plan.routes if route.shift not in trial.shifts]
    assert [route for route in trial.plan.routes if route.shift not in trial.shifts] == untouched


@settings(max_examples=50, deadline=None, derandomize=True)
@given(moved())
def test_the_old_orders_give_back_the_very_plan(case: tuple[Problem, Plan, Trial]) -> None:
    given, plan, trial = case
    orders = {name: tuple(order_of(plan).get(name, ())) for name in trial.shifts}
    back = rearrange(given, trial.plan, orders, trial.holds)
    assert (back.plan.routes, back.plan.score) == (plan.routes, plan.score)
