"""What the API remembers of its own: answers given under an Idempotency-Key, and events on their way to others."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from communities.models import Owned, User


class IdempotencyRecord(models.Model):
    """The answer to one caller's key. Written in the transaction of the effect: a crash undoes both."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 over method, path and body.")
    status = models.PositiveSmallIntegerField(null=True)
    content = models.BinaryField(null=True)
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_age")]

    def __str__(self) -> str:
        return self.key


class EventEndpoint(Owned):
    """An address of another system that wants to be told what happens here.

    Its signing secrets are not kept: they follow from its id and a generation (api.events.signing).
    """

    class Reason(models.TextChoices):
        BY_HAND = "by_hand", "An administrator disabled it"
        GONE = "gone", "It answered 410 Gone"
        FAILING = "failing", "Nothing arrived there for three days"

    url = models.URLField(max_length=500)
    description = models.CharField(max_length=200, blank=True)
    topics = ArrayField(models.CharField(max_length=60), default=list, help_text="Empty: all of them.")
    revision = models.PositiveIntegerField(default=1)
    rotated_at = ArrayField(
        models.DateTimeField(),
        default=list,
        help_text="When each generation of the secret but the first began.",
    )
    disabled_at = models.DateTimeField(null=True)
    disabled_reason = models.CharField(max_length=10, choices=Reason.choices, blank=True)
    failing_since = models.DateTimeField(null=True, help_text="Nothing has arrived there since then.")
    rests_until = models.DateTimeField(null=True, help_text="It asked to be left alone until then.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(disabled_at=None, disabled_reason="")
                | (Q(disabled_at__isnull=False) & ~Q(disabled_reason="")),
                name="event_endpoint_disabled_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"event endpoint {self.pk}"

    @property
    def generation(self) -> int:
        """Of the secret that is in force; the first is 1."""
        return 1 + len(self.rotated_at)


class DeliveryState(models.TextChoices):  # by itself: the schema knows enumerations by their bare names
    WAITING = "waiting", "On its way"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Given up"


class EventDelivery(Owned):
    """One event on its way to one endpoint. What is sent was fixed when the row was written."""

    endpoint = models.ForeignKey(
        EventEndpoint, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )  # its indexes are below
    event_id = models.UUIDField(help_text="The same for every endpoint that is told of the event.")
    type = models.CharField(max_length=60)
    body = models.TextField()
    state = models.CharField(max_length=10, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, help_text="Until then a worker is sending it.")
    attempts = models.PositiveSmallIntegerField(default=0)
    attempted_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    last_status = models.PositiveSmallIntegerField(null=True)
    last_answer = models.CharField(max_length=200, blank=True)
    last_took_ms = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "event_id"], name="event_delivered_once"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "failed"])
                | Q(state="delivered", delivered_at__isnull=False),
                name="event_delivery_state_known",
            ),
        ]
        indexes = [
            models.Index(fields=["endpoint", "due_at"], condition=Q(state="waiting"), name="event_due"),
            models.Index(fields=["endpoint", "id"], name="event_delivery_of_endpoint"),
            models.Index(fields=["created_at"], name="event_delivery_age"),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="told_is_told", fields=["endpoint", "event_id", "type", "body", "created_at"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.state}"
