"""Rounds of any planner: timed, priced and judged alike."""

from benchmarks.replay import Verdict, judge, plan_of_rounds
from benchmarks.town import WEIGHTS
from dispatch.solver.plan import Route, Stop
from dispatch.solver.problem import Problem
from tests.dispatch.solver.instances import HOUR, MINUTE, road, shift, visit, window

NEAR = visit("NEAR", 10, windows=(window(9, 12),), penalty=100)
FAR = visit("FAR", 30, windows=(window(10, 11),), skills={"gas": 1}, penalty=100)
ANNA = shift("ANNA", skills={"gas": 1})
BEN = shift("BEN")
PROBLEM = Problem((NEAR, FAR), (ANNA, BEN), road([NEAR, FAR], [ANNA, BEN]), weights=WEIGHTS)


def test_services_begin_as_early_as_the_order_allows() -> None:
    plan = plan_of_rounds(PROBLEM, {"ANNA": ["NEAR", "FAR"], "BEN": []})
    # 9:00 + 10 min = 9:10, 30 min there; 9:40 + 20 min = 10:00, open by then; 10:30 + 30 min home = 11:00
    near = Stop("NEAR", 9 * HOUR + 10 * MINUTE, 9 * HOUR + 10 * MINUTE, 9 * HOUR + 40 * MINUTE, 600, 0, 0)
    far = Stop("FAR", 10 * HOUR, 10 * HOUR, 10 * HOUR + 30 * MINUTE, 1200, 0, 0)
    assert plan.routes == (Route("ANNA", 9 * HOUR, (near, far), 11 * HOUR),)


def test_the_cost_is_driving_and_what_is_left_out() -> None:
    # 10 min there, 10 min back; 100 minutes for FAR
    assert judge(PROBLEM, {"BEN": ["NEAR"]}) == Verdict(
        cost_s=(20 + 100) * MINUTE, travel_s=20 * MINUTE, left_out=1
    )


def test_a_technician_without_the_skill_is_a_violation() -> None:
    (said,) = judge(PROBLEM, {"BEN": ["FAR", "NEAR"]}).violations
    assert said.startswith("skill BEN FAR")


def test_coming_too_late_is_a_violation() -> None:
    late = visit("LATE", 10, windows=(window(9, 9.1),), penalty=100)  # until 9:06; there at 9:10 at best
    problem = Problem((late,), (BEN,), road([late], [BEN]), weights=WEIGHTS)
    (said,) = judge(problem, {"BEN": ["LATE"]}).violations
    assert said.startswith("window BEN LATE")
