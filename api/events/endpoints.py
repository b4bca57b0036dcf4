"""Endpoints and their deliveries, for administrators. For everybody else there are none."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from uuid_utils.compat import uuid7

from api.events.addresses import url_checked
from api.events.announcing import announce
from api.events.catalogue import PING, Topic
from api.events.errors import (
    DeliveryUnderWay,
    DeliveryUnknown,
    EndpointDisabled,
    EndpointUnknown,
    TooManyEndpoints,
)
from api.events.signing import secret_of
from api.events.telling import body_of, deliveries_write
from api.models import DeliveryState, EventDelivery, EventEndpoint
from communities.access import Caller
from core.errors import Stale
from core.locks import lock_all
from dispatch.errors import NotForYourRole

MOST = 20  # endpoints of one organisation: each makes every event a row and a call
AFRESH = {"failing_since": None, "rests_until": None}  # what was heard so far counts no more


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointGiven:
    """What an administrator says of an endpoint. No topics: all of them. None: as it is."""

    url: str | None = None
    description: str | None = None
    topics: Collection[Topic] | None = None
    enabled: bool | None = None


def endpoint_list(caller: Caller) -> QuerySet[EventEndpoint]:
    """All of the organisation. Raises NotForYourRole."""
    if not caller.administers:
        raise NotForYourRole("Event endpoints are for administrators.")
    return EventEndpoint.objects.filter(organisation=caller.organisation)


def endpoint_get(caller: Caller, endpoint_id: UUID) -> EventEndpoint:
    """One endpoint. Raises EndpointUnknown, also for one that is not the caller's."""
    endpoint = endpoint_list(caller).filter(pk=endpoint_id).first() if caller.administers else None
    if endpoint is None:
        raise EndpointUnknown
    return endpoint


def delivery_list(caller: Caller, endpoint_id: UUID) -> QuerySet[EventDelivery]:
    """What was sent there, or will be. Raises EndpointUnknown."""
    return EventDelivery.objects.filter(endpoint=endpoint_get(caller, endpoint_id)).defer("body")


@transaction.atomic
def endpoint_create(
    *, caller: Caller, url: str, description: str, topics: Collection[Topic]
) -> tuple[EventEndpoint, str]:
    """A new endpoint, enabled, and its secret. Raises NotForYourRole, AddressUnusable, TooManyEndpoints."""
    endpoints = endpoint_list(caller)
    lock_all("event endpoints", [caller.organisation.pk])
    if endpoints.count() >= MOST:
        raise TooManyEndpoints(f"A company has at most {MOST}.")
    endpoint = EventEndpoint.objects.create(
        organisation=caller.organisation,
        url=url_checked(url),
        description=description,
        topics=_sorted(topics),
    )
    return endpoint, secret_of(endpoint, endpoint.generation)


@transaction.atomic
def endpoint_change(
    *, caller: Caller, endpoint_id: UUID, given: EndpointGiven, revision: int, now: datetime
) -> EventEndpoint:
    """Change what is given, if the endpoint is still at `revision`. Enabled again, it is sent what still waits.

    Raises EndpointUnknown, AddressUnusable, Stale.
    """
    endpoint = endpoint_get(caller, endpoint_id)
    changes = _changes(endpoint, given, now)
    rows = EventEndpoint.objects.filter(pk=endpoint.pk, revision=revision)
    if rows.update(revision=revision + 1, **changes) != 1:
        raise Stale("Somebody changed this endpoint in the meantime: read it again.")
    if given.enabled:
        transaction.on_commit(lambda: announce(endpoint.pk), robust=True)
    return endpoint_get(caller, endpoint_id)


@transaction.atomic
def endpoint_rotate(*, caller: Caller, endpoint_id: UUID, now: datetime) -> tuple[EventEndpoint, str]:
    """A new secret; the one before it goes on signing for a day. Raises EndpointUnknown."""
    endpoint_get(caller, endpoint_id)
    endpoint = EventEndpoint.objects.select_for_update(no_key=True).get(pk=endpoint_id)
    endpoint.rotated_at = [*endpoint.rotated_at, now]
    endpoint.revision += 1
    endpoint.save(update_fields=["rotated_at", "revision"])
    return endpoint, secret_of(endpoint, endpoint.generation)


@transaction.atomic
def endpoint_delete(*, caller: Caller, endpoint_id: UUID) -> None:
    """Forget an endpoint and its deliveries; what is on its way may still arrive. Raises EndpointUnknown."""
    endpoint_get(caller, endpoint_id)
    # First the endpoint and then its deliveries, like the workers.
    EventEndpoint.objects.select_for_update().get(pk=endpoint_id).delete()


@transaction.atomic
def endpoint_ping(*, caller: Caller, endpoint_id: UUID, now: datetime) -> EventDelivery:
    """Send it an event that tells nothing. Raises EndpointUnknown, EndpointDisabled."""
    endpoint = endpoint_get(caller, endpoint_id)
    if endpoint.disabled_at is not None:
        raise EndpointDisabled
    body = body_of(PING, now, {"endpoint_id": str(endpoint.pk)})
    [delivery] = deliveries_write([endpoint], event_id=uuid7(), event_type=PING, body=body)
    return delivery


@transaction.atomic
def delivery_again(*, caller: Caller, delivery_id: UUID, now: datetime) -> EventDelivery:
    """Send an event once more, now, and as often as a new one until it arrives; with the id it had.

    Raises DeliveryUnknown, EndpointDisabled, DeliveryUnderWay.
    """
    delivery = _delivery_get(caller, delivery_id)
    if delivery.endpoint.disabled_at is not None:
        raise EndpointDisabled
    idle = EventDelivery.objects.filter(Q(leased_until=None) | Q(leased_until__lte=now), pk=delivery.pk)
    if idle.update(state=DeliveryState.WAITING, due_at=now, attempts=0, leased_until=None) != 1:
        raise DeliveryUnderWay
    transaction.on_commit(lambda: announce(delivery.endpoint_id), robust=True)
    return _delivery_get(caller, delivery_id)


def _delivery_get(caller: Caller, delivery_id: UUID) -> EventDelivery:
    deliveries = EventDelivery.objects.filter(organisation=caller.organisation, pk=delivery_id)
    delivery = deliveries.select_related("endpoint").first() if caller.administers else None
    if delivery is None:
        raise DeliveryUnknown
    return delivery


def _changes(endpoint: EventEndpoint, given: EndpointGiven, now: datetime) -> dict[str, object]:
    changes: dict[str, object] = {}
    if given.url is not None:
        changes |= {"url": url_checked(given.url), **AFRESH}
    if given.description is not None:
        changes["description"] = given.description
    if given.topics is not None:
        changes["topics"] = _sorted(given.topics)
    if given.enabled is True:
        changes |= {"disabled_at": None, "disabled_reason": "", **AFRESH}
    elif given.enabled is False and endpoint.disabled_at is None:
        changes |= {"disabled_at": now, "disabled_reason": EventEndpoint.Reason.BY_HAND}
    return changes


def _sorted(topics: Collection[Topic]) -> list[str]:
    return sorted({str(topic) for topic in topics})
