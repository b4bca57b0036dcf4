"""What every table has: an identity that can be shown, and the moment it was written. And the outbox."""

from django.db import models
from django.utils import timezone
from uuid_utils.compat import uuid7


class Identified(models.Model):
    """A row with a UUIDv7 key (RFC 9562): public as it is, and ordered by creation, so that indexes stay compact."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True


class Outbox(models.Model):
    """An intent, written in the transaction that caused it; a worker hands it to one consumer, at least once.

    The Celery message that follows the commit is only a shortcut: the sweeper (core.tasks) finds every row that
    is due, so a lost message or a dead worker costs seconds and loses nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    topic = models.CharField(max_length=60)
    consumer = models.CharField(max_length=120)  # dotted name of the task
    subject_id = models.UUIDField()
    request_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)  # gave up: a person must look
    error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["topic", "consumer", "subject_id"], name="outbox_once_per_consumer"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(done_at=None, failed_at=None),
                name="outbox_due",
            ),
            models.Index(
                fields=["failed_at"], condition=models.Q(failed_at__isnull=False), name="outbox_failed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.subject_id} → {self.consumer}"
