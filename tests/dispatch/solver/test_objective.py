"""Every term of the score, one instance each, worked out by hand."""

import pytest

from dispatch.solver import objective
from dispatch.solver.plan import Plan, Score
from dispatch.solver.problem import Problem, Term, Weights
from dispatch.solver.solve import Limits, solve
from tests.dispatch.solver.instances import HOUR, lunch, problem, shift, visit, window

QUICK = Limits(iterations=100)


def planned(day: Problem) -> Plan:
    return solve(day, QUICK)


def test_travel_is_out_between_and_home() -> None:
    # 10 out, 20 on to minute 30, 30 home: 60 min = 3600 s.
    assert planned(problem([visit("A", 10), visit("B", 30)], [shift("S")])).score == Score(travel=3600)


def test_waiting_costs_a_tenth_but_not_before_the_first_stop() -> None:
    # A starts at 10:00 sharp, free at 10:30, at B 10:40, B opens at 12:00: 80 min waiting x 0.1 = 8 min.
    # Before A the technician simply leaves home later. Travel 10 + 10 + 20 = 40 min.
    day = problem(
        [visit("A", 10, windows=(window(10, 10),)), visit("B", 20, windows=(window(12, 12),))], [shift("S")]
    )
    plan = planned(day)
    assert plan.score == Score(travel=2400, waiting=480)
    assert plan.routes[0].departure_s == 10 * HOUR - 600


def test_break_is_not_waiting() -> None:
    # Free at 10:30, at B 10:40, break 12:00-13:00, B opens at 13:00: 140 min less the hour = 80 min x 0.1.
    day = problem(
        [visit("A", 10, windows=(window(10, 10),)), visit("B", 20, windows=(window(13, 13),))],
        [shift("S", break_=lunch(60))],
    )
    assert planned(day).score == Score(travel=2400, waiting=480)


def test_unassigned_is_the_penalty() -> None:
    # Nobody can do gas: 45 min.
    day = problem([visit("A", 10, skills={"gas": 1}, penalty=45)], [shift("S")])
    assert planned(day).score == Score(unassigned=2700)


def test_pinned_visit_left_out_weighs_more_than_any_detour() -> None:
    pinned = visit("A", 10, pinned_shift="S", penalty=45)
    assert objective.unassigned_cost(pinned, Weights()) == 2700 + objective.PIN_PENALTY_S


def test_entry_is_paid_once_per_stay() -> None:
    # A1 and A2 lie in one community, B between them on the road but outside: A1, A2, then B on the way home.
    # One entry of 10 min. Travel 30 out, 30 home.
    day = problem(
        [visit("A1", 30, community="A"), visit("A2", 30, community="A"), visit("B", 20)],
        [shift("S")],
        entry_s={"A": 600},
    )
    assert planned(day).score == Score(travel=3600, community_entry=600)


def test_entry_is_paid_again_after_leaving() -> None:
    # Windows force A1, B, A2: two entries of 10 min. Travel 30, 10, 10, 30 = 80 min.
    # A1 at 10:00, free 10:30, B 10:40 waits to 11:00, free 11:30, A2 11:40 + 10 min entry, waits to 12:00:
    # waiting 20 + 10 = 30 min x 0.1 = 3 min.
    day = problem(
        [
            visit("A1", 30, community="A", windows=(window(10, 10),)),
            visit("B", 20, windows=(window(11, 11),)),
            visit("A2", 30, community="A", windows=(window(12, 12),)),
        ],
        [shift("S")],
        entry_s={"A": 600},
    )
    assert planned(day).score == Score(travel=4800, waiting=180, community_entry=1200)


@pytest.mark.parametrize(
    ("minutes", "seconds"),
    [(6, -360), (-6, 360), (50, -1800), (-50, 1800)],  # the default cap is 30 min on both sides
)
def test_affinity_is_the_technicians_value_capped(minutes: int, seconds: int) -> None:
    day = problem([visit("A", 10, values={"s": minutes, "other": 20})], [shift("S")])
    assert planned(day).score == Score(travel=1200, affinity=seconds)


def test_affinity_decides_between_equal_technicians() -> None:
    day = problem([visit("A", 10, values={"t": 1})], [shift("S"), shift("T")])
    assert planned(day).shift_of() == {"A": "T"}


def test_lateness_is_half_a_minute_a_minute() -> None:
    # Due at 9:00, reached at 9:40: 40 min x 0.5 = 20 min.
    assert planned(problem([visit("A", 40, due_s=9 * HOUR)], [shift("S")])).score.lateness == 1200


def test_lateness_stops_at_its_cap() -> None:
    weights = Weights(lateness=Term(weight=0.5, cap_min=30))
    day = problem([visit("A", 40, due_s=9 * HOUR)], [shift("S")], weights=weights)
    assert planned(day).score.lateness == 900


def test_score_is_the_sum_of_its_terms() -> None:
    score = Score(travel=600, waiting=30, unassigned=1, community_entry=2, affinity=-3, lateness=4)
    assert score.total == 634
    assert score.minutes()["travel"] == 10
