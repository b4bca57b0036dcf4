"""Problems and plans survive the way through JSON; what is wrong in a document is named by its path."""

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings

from dispatch.solver.document import (
    plan_from_document,
    plan_to_document,
    problem_from_document,
    problem_to_document,
)
from dispatch.solver.plan import Plan, Reason, Route, Score, Stop, Unassigned
from dispatch.solver.problem import Problem, ProblemError
from tests.dispatch.solver.instances import HOUR, lunch, problem, problems, shift, visit, window


@settings(max_examples=60, deadline=None, derandomize=True)
@given(problems(varied=True))
def test_problem_survives_json(day: Problem) -> None:
    again = problem_from_document(json.loads(json.dumps(problem_to_document(day))))
    assert again == day
    assert again.fingerprint() == day.fingerprint()


def test_plan_survives_json() -> None:
    stops = (Stop("A", 600, 900, 1800, 600, 60, 120, 120), Stop("B", 1900, 1900, 2000, 100, 0, 0, role=1))
    left = (Unassigned("C", Reason.SKILL_MISSING, {"skill": "gas", "level": 2}),)
    plan = Plan((Route("S", 0, stops, 2500, (None, 2000)),), left, Score(travel=1200, affinity=-60))
    document = json.loads(json.dumps(plan_to_document(plan)))
    assert document["score"]["total"] == 1140
    assert plan_from_document(document) == plan


def a_document() -> dict[str, Any]:
    team = [shift("S", breaks=(lunch(),))]
    document = problem_to_document(problem([visit("A", 5, windows=(window(9, 10),))], team))
    read: dict[str, Any] = json.loads(json.dumps(document))
    return read


LONGER_FOR_ONE_OF_A_CREW = {
    "id": "A",
    "place": 0,
    "service_s": 600,
    "crew": [{}],
    "service_by_technician": {"s": 900},
}


@pytest.mark.parametrize(
    ("path", "keys", "value"),
    [
        ("problem.colour", ("colour",), "red"),
        ("visits", ("visits",), None),
        ("visits[0].colour", ("visits", 0, "colour"), "red"),
        ("visits[0].windows[0].latest_start", ("visits", 0, "windows", 0), {"earliest_start": 1}),
        ("visits[0].windows[0]", ("visits", 0, "windows", 0, "latest_start"), 1),
        ("visits[0].place", ("visits", 0, "place"), 2),
        ("visits[0].id", ("visits", 0, "id"), ["A"]),
        ("visits[0].mandatory", ("visits", 0, "mandatory"), 1),
        ("visits[0].skills.gas", ("visits", 0, "skills"), {"gas": "2"}),
        ("visits[0].crew[0]", ("visits", 0, "crew"), [3]),
        ("visits[0].service_by_technician", ("visits", 0), LONGER_FOR_ONE_OF_A_CREW),
        ("visits[0].penalty", ("visits", 0, "penalty"), float("nan")),
        ("visits[0].service_s", ("visits", 0, "service_s"), -1),
        ("shifts[0].breaks", ("shifts", 0, "breaks"), 3),
        ("shifts[0].breaks[0].windows", ("shifts", 0, "breaks", 0, "windows"), []),
        ("shifts[0].costs.per_km", ("shifts", 0, "costs", "per_km"), "dear"),
        ("places[0]", ("places", 0), [1]),
        ("places[0]", ("places", 0), [1, 91]),
        ("travel_s[1]", ("travel_s", 1), [0]),
        ("travel_s[0][1]", ("travel_s", 0, 1), None),
        ("fairness.target_s", ("fairness",), {"paid_before_s": {}}),
        ("fairness.paid_before_s.s", ("fairness",), {"target_s": 3600, "paid_before_s": {"s": -1}}),
        ("weights.speed", ("weights", "speed"), {"weight": 1}),
        ("profiles.bike.travel_s", ("profiles", "bike"), {"travel_s": [[0]]}),
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


@pytest.mark.parametrize("limit", [{"max_distance_m": 9}, {"costs": {"per_km": 2}}])
def test_metres_that_are_needed_are_reckoned_with_the_seconds_or_asked_for(limit: dict[str, Any]) -> None:
    document = a_document()
    document.pop("travel_m", None)
    document["shifts"][0] |= limit
    needed_by = "shifts[0].max_distance_m" if "max_distance_m" in limit else "shifts[0].costs.per_km"
    with pytest.raises(ProblemError, match=re.escape(f"travel_m: is missing: {needed_by} needs it")):
        problem_from_document(document)
    del document["travel_s"]
    metres = problem_from_document(document).travel.metres
    assert metres is not None
    assert metres.max() > 0


def test_paid_time_to_share_becomes_each_shifts_share() -> None:
    document = a_document()
    document["fairness"] = {"target_s": 3 * HOUR}
    assert [one.fair_s for one in problem_from_document(document).shifts] == [3 * HOUR]


def test_missing_field_is_named() -> None:
    document = a_document()
    del document["visits"][0]["service_s"]
    with pytest.raises(ProblemError) as refusal:
        problem_from_document(document)
    assert refusal.value.path == "visits[0].service_s"


@pytest.mark.parametrize(
    ("path", "keys", "value"),
    [
        ("routes[0].stops[0].start_s", ("routes", 0, "stops", 0, "start_s"), "early"),
        ("routes[0].shift", ("routes", 0, "shift"), 4),
        ("unassigned[0].reason", ("unassigned", 0, "reason"), "tired"),
        ("score.travel", ("score", "travel"), 1.5),
        ("score.luck", ("score", "luck"), 1),
    ],
)
def test_what_is_wrong_in_a_plan_is_named_by_its_path(
    path: str, keys: tuple[str | int, ...], value: Any
) -> None:
    stop = Stop("A", 600, 900, 1800, 600, 60, 120)
    plan = Plan((Route("S", 0, (stop,), 2500),), (Unassigned("B", Reason.NO_SHIFT),), Score())
    document: Any = json.loads(json.dumps(plan_to_document(plan)))
    inner = document
    for key in keys[:-1]:
        inner = inner[key]
    inner[keys[-1]] = value
    with pytest.raises(ProblemError) as refusal:
        plan_from_document(document)
    assert refusal.value.path == path
