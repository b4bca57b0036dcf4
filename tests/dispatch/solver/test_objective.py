"""Every term of the score, its weight and its cap, worked out by hand."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dispatch.solver.objective import PIN_PENALTY_S, unassigned_cost
from dispatch.solver.plan import Plan, Reason, Score, Unassigned
from dispatch.solver.problem import Costs, Problem, Promise, Shift, Term, Visit, Weights
from tests.dispatch.solver.instances import HOUR, lunch, problem, shift, visit, window
from tests.dispatch.solver.plans import planned

ALL = Weights(*[Term(weight=0)] * 14)
"""Nothing counts."""


def plan_of(visits: Sequence[Visit], on: Shift, weights: Weights | None = None, **rest: Any) -> Plan:
    """The shift does all visits in the order given."""
    day = problem(visits, [on], weights=weights, **rest)
    return planned(day, {on.id: [one.id for one in visits]})


def counting(**terms: Term) -> Weights:
    """Weights under which only these terms count."""
    return replace(ALL, **terms)


def test_travel_is_out_between_and_home() -> None:
    # 10 out, 20 on to minute 30, 30 home: 60 min. An hour of driving at 90 min: 60 min × 1.5.
    stops = [visit("A", 10), visit("B", 30)]
    assert plan_of(stops, shift("S")).score == Score(travel=3600)
    dear = shift("S", costs=Costs(per_travel_hour=90))
    assert plan_of(stops, dear).score == Score(travel=5400)
    # Capped at 15 min a way, twice as dear: (10 + 15 + 15) × 2 = 80 min.
    capped = counting(travel=Term(weight=2, cap_min=15))
    assert plan_of(stops, shift("S"), capped).score == Score(travel=4800)


def test_open_ends_cost_no_travel() -> None:
    # Only 10 → 30 is left: 20 min.
    open_ended = shift("S", start_place=None, end_place=None)
    assert plan_of([visit("A", 10), visit("B", 30)], open_ended).score == Score(travel=1200)


def test_distance_is_paid_by_the_kilometre() -> None:
    # 20 min out and 20 home are 10 km each; 0.5 min a km: 10 min = 600 s.
    by_km = shift("S", costs=Costs(per_travel_hour=0, per_km=0.5))
    assert plan_of([visit("A", 20)], by_km).score == Score(distance=600)
    # Each way of 5 min capped at 3, weight 4: 2 × 3 × 4 = 24 min.
    capped = counting(distance=Term(weight=4, cap_min=3))
    assert plan_of([visit("A", 20)], by_km, capped).score == Score(distance=1440)


def test_matrix_of_costs_takes_the_place_of_both() -> None:
    on = shift("S", costs=Costs(per_travel_hour=90, per_km=9))
    day = problem([visit("A", 20)], [on])
    priced = replace(day.travel, costs=np.array([[0, 70], [7, 0]], dtype=np.int32))
    # Out 7 s (from the depot, second row), home 70 s.
    assert planned(replace(day, travel=priced), {"S": ["A"]}).score == Score(travel=77)


def waiting_day(weights: Weights | None = None) -> Plan:
    """A starts at 10:00 sharp, free at 10:30, at B 10:40; B opens at 12:00: 80 min of waiting."""
    stops = [visit("A", 10, windows=(window(10, 10),)), visit("B", 20, windows=(window(12, 12),))]
    return plan_of(stops, shift("S"), weights)


def test_waiting_costs_a_tenth_but_not_before_the_first_stop() -> None:
    # 80 × 0.1 = 8 min; before A the technician simply leaves home later. Travel 10 + 10 + 20 = 40 min.
    assert waiting_day().score == Score(travel=2400, waiting=480)
    assert waiting_day().routes[0].departure_s == 10 * HOUR - 600
    # At most 50 min of it count, twice: 100 min.
    assert waiting_day(counting(waiting=Term(weight=2, cap_min=50))).score == Score(waiting=6000)


def test_break_is_not_waiting() -> None:
    # Free at 10:30, at B 10:40, break 12:00–13:00, B opens at 13:00: 140 min less the hour = 80 min × 0.1.
    stops = [visit("A", 10, windows=(window(10, 10),)), visit("B", 20, windows=(window(13, 13),))]
    assert plan_of(stops, shift("S", breaks=(lunch(60),))).score == Score(travel=2400, waiting=480)


def unassigned(one: Visit, weights: Weights | None = None) -> Score:
    left = Unassigned("A", Reason.NO_SHIFT)
    return planned(problem([one], [], weights=weights), {}, left).score


def test_unassigned_is_the_penalty() -> None:
    assert unassigned(visit("A", 10, penalty=45)) == Score(unassigned=2700)
    # At most 30 min of it count, three times: 90 min.
    capped = Weights(unassigned=Term(weight=3, cap_min=30))
    assert unassigned(visit("A", 10, penalty=45), capped) == Score(unassigned=5400)


@pytest.mark.parametrize("decided", [{"pinned_start_s": 0}, {"mandatory": True}])
def test_leaving_out_what_is_decided_weighs_more_than_any_detour(decided: dict[str, Any]) -> None:
    one = visit("A", 10, penalty=45, **decided)
    assert unassigned_cost(one, Weights()) == 2700 + PIN_PENALTY_S


def stay(*minutes: int, weights: Weights | None = None) -> Plan:
    """A visit at each minute, those at 30 in community A, whose gate takes 10 min."""
    stops = [visit(f"V{i}", m, community="A" if m == 30 else None) for i, m in enumerate(minutes)]
    return plan_of(stops, shift("S"), weights, entry_s={"A": 600})


def test_entry_is_paid_once_per_stay() -> None:
    # Travel 30 out, 10 to minute 20, 20 home.
    assert stay(30, 30, 20).score == Score(travel=3600, community_entry=600)
    # There, away and there again: travel 30 + 10 + 10 + 30 = 80 min, twice through the gate.
    assert stay(30, 20, 30).score == Score(travel=4800, community_entry=1200)
    # Twice, at most 4 min each, five times as dear: 40 min.
    capped = counting(community_entry=Term(weight=5, cap_min=4))
    assert stay(30, 20, 30, weights=capped).score == Score(community_entry=2400)


def case(on: Shift | None = None, weights: Weights | None = None, **fields: Any) -> Score:
    """One visit at minute 0, where the shift starts and ends, so that nothing else costs anything."""
    return plan_of([visit("A", 0, **fields)], on or shift("S"), weights).score


@pytest.mark.parametrize(
    ("minutes", "seconds"),
    [(6, -360), (-6, 360), (50, -1800), (-50, 1800)],  # the default cap is 30 min on both sides
)
def test_affinity_is_the_technicians_value_capped(minutes: int, seconds: int) -> None:
    assert case(values={"s": minutes, "other": 20}) == Score(affinity=seconds)
    # Half the worth.
    halved = Weights(affinity=Term(weight=0.5, cap_min=30))
    assert case(weights=halved, values={"s": minutes}) == Score(affinity=seconds // 2)


def test_preference_is_ten_minutes_a_case() -> None:
    assert case(preferred_technicians=("other", "s")) == Score()
    assert case(preferred_technicians=("other",)) == Score(preference=600)
    # One case, of which half counts, 8 min each: 4 min.
    capped = Weights(preference=Term(weight=8, cap_min=0.5))
    assert case(weights=capped, preferred_technicians=("other",)) == Score(preference=240)


def test_continuity_is_ten_minutes_a_stranger() -> None:
    assert case(known_technicians=("s",)) == Score()
    assert case(known_technicians=("other",)) == Score(continuity=600)
    capped = Weights(continuity=Term(weight=8, cap_min=0.25))
    assert case(weights=capped, known_technicians=("other",)) == Score(continuity=120)


def test_lateness_is_half_a_minute_a_minute() -> None:
    # Due at 8:20, reached at 9:00: 40 min × 0.5 = 20 min; twice as important: 40 min.
    due = 8 * HOUR + 1200
    assert case(due_s=due) == Score(lateness=1200)
    assert case(due_s=due, lateness_weight=2) == Score(lateness=2400)
    # At most 30 min of it count: 15 min.
    assert case(weights=Weights(lateness=Term(weight=0.5, cap_min=30)), due_s=due) == Score(lateness=900)


@pytest.mark.parametrize(
    ("promise", "seconds"),
    [
        (Promise(8 * HOUR, "s"), 1800),  # an hour late × 0.5
        (Promise(8 * HOUR, tolerance_s=1200), 1200),  # 20 min are tolerated: 40 × 0.5
        (Promise(8 * HOUR, weight=3), 5400),  # 30 min × 3
        (Promise(10 * HOUR, tolerance_s=3600), 0),  # an hour early, all tolerated
        (Promise(9 * HOUR, "other"), 900),  # another technician: as 30 min × 0.5
        (Promise(8 * HOUR, "other"), 2700),  # both: 90 min × 0.5
        (Promise(4 * HOUR), 3600),  # five hours, capped at two × 0.5
    ],
)
def test_disturbance_is_what_the_promise_was_moved_by(promise: Promise, seconds: int) -> None:
    # The visit starts at 9:00, pinned there.
    assert case(promise=promise, pinned_start_s=9 * HOUR) == Score(disturbance=seconds)


def test_overtime_is_one_and_a_half() -> None:
    # 9:00 to 11:00, the shift ends at 10:20: 40 min × 1.5 = 60 min; at most 30 min of it, once: 30 min.
    late = shift("S", hours=(9, 10 + 1 / 3), overtime_s=HOUR)
    assert case(late, service=120) == Score(overtime=3600)
    capped = Weights(overtime=Term(weight=1, cap_min=30))
    assert case(late, capped, service=120) == Score(overtime=1800)


def test_fairness_is_a_quarter_of_what_exceeds_the_share() -> None:
    # 9:00 to 15:00 less an hour's break: 5 h paid; 3 h are fair: 120 min × 0.25 = 30 min.
    long_day = shift("S", breaks=(lunch(60),), fair_s=3 * HOUR)
    stops = [visit("A", 0, service=180), visit("B", 0, service=120)]
    assert plan_of(stops, long_day).score == Score(fairness=1800)
    # At most 90 min of them: 22.5 min.
    capped = Weights(fairness=Term(weight=0.25, cap_min=90))
    assert plan_of(stops, long_day, capped).score == Score(fairness=1350)


def test_labour_is_hours_paid_and_hours_on_site() -> None:
    # 30 min out, 60 there, 30 home: 2 h paid × 10 and 1 h on site × 4: 24 min.
    paid = shift("S", costs=Costs(per_travel_hour=0, per_paid_hour=10, per_task_hour=4))
    stops = [visit("A", 30, service=60)]
    assert plan_of(stops, paid).score == Score(labour=1440)
    # At most 20 min of it, half counts: 10 min.
    assert plan_of(stops, paid, Weights(labour=Term(weight=0.5, cap_min=20))).score == Score(labour=600)


def test_own_service_time_is_what_labour_counts() -> None:
    # The visit takes s 30 min instead of 60: half an hour × 4.
    paid = shift("S", costs=Costs(per_task_hour=4))
    assert case(paid, service=60, service_by_technician={"s": 1800}) == Score(labour=120)


def test_shift_use_is_its_fixed_cost() -> None:
    used = shift("S", costs=Costs(fixed=30))
    assert case(used) == Score(shift_use=1800)
    # At most 20 min of it, twice: 40 min.
    assert case(used, Weights(shift_use=Term(weight=2, cap_min=20))) == Score(shift_use=2400)
    nothing: Problem = problem([], [used])
    assert planned(nothing, {}).score == Score()


def test_score_is_the_sum_of_its_terms() -> None:
    score = Score(travel=600, waiting=30, unassigned=1, community_entry=2, affinity=-3, lateness=4)
    assert score.total == 634
    assert score.minutes()["travel"] == 10
