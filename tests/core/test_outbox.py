"""What must happen after a commit happens, at least once, whatever fails in between."""

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from core import outbox
from core.models import Outbox
from core.tasks import outbox_sweep

heard: list[uuid.UUID] = []


def listen(*, subject_id: uuid.UUID) -> None:
    """A consumer that works."""
    heard.append(subject_id)


def stumble(*, subject_id: uuid.UUID) -> None:
    """A consumer that fails."""
    raise ConnectionError("nobody answers")


@pytest.fixture(autouse=True)
def consumers(settings: Any) -> None:
    heard.clear()
    settings.OUTBOX_CONSUMERS = {
        "thing.done": [f"{__name__}.listen", f"{__name__}.stumble"],
        "thing.heard": [f"{__name__}.listen"],
    }


@pytest.mark.django_db
def test_intent_is_undone_with_its_transaction() -> None:
    with transaction.atomic():
        outbox.emit("thing.done", uuid.uuid4())
        transaction.set_rollback(True)
    assert not Outbox.objects.exists()


@pytest.mark.django_db
def test_one_failing_consumer_does_not_keep_the_other_waiting() -> None:
    thing = uuid.uuid4()
    outbox.emit("thing.done", thing)
    outbox_sweep()

    assert heard == [thing]
    done, waiting = Outbox.objects.order_by("consumer")
    assert (done.done_at is not None, waiting.done_at, waiting.attempts) == (True, None, 1)
    assert waiting.error == "ConnectionError: nobody answers"
    assert waiting.due_at > timezone.now()


@pytest.mark.django_db
def test_same_thing_is_noted_and_delivered_once() -> None:
    thing = uuid.uuid4()
    for _ in range(2):
        outbox.emit("thing.heard", thing)
        outbox_sweep()
    assert heard == [thing]


@pytest.mark.django_db
def test_delivery_of_a_dead_worker_is_taken_over_when_its_lease_ends(now: datetime) -> None:
    row = Outbox.objects.create(
        topic="thing.heard", consumer=f"{__name__}.listen", subject_id=uuid.uuid4(), due_at=now
    )
    Outbox.objects.filter(pk=row.pk).update(due_at=now + outbox.LEASE, attempts=1)  # taken, then silence

    assert not outbox.deliver(row.pk, now + outbox.LEASE - timedelta(seconds=1))
    assert outbox.deliver(row.pk, now + outbox.LEASE)
    assert heard == [row.subject_id]


@pytest.mark.django_db
def test_after_twelve_attempts_a_person_must_look(now: datetime) -> None:
    row = Outbox.objects.create(
        topic="thing.done", consumer=f"{__name__}.stumble", subject_id=uuid.uuid4(), due_at=now
    )
    waits = []
    while row.failed_at is None:
        outbox.deliver(row.pk, row.due_at)
        before, _ = row.due_at, row.refresh_from_db()
        waits.append(round((row.due_at - before).total_seconds()))
    assert waits == [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]
    assert not outbox.deliver(row.pk, row.due_at)
