"""Celery's side of the API: events to send, and housekeeping."""

from datetime import timedelta
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from api.models import IdempotencyRecord

IDEMPOTENCY_KEPT = timedelta(hours=24)  # published in the API's description: later, a key is a new one


@shared_task  # type: ignore[untyped-decorator]
def idempotency_expire() -> None:
    """Forget answers that nobody asks for again."""
    IdempotencyRecord.objects.filter(created_at__lt=timezone.now() - IDEMPOTENCY_KEPT).delete()


@shared_task  # type: ignore[untyped-decorator]
def endpoint_serve(endpoint_id: str) -> None:
    """Send an endpoint what is due."""
    from api.events import delivering

    delivering.endpoint_serve(UUID(endpoint_id))


@shared_task  # type: ignore[untyped-decorator]
def events_sweep() -> None:
    """Announce every endpoint for which something is due."""
    from api.events import delivering

    delivering.endpoints_announce(now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def events_forget() -> None:
    """Forget deliveries that have been over for a month."""
    from api.events import delivering

    delivering.deliveries_forget(now=timezone.now())
