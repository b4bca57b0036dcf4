"""POST /optimise: VROOM's input in, VROOM's output out, and every refusal in one shape."""

import threading
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.cache import cache

from api import optimising
from communities.models import User
from tests.api.conftest import Api
from tests.api.test_accounts import signed_in
from tests.api.test_problems import assert_problem

HOME, THERE = [121.5, 25.0], [121.55, 25.02]


def asked(**more: Any) -> dict[str, Any]:
    job = {"id": 7, "location": THERE, "service": 600, "description": "boiler"}
    van = {"id": 1, "start": HOME, "end": HOME, "time_window": [0, 30000]}
    return {"jobs": [job], "vehicles": [van]} | more


def test_problem_is_solved(dora_api: Api) -> None:
    answer = dora_api.post("/optimise?seconds=0", asked())
    assert answer.status_code == 200, answer.content
    told: dict[str, Any] = answer.json()  # type: ignore[attr-defined]
    (route,) = told["routes"]
    assert (told["code"], told["unassigned"], told["summary"]["routes"]) == (0, [], 1)
    assert [(step["type"], step.get("id")) for step in route["steps"]] == [
        ("start", None),
        ("job", 7),
        ("end", None),
    ]
    assert dora_api.post("/optimise?seconds=0", asked()).status_code == 200  # the place is free again


def test_problem_is_solved_for_somebody_in_a_session(dora: User) -> None:
    client, csrf = signed_in("dora")
    send = {"data": asked(), "content_type": "application/json"}
    assert client.post("/api/v1/optimise?seconds=0", **send).status_code == 403
    answer = client.post("/api/v1/optimise?seconds=0", **send, headers={"X-CSRFToken": csrf})
    assert answer.status_code == 200, answer.content


def test_problem_in_our_own_words_gets_a_plan_in_them(dora_api: Api) -> None:
    document = {"places": [HOME], "visits": [], "shifts": []}
    answer = dora_api.post("/optimise?seconds=0", document)
    assert answer.status_code == 200, answer.content
    assert answer.json()["score"]["total"] == 0  # type: ignore[attr-defined]


def test_wrong_field_is_named_by_its_path(dora_api: Api) -> None:
    found = assert_problem(dora_api.post("/optimise", asked(jobs=[{"id": 1}])), 422, "invalid")
    assert found["errors"] == [
        {"field": "jobs[0].location", "message": "is missing, and so is location_index"}
    ]
    assert (found["code"], found["error"]) == (2, found["detail"])
    found = assert_problem(dora_api.post("/optimise", asked(shipments=[3], jobs=3)), 422, "invalid")
    assert [one["field"] for one in found["errors"]] == ["jobs", "shipments"]


def test_what_is_not_json_is_refused(dora_api: Api) -> None:
    for body in (b"", b"{", b"\xff", b'{"jobs": NaN}'):
        assert_problem(dora_api.post("/optimise", body), 400, "bad-request")


def test_what_is_too_large_is_refused(dora_api: Api, settings: LazySettings) -> None:
    settings.OPTIMISE_CELLS = 1
    with_two = asked(jobs=[{"id": 7, "location": THERE, "crew": [{}]}])
    for large in (with_two, asked(jobs=[], vehicles=[{"id": 1}, {"id": 2}])):
        found = assert_problem(dora_api.post("/optimise", large), 413, "too-large")
        assert (found["code"], found["error"]) == (4, found["detail"])
    assert dora_api.post("/optimise?seconds=0", asked()).status_code == 200
    settings.OPTIMISE_BYTES = 10
    assert_problem(dora_api.post("/optimise", asked()), 413, "too-large")


@pytest.mark.parametrize("wrong", ["seconds=-1", "seconds=61", "seconds=nan", "seed=x"])
def test_limits_that_make_no_sense_are_refused(dora_api: Api, wrong: str) -> None:
    assert_problem(dora_api.post(f"/optimise?{wrong}", asked()), 422, "invalid")


def test_an_organisation_has_one_problem_at_a_time(dora_api: Api, dora: User, stranger: User) -> None:
    cache.add(f"optimise:{dora.organisation_id}", 1)
    answer = dora_api.post("/optimise?seconds=0", asked())
    assert_problem(answer, 429, "optimise-busy")
    assert answer["Retry-After"] == "5"
    assert Api(stranger).post("/optimise?seconds=0", asked()).status_code == 200


def test_only_so_many_problems_at_once(dora_api: Api, settings: LazySettings) -> None:
    settings.OPTIMISE_PLACES = 0
    assert_problem(dora_api.post("/optimise", asked()), 503, "unavailable")
    settings.OPTIMISE_PLACES = 2
    assert dora_api.post("/optimise?seconds=0", asked()).status_code == 200


def test_planner_that_overruns_is_ended(dora_api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(optimising, "GRACE_S", -0.99)
    before = threading.active_count()
    found = assert_problem(dora_api.post("/optimise?seconds=1", asked()), 503, "optimise-overran")
    assert (found["code"], found["error"]) == (1, found["detail"])
    assert threading.active_count() == before
    monkeypatch.undo()
    assert dora_api.post("/optimise?seconds=0", asked()).status_code == 200


def test_schema_is_there_for_everybody(anonymous: Api) -> None:
    found = anonymous.get("/optimise/schema").json()  # type: ignore[attr-defined]
    assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert "crew" in found["$defs"]["job"]["properties"]
