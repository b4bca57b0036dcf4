"""Housekeeping of the API."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from api.models import IdempotencyRecord

IDEMPOTENCY_KEPT = timedelta(hours=24)  # published in the API's description: later, a key is a new one


@shared_task  # type: ignore[untyped-decorator]
def idempotency_expire() -> None:
    """Forget answers that nobody asks for again."""
    IdempotencyRecord.objects.filter(created_at__lt=timezone.now() - IDEMPOTENCY_KEPT).delete()
