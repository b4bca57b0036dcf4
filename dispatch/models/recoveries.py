"""Visits that are to be made good."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from communities.models import Owned
from dispatch.models.technicians import Technician
from dispatch.models.work import ServiceRequest, Visit
from dispatch.states import RECOVERY_LIVE, RecoveryState


class Recovery(Owned):
    """A visit that left a customer dissatisfied, and the request by which it is made good.

    `cause_id` is the row that says so, of the kind that `cause` names.
    """

    class Cause(models.TextChoices):
        DETRACTOR = "detractor", "A detractor's answer"
        REOPENED = "reopened", "The fault came back"
        DISPUTED = "disputed", "The payment is contested"

    cause = models.CharField(max_length=10, choices=Cause.choices)
    cause_id = models.UUIDField(
        help_text="The survey's answer, the request that reopens the visit, or the dispute."
    )
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="recoveries")
    technician = models.ForeignKey(
        Technician,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who was there, and is not sent again.",
    )
    request = models.OneToOneField(ServiceRequest, on_delete=models.PROTECT, related_name="recovery")
    levels = models.JSONField(default=dict, help_text="The skills it asks for: code → level.")
    nobody_higher = ArrayField(
        models.CharField(max_length=40), default=list, help_text="Skills that nobody has at a higher level."
    )
    state = models.CharField(max_length=8, choices=RecoveryState.choices, default=RecoveryState.OPEN)
    reason = models.CharField(max_length=240, blank=True, help_text="Why it was dropped.")
    is_charged = models.BooleanField(
        default=False, help_text="The customer pays for it as for any other visit."
    )
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "recoveries"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "cause", "cause_id"], name="recovery_once_for_a_cause"
            ),
            models.UniqueConstraint(
                fields=["visit"],
                condition=models.Q(state__in=[str(state) for state in RECOVERY_LIVE]),
                name="recovery_one_open_for_a_visit",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=RecoveryState.values), name="recovery_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[str(state) for state in RECOVERY_LIVE], closed_at__isnull=True)
                | models.Q(state__in=["done", "dropped"], closed_at__isnull=False),
                name="recovery_closed_has_a_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="dropped") | ~models.Q(reason=""), name="recovery_dropped_says_why"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "due_at"], name="recovery_by_deadline")]

    def __str__(self) -> str:
        return f"{self.cause} {self.visit_id}"
