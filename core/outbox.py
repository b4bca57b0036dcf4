"""The outbox: what must happen after a commit is a row of that commit.

`emit` writes one row for each consumer of a topic (settings.OUTBOX_CONSUMERS) and asks Celery to deliver it as
soon as the transaction is over. `deliver` calls the consumer; `core.tasks.outbox_sweep` announces what was missed.
Consumers take `subject_id`, and running one twice must do no harm.
"""

import contextlib
import uuid
from datetime import datetime, timedelta
from functools import partial

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.module_loading import import_string

from core.models import Outbox

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=60)  # how long one delivery may take before another worker tries
ATTEMPTS = 12  # with the delays below: about two and a half hours
LASTING_ATTEMPTS = ATTEMPTS + 7 * 24  # of settings.OUTBOX_LASTING: a week more
DOUBLINGS = 10  # of the 5 s after the first attempt; then the longest delay is reached
LONGEST_DELAY = timedelta(hours=1)
UNFINISHED = f"The last attempt did not end: its worker died, or it took longer than {LEASE.seconds} s."
ANNOUNCED_S = 60
"""How long a message is worth delivering. The sweeper sends another for a row that is still due, so without an end
a queue that is slower than the sweeper would fill with messages for the same rows."""


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
        transaction.on_commit(partial(announce, row.id), robust=True)


def announce(row_id: uuid.UUID) -> None:
    """Ask a worker to deliver a row. A shortcut: with the broker down the row simply waits for the sweeper."""
    from core.tasks import outbox_deliver

    with contextlib.suppress(outbox_deliver.OperationalError):
        outbox_deliver.apply_async(args=[str(row_id)], retry=False, expires=ANNOUNCED_S)


def deliver(row_id: uuid.UUID, now: datetime | None = None) -> bool:
    """Hand one due row to its consumer; True when it is done. An error is recorded and tried again later.

    After ATTEMPTS (LASTING_ATTEMPTS for the topics in settings.OUTBOX_LASTING) the row is given up, also when each of
    them took its worker along and so left no error.
    """
    now = now or timezone.now()
    due = Outbox.objects.filter(pk=row_id, done_at=None, failed_at=None, due_at__lte=now)
    if due.filter(_worn_out()).update(failed_at=now, error=UNFINISHED) == 1:
        log.error("outbox row given up", row=str(row_id))
        return False
    if due.update(due_at=now + LEASE, attempts=F("attempts") + 1) != 1:
        return False  # done already, or another worker has it
    row = Outbox.objects.get(pk=row_id)
    with structlog.contextvars.bound_contextvars(request_id=row.request_id):
        try:
            import_string(row.consumer)(subject_id=row.subject_id)
        except Exception as error:
            _postpone(row, error, now)
            return False
        # What has happened has happened, even if it took longer than the lease and another worker began again.
        Outbox.objects.filter(pk=row_id, done_at=None).update(
            done_at=timezone.now(), failed_at=None, error=""
        )
    return True


def _worn_out() -> Q:
    lasting = Q(topic__in=settings.OUTBOX_LASTING)
    return Q(attempts__gte=LASTING_ATTEMPTS) | (~lasting & Q(attempts__gte=ATTEMPTS))


def _postpone(row: Outbox, error: Exception, now: datetime) -> None:
    """Another try later, unless another worker has taken the row over: then it is its to try."""
    log.exception(
        "outbox delivery failed", topic=row.topic, subject=str(row.subject_id), attempts=row.attempts
    )
    most = LASTING_ATTEMPTS if row.topic in settings.OUTBOX_LASTING else ATTEMPTS
    delay = min(timedelta(seconds=5 * 2 ** min(row.attempts - 1, DOUBLINGS)), LONGEST_DELAY)
    Outbox.objects.filter(pk=row.pk, attempts=row.attempts, done_at=None).update(
        due_at=now + delay,
        error=f"{type(error).__name__}: {error}"[:2000],
        failed_at=now if row.attempts >= most else None,
    )
