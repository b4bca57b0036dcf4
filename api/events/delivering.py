"""Sending what is due to an endpoint, each attempt by one worker, until it has arrived or is given up.

An attempt is claimed in the row before anything is sent: a lease, and a count. The network call is outside any
transaction, and what came of it is noted afterwards. A worker that dies in between leaves a lease that ends: the event
is then sent again, with the same id and the same bytes. So an endpoint hears of an event at least once, in no promised
order.
"""

import time
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from api.events.addresses import url_checked
from api.events.announcing import announce
from api.events.errors import AddressUnusable
from api.events.sending import Answer, post
from api.events.signing import signed_headers
from api.models import DeliveryState, EventDelivery, EventEndpoint

log = structlog.get_logger(__name__)

WAITS = (
    timedelta(0),
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""Before each attempt, since the one before it began: Standard Webhooks' schedule, three days and four hours."""
LEASE = timedelta(seconds=60)  # an attempt is over after a quarter of that
AT_ONCE = 2  # attempts at one endpoint, so that a slow one leaves workers to the others; 1 while it fails
TURN_S = 30.0  # how long a worker stays with one endpoint
GIVE_UP = timedelta(days=3)  # nothing has arrived for so long: the endpoint is disabled
KEPT = timedelta(
    days=30
)  # deliveries that are over, or wait for a disabled endpoint: they hold customers' names

UNFINISHED = "The last attempt did not end: its worker died."


def endpoint_serve(endpoint_id: UUID) -> None:
    """Send what is due there, one after the other, until nothing is, one fails, or the turn is over."""
    began = time.monotonic()
    while time.monotonic() - began < TURN_S:
        delivery = delivery_claim(endpoint_id, timezone.now())
        if delivery is None or not delivery_attempt(delivery, timezone.now()):
            return


@transaction.atomic
def delivery_claim(endpoint_id: UUID, now: datetime) -> EventDelivery | None:
    """The delivery that is due longest, leased to the caller; None when there is none, or enough is being sent."""
    endpoints = EventEndpoint.objects.select_for_update(no_key=True)
    endpoint = endpoints.filter(pk=endpoint_id, disabled_at=None).first()
    if endpoint is None or (endpoint.rests_until is not None and now < endpoint.rests_until):
        return None
    waiting = EventDelivery.objects.filter(endpoint=endpoint, state=DeliveryState.WAITING)
    if waiting.filter(leased_until__gt=now).count() >= (1 if endpoint.failing_since else AT_ONCE):
        return None
    delivery = waiting.filter(_free(now), due_at__lte=now).order_by("due_at", "id").first()
    if delivery is None or not _lease(delivery, now):
        return None
    delivery.endpoint = endpoint  # as it is under our lock
    return delivery


def delivery_attempt(delivery: EventDelivery, now: datetime) -> bool:
    """Send a leased delivery and note what came of it; whether it has arrived."""
    answer = _send(delivery, now)
    log.info(
        "event sent" if answer.is_success else "event not delivered",
        endpoint=str(delivery.endpoint_id),
        delivery=str(delivery.pk),
        type=delivery.type,
        attempt=delivery.attempts,
        status=answer.status,
        took_ms=answer.took_ms,
    )
    if answer.is_success:
        _arrived(delivery, answer, now)
    else:
        _missed(delivery, answer, now)
    return answer.is_success


def endpoints_announce(*, now: datetime) -> list[UUID]:
    """Ask the workers to serve every endpoint for which something is due; which."""
    due = EventDelivery.objects.filter(
        _free(now), endpoint=OuterRef("pk"), state=DeliveryState.WAITING, due_at__lte=now
    )
    awake = EventEndpoint.objects.filter(Q(rests_until=None) | Q(rests_until__lte=now), disabled_at=None)
    endpoint_ids = list(awake.filter(Exists(due)).order_by("pk").values_list("pk", flat=True))
    for endpoint_id in endpoint_ids:
        announce(endpoint_id)
    return endpoint_ids


def deliveries_forget(*, now: datetime) -> None:
    """Delete what is old and not on its way any more."""
    old = EventDelivery.objects.filter(created_at__lt=now - KEPT)
    old.exclude(state=DeliveryState.WAITING, endpoint__disabled_at=None).delete()


def _send(delivery: EventDelivery, now: datetime) -> Answer:
    try:
        url = url_checked(delivery.endpoint.url)  # again: the settings may have changed since
    except AddressUnusable as refusal:
        return Answer(None, refusal.detail, 0)
    return post(url, signed_headers(delivery, now), delivery.body)


def _free(now: datetime) -> Q:
    return Q(leased_until=None) | Q(leased_until__lte=now)


def _lease(delivery: EventDelivery, now: datetime) -> bool:
    """Take it, by compare-and-swap; False when it has been taken or is over.

    What has had its last attempt, of whose end no worker told, is over now.
    """
    free = EventDelivery.objects.filter(_free(now), pk=delivery.pk, state=DeliveryState.WAITING)
    if delivery.attempts >= len(WAITS):
        free.update(state=DeliveryState.FAILED, leased_until=None, last_status=None, last_answer=UNFINISHED)
        return False
    delivery.leased_until, delivery.attempts = now + LEASE, delivery.attempts + 1
    return free.update(leased_until=delivery.leased_until, attempts=delivery.attempts) == 1


def _arrived(delivery: EventDelivery, answer: Answer, now: datetime) -> None:
    """What has happened has happened, even if it took longer than the lease and another worker began again."""
    EventDelivery.objects.filter(pk=delivery.pk).exclude(state=DeliveryState.DELIVERED).update(
        state=DeliveryState.DELIVERED, delivered_at=now, leased_until=None, **_heard(answer, now)
    )
    if delivery.endpoint.failing_since is not None:
        EventEndpoint.objects.filter(pk=delivery.endpoint_id).update(failing_since=None)


def _missed(delivery: EventDelivery, answer: Answer, now: datetime) -> None:
    """Another attempt later, or none any more; unless another worker has taken the row over, whose it is then."""
    is_last = answer.status == 410 or delivery.attempts >= len(WAITS)
    EventDelivery.objects.filter(
        pk=delivery.pk, state=DeliveryState.WAITING, leased_until=delivery.leased_until
    ).update(
        state=DeliveryState.FAILED if is_last else DeliveryState.WAITING,
        due_at=now if is_last else now + WAITS[delivery.attempts],
        leased_until=None,
        **_heard(answer, now),
    )
    _endpoint_missed(delivery.endpoint, answer, now)


def _endpoint_missed(endpoint: EventEndpoint, answer: Answer, now: datetime) -> None:
    """What a failure means for the endpoint: it is gone, it rests, or it has failed for too long."""
    rows = EventEndpoint.objects.filter(pk=endpoint.pk, disabled_at=None)
    rows.filter(failing_since=None).update(failing_since=now)
    if answer.rest:
        rows.update(rests_until=now + answer.rest)
    if answer.status == 410:
        _disable(endpoint, rows, EventEndpoint.Reason.GONE, now)
    else:
        _disable(endpoint, rows.filter(failing_since__lte=now - GIVE_UP), EventEndpoint.Reason.FAILING, now)


def _disable(
    endpoint: EventEndpoint, rows: QuerySet[EventEndpoint], reason: EventEndpoint.Reason, now: datetime
) -> None:
    if rows.update(disabled_at=now, disabled_reason=reason, revision=F("revision") + 1):
        log.warning("event endpoint disabled", endpoint=str(endpoint.pk), reason=str(reason))


def _heard(answer: Answer, now: datetime) -> dict[str, object]:
    return {
        "attempted_at": now,
        "last_status": answer.status,
        "last_answer": answer.text,
        "last_took_ms": answer.took_ms,
    }
