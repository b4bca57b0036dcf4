"""Our problems written as VROOM's input, for other planners."""

import json

import pytest

from dispatch.solver.exchange import problem_from_vroom, problem_to_vroom
from dispatch.solver.problem import Problem, ProblemError, Term, Weights
from tests.dispatch.solver.documents import recorded
from tests.dispatch.solver.instances import HOUR, problem, shift, visit, window


def test_what_both_can_say_survives_the_way_out_and_back() -> None:
    day = problem_from_vroom(recorded("input"))
    again = problem_from_vroom(json.loads(json.dumps(problem_to_vroom(day))))
    assert [one.travel_of(van).seconds.tolist() for one in (day, again) for van in one.shifts] == 2 * [
        day.travel_of(van).seconds.tolist() for van in day.shifts
    ]
    assert [(v.service_s, v.skills, v.penalty, v.brings) for v in again.visits] == [
        (v.service_s, v.skills, v.penalty, v.brings) for v in day.visits
    ]
    assert [
        (s.earliest_s, s.latest_s, s.breaks, s.capacity, s.costs, s.max_visits) for s in again.shifts
    ] == [(s.earliest_s, s.latest_s, s.breaks, s.capacity, s.costs, s.max_visits) for s in day.shifts]


def test_levels_are_skills_of_their_own_for_vroom() -> None:
    team = [shift("S", skills={"gas": 3, "lift": 1}), shift("T", skills={"gas": 1})]
    day = problem([visit("A", 5, skills={"gas": 2})], team, weights=Weights(waiting=Term(weight=0)))
    document = problem_to_vroom(day)
    wanted = set(document["jobs"][0]["skills"])
    assert [wanted <= set(van["skills"]) for van in document["vehicles"]] == [True, False]
    assert [job["description"] for job in document["jobs"]] == ["A"]


@pytest.mark.parametrize(
    ("path", "day"),
    [
        (
            "visits[A].community",
            problem([visit("A", 5, community="C")], [], weights=Weights(waiting=Term(0))),
        ),
        ("weights.waiting", problem([], [])),
        (
            "visits[B].penalty",
            problem([visit("A", 5), visit("B", 5, penalty=1)], [], weights=Weights(waiting=Term(0))),
        ),
        ("shifts[S].overtime_s", problem([], [shift("S", overtime_s=60)], weights=Weights(waiting=Term(0)))),
    ],
)
def test_what_vroom_has_no_word_for_is_not_written(path: str, day: Problem) -> None:
    with pytest.raises(ProblemError) as refusal:
        problem_to_vroom(day)
    assert refusal.value.path == path


def test_windows_for_vroom_hold_the_start_of_the_setup() -> None:
    day = problem(
        [visit("A", 5, setup_s=600, windows=(window(9, 10),))], [], weights=Weights(waiting=Term(0))
    )
    assert problem_to_vroom(day)["jobs"][0]["time_windows"] == [[9 * HOUR, 10 * HOUR - 600]]
