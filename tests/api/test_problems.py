"""Every refusal has one shape (RFC 9457), a stable type, and words at its address."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.gis.geos import Point
from django.db import IntegrityError, OperationalError
from django.http import HttpResponse
from django.test import Client, RequestFactory
from ninja import NinjaAPI

from api import problems
from communities.models import Region, User
from core.errors import Conflict, DomainError, Invalid
from dispatch.errors import VisitUnknown
from dispatch.models import Shift, Technician
from tests import factories
from tests.api.conftest import Api

MEMBERS = {"type", "title", "status", "detail", "instance", "request_id"}


def assert_problem(answer: HttpResponse, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()  # type: ignore[attr-defined]
    assert found["type"] == f"/problems/{code}"
    assert found["status"] == status
    assert set(found) >= MEMBERS
    assert found["request_id"] == answer["X-Request-ID"]
    described = Client().get(found["type"])
    assert described.status_code == 200
    assert described.json()["title"] == found["title"]
    return found


def test_not_signed_in(anonymous: Api) -> None:
    found = assert_problem(anonymous.get("/me"), 401, "unauthenticated")
    assert found["instance"] == "/api/v1/me"


def test_no_such_address(anonymous: Api) -> None:
    assert_problem(anonymous.get("/nothing/here"), 404, "not-found")


def test_wrong_method(dora_api: Api) -> None:
    answer = dora_api.call("PUT", "/regions", {})
    assert_problem(answer, 405, "method-not-allowed")
    assert answer["Allow"] == "GET"


def test_not_ones_own(dora_api: Api) -> None:
    assert_problem(dora_api.get("/visits/00000000-0000-7000-8000-000000000000"), 404, "visit-unknown")


def test_not_for_the_role(tom: Technician) -> None:
    assert tom.user is not None
    assert_problem(Api(tom.user).get("/sites/unplaced"), 403, "not-for-your-role")


def test_body_that_is_no_json(dora_api: Api) -> None:
    assert_problem(dora_api.post("/requests", b"{"), 400, "bad-request")


def test_wrong_fields_are_named(dora_api: Api) -> None:
    body = {"reference": "", "service_type": "filter", "site": {"lon": 200, "lat": 25}, "colour": "red"}
    found = assert_problem(dora_api.post("/requests", body), 422, "invalid")
    assert [item["field"] for item in found["errors"]] == ["reference", "site.lon", "colour"]


def test_unknown_field_is_refused(north: Region, dora_api: Api) -> None:
    body = {"region": str(north.id), "on": "2026-03-02", "colour": "red"}
    found = assert_problem(dora_api.post("/plans", body), 422, "invalid")
    assert found["errors"] == [{"field": "colour", "message": "Extra inputs are not permitted"}]


def test_text_the_database_cannot_hold(dora_api: Api) -> None:
    body = {"reference": "A\0B", "service_type": "filter", "site": {"lon": 121.5, "lat": 25}}
    assert_problem(dora_api.post("/requests", body), 422, "invalid")


def test_time_without_an_offset(north: Region, dora_api: Api) -> None:
    body = {
        "reference": "A",
        "service_type": "filter",
        "site": {"lon": 121.5, "lat": 25},
        "window_from_at": "2026-03-02T09:00:00",
        "window_until_at": "2026-03-02T11:00:00",
    }
    found = assert_problem(dora_api.post("/requests", body), 422, "invalid")
    assert [item["field"] for item in found["errors"]] == ["window_from_at", "window_until_at"]


def test_wrong_query(dora_api: Api) -> None:
    found = assert_problem(dora_api.get("/requests?limit=201"), 422, "invalid")
    assert [item["field"] for item in found["errors"]] == ["limit"]


def test_body_too_large(dora_api: Api, settings: LazySettings) -> None:
    body = b'{"reference": "' + b"x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE + b'"}'
    assert_problem(dora_api.post("/requests", body), 413, "too-large")


def failing(error: Exception) -> HttpResponse:
    """What an API like ours answers when an operation raises `error`."""
    api = NinjaAPI(urls_namespace="failing")
    problems.install(api)
    return api.on_exception(RequestFactory().get("/api/v1/anything"), error)


def test_what_the_database_refuses_is_said_in_words(tom: Technician) -> None:
    factories.shift(tom, datetime(2026, 3, 2, 1, tzinfo=UTC))
    with pytest.raises(IntegrityError) as caught:
        Shift.objects.create(
            organisation=tom.organisation,
            technician=tom,
            on="2026-03-02",
            starts_at=datetime(2026, 3, 2, 5, tzinfo=UTC),
            ends_at=datetime(2026, 3, 2, 6, tzinfo=UTC),
            start_point=Point(121, 25, srid=4326),
            end_point=Point(121, 25, srid=4326),
        )
    answer = failing(caught.value)
    assert answer.status_code == 409
    assert b"The technician has a shift that day already." in answer.content


def test_every_constraint_named_here_exists(db: None) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint UNION SELECT indexname FROM pg_indexes")
        known = {name for (name,) in cursor.fetchall()}
    assert set(problems.CONSTRAINTS) - known == set()


def test_an_unexpected_error_tells_nothing(caplog: pytest.LogCaptureFixture) -> None:
    answer = failing(ZeroDivisionError("the secret is 42"))
    assert answer.status_code == 500
    assert b"secret" not in answer.content
    assert "the secret is 42" in caplog.text


def test_a_database_that_does_not_answer() -> None:
    answer = failing(OperationalError("connection refused"))
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


@pytest.mark.parametrize(
    ("error", "status"), [(Conflict("Taken."), 409), (Invalid(), 422), (VisitUnknown(), 404)]
)
def test_a_refusal_keeps_its_family(error: DomainError, status: int) -> None:
    assert failing(error).status_code == status


def test_all_problems_are_listed(client: Client) -> None:
    listed = client.get("/problems").json()["problems"]
    codes = [item["type"].removeprefix("/problems/") for item in listed]
    assert codes == sorted(set(codes))
    assert {"idempotency-key-reused", "visit-unknown", "stale", "rate-limited"} <= set(codes)
    assert all(item["title"] and item["meaning"] and 400 <= item["status"] < 600 for item in listed)
    assert client.get("/problems/no-such-thing").status_code == 404


def test_two_problems_never_share_a_code() -> None:
    families = list(problems._families(DomainError))
    own = [error for error in families if "code" in vars(error)]
    assert len({error.code for error in own}) == len(own)


def test_the_page_of_problems_needs_no_account(dora: User, client: Client) -> None:
    assert client.get("/problems/conflict").json()["status"] == 409


def test_a_search_that_no_worker_could_end_in_time_is_refused(dora_api: Api) -> None:
    plan = {"region": "00000000-0000-7000-8000-000000000000", "on": "2026-03-02"}
    found = assert_problem(dora_api.post("/plans", plan | {"iterations": 1_000_001}), 422, "invalid")
    assert "1000000" in str(found)
    assert dora_api.post("/plans", plan | {"iterations": 1_000_000}).status_code == 404  # no such region
