"""Problems and plans survive the way through JSON; what is wrong in a document is named by its path."""

import json
from typing import Any

import pytest
from hypothesis import given, settings

from dispatch.solver.document import (
    plan_from_document,
    plan_to_document,
    problem_from_document,
    problem_to_document,
)
from dispatch.solver.problem import Problem, ProblemError
from dispatch.solver.solve import Limits, solve
from dispatch.solver.vroom import problem_from_vroom, problem_to_vroom
from tests.dispatch.solver.instances import HOUR, lunch, problem, problems, shift, visit, window


@settings(max_examples=60, deadline=None, derandomize=True)
@given(problems())
def test_problem_and_plan_survive_json(day: Problem) -> None:
    again = problem_from_document(json.loads(json.dumps(problem_to_document(day))))
    assert again == day
    assert again.fingerprint() == day.fingerprint()
    plan = solve(day, Limits(iterations=0))
    assert plan_from_document(json.loads(json.dumps(plan_to_document(plan)))) == plan


def a_document() -> dict[str, Any]:
    team = [shift("S", break_=lunch())]
    document = problem_to_document(problem([visit("A", 5, windows=(window(9, 10),))], team))
    read: dict[str, Any] = json.loads(json.dumps(document))
    return read


@pytest.mark.parametrize(
    ("path", "keys", "value"),
    [
        ("problem.colour", ("colour",), "red"),
        ("visits", ("visits",), None),
        ("visits[0].colour", ("visits", 0, "colour"), "red"),
        ("visits[0].windows[0].latest_start", ("visits", 0, "windows", 0), {"earliest_start": 1}),
        ("visits[0].place", ("visits", 0, "place"), 2),
        ("visits[0].id", ("visits", 0, "id"), ["A"]),
        ("shifts[0].break", ("shifts", 0, "break"), 3),
        ("places[0]", ("places", 0), [1]),
        ("travel_s[1]", ("travel_s", 1), [0]),
        ("travel_s[0][1]", ("travel_s", 0, 1), None),
        ("weights.speed", ("weights", "speed"), {"weight": 1}),
    ],
)
def test_what_is_wrong_is_named_by_its_path(path: str, keys: tuple[str | int, ...], value: Any) -> None:
    document: Any = a_document()
    inner = document
    for key in keys[:-1]:
        inner = inner[key]
    inner[keys[-1]] = value
    with pytest.raises(ProblemError) as refusal:
        problem_from_document(document)
    assert refusal.value.path == path


def test_travel_may_be_left_to_the_model() -> None:
    document = a_document()
    del document["travel_s"]
    assert problem_from_document(document).travel.seconds.max() > 0


def test_missing_field_is_named() -> None:
    document = a_document()
    del document["visits"][0]["service_s"]
    with pytest.raises(ProblemError) as refusal:
        problem_from_document(document)
    assert refusal.value.path == "visits[0].service_s"


def vroom_input() -> dict[str, Any]:
    return {
        "jobs": [
            {
                "id": 4,
                "location_index": 1,
                "service": 1800,
                "skills": [2],
                "priority": 10,
                "time_windows": [[36000, 39600], [50000, 54000]],
            }
        ],
        "vehicles": [
            {
                "id": 1,
                "start_index": 0,
                "end_index": 2,
                "skills": [2, 3],
                "time_window": [32400, 61200],
                "breaks": [{"id": 1, "service": 3600, "time_windows": [[43200, 46800]]}],
                "max_tasks": 6,
            }
        ],
        "matrices": {"car": {"durations": [[0, 600, 900], [700, 0, 800], [1, 2, 0]]}},
    }


def test_vroom_input_is_read_as_meant() -> None:
    day = problem_from_vroom(vroom_input())
    job, vehicle = day.visits[0], day.shifts[0]
    assert (job.id, job.service_s, dict(job.skills), job.penalty) == ("4", 1800, {"2": 1}, 11 * 1440)
    assert [(w.earliest_start, w.latest_start) for w in job.windows] == [(36000, 39600), (50000, 54000)]
    assert (vehicle.earliest_s, vehicle.latest_s, vehicle.max_visits) == (9 * HOUR, 17 * HOUR, 6)
    assert vehicle.break_ == lunch()
    assert day.travel.between(vehicle.start_place, job.place) == 600
    assert day.travel.between(job.place, vehicle.end_place) == 800


def test_vroom_round_trip() -> None:
    day = problem_from_vroom(vroom_input())
    assert problem_from_vroom(json.loads(json.dumps(problem_to_vroom(day)))) == day


def test_vroom_input_with_coordinates_needs_no_matrix() -> None:
    home, there = [121.5, 25.0], [121.55, 25.02]
    vehicles = [{"id": 1, "start": home, "end": home, "time_window": [0, 30000]}]
    day = problem_from_vroom({"jobs": [{"id": 1, "location": there}], "vehicles": vehicles})
    assert solve(day, Limits(iterations=0)).shift_of() == {"1": "1"}


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("input.shipments", {"shipments": []}),
        ("jobs[1].delivery", {"jobs": [{"id": 1, "location_index": 0, "delivery": [1]}]}),
        (
            "vehicles[1].capacity",
            {"vehicles": [{"id": 1, "start_index": 0, "end_index": 0, "capacity": [4]}]},
        ),
        ("vehicles[1].end", {"vehicles": [{"id": 1, "start_index": 0}]}),
        ("matrices.car.durations[0]", {"matrices": {"car": {"durations": [[0, 1]]}}}),
        ("input", {"vehicles": [{"start_index": 0}]}),
        ("jobs[1]", {"jobs": [{"id": 1, "location_index": 7}]}),
    ],
)
def test_what_vroom_has_and_we_have_not_is_refused_by_name(path: str, change: dict[str, Any]) -> None:
    with pytest.raises(ProblemError) as refusal:
        problem_from_vroom(vroom_input() | change)
    assert refusal.value.path == path


def test_what_vroom_has_no_word_for_is_not_written() -> None:
    with pytest.raises(ProblemError):
        problem_to_vroom(problem([visit("A", 5, community="C")], []))
