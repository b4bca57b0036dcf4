"""What must happen after a commit happens, at least once, whatever fails in between."""

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from celery import signals
from django.db import transaction
from django.utils import timezone

from config.celery import app
from core import outbox
from core.models import Outbox
from core.tasks import outbox_sweep
from tests.outbox import deliver_all, use_broker

heard: list[uuid.UUID] = []
interrupted: list[datetime] = []


def listen(*, subject_id: uuid.UUID) -> None:
    """A consumer that works."""
    heard.append(subject_id)


def stumble(*, subject_id: uuid.UUID) -> None:
    """A consumer that fails."""
    raise ConnectionError("nobody answers")


def oversleep(*, subject_id: uuid.UUID) -> None:
    """A consumer that is overtaken: while it works its lease ends and another worker takes the row."""
    if not interrupted:
        interrupted.append(Outbox.objects.get().due_at)
        assert not outbox.deliver(Outbox.objects.get().pk, interrupted[0])
    raise ConnectionError("too late")


@pytest.fixture
def announced() -> Iterator[list[tuple[str, float]]]:
    """Messages to deliver, as a broker in this process takes them: the row's id and how long it is worth it."""
    messages: list[tuple[str, float]] = []

    def note(headers: dict[str, Any], **_: Any) -> None:
        ends_at = datetime.fromisoformat(headers["expires"])
        messages.append((headers["argsrepr"][2:-2], (ends_at - timezone.now()).total_seconds()))

    before = app.conf.broker_url
    use_broker("memory://")
    signals.before_task_publish.connect(note)
    yield messages
    signals.before_task_publish.disconnect(note)
    app.control.purge()
    use_broker(before)


@pytest.fixture(autouse=True)
def consumers(settings: Any) -> None:
    heard.clear()
    interrupted.clear()
    settings.OUTBOX_CONSUMERS = {
        "thing.done": [f"{__name__}.listen", f"{__name__}.stumble"],
        "thing.heard": [f"{__name__}.listen"],
        "thing.slept": [f"{__name__}.oversleep"],
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
    deliver_all()

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
        deliver_all()
    assert heard == [thing]


@pytest.mark.django_db
def test_the_sweeper_announces_what_is_due_with_messages_that_end(
    announced: list[tuple[str, float]], now: datetime
) -> None:
    """The next sweep sends another: a queue that is slower than the sweeper must not fill for ever."""
    late, later, _ = (
        Outbox.objects.create(
            topic="thing.heard",
            consumer=f"{__name__}.listen",
            subject_id=uuid.uuid4(),
            due_at=timezone.now() + timedelta(minutes=minutes),
        )
        for minutes in (-2, -1, 1)
    )
    outbox_sweep()

    assert [row_id for row_id, _ in announced] == [str(late.pk), str(later.pk)]
    assert all(50 < worth_s <= 60 for _, worth_s in announced)
    assert heard == []  # workers deliver, the sweep is over at once
    assert [outbox.deliver(late.pk) for _ in range(2)] == [True, False]  # two messages, one delivery


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


@pytest.mark.django_db
def test_what_an_outage_must_not_end_is_tried_for_a_week(now: datetime, settings: Any) -> None:
    settings.OUTBOX_LASTING = {"thing.done"}
    row = Outbox.objects.create(
        topic="thing.done", consumer=f"{__name__}.stumble", subject_id=uuid.uuid4(), due_at=now
    )
    given_up = []
    for attempts in (12, 178, 179, 180):
        Outbox.objects.filter(pk=row.pk).update(attempts=attempts, due_at=now, failed_at=None)
        outbox.deliver(row.pk, now)
        row.refresh_from_db()
        given_up.append((row.attempts, row.failed_at is not None))
    assert given_up == [(13, False), (179, False), (180, True), (180, True)]


@pytest.mark.django_db
def test_what_kills_its_worker_each_time_is_given_up_too(now: datetime) -> None:
    row = Outbox.objects.create(
        topic="thing.heard", consumer=f"{__name__}.listen", subject_id=uuid.uuid4(), due_at=now
    )
    Outbox.objects.filter(pk=row.pk).update(attempts=outbox.ATTEMPTS)  # taken twelve times, then silence

    assert not outbox.deliver(row.pk, now)
    row.refresh_from_db()
    assert (heard, row.failed_at, row.attempts) == ([], now, 12)
    assert row.error == "The last attempt did not end: its worker died, or it took longer than 60 s."


@pytest.mark.django_db
def test_a_worker_that_was_overtaken_does_not_touch_the_others_lease(now: datetime) -> None:
    """The second worker fails at the end of the first's lease and will try again; the first fails after that."""
    row = Outbox.objects.create(
        topic="thing.slept", consumer=f"{__name__}.oversleep", subject_id=uuid.uuid4(), due_at=now
    )
    outbox.deliver(row.pk, now)
    row.refresh_from_db()
    # now + 60 s, and 10 s more after the second attempt; the first would have said now + 5 s.
    assert (row.attempts, row.due_at, row.failed_at) == (2, now + timedelta(seconds=70), None)
