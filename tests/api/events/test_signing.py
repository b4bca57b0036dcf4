"""Signatures as Standard Webhooks has them, and whose secret makes them."""

import base64
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from pytest_django import Settings
from standardwebhooks import Webhook, WebhookVerificationError

from api.events.signing import generations_signing, secret_of, signed_headers
from api.models import EventDelivery, EventEndpoint

BODY = '{"type":"ping","timestamp":"2026-03-02T01:00:00Z","data":{}}'


def endpoint_of(*rotated_at: datetime, number: int = 1) -> EventEndpoint:
    return EventEndpoint(id=UUID(int=number), rotated_at=list(rotated_at))


def delivery_to(endpoint: EventEndpoint) -> EventDelivery:
    return EventDelivery(endpoint=endpoint, event_id=UUID(int=7), type="ping", body=BODY)


def test_a_secret_has_32_bytes_and_is_each_endpoint_s_and_generation_s_own(settings: Settings) -> None:
    secrets = [
        secret_of(endpoint_of(number=number), generation) for number in (1, 2) for generation in (1, 2)
    ]
    settings.SECRET_KEY = "another"
    secrets.append(secret_of(endpoint_of(), 1))

    assert len(set(secrets)) == 5
    assert {one[:6] for one in secrets} == {"whsec_"}
    assert {len(base64.b64decode(one[6:], validate=True)) for one in secrets} == {32}


@pytest.mark.parametrize("zone", ["UTC", "Asia/Taipei", "America/New_York"])
def test_the_library_agrees_whatever_clock_we_read(zone: str) -> None:
    """It takes any clock's digits for UTC when it signs, and would not when it verifies."""
    endpoint, now = endpoint_of(), timezone.now().astimezone(ZoneInfo(zone))
    headers = signed_headers(delivery_to(endpoint), now)

    assert headers["Webhook-Id"] == "evt_00000000000000000000000000000007"
    assert headers["Webhook-Timestamp"] == str(int(now.timestamp()))
    assert Webhook(secret_of(endpoint, 1)).verify(BODY, headers)["type"] == "ping"
    for forged in (BODY + " ", BODY.replace("ping", "pong")):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret_of(endpoint, 1)).verify(forged, headers)


def test_for_a_day_after_a_rotation_both_secrets_sign() -> None:
    now = timezone.now()
    endpoint = endpoint_of(now)
    headers = signed_headers(delivery_to(endpoint), now)
    for generation in (1, 2):
        Webhook(secret_of(endpoint, generation)).verify(BODY, headers)

    assert len(headers["Webhook-Signature"].split(" ")) == 2
    day = timedelta(days=1)
    assert generations_signing(endpoint, now + day - timedelta(seconds=1)) == [2, 1]
    assert generations_signing(endpoint, now + day) == [2]


def test_of_many_rotations_in_a_day_the_last_three_sign(now: datetime) -> None:
    endpoint = endpoint_of(now - timedelta(days=9), *(now + timedelta(hours=hour) for hour in range(4)))
    assert generations_signing(endpoint, now + timedelta(hours=4)) == [6, 5, 4]
