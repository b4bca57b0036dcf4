"""What providers sent us."""

from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7


class WebhookEvent(models.Model):
    """The inbox: what a provider sent, once for each event id, kept as it came."""

    class Outcome(models.TextChoices):
        RECEIVED = "received", "Received"
        APPLIED = "applied", "Applied"
        IGNORED = "ignored", "Nothing to do"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)  # the outbox names it
    account = models.CharField(max_length=60, help_text="The account at a provider that it came for.")
    event_id = models.CharField(max_length=120)
    checkout_ref = models.CharField(max_length=120, blank=True, help_text="What it is about, as it says.")
    body = models.TextField()
    received_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.RECEIVED)
    note = models.CharField(max_length=240, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "event_id"], name="webhook_event_once")]
        indexes = [
            models.Index(fields=["account", "checkout_ref"], name="webhook_event_about"),
            models.Index(
                fields=["received_at"],
                condition=Q(outcome="ignored") & ~Q(checkout_ref=""),
                name="webhook_event_too_early",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.event_id}"
