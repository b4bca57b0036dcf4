"""What clients send by mistake, and what machines ask."""

import logging

import pytest
from django.test import Client

from communities.models import Region
from dispatch.models import ServiceRequest
from tests import factories
from tests.api.conftest import Api
from tests.api.test_problems import assert_problem

ASKED = {
    "reference": "R-1",
    "service_type": "filter",
    "site": {"address": "1 Example Road"},
    "customer": {"name": "Wang", "phone": "02-1234-5678"},
}


@pytest.mark.parametrize(
    "window",
    [
        ("0001-01-01T00:00:00+14:00", "2026-12-01T00:00:00Z"),  # 1 BC in UTC: a row nobody could read again
        ("2026-12-01T00:00:00Z", "9999-12-31T23:59:59-14:00"),
    ],
)
def test_times_of_another_age_are_refused(dora_api: Api, north: Region, window: tuple[str, str]) -> None:
    factories.service_type(north.organisation, "filter")
    body = ASKED | {"window_from_at": window[0], "window_until_at": window[1]}
    found = assert_problem(dora_api.post("/requests", body), 422, "invalid")
    assert "must lie in the years 2000 to 2099" in found["detail"]
    assert not ServiceRequest.objects.exists()


def test_days_of_another_age_are_refused(dora_api: Api, north: Region) -> None:
    assert_problem(dora_api.post("/plans", {"region": str(north.pk), "on": "9999-12-31"}), 422, "invalid")
    assert_problem(dora_api.get("/schedule?from=9999-12-31&to=9999-12-31"), 422, "invalid")


def test_body_that_is_a_form_is_refused_in_words(dora_api: Api) -> None:
    headers = dora_api.headers | {"Idempotency-Key": "k"}
    answer = dora_api.client.post("/api/v1/requests", {"reference": "R-1"}, headers=headers)
    assert_problem(answer, 400, "bad-request")


def test_head_is_answered_like_get_without_the_body(dora_api: Api) -> None:
    got, head = dora_api.get("/regions"), dora_api.client.head("/api/v1/regions", headers=dora_api.headers)
    assert (head.status_code, head.content) == (200, b"")
    assert head["Content-Length"] == str(len(got.content))


@pytest.mark.django_db
def test_secret_address_is_on_no_log_line(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    for path in ("/r/SECRET", "/api/v1/calendar/SECRET.ics"):
        assert client.get(path).status_code == 404
    assert "SECRET" not in caplog.text


@pytest.mark.django_db
def test_address_that_leads_nowhere_says_so_on_a_page_of_ours(client: Client) -> None:
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert b"customer.css" in answer.content
