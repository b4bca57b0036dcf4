"""An event arrives, at least once, whatever the receiver and our workers do; and the others need not wait."""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from api.events import signing
from api.events.delivering import (
    LEASE,
    UNFINISHED,
    WAITS,
    deliveries_forget,
    delivery_attempt,
    delivery_claim,
    endpoint_serve,
    endpoints_announce,
)
from api.events.sending import post
from api.events.signing import secret_of, signed_headers
from api.events.telling import body_of, deliveries_write
from api.models import EventDelivery, EventEndpoint
from communities.models import Organisation
from tests.api.events.conftest import sent
from tests.api.events.receiver import Receiver

pytestmark = pytest.mark.django_db

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


def note(endpoint: EventEndpoint, event_id: UUID | None = None) -> EventDelivery:
    """An event on its way to the endpoint."""
    body = body_of("ping", timezone.now(), {"endpoint_id": str(endpoint.pk), "name": "王小姐"})
    [delivery] = deliveries_write([endpoint], event_id=event_id or uuid4(), event_type="ping", body=body)
    return EventDelivery.objects.get(pk=delivery.pk)


def attempt(endpoint: EventEndpoint, now: datetime) -> bool | None:
    """A worker's one attempt at what is due longest; None when there is nothing to do."""
    delivery = delivery_claim(endpoint.pk, now)
    return None if delivery is None else delivery_attempt(delivery, now)


def at_once(number: int, do: Callable[[], object]) -> None:
    """Workers that start together."""

    def work() -> None:
        try:
            do()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_an_event_arrives_signed(endpoint: EventEndpoint, receiver: Receiver) -> None:
    receiver.text = b"thanks\0"
    receiver.status = 200
    delivery = note(endpoint)
    endpoint_serve(endpoint.pk)

    [call] = receiver.heard
    assert call.verified(secret_of(endpoint, 1))["data"] == {
        "endpoint_id": str(endpoint.pk),
        "name": "王小姐",
    }
    assert call.body.decode() == delivery.body
    assert (call.path, call.headers["Content-Type"]) == ("/hook", "application/json")
    assert call.event_id == f"evt_{delivery.event_id.hex}"
    assert sent(delivery) == ("delivered", 1, 200, "thanks")
    assert attempt(endpoint, timezone.now() + DAY) is None


def test_what_fails_is_tried_ten_times_in_three_days_with_the_same_bytes(
    endpoint: EventEndpoint, receiver: Receiver
) -> None:
    receiver.status, receiver.text = 500, "錯".encode() * 300
    delivery = note(endpoint)
    waits = []
    while delivery.state == "waiting":
        began = delivery.due_at
        assert attempt(endpoint, began - SECOND) is None
        assert attempt(endpoint, began) is False
        delivery.refresh_from_db()
        waits.append(delivery.due_at - began)

    assert waits == [*WAITS[1:], timedelta(0)]
    assert sum(waits, timedelta(0)) == timedelta(hours=75, minutes=35, seconds=5)
    assert sent(delivery) == ("failed", 10, 500, "錯" * 200)
    assert len({(call.event_id, call.body) for call in receiver.heard}) == 1
    assert len({call.headers["Webhook-Timestamp"] for call in receiver.heard}) == 10


def test_an_endpoint_where_nothing_arrived_for_three_days_is_disabled(
    endpoint: EventEndpoint, receiver: Receiver, now: datetime
) -> None:
    receiver.status = 500
    EventDelivery.objects.filter(pk=note(endpoint).pk).update(due_at=now)
    attempt(endpoint, now)
    EventDelivery.objects.update(due_at=now)

    attempt(endpoint, now + 3 * DAY - SECOND)
    endpoint.refresh_from_db()
    assert (endpoint.failing_since, endpoint.disabled_at) == (now, None)

    EventDelivery.objects.update(due_at=now)
    attempt(endpoint, now + 3 * DAY)
    endpoint.refresh_from_db()
    assert (endpoint.disabled_at, endpoint.disabled_reason) == (now + 3 * DAY, "failing")
    assert attempt(endpoint, now + 30 * DAY) is None


def test_one_success_and_the_three_days_begin_anew(
    endpoint: EventEndpoint, receiver: Receiver, now: datetime
) -> None:
    EventEndpoint.objects.update(failing_since=now - 4 * DAY)
    note(endpoint)
    endpoint_serve(endpoint.pk)
    receiver.status = 500
    note(endpoint)
    endpoint_serve(endpoint.pk)

    endpoint.refresh_from_db()
    assert (endpoint.disabled_at, len(receiver.heard)) == (None, 2)


def test_whoever_answers_that_it_is_gone_hears_no_more(endpoint: EventEndpoint, receiver: Receiver) -> None:
    receiver.status = 410
    first, second = note(endpoint), note(endpoint)
    endpoint_serve(endpoint.pk)
    endpoint_serve(endpoint.pk)

    endpoint.refresh_from_db()
    assert (endpoint.disabled_reason, len(receiver.heard)) == ("gone", 1)
    assert (sent(first)[:2], sent(second)[:2]) == (("failed", 1), ("waiting", 0))


def test_a_redirect_is_not_followed(endpoint: EventEndpoint, receiver: Receiver) -> None:
    with Receiver() as elsewhere:
        receiver.status, receiver.more = 307, {"Location": elsewhere.url}
        delivery = note(endpoint)
        endpoint_serve(endpoint.pk)
        assert elsewhere.heard == []
    assert sent(delivery) == ("waiting", 1, 307, "")


@pytest.mark.parametrize(
    ("status", "wish", "rest_s"),
    [
        (429, "90", 90),
        (504, "7200", 3600),
        (502, "9" * 5000, None),
        (503, "soon", None),
        (500, "90", None),
    ],
)
def test_an_endpoint_that_asks_for_rest_gets_it_for_all_its_events(
    endpoint: EventEndpoint, receiver: Receiver, status: int, wish: str, rest_s: int | None
) -> None:
    receiver.status, receiver.more = status, {"Retry-After": wish}
    note(endpoint)
    now = timezone.now()
    attempt(endpoint, now)

    endpoint.refresh_from_db()
    assert endpoint.rests_until == (now + timedelta(seconds=rest_s) if rest_s else None)
    note(endpoint)
    over = now + timedelta(seconds=rest_s or 1)
    receiver.status = 204
    if rest_s:
        assert attempt(endpoint, over - SECOND) is None
    assert attempt(endpoint, over) is True


def test_rest_until_a_date(receiver: Receiver) -> None:
    receiver.status = 503
    receiver.more = {"Retry-After": format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)}
    rest = post(receiver.url, {}, "{}").rest
    assert rest is not None
    assert timedelta(minutes=9, seconds=50) < rest <= timedelta(minutes=10)


def test_nobody_there_is_a_failure_in_words(endpoint: EventEndpoint) -> None:
    EventEndpoint.objects.update(url="http://127.0.0.1:9/")
    delivery = note(endpoint)
    endpoint_serve(endpoint.pk)
    assert sent(delivery) == ("waiting", 1, None, "ConnectError: [Errno 111] Connection refused")


def test_an_address_that_has_become_forbidden_is_not_called(
    endpoint: EventEndpoint, receiver: Receiver, settings: Settings
) -> None:
    settings.EVENTS_PRIVATE_ADDRESSES = False
    delivery = note(endpoint)
    endpoint_serve(endpoint.pk)
    assert sent(delivery) == ("waiting", 1, None, "Events are sent to ports 443 and 80 only.")
    assert receiver.heard == []


@pytest.mark.django_db(transaction=True)
def test_several_workers_send_each_event_once(endpoint: EventEndpoint, receiver: Receiver) -> None:
    deliveries = [note(endpoint) for _ in range(12)]
    at_once(4, lambda: endpoint_serve(endpoint.pk))

    assert sorted(call.event_id for call in receiver.heard) == sorted(
        signing.wire_id(delivery) for delivery in deliveries
    )
    assert {sent(delivery)[:2] for delivery in deliveries} == {("delivered", 1)}


@pytest.mark.django_db(transaction=True)
def test_a_silent_endpoint_has_two_workers_at_most_and_a_failing_one_has_one(
    endpoint: EventEndpoint, acme: Organisation, receiver: Receiver
) -> None:
    """So the others are served meanwhile."""
    for _ in range(4):
        note(endpoint)
    receiver.released.clear()
    silent = threading.Thread(target=at_once, args=(3, lambda: endpoint_serve(endpoint.pk)))
    silent.start()
    for _ in range(2):
        receiver.came.acquire(timeout=10)
    assert delivery_claim(endpoint.pk, timezone.now()) is None
    with Receiver() as quick:
        other = EventEndpoint.objects.create(organisation=acme, url=quick.url)
        delivery = note(other)
        endpoint_serve(other.pk)
        assert sent(delivery)[:2] == ("delivered", 1)
    receiver.released.set()
    silent.join()
    assert len(receiver.heard) == 4

    EventEndpoint.objects.filter(pk=endpoint.pk).update(failing_since=timezone.now())
    first, second = note(endpoint), note(endpoint)
    assert delivery_claim(endpoint.pk, timezone.now()) == first
    assert delivery_claim(endpoint.pk, timezone.now()) is None
    assert sent(second)[:2] == ("waiting", 0)


def test_after_a_failure_the_worker_turns_to_others(endpoint: EventEndpoint, receiver: Receiver) -> None:
    receiver.status = 500
    first, second = note(endpoint), note(endpoint)
    endpoint_serve(endpoint.pk)
    assert (sent(first)[1], sent(second)[1]) == (1, 0)


def test_what_a_worker_sent_before_it_died_is_sent_again_with_the_same_id(
    endpoint: EventEndpoint, receiver: Receiver
) -> None:
    """Nobody noted that it had arrived. The receiver sees a second call, and by its id that it is the same event."""
    delivery, now = note(endpoint), timezone.now()
    claimed = delivery_claim(endpoint.pk, now)
    assert claimed is not None
    assert post(endpoint.url, signed_headers(claimed, now), claimed.body).is_success  # … and then silence

    assert attempt(endpoint, now + LEASE - SECOND) is None
    assert attempt(endpoint, now + LEASE) is True
    first, second = receiver.heard
    assert (first.event_id, first.body) == (second.event_id, second.body)
    assert sent(delivery)[:2] == ("delivered", 2)


def test_what_kills_its_worker_each_time_is_given_up_too(endpoint: EventEndpoint, receiver: Receiver) -> None:
    delivery = note(endpoint)
    EventDelivery.objects.update(attempts=len(WAITS), leased_until=timezone.now())
    endpoint_serve(endpoint.pk)
    assert (sent(delivery), receiver.heard) == (("failed", 10, None, UNFINISHED), [])


def test_a_worker_that_was_overtaken_may_say_that_it_arrived_and_nothing_else(
    endpoint: EventEndpoint, receiver: Receiver
) -> None:
    delivery, now = note(endpoint), timezone.now()
    slow = delivery_claim(endpoint.pk, now)
    quick = delivery_claim(endpoint.pk, now + LEASE)
    assert slow is not None
    assert quick is not None

    receiver.status = 500
    delivery_attempt(slow, now)
    assert sent(delivery) == ("waiting", 2, None, "")  # still the quick one's
    receiver.status = 204
    delivery_attempt(slow, now)
    receiver.status = 500
    delivery_attempt(quick, now + LEASE)
    assert sent(delivery)[:3] == ("delivered", 2, 204)


def test_the_sweeper_announces_each_endpoint_for_which_something_is_due(
    acme: Organisation, now: datetime
) -> None:
    def endpoint(due_at: datetime, **more: object) -> EventEndpoint:
        made = EventEndpoint.objects.create(organisation=acme, url="https://a.example", **more)
        for _ in range(2):
            EventDelivery.objects.filter(pk=note(made).pk).update(due_at=due_at)
        return made

    due = endpoint(now)
    endpoint(now + SECOND)
    endpoint(now, rests_until=now + SECOND)
    endpoint(now, disabled_at=now, disabled_reason="gone")
    leased = endpoint(now)
    EventDelivery.objects.filter(endpoint=leased).update(leased_until=now + SECOND)

    assert endpoints_announce(now=now) == [due.pk]


def test_what_is_not_on_its_way_any_more_is_forgotten_after_a_month(
    endpoint: EventEndpoint, acme: Organisation, now: datetime
) -> None:
    silent = EventEndpoint.objects.create(
        organisation=acme, url=endpoint.url, disabled_at=now, disabled_reason="gone"
    )
    for to, state, age in (
        (endpoint, "failed", 31),
        (endpoint, "failed", 29),
        (endpoint, "waiting", 31),
        (silent, "waiting", 31),
        (silent, "waiting", 29),
    ):
        EventDelivery.objects.create(
            organisation=acme,
            endpoint=to,
            event_id=uuid4(),
            type="ping",
            body="{}",
            state=state,
            due_at=now,
            created_at=now - timedelta(days=age),
        )
    deliveries_forget(now=now)
    kept = EventDelivery.objects.order_by("created_at", "id").values_list("endpoint", "state")
    assert list(kept) == [(endpoint.pk, "waiting"), (endpoint.pk, "failed"), (silent.pk, "waiting")]


def test_no_secret_and_nobody_s_name_is_in_the_log(
    endpoint: EventEndpoint, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    EventEndpoint.objects.update(url=f"{receiver.url}/path-token?key=query-token")
    for status in (204, 500, 410):
        receiver.status = status
        note(endpoint)
        endpoint_serve(endpoint.pk)

    assert len(receiver.heard) == 3
    signatures = [call.headers["Webhook-Signature"] for call in receiver.heard]
    for secret in (secret_of(endpoint, 1), "path-token", "query-token", "王小姐", *signatures):
        assert secret not in caplog.text
    assert str(endpoint.pk) in caplog.text
