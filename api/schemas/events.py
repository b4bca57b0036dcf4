"""Event endpoints, and what was sent to them."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from api.events.catalogue import Topic
from api.events.signing import wire_id
from api.models import DeliveryState, EventDelivery, EventEndpoint
from api.schemas.base import In, Out

Url = Annotated[str, Field(min_length=1, max_length=500)]
Description = Annotated[str, Field(max_length=200)]
Topics = Annotated[list[Topic], Field(max_length=len(Topic), description="Empty: all of them.")]


class EndpointIn(In):
    url: Url
    description: Description = ""
    topics: Topics = []


class EndpointPatch(In):
    """What is left out stays as it is."""

    url: Url | None = None
    description: Description | None = None
    topics: Topics | None = None
    enabled: bool | None = None


class EndpointOut(Out):
    id: UUID
    revision: int
    url: str
    description: str
    topics: list[str]
    generation: Annotated[int, Field(description="Of the secret; rotating raises it.")]
    created_at: datetime
    rotated_at: datetime | None
    disabled_at: datetime | None
    disabled_reason: Annotated[str, Field(description="by_hand, gone, failing; empty while enabled.")]
    failing_since: datetime | None

    @classmethod
    def of(cls, endpoint: EventEndpoint) -> Self:
        return cls(
            id=endpoint.id,
            revision=endpoint.revision,
            url=endpoint.url,
            description=endpoint.description,
            topics=endpoint.topics,
            generation=endpoint.generation,
            created_at=endpoint.created_at,
            rotated_at=endpoint.rotated_at[-1] if endpoint.rotated_at else None,
            disabled_at=endpoint.disabled_at,
            disabled_reason=endpoint.disabled_reason,
            failing_since=endpoint.failing_since,
        )


class EndpointMade(Out):
    endpoint: EndpointOut
    secret: Annotated[str, Field(description="Signs what is sent there. Shown this once.")]


class DeliveryOut(Out):
    id: UUID
    endpoint_id: UUID
    event_id: Annotated[str, Field(description="The header Webhook-Id.")]
    type: str
    state: str
    created_at: datetime
    due_at: Annotated[
        datetime | None, Field(description="The next attempt; null when there is none to come.")
    ]
    attempts: int
    attempted_at: datetime | None
    delivered_at: datetime | None
    last_status: Annotated[int | None, Field(description="Null when nothing was heard.")]
    last_answer: Annotated[str, Field(description="Its first 200 characters, or why nothing was heard.")]
    last_took_ms: int | None

    @classmethod
    def of(cls, delivery: EventDelivery) -> Self:
        return cls(
            id=delivery.id,
            endpoint_id=delivery.endpoint_id,
            event_id=wire_id(delivery),
            type=delivery.type,
            state=delivery.state,
            created_at=delivery.created_at,
            due_at=delivery.due_at if delivery.state == DeliveryState.WAITING else None,
            attempts=delivery.attempts,
            attempted_at=delivery.attempted_at,
            delivered_at=delivery.delivered_at,
            last_status=delivery.last_status,
            last_answer=delivery.last_answer,
            last_took_ms=delivery.last_took_ms,
        )
