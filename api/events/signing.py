"""Signatures after Standard Webhooks 1.0 (https://www.standardwebhooks.com), and the secrets they are made with.

A secret follows from SECRET_KEY, the endpoint's id and a generation, so that it need not be kept: who reads the
database cannot sign.
"""

import base64
from datetime import UTC, datetime, timedelta

from django.utils.crypto import salted_hmac
from standardwebhooks import Webhook

from api.models import EventDelivery, EventEndpoint

OVERLAP = timedelta(hours=24)
"""How long a secret goes on signing beside the one that replaced it."""
MOST_SIGNATURES = 3
"""Rotated more often within that time, the newest of them sign."""


def secret_of(endpoint: EventEndpoint, generation: int) -> str:
    """`whsec_` and 32 bytes in base64."""
    key = salted_hmac("linli.event_endpoint", f"{endpoint.pk}.{generation}", algorithm="sha256").digest()
    return f"whsec_{base64.b64encode(key).decode()}"


def signed_headers(delivery: EventDelivery, at: datetime) -> dict[str, str]:
    """The three headers by which the receiver knows the event, when it was sent, and that we sent it."""
    at, event_id = at.astimezone(UTC), wire_id(delivery)  # the library takes any clock for UTC
    endpoint = delivery.endpoint
    secrets = [secret_of(endpoint, generation) for generation in generations_signing(endpoint, at)]
    return {
        "Webhook-Id": event_id,
        "Webhook-Timestamp": str(int(at.timestamp())),
        "Webhook-Signature": " ".join(
            Webhook(secret).sign(event_id, at, delivery.body) for secret in secrets
        ),
    }


def wire_id(delivery: EventDelivery) -> str:
    """What receivers know the event by, however often it is sent."""
    return f"evt_{delivery.event_id.hex}"


def generations_signing(endpoint: EventEndpoint, at: datetime) -> list[int]:
    """The generation in force, and those that it replaced a short time ago; newest first."""
    newest = endpoint.generation
    replaced = [
        generation
        for generation, replaced_at in enumerate(endpoint.rotated_at, start=1)
        if at < replaced_at + OVERLAP
    ]
    return [newest, *reversed(replaced)][:MOST_SIGNATURES]
