"""Administrators enter, try, rotate and silence endpoints."""

import base64
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from pytest_django import Settings

from api.events.endpoints import MOST
from api.events.signing import secret_of
from api.models import EventDelivery, EventEndpoint
from api.tasks import endpoint_serve
from communities.models import Organisation, User
from tests import factories
from tests.api.conftest import Api
from tests.api.events.receiver import Receiver
from tests.api.test_problems import assert_problem

URL = "https://crm.example/hook"


def change(api: Api, endpoint: EventEndpoint, body: dict[str, Any], revision: int = 1) -> Any:
    return api.call("PATCH", f"/event-endpoints/{endpoint.pk}", body, If_Match=f'"r{revision}"')


@pytest.fixture
def stored(acme: Organisation) -> EventEndpoint:
    return EventEndpoint.objects.create(organisation=acme, url=URL)


def test_the_secret_is_shown_when_it_is_made_and_never_again(ada_api: Api) -> None:
    made = ada_api.post("/event-endpoints", {"url": URL, "topics": ["visit.arrived", "invoice.paid"]})
    endpoint = EventEndpoint.objects.get()
    assert (made.status_code, made["Cache-Control"]) == (201, "no-store")
    assert made["Location"] == f"/api/v1/event-endpoints/{endpoint.pk}"
    first = made.json()["secret"]
    assert len(base64.b64decode(first.removeprefix("whsec_"), validate=True)) == 32

    rotated = ada_api.post(f"/event-endpoints/{endpoint.pk}/rotate")
    second = rotated.json()["secret"]
    endpoint.refresh_from_db()
    assert [first, second] == [secret_of(endpoint, generation) for generation in (1, 2)]
    assert rotated["Cache-Control"] == "no-store"

    shown = ada_api.get(f"/event-endpoints/{endpoint.pk}").json()
    assert (shown["topics"], shown["generation"]) == (["invoice.paid", "visit.arrived"], 2)
    assert shown == ada_api.get("/event-endpoints").json()["items"][0] == rotated.json()["endpoint"]
    stored = str(list(EventEndpoint.objects.values())) + str(shown)
    assert (first in stored, second in stored) == (False, False)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("crm.example", "An address begins with http:// or https://."),
        ("ftp://crm.example/", "An address begins with http:// or https://."),
        ("https:///hook", "An address begins with http:// or https://."),
        ("https://a:b@crm.example/", "An address has no account, no #, and at most 500 characters."),
        ("https://crm.example/#there", "An address has no account, no #, and at most 500 characters."),
        ("https://crm.example/" + "錢" * 200, "An address has no account, no #, and at most 500 characters."),
        ("https://crm.example:8443/", "Events are sent to ports 443 and 80 only."),
        ("https://169.254.169.254/latest", "Events are sent to public addresses only."),
        ("http://[::1]/", "Events are sent to public addresses only."),
        ("http://0177.0.0.1/", "This is no address: Invalid IPv4 address: '0177.0.0.1'"),
    ],
)
def test_an_address_that_cannot_be_told_is_refused_in_words(ada_api: Api, url: str, why: str) -> None:
    found = assert_problem(ada_api.post("/event-endpoints", {"url": url}), 422, "event-address-unusable")
    assert (found["detail"], found["errors"]) == (why, [{"field": "url", "message": why}])


def test_production_wants_https(ada_api: Api, stored: EventEndpoint, settings: Settings) -> None:
    settings.PRODUCTION = True
    answer = change(ada_api, stored, {"url": "http://crm.example/"})
    assert_problem(answer, 422, "event-address-unusable")
    assert (
        change(ada_api, stored, {"url": "https://例え.jp/a b"}).json()["url"]
        == "https://xn--r8jz45g.jp/a%20b"
    )


def test_a_topic_that_is_none_is_refused_with_those_that_are(ada_api: Api) -> None:
    answer = ada_api.post("/event-endpoints", {"url": URL, "topics": ["invoice.paid", "invoice.lost"]})
    found = assert_problem(answer, 422, "invalid")
    assert found["errors"][0]["field"] == "topics.1"
    assert "'work_order.completed'" in found["errors"][0]["message"]


def test_disabled_and_enabled_again(ada_api: Api, stored: EventEndpoint) -> None:
    EventEndpoint.objects.update(failing_since=stored.created_at, rests_until=stored.created_at)
    off = change(ada_api, stored, {"enabled": False})
    assert (off.json()["disabled_reason"], off["ETag"]) == ("by_hand", '"r2"')
    assert_problem(ada_api.post(f"/event-endpoints/{stored.pk}/test"), 409, "event-endpoint-disabled")
    assert_problem(change(ada_api, stored, {"enabled": True}), 412, "stale")

    on = change(ada_api, stored, {"enabled": True, "description": "CRM"}, revision=2).json()
    assert (on["disabled_at"], on["disabled_reason"], on["failing_since"]) == (None, "", None)
    assert (on["description"], on["url"]) == ("CRM", URL)
    stored.refresh_from_db()
    assert stored.rests_until is None


def test_a_company_has_only_so_many(ada_api: Api, acme: Organisation) -> None:
    EventEndpoint.objects.bulk_create(EventEndpoint(organisation=acme, url=URL) for _ in range(MOST))
    assert_problem(ada_api.post("/event-endpoints", {"url": URL}), 409, "too-many-event-endpoints")


@pytest.mark.django_db(transaction=True)
def test_an_endpoint_is_tried_and_an_event_sent_again(
    ada_api: Api, endpoint: EventEndpoint, receiver: Receiver
) -> None:
    tried = ada_api.post(f"/event-endpoints/{endpoint.pk}/test").json()
    assert (tried["state"], tried["attempts"], tried["type"]) == ("waiting", 0, "ping")
    endpoint_serve(str(endpoint.pk))
    again = ada_api.post(f"/event-deliveries/{tried['id']}/again")
    assert (again.status_code, again.json()["state"]) == (202, "waiting")
    endpoint_serve(str(endpoint.pk))

    assert [call.event_id for call in receiver.heard] == [tried["event_id"]] * 2
    said = receiver.heard[0].verified(secret_of(endpoint, 1))
    assert (said["type"], said["data"]) == ("ping", {"endpoint_id": str(endpoint.pk)})
    path = f"/event-endpoints/{endpoint.pk}/deliveries"
    [shown] = ada_api.get(f"{path}?state=delivered").json()["items"]
    assert (shown["attempts"], shown["last_status"], shown["due_at"]) == (1, 204, None)
    assert ada_api.get(f"{path}?state=failed").json()["items"] == []


def test_what_is_being_sent_at_this_moment_is_not_sent_again(ada_api: Api, stored: EventEndpoint) -> None:
    now = timezone.now()
    delivery = EventDelivery.objects.create(
        organisation_id=stored.organisation_id,
        endpoint=stored,
        event_id=uuid4(),
        type="ping",
        body="{}",
        due_at=now,
        leased_until=now + timedelta(seconds=30),
    )
    assert_problem(ada_api.post(f"/event-deliveries/{delivery.pk}/again"), 409, "event-delivery-under-way")


def test_another_company_s_administrator_finds_nothing(
    other: Organisation, stored: EventEndpoint, ada_api: Api
) -> None:
    delivery = EventDelivery.objects.create(
        organisation_id=stored.organisation_id,
        endpoint=stored,
        event_id=uuid4(),
        type="ping",
        body="{}",
        due_at=stored.created_at,
    )
    outsider = Api(factories.user(other, "oscar", User.Role.ADMINISTRATOR))
    path = f"/event-endpoints/{stored.pk}"
    calls = [("GET", path), ("DELETE", path), ("GET", f"{path}/deliveries"), ("POST", f"{path}/rotate")]
    for method, address in calls:
        assert_problem(outsider.call(method, address, None), 404, "event-endpoint-unknown")
    assert_problem(outsider.post(f"/event-deliveries/{delivery.pk}/again"), 404, "event-delivery-unknown")
    assert outsider.get("/event-endpoints").json()["items"] == []

    assert ada_api.call("DELETE", path, None).status_code == 204
    assert (EventEndpoint.objects.count(), EventDelivery.objects.count()) == (0, 0)
