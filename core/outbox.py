"""The outbox: what must happen after a commit is a row of that commit.

`emit` writes one row for each consumer of a topic (settings.OUTBOX_CONSUMERS) and asks Celery to deliver it as
soon as the transaction is over. `deliver` calls the consumer; `core.tasks.outbox_sweep` finds what was missed.
Consumers take `subject_id`, and running one twice must do no harm.
"""

import contextlib
import uuid
from datetime import datetime, timedelta
from functools import partial

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.module_loading import import_string

from core.models import Outbox

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=60)  # how long one delivery may take before another worker tries
ATTEMPTS = 12  # with the delays below: about two and a half hours
LONGEST_DELAY = timedelta(hours=1)


def emit(topic: str, subject_id: uuid.UUID) -> None:
    """Note that `topic` happened to `subject_id`. Must run inside the transaction that made it happen.

    The same topic and subject are noted once, however often this is called.
    """
    request_id = structlog.contextvars.get_contextvars().get("request_id", "")
    rows = [
        Outbox(topic=topic, consumer=consumer, subject_id=subject_id, request_id=request_id)
        for consumer in settings.OUTBOX_CONSUMERS.get(topic, [])
    ]
    Outbox.objects.bulk_create(rows, ignore_conflicts=True)
    for row in rows:
        transaction.on_commit(partial(_announce, row.id), robust=True)


def _announce(row_id: uuid.UUID) -> None:
    """The shortcut: with the broker down the row simply waits for the sweeper."""
    from core.tasks import outbox_deliver

    with contextlib.suppress(outbox_deliver.OperationalError):
        outbox_deliver.apply_async(args=[str(row_id)], retry=False)


def deliver(row_id: uuid.UUID, now: datetime | None = None) -> bool:
    """Hand one due row to its consumer; True when it is done. An error is recorded and tried again later."""
    now = now or timezone.now()
    due = Outbox.objects.filter(pk=row_id, done_at=None, failed_at=None, due_at__lte=now)
    if due.update(due_at=now + LEASE, attempts=F("attempts") + 1) != 1:
        return False  # done already, or another worker has it
    row = Outbox.objects.get(pk=row_id)
    with structlog.contextvars.bound_contextvars(request_id=row.request_id):
        try:
            import_string(row.consumer)(subject_id=row.subject_id)
        except Exception as error:
            _postpone(row, error, now)
            return False
        Outbox.objects.filter(pk=row_id).update(done_at=timezone.now(), error="")
    return True


def _postpone(row: Outbox, error: Exception, now: datetime) -> None:
    log.exception(
        "outbox delivery failed", topic=row.topic, subject=str(row.subject_id), attempts=row.attempts
    )
    delay = min(timedelta(seconds=5 * 2 ** (row.attempts - 1)), LONGEST_DELAY)
    Outbox.objects.filter(pk=row.pk).update(
        due_at=now + delay,
        error=f"{type(error).__name__}: {error}"[:2000],
        failed_at=now if row.attempts >= ATTEMPTS else None,
    )
