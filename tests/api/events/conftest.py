"""A company that has its CRM told, and the CRM's server on a real port."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from api.models import EventDelivery, EventEndpoint
from communities.models import Organisation
from tests.api.events.receiver import Receiver


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    settings.EVENTS_PRIVATE_ADDRESSES = True
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def endpoint(acme: Organisation, receiver: Receiver) -> EventEndpoint:
    """Acme's, which wants everything."""
    return EventEndpoint.objects.create(organisation=acme, url=receiver.url)


def sent(delivery: EventDelivery) -> tuple[str, int, int | None, str]:
    """State, attempts, and what was heard last."""
    delivery.refresh_from_db()
    return delivery.state, delivery.attempts, delivery.last_status, delivery.last_answer
