"""What is left of a day. Unless a test says otherwise it is the one of `days`."""

from dataclasses import replace

import numpy as np
import pytest

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
from dispatch.solver.living.remaining import notice_weight
from dispatch.solver.living.replan import replan
from dispatch.solver.living.revise import revised
from dispatch.solver.objective import PIN_PENALTY_S, unassigned_cost
from dispatch.solver.plan import Plan, Score
from dispatch.solver.problem import (
    After,
    Break,
    Costs,
    Place,
    Problem,
    ProblemError,
    Promise,
    Term,
    TimeWindow,
    Visit,
    Weights,
)
from dispatch.solver.solve import Limits
from dispatch.solver.travel import travel_matrix

from .days import V1, V2, V3, W1, A, B, clock, day, left_shift, left_visit, order_of
from .instances import HOUR, MINUTE, lunch, shift, visit, window

# Where the day stands.


def test_as_planned_reports_what_the_plan_has_ended_and_begun_by_now() -> None:
    _, plan = day()
    assert as_planned(plan, clock(9, 50)) == (
        Done("W1", clock(9, 35)),
        Done("V1", clock(9, 40)),
        Started("V2", clock(9, 50)),
    )


def test_what_is_done_leaves_and_the_next_stop_of_who_is_on_his_way_stays_his() -> None:
    given, plan = day()
    revision = revised(given, plan, as_planned(plan, clock(9, 45)), clock(9, 45))
    assert [one.id for one in revision.problem.visits] == ["V2", "V3"]
    assert order_of(revision.start) == {"A": ["V2", "V3"]}
    heading, resumed = left_visit(revision, "V2"), left_shift(revision)
    assert (heading.pinned_shift, heading.pinned_start_s) == ("A", clock(9, 50))
    assert (resumed.start_place, resumed.earliest_s, resumed.latest_s) == (V2.place, clock(9, 50), clock(17))
    assert not left_visit(revision, "V3").pinned


def test_who_has_not_left_is_free_and_who_has_left_home_goes_on_to_his_first_stop() -> None:
    given, plan = day(shifts=(A, shift("B", hours=(8, 17))))
    revision = revised(given, plan, (), clock(8, 3))
    assert left_shift(revision) == A
    assert (left_shift(revision, "B").start_place, left_shift(revision, "B").earliest_s) == (
        W1.place,
        clock(8, 5),
    )
    assert [one.id for one in revision.problem.visits if one.pinned] == ["W1"]


def test_what_is_not_reported_has_not_begun() -> None:
    given, plan = day()
    assert left_visit(revised(given, plan, (), clock(9, 20)), "V1").pinned_start_s == clock(9, 20)


def test_a_service_that_runs_is_a_fact_to_its_expected_end() -> None:
    given, plan = day()
    events: list[Event] = [Done("V1", clock(9, 41)), Started("V2", clock(9, 52)), Overrun("V2", clock(11))]
    revision = revised(given, plan, events, clock(10, 15))
    running, resumed = left_visit(revision, "V2"), left_shift(revision)
    assert (running.pinned_shift, running.pinned_start_s) == ("A", clock(9, 52))
    assert running.service_s == 68 * MINUTE
    assert (resumed.start_place, resumed.earliest_s) == (V2.place, clock(9, 52))


def test_a_service_beyond_its_length_runs_at_least_until_now_and_beyond_the_shift_into_overtime() -> None:
    given, plan = day(shifts=(shift("A", hours=(9, 11.5)), B))
    revision = revised(given, plan, [Started("V3", clock(10, 30))], clock(11, 20))
    assert left_visit(revision, "V3").service_s == 50 * MINUTE
    # Home is 30 minutes away: back at 11:50, 20 minutes after the end.
    assert left_shift(revision).overtime_s == 20 * MINUTE


def test_entering_stays_paid_when_the_next_stop_is_in_the_same_community() -> None:
    stays = tuple(replace(one, community="C") for one in (V1, V2, V3))
    given, plan = day((*stays, W1), entry_s={"C": 600})
    assert [stop.entry_s for stop in plan.routes[0].stops] == [600, 0, 0]
    revision = revised(given, plan, as_planned(plan, clock(9, 55)), clock(9, 55))
    # V1 ended at 9:50; V2 is to start at 10:00 as planned, so the shift resumes ten minutes before.
    assert left_visit(revision, "V2").pinned_start_s == clock(10)
    assert left_shift(revision).earliest_s == clock(9, 50)


def test_a_late_technician_is_expected_later_but_no_later_than_his_waiting_allows() -> None:
    later = replace(V2, windows=(window(10, 12),))
    given, plan = day((V1, later, V3, W1))
    for ended, expected in [(clock(9, 45), clock(10)), (clock(10, 0), clock(10, 10))]:
        revision = revised(given, plan, [Done("V1", ended)], clock(10, 1))
        assert left_visit(revision, "V2").pinned_start_s == max(expected, clock(10, 1))


def test_a_stop_that_would_keep_its_technician_beyond_his_shift_is_open_to_all() -> None:
    given, plan = day(shifts=(shift("A", hours=(9, 11.5)), B))
    # V3 would begin at 11:10 and end at 11:40.
    revision = revised(given, plan, [Done("V1", clock(9, 40)), Done("V2", clock(11))], clock(11, 5))
    assert left_visit(revision, "V3").pinned_shift is None


def test_a_break_that_is_over_falls_away_and_one_that_work_runs_over_follows_it() -> None:
    tea, noon = Break.between(15 * MINUTE, clock(9), clock(10)), lunch(30, 12, 12.5)
    given, plan = day(shifts=(shift("A", breaks=(tea, noon)), B))
    route = replace(plan.routes[0], break_starts_s=(clock(9, 40), clock(12)))
    plan = replace(plan, routes=(route, plan.routes[1]))
    now = clock(10, 15)
    revision = revised(given, plan, [Done("V1", clock(9, 40)), Started("V2", clock(9, 55))], now)
    assert left_shift(revision).breaks == (noon,)
    revision = revised(given, plan, [Started("V2", clock(9, 55)), Overrun("V2", clock(13))], now)
    assert left_shift(revision).breaks == (Break.between(30 * MINUTE, clock(13), clock(13)),)


def test_a_break_at_the_door_of_the_next_stop_stays_there() -> None:
    noon = lunch(30, 12, 12.25)
    given, plan = day(
        (V1, visit("N", 20, windows=(window(12.75, 14),)), W1),
        (shift("A", breaks=(noon,)), B),
        {"A": ["V1", "N"], "B": ["W1"]},
    )
    route = replace(plan.routes[0], break_starts_s=(clock(12),))
    revision = revised(
        given, replace(plan, routes=(route, plan.routes[1])), [Done("V1", clock(9, 40))], clock(10)
    )
    assert left_visit(revision, "N").pinned_start_s == clock(12, 45)
    assert left_shift(revision).breaks == (noon,)


def test_limits_and_prices_shrink_by_what_is_used_up() -> None:
    van = shift(
        "A",
        max_visits=5,
        max_travel_s=3600,
        max_distance_m=30_000,
        fair_s=2 * HOUR,
        capacity={"pump": 3, "waste": 4},
        costs=Costs(fixed=20, per_km=1),
    )
    first = replace(V1, brings={"pump": 1}, collects={"waste": 3})
    given, plan = day((first, V2, V3, W1), (van, B))
    events: list[Event] = [Done("V1", clock(9, 40)), Started("V2", clock(9, 50))]
    left = left_shift(revised(given, plan, events, clock(10)))
    # 20 minutes and 10 km driven, one visit over, 50 minutes paid, one pump out and three pieces of waste in.
    assert (left.max_visits, left.max_travel_s, left.max_distance_m) == (4, 2400, 20_000)
    assert (left.fair_s, left.capacity) == (70 * MINUTE, {"pump": 2, "waste": 1})
    assert left.costs == Costs(fixed=0, per_km=1)


def test_the_next_shift_of_who_is_held_up_begins_when_he_is_back() -> None:
    evening = shift("E", technician="a", hours=(17, 20))
    given, plan = day(shifts=(A, B, evening))
    revision = revised(given, plan, [Overrun("V1", clock(17, 30))], clock(16))
    assert left_shift(revision, "E").earliest_s == clock(17, 40)


# What is off, new, or decided.


def test_a_cancelled_visit_leaves_and_who_was_on_his_way_there_is_there() -> None:
    given, plan = day()
    events: list[Event] = [Done("V1", clock(9, 40)), Cancelled("V2")]
    revision = revised(given, plan, events, clock(9, 45))
    assert order_of(revision.start) == {"A": ["V3"], "B": ["W1"]}
    resumed = left_shift(revision)
    assert (resumed.start_place, resumed.earliest_s) == (V2.place, clock(9, 50))
    assert not left_visit(revision, "V3").pinned


def test_a_visit_in_vain_costs_its_time_and_leaves() -> None:
    given, plan = day()
    revision = revised(given, plan, [Done("V1", clock(9, 40)), NoShow("V2", clock(10))], clock(10))
    # From V2 at 10:00, twenty minutes early, to V3, ten minutes away, which was promised for 10:30.
    assert (left_shift(revision).earliest_s, left_shift(revision).start_place) == (clock(10, 10), V3.place)
    assert left_visit(revision, "V3").pinned_start_s == clock(10, 30)


def test_an_ill_technicians_visits_are_free_for_all_even_those_pinned_to_him() -> None:
    given, plan = day((V1, replace(V2, pinned_shift="A"), V3, W1))
    revision = revised(given, plan, [ShiftEnds("A", clock(9))], clock(8))
    assert [one.id for one in revision.problem.shifts] == ["B"]
    assert order_of(revision.start) == {"B": ["W1"]}
    assert left_visit(revision, "V2").pinned_shift is None
    assert left_visit(revision, "V2").promise == Promise(
        clock(9, 50), "a", weight=notice_weight(110 * MINUTE)
    )


def test_who_goes_home_early_keeps_what_ends_by_then() -> None:
    given, plan = day()
    revision = revised(given, plan, [ShiftEnds("A", clock(10, 50))], clock(8))
    assert order_of(revision.start) == {"A": ["V1", "V2"], "B": ["W1"]}
    assert (left_shift(revision).latest_s, left_shift(revision).overtime_s) == (clock(10, 50), 0)


def test_a_promise_is_dearer_the_sooner_it_is_and_one_given_before_stays() -> None:
    own = Promise(clock(10), tolerance_s=1800)
    given, plan = day((V1, V2, replace(V3, promise=own), W1))
    revision = revised(given, plan, (), clock(7, 50))
    # V2 is two hours ahead, half the notice: halfway between 1 and 3 times.
    assert left_visit(revision, "V2").promise == Promise(clock(9, 50), "a", weight=2.0)
    assert left_visit(revision, "V3").promise == own
    assert [notice_weight(s) for s in (-60, 0, 4 * HOUR, 9 * HOUR)] == [3, 3, 1, 1]


def test_a_dispatchers_pin_takes_the_visit_out_of_itsdriven() -> None:
    given, plan = day()
    revision = revised(given, plan, [Pinned("V2", "B"), Pinned("V3", start_s=clock(12))], clock(8))
    assert (left_visit(revision, "V2").pinned_shift, left_visit(revision, "V2").pinned_start_s) == ("B", None)
    assert left_visit(revision, "V3").pinned_start_s == clock(12)
    assert order_of(revision.start) == {"A": ["V1"], "B": ["W1"]}


def test_gaps_after_what_is_done_become_windows_and_what_awaits_a_cancelled_visit_stays_impossible() -> None:
    second = replace(V3, after=(After("V1", 1800, 3600),))
    given, plan = day((V1, V2, second, W1))
    revision = revised(given, plan, [Done("V1", clock(9, 35))], clock(9, 36))
    assert left_visit(revision, "V3").windows == (TimeWindow(clock(10, 5), clock(10, 35)),)
    assert left_visit(revision, "V3").after == ()
    revision = revised(given, plan, [Cancelled("V1")], clock(8))
    (never,) = left_visit(revision, "V1").windows
    assert never.latest_start < min(one.earliest_s for one in revision.problem.shifts)
    assert left_visit(revision, "V3").after == second.after


def test_an_urgent_visit_at_a_new_place_gets_its_ways() -> None:
    town = [Place(121.5 + i / 100, 25.0) for i in range(3)]
    home = replace(A, start_place=town[0], end_place=None)
    given = Problem((Visit("V", town[1], 600),), (home,), travel_matrix(town[:2], metres=True))
    revision = revised(given, Plan((), (), Score()), [Urgent(Visit("U", town[2], 600))], clock(8))
    ways, expected = revision.problem.travel, travel_matrix(town, metres=True)
    assert ways.places == tuple(town)
    assert np.array_equal(ways.seconds, expected.seconds)
    assert np.array_equal(np.asarray(ways.metres), np.asarray(expected.metres))
    assert left_visit(revision, "U").promise is None


def test_where_ways_cannot_be_reckoned_a_new_place_is_refused() -> None:
    given, plan = day()
    own = replace(given, travel=replace(given.travel, costs=given.travel.seconds))
    with pytest.raises(ProblemError, match=r"^events\[0\]\.visit\.place: .* row and a column"):
        revised(own, plan, [Urgent(visit("U", 77))], clock(8))


@pytest.mark.parametrize(
    ("path", "events"),
    [
        ("events[0].visit", [Done("X", 0)]),
        ("events[0].visit", [Started("V9", 0)]),
        ("events[0].at_s", [Done("V1", clock(18))]),
        ("events[1].visit", [Abandoned("V1", clock(9, 30)), Started("V1", clock(9, 40))]),
        ("events[1].visit", [Done("V1", clock(9, 40)), Started("V1", clock(9, 50))]),
        ("events[1].visit", [Started("V1", clock(9, 10)), Started("V1", clock(9, 10))]),
        ("events[1].at_s", [Started("V1", clock(9, 10)), Done("V1", clock(9))]),
        ("events[1].visit", [Started("V1", clock(9, 10)), Started("V2", clock(9, 20))]),
        ("events[1].at_s", [Started("V2", clock(9, 10)), Done("V1", clock(9, 20))]),
        ("events[1].visit", [Started("V1", clock(9, 10)), Cancelled("V1")]),
        ("events[1].visit", [Cancelled("V1"), Done("V1", clock(9, 40))]),
        ("events[1].visit", [Cancelled("V1"), Pinned("V1", "A")]),
        ("events[0].shift", [ShiftEnds("Z", 0)]),
        ("events[0].shift", [Pinned("V1", "Z")]),
        ("events[0]", [Pinned("V1")]),
        ("events[0].visit", [Urgent(visit("V1", 11))]),
    ],
)
def test_contradictions_are_named(path: str, events: list[Event]) -> None:
    given, plan = day((V1, V2, V3, W1, visit("V9", 9)))
    with pytest.raises(ProblemError) as error:
        revised(given, plan, events, clock(10))
    assert error.value.path == path


def test_a_service_that_was_expected_to_take_longer_may_be_over_by_now() -> None:
    given, plan = day()
    revision = revised(given, plan, [Overrun("V1", clock(10)), Done("V1", clock(10, 5))], clock(12))
    assert revision.facts.over == {"V1": clock(10, 5)}
    revision = revised(given, plan, [Overrun("V1", clock(10))], clock(10, 15))
    assert revision.facts.running["V1"].until_s == clock(10, 15)


def test_who_works_out_of_order_comes_from_where_he_was_last() -> None:
    given, plan = day()
    revision = revised(given, plan, [Started("V2", clock(9, 50)), Done("V2", clock(10, 20))], clock(10, 22))
    # Ten minutes back from V2 to V1, which is now first; V3 stays.
    assert left_visit(revision, "V1").pinned_start_s == clock(10, 30)
    assert order_of(revision.start)["A"] == ["V1", "V3"]
    # All done but V1 and V2 cancelled: V3 ended at 11:00, home is thirty minutes from there.
    off: list[Event] = [Done("V3", clock(11)), Cancelled("V1"), Cancelled("V2")]
    assert left_shift(revised(given, plan, off, clock(11, 29))).start_place == V3.place
    assert left_shift(revised(given, plan, off, clock(11, 30))).start_place == A.end_place


def test_a_service_that_runs_comes_first_whatever_was_planned_before_it() -> None:
    given, plan = day()
    revision = revised(given, plan, [Started("V2", clock(9, 15))], clock(9, 20))
    assert order_of(revision.start)["A"] == ["V2", "V1", "V3"]


def test_a_technicians_next_shift_waits_for_him_even_if_the_one_before_is_over() -> None:
    far = visit("F", 30)
    early = shift("M", technician="a", hours=(8, 12))
    noon = shift("N", technician="a", hours=(12, 17))
    given, plan = day((far, W1), (early, noon), {"M": ["F"], "N": ["W1"]})
    revision = revised(given, plan, [Done("F", clock(12, 20))], clock(12, 30))
    assert [(one.id, one.start_place, one.earliest_s) for one in revision.problem.shifts] == [
        ("N", noon.start_place, clock(12, 50))
    ]


def test_who_has_begun_his_next_shift_has_ended_the_one_before() -> None:
    early = shift("M", technician="a", hours=(8, 12))
    noon = shift("N", technician="a", hours=(12, 17))
    given, plan = day((V1, V2, W1), (early, noon), {"M": ["V1", "V2"], "N": ["W1"]})
    ahead: list[Event] = [Done("V1", clock(8, 40)), Started("W1", clock(9))]
    revision = revised(given, plan, ahead, clock(9, 10))
    assert [(one.id, one.earliest_s) for one in revision.problem.shifts] == [("N", clock(9))]
    assert order_of(revision.start) == {"N": ["W1"]}
    with pytest.raises(ProblemError) as refusal:
        revised(given, plan, [Done("W1", clock(8, 30)), Started("V1", clock(9))], clock(9, 10))
    assert str(refusal.value) == "events[1].visit: its technician has begun a later shift with W1"


def test_who_is_to_begin_a_visit_at_the_very_end_of_his_shift_does_so() -> None:
    # He leaves V1 at 9:40, and L, where there is nothing to do, is the end of his day.
    given, plan = day(
        (V1, visit("L", 30, service=0)), (shift("A", hours=(9, 10), end_place=None),), {"A": ["V1", "L"]}
    )
    revision = revised(given, plan, [Done("V1", clock(9, 40))], clock(9, 50))
    assert order_of(revision.start) == {"A": ["L"]}


def test_a_shift_that_begins_later_moves_nobody_before_that() -> None:
    given, plan = day()
    revision = revised(given, plan, [ShiftBegins("A", clock(10))], clock(9, 5))
    assert (left_shift(revision).earliest_s, left_shift(revision).start_place) == (clock(10), A.start_place)
    assert order_of(revision.start)["A"] == ["V1", "V2", "V3"]
    assert not any(one.pinned for one in revision.problem.visits if one.id != "W1")


def test_a_visit_left_undone_has_cost_its_time_and_is_open_to_all() -> None:
    given, plan = day((V1, replace(V2, pinned_shift="A", pinned_start_s=clock(9, 50)), V3, W1))
    events: list[Event] = [
        Done("V1", clock(9, 40)),
        Started("V2", clock(9, 50)),
        Abandoned("V2", clock(10, 5)),
    ]
    revision = revised(given, plan, events, clock(10, 7))
    assert (left_visit(revision, "V2").pinned, left_visit(revision, "V2").promise) == (False, None)
    # Free fifteen minutes early, ten minutes from V3, which is promised for 10:30.
    assert order_of(revision.start)["A"] == ["V3"]
    assert (left_shift(revision).start_place, left_shift(revision).earliest_s) == (V3.place, clock(10, 15))


def test_what_ran_over_before_it_was_left_undone_is_read_again_with_the_next_plan() -> None:
    given, plan = day()
    told: list[Event] = [Overrun("V2", clock(11)), Abandoned("V2", clock(10, 40))]
    new = replan(given, plan, told, clock(10, 45), Limits(iterations=0))
    again = [stop for route in new.in_force.routes for stop in route.stops if stop.visit == "V2"]
    assert [stop.start_s > clock(10, 40) for stop in again] == [False, True]
    assert revised(new.problem, new.in_force, told, clock(10, 50)).facts.running == {}


@pytest.mark.parametrize("unassigned", [Term(weight=0), Term(cap_min=1)])
def test_no_weight_makes_a_fact_worth_less_than_what_is_open(unassigned: Term) -> None:
    given, plan = day((V1, replace(V2, pinned_start_s=clock(9, 30)), V3, W1))
    light = replace(given, weights=Weights(unassigned=unassigned))
    new = replan(light, plan, [Started("V1", clock(9, 10))], clock(9, 20), Limits(iterations=30))
    assert new.plan.shift_of().get("V1") == "A"
    # 10,000 min for each of three that are open, once more for V2's pin, and for its own.
    priced = light.weights.unassigned.price(600)
    worth = unassigned_cost(left_visit(new.revision, "V1"), new.revision.problem.weights)
    assert worth == 3 * priced + 5 * PIN_PENALTY_S


# Pins and shifts that end.


def test_a_dispatchers_pin_to_a_shift_that_is_over_falls_away() -> None:
    given, plan = day()
    revision = revised(given, plan, [Pinned("V2", "A"), ShiftEnds("A", clock(9))], clock(8))
    assert not left_visit(revision, "V2").pinned


def test_a_pin_falls_away_when_the_way_home_would_be_too_long_and_one_made_after_that_stays() -> None:
    given, plan = day((V1, V2, replace(V3, pinned_shift="A"), W1))
    # V3 ends at 11:00 and home is thirty minutes away.
    ends = ShiftEnds("A", clock(11, 29))
    revision = revised(given, plan, [ends], clock(8))
    assert left_visit(revision, "V3").pinned_shift is None
    assert order_of(revision.start)["A"] == ["V1", "V2"]
    assert (
        left_visit(revised(given, plan, [ShiftEnds("A", clock(11, 30))], clock(8)), "V3").pinned_shift == "A"
    )
    assert left_visit(revised(given, plan, [ends, Pinned("V3", "A")], clock(8)), "V3").pinned_shift == "A"


def test_two_decisions_about_one_visit_hold_together() -> None:
    given, plan = day()
    revision = revised(given, plan, [Pinned("V2", "B"), Pinned("V2", start_s=clock(12))], clock(8))
    assert (left_visit(revision, "V2").pinned_shift, left_visit(revision, "V2").pinned_start_s) == (
        "B",
        clock(12),
    )


# Crews: X needs two, A comes from V1 and B from W1, both there at 9:50.

X = visit("X", 20, crew=({},))


def day_with_a_crew() -> tuple[Problem, Plan]:
    given, plan = day((V1, W1, X), routes={"A": ["V1", "X"], "B": ["W1", "X"]})
    first, second = plan.routes
    second = replace(second, stops=(second.stops[0], replace(second.stops[1], role=1)))
    return given, Plan((first, second), (), Score())


def test_a_crew_on_its_way_keeps_its_first_technician_but_starts_when_all_are_there() -> None:
    given, plan = day_with_a_crew()
    revision = revised(given, plan, as_planned(plan, clock(9, 45)), clock(9, 45))
    assert (left_visit(revision, "X").pinned_shift, left_visit(revision, "X").pinned_start_s) == ("A", None)
    assert left_visit(revision, "X").promise == Promise(clock(9, 50), None, weight=notice_weight(300))
    assert {(one.start_place, one.earliest_s) for one in revision.problem.shifts} == {(X.place, clock(9, 50))}


def test_a_crew_at_work_keeps_all_its_technicians() -> None:
    given, plan = day_with_a_crew()
    revision = revised(given, plan, as_planned(plan, clock(10)), clock(10))
    assert (left_visit(revision, "X").pinned_shift, left_visit(revision, "X").pinned_start_s) == (
        "A",
        clock(9, 50),
    )
    assert {(one.start_place, one.earliest_s) for one in revision.problem.shifts} == {(X.place, clock(9, 50))}
    assert order_of(revision.start) == {"A": ["X"], "B": ["X"]}


def test_when_one_of_a_crew_is_ill_the_visit_is_free_for_all() -> None:
    given, plan = day_with_a_crew()
    revision = revised(given, plan, [ShiftEnds("B", clock(9))], clock(8))
    assert order_of(revision.start) == {"A": ["V1"]}
    assert not left_visit(revision, "X").pinned


def test_no_shift_is_to_begin_in_the_past_or_to_outlast_its_early_end() -> None:
    given, plan = day()
    early = revised(given, plan, [ShiftEnds("B", clock(11))], clock(8)).leeway
    assert early.earliest_s == {"A": clock(8), "B": clock(8)}
    assert early.latest_s == {"B": clock(11)}
    under_way = revised(given, plan, [Done("V1", clock(9, 40))], clock(9, 45))
    # A drives to V2 and is there at 9:50
    assert under_way.leeway.earliest_s["A"] == left_shift(under_way).earliest_s == clock(9, 50)
