"""From something that happened to a delivery for every endpoint that wants to know."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from api.events.announcing import announce
from api.events.catalogue import Kind, Topic
from api.models import EventDelivery, EventEndpoint
from api.schemas.base import Out
from communities.access import operator_of

LARGEST_BODY = 20_000  # bytes; Standard Webhooks asks for less than 20 kB


class Body(Out):
    """What is sent: Standard Webhooks' three members."""

    type: str
    timestamp: datetime
    data: dict[str, Any]


def event_tell(*, topic: Topic, kind: Kind, subject_id: UUID) -> None:
    """Write a delivery for every endpoint that wants `topic`; a second time writes nothing.

    One question to the database where nobody wants it. The body is made here, once: however often it is sent, the
    bytes are the same.
    """
    endpoints = list(_wanting(topic, kind, subject_id))
    if not endpoints:
        return
    told = kind.read(operator_of(endpoints[0].organisation), subject_id)
    deliveries_write(
        endpoints,
        event_id=uuid5(subject_id, topic),
        event_type=topic,
        body=body_of(topic, told.happened_at, told.data.model_dump(mode="json")),
    )


@transaction.atomic
def deliveries_write(
    endpoints: Iterable[EventEndpoint], *, event_id: UUID, event_type: str, body: str
) -> list[EventDelivery]:
    """Note that the event goes to these endpoints, where it has not been noted, and have it sent after the commit."""
    now = timezone.now()
    deliveries = [
        EventDelivery(
            organisation_id=endpoint.organisation_id,
            endpoint=endpoint,
            event_id=event_id,
            type=event_type,
            body=body,
            due_at=now,
        )
        for endpoint in endpoints
    ]
    EventDelivery.objects.bulk_create(deliveries, ignore_conflicts=True)
    for delivery in deliveries:
        transaction.on_commit(partial(announce, delivery.endpoint_id), robust=True)
    return deliveries


def body_of(event_type: str, happened_at: datetime, data: dict[str, Any]) -> str:
    """The event as JSON. Of data that is too long only the ids are left, and `is_cut`."""
    whole = Body(type=event_type, timestamp=happened_at, data=data).model_dump_json()
    if len(whole.encode()) <= LARGEST_BODY:
        return whole
    return Body(type=event_type, timestamp=happened_at, data=_ids(data)).model_dump_json()


def _ids(data: dict[str, Any]) -> dict[str, Any]:
    ids = {name: value for name, value in data.items() if name == "id" or name.endswith("_id")}
    return {**ids, "is_cut": True}


def _wanting(topic: Topic, kind: Kind, subject_id: UUID) -> QuerySet[EventEndpoint]:
    """The enabled endpoints of the subject's organisation that want `topic`."""
    organisation = kind.rows._default_manager.filter(pk=subject_id).values("organisation_id")
    return EventEndpoint.objects.select_related("organisation").filter(
        Q(topics=[]) | Q(topics__contains=[topic]), organisation__in=organisation, disabled_at=None
    )
