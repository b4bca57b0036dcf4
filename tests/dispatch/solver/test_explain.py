"""Why this technician: the figures behind the sentence."""

from dispatch.solver.explain import explain
from dispatch.solver.plan import Reason, Score
from dispatch.solver.solve import Limits, solve
from tests.dispatch.solver.instances import problem, shift, visit

QUICK = Limits(iterations=50)


def test_value_of_a_technician_decides() -> None:
    # Both live 10 min away. S is worth 8 min to A, so T would cost 8 min = 480 s more.
    day = problem([visit("A", 10, values={"s": 8})], [shift("S"), shift("T")])
    explanation = explain(day, solve(day, QUICK)).assigned["A"]
    assert explanation.chosen.shift == "S"
    assert explanation.chosen.terms == Score(travel=1200, affinity=-480)
    assert explanation.runner_up is not None
    assert (explanation.runner_up.technician, explanation.runner_up.terms) == ("t", Score(travel=1200))
    assert explanation.difference_s == 480
    assert explanation.deciding_term == "affinity"


def test_a_stop_is_charged_the_detour_it_causes() -> None:
    # A lies on the way to B: with B in the route A adds nothing but the entry; alone for T it is 40 min.
    day = problem(
        [visit("A", 20, community="C"), visit("B", 30)], [shift("S"), shift("T")], entry_s={"C": 300}
    )
    explanation = explain(day, solve(day, QUICK)).assigned["A"]
    assert explanation.chosen.terms == Score(community_entry=300)
    assert explanation.difference_s == 40 * 60
    assert explanation.deciding_term == "travel"


def test_nobody_else_could_go() -> None:
    day = problem([visit("A", 10, skills={"gas": 1})], [shift("S", skills={"gas": 1}), shift("T")])
    explanation = explain(day, solve(day, QUICK)).assigned["A"]
    assert (explanation.runner_up, explanation.difference_s, explanation.deciding_term) == (None, None, None)


def test_left_out_visit_keeps_its_reason() -> None:
    day = problem([visit("A", 10, skills={"gas": 1})], [shift("S")])
    left = explain(day, solve(day, QUICK)).unassigned["A"]
    assert (left.reason, left.detail) == (Reason.SKILL_MISSING, {"skill": "gas", "level": 1})
