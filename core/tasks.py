"""Celery's side of the outbox."""

import uuid

from celery import shared_task
from django.utils import timezone

from core import outbox
from core.models import Outbox

SWEEP_LIMIT = 500  # rows in one sweep; the next comes ten seconds later


@shared_task  # type: ignore[untyped-decorator]
def outbox_deliver(row_id: str) -> None:
    outbox.deliver(uuid.UUID(row_id))


@shared_task  # type: ignore[untyped-decorator]
def outbox_sweep() -> None:
    """Announce whatever is due, in the order it became due: every worker helps, and a slow row delays no sweep."""
    due = Outbox.objects.filter(done_at=None, failed_at=None, due_at__lte=timezone.now())
    for row_id in list(due.order_by("due_at").values_list("id", flat=True)[:SWEEP_LIMIT]):
        outbox.announce(row_id)
