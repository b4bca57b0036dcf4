"""What is wrong in a document is refused, and named by its place; nothing else is."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from dispatch.solver.exchange import problem_from_vroom, schema
from dispatch.solver.exchange.answering import answer, read
from dispatch.solver.exchange.schema import validate_answer
from dispatch.solver.exchange.text import Unreadable, read_json
from dispatch.solver.problem import ProblemError
from dispatch.solver.solve import Limits
from dispatch.solver.validation import check_number
from tests.dispatch.solver.documents import HERE, Change, changed


def too_dear() -> dict[str, Any]:
    """200 jobs, each a million minutes, weighed a million times: 1.2e16 s, beyond 2^53."""
    jobs = [{"id": i, "location_index": 1, "penalty": 1e6} for i in range(200)]
    return {"jobs": jobs, "weights": {"unassigned": {"weight": 1e6}}}


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("shipments", lambda it: it.update(shipments=[{}])),
        ("matrix[0]", lambda it: it.update(matrix=[[0, 1]]) or it.pop("matrices")),
        ("vehicles", lambda it: it.pop("vehicles")),
        ("jobs[0].colour", lambda it: it["jobs"][0].update(colour="red")),
        ("jobs[0].id", lambda it: it["jobs"][0].update(id=4.0)),
        ("jobs[1].id", lambda it: it["jobs"][1].update(id="4")),
        ("jobs[0].service", lambda it: it["jobs"][0].update(service=-1)),
        ("jobs[0].priority", lambda it: it["jobs"][0].update(priority=101)),
        ("jobs[0].location_index", lambda it: it["jobs"][0].update(location_index=3)),
        ("jobs[0].location_index", lambda it: it["jobs"][0].update(location_index=None)),
        ("jobs[0].location", lambda it: it["jobs"][0].pop("location_index")),
        ("jobs[0].time_windows[0]", lambda it: it["jobs"][0].update(time_windows=[[1]])),
        ("jobs[0].time_windows[1]", lambda it: it["jobs"][0].update(time_windows=[[1, 2], [5, 4]])),
        ("jobs[0].technician_values.1", lambda it: it["jobs"][0].update(technician_values={"1": "dear"})),
        (
            "jobs[0].required_technicians",
            lambda it: it["jobs"][0].update(required_technicians=[1], forbidden_technicians=["1"]),
        ),
        ("jobs[0].after[0].job", lambda it: it["jobs"][0].update(after=[{"job": 9}])),
        ("jobs[0].after[0].max_gap", lambda it: it["jobs"][0].update(after=[{"job": "b", "min_gap": 2, "max_gap": 1}])),
        ("jobs[0].after", lambda it: it["jobs"][0].update(after=[{"job": 4}])),
        ("jobs[0].pinned_vehicle", lambda it: it["jobs"][0].update(pinned_vehicle=9)),
        ("jobs[0].crew[0].level", lambda it: it["jobs"][0].update(crew=[{"level": 1}])),
        (
            "jobs[0].service_per_technician",
            lambda it: it["jobs"][0].update(crew=[{}], service_per_technician={"1": 5}),
        ),
        ("jobs[0].crew", lambda it: it["jobs"][0].update(crew=[{}] * 9)),
        ("jobs[0].skill_levels", lambda it: it["jobs"][0].update(skill_levels={"": 1})),
        ("jobs[0].amount", lambda it: (it["vehicles"][0].update(capacity=[1]), it["jobs"][0].update(amount=[1, 1]))),
        ("jobs[0].penalty", lambda it: it["jobs"][0].update(penalty=10**400)),
        ("jobs[0].time_windows[0]", lambda it: it["jobs"][0].update(time_windows=[[2**31, 2**32 - 1]])),
        ("jobs[0].promise.start", lambda it: it["jobs"][0].update(promise={})),
        (
            "jobs[0].delivery",
            lambda it: (it["vehicles"][0].update(capacity=[1]), it["jobs"][0].update(delivery=[1, 1])),
        ),
        (
            "jobs[1].setup_per_type",
            lambda it: it["jobs"][1].update(location_index=0, setup_per_type={"": 9}),
        ),
        (
            "jobs[1].time_windows[1]",
            lambda it: it["jobs"][1].update(location_index=0, setup=9, time_windows=[[50, 60], [5, 6]]),
        ),
        ("vehicles[0].time_window", lambda it: it["vehicles"][0].update(time_window=[2, 1])),
        ("vehicles[0].breaks[0].max_load", lambda it: it["vehicles"][0].update(breaks=[{"id": 1, "max_load": [0]}])),
        (
            "vehicles[0].breaks[0].time_windows",
            lambda it: it["vehicles"][0].update(breaks=[{"id": 1, "time_windows": [[1, 5], [3, 9]]}]),
        ),
        ("vehicles[0].breaks[1].id", lambda it: it["vehicles"][0].update(breaks=[{"id": 1}, {"id": 1}])),
        ("vehicles[0].speed_factor", lambda it: it["vehicles"][0].update(speed_factor=0)),
        ("vehicles[0].steps[0].type", lambda it: it["vehicles"][0].update(steps=[{"type": "pickup"}])),
        ("vehicles[1].type", lambda it: it["vehicles"].append({"id": 2, "technician": 1, "type": "old"})),
        (
            "vehicles[1].time_window",
            lambda it: it["vehicles"].append({"id": 2, "technician": 1, "time_window": [61199, 70000]}),
        ),
        (
            "vehicles[1].capacity",
            lambda it: it.update(vehicles=[{"id": 1, "capacity": [1]}, {"id": 2, "capacity": []}]),
        ),
        (
            "vehicles[0].costs",
            lambda it: (
                it["matrices"]["car"].update(costs=[[0] * 3] * 3),
                it["vehicles"][0].update(costs={"per_hour": 1}),
            ),
        ),
        ("matrices.bike", lambda it: it["vehicles"][0].update(profile="bike")),
        ("matrices.car.distances", lambda it: it["vehicles"][0].update(max_distance=1)),
        ("matrices.car.durations", lambda it: it["matrices"]["car"].pop("durations")),
        ("matrices.car.durations[1]", lambda it: it["matrices"]["car"]["durations"][1].pop()),
        ("matrices.car.durations[1][2]", lambda it: it["matrices"]["car"]["durations"][1].__setitem__(2, None)),
        ("matrices.car.distances", lambda it: it["matrices"]["car"].update(distances=[[0]])),
        ("community_entry.Xicun", lambda it: it.update(community_entry={"Xicun": "long"})),
        ("fairness.target", lambda it: it.update(fairness={})),
        ("fairness.paid_before.1", lambda it: it.update(fairness={"target": 1, "paid_before": {"1": -1}})),
        (
            "vehicles[0].time_window",
            lambda it: (it["vehicles"][0].pop("time_window"), it.update(fairness={"target": 1})),
        ),
        ("weights.travel.weight", lambda it: it.update(weights={"travel": {"weight": float("inf")}})),
        ("weights.travel.cap_min", lambda it: it.update(weights={"travel": {"cap_min": 10**400}})),
        ("jobs[0].penalty", lambda it: it.update(too_dear())),
        (
            "vehicles[0].costs",
            lambda it: (
                it["vehicles"][0].update(costs={"per_task_hour": 10**9}),
                it.update(weights={"labour": {"weight": 1e6}}),
            ),
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_its_path(path: str, change: Change) -> None:
    with pytest.raises(ProblemError) as refusal:
        problem_from_vroom(changed(change))
    assert refusal.value.path == path


@pytest.mark.parametrize(
    ("reason", "detail", "change"),
    [
        ("skill_missing", {"skill": "gas", "level": 1}, lambda it: it["jobs"][0].update(skills=["gas"])),
        ("window_closed", {}, lambda it: it["jobs"][0].update(time_windows=[[0, 60]])),
        ("no_shift", {}, lambda it: it["jobs"][0].update(required_technicians=["nobody"])),
    ],
)
def test_what_cannot_be_done_is_no_error_but_left_out_with_its_reason(
    reason: str, detail: dict[str, Any], change: Change
) -> None:
    _, told = answer(read(changed(change)), Limits(iterations=0))
    assert told["unassigned"] == [
        {"type": "job", "id": 4, "location_index": 1, "reason": reason, "detail": detail}
    ]
    assert [step["id"] for route in told["routes"] for step in route["steps"] if "id" in step] == ["b"]


def test_every_error_of_shape_is_listed() -> None:
    document = changed(lambda it: (it["jobs"][0].update(service="long"), it["jobs"][1].pop("id")))
    with pytest.raises(ProblemError) as refusal:
        problem_from_vroom(document)
    assert refusal.value.objections == [  # type: ignore[attr-defined]
        ("jobs[0].service", "must be a whole number, not 'long'"),
        ("jobs[1].id", "is missing"),
    ]


@pytest.mark.parametrize("location", [[0, 91], [-181, 0], [10**400, 0]])
def test_coordinates_are_on_the_earth_where_they_are_all_there_is(location: list[int]) -> None:
    with pytest.raises(ProblemError) as refusal:
        problem_from_vroom({"vehicles": [{"id": 1}], "jobs": [{"id": 1, "location": location}]})
    assert refusal.value.path == "jobs[0].location"


def test_field_that_is_nearly_one_of_ours_is_recognised() -> None:
    with pytest.raises(ProblemError, match=r"is not a field we know: did you mean service\?"):
        problem_from_vroom(changed(lambda it: it["jobs"][0].update(servise=5)))
    with pytest.raises(ProblemError, match=r"is not a field we know$"):
        problem_from_vroom(changed(lambda it: it["jobs"][0].update(xyzzy=5)))


def test_each_missing_field_is_named_once() -> None:
    with pytest.raises(ProblemError) as refusal:
        validate_answer({"routes": [{}]})
    assert refusal.value.objections == [  # type: ignore[attr-defined]
        ("routes[0].vehicle", "is missing"),
        ("routes[0].steps", "is missing"),
    ]


def test_long_values_are_not_repeated_at_length() -> None:
    with pytest.raises(ProblemError) as refusal:
        check_number("penalty", "x" * 1000)
    assert len(str(refusal.value)) < 100


def test_object_with_many_names_is_read_at_once() -> None:
    names = [f'"{i}": 1' for i in range(100_000)]
    assert len(read_json("{" + ", ".join(names) + "}")) == 100_000
    with pytest.raises(Unreadable, match="the field '99999' stands twice"):
        read_json("{" + ", ".join([*names, names[-1]]) + "}")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "is not JSON: "),
        ('{"a": NaN}', "NaN is no number"),
        ('{"a": 1, "a": 2}', "the field 'a' stands twice"),
        ('"\\ud800"', "surrogates not allowed"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_text_that_is_not_one_json_is_refused(text: str, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        read_json(text)


def test_schema_is_sound_and_every_field_of_ours_is_explained() -> None:
    Draft202012Validator.check_schema(schema())
    Draft202012Validator.check_schema(schema("answer"))
    page = (HERE.parents[2] / "docs" / "exchange.md").read_text(encoding="utf-8")
    kinds = [schema(), *(schema()["$defs"][name] for name in ("job", "vehicle"))]
    assert [name for kind in kinds for name in kind["properties"] if f"`{name}`" not in page] == []
