"""The ledger of facts: append-only, a partition for each month, the only source of every metric."""

import pgtrigger
from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from communities.models.people import Customer
from communities.models.places import Community, Site
from communities.models.tenant import Organisation, Owned
from core.times import FIRST_DAY

APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class ServiceEvent(Owned):
    """One fact: what happened, where, to whom, when it happened (`occurred_at`) and when we learned it (`created_at`).

    The people and things of higher floors (technician, visit, work order, service type) are plain ids here, and
    references in the database: dispatch's first migration adds the foreign keys.

    The table is partitioned by month of `occurred_on` (docs/adr/0015): its key in the database is
    (id, occurred_on), and a question that names days reads their months only.
    """

    class Kind(models.TextChoices):
        REQUEST_RECEIVED = "request.received"
        REQUEST_RESPONDED = "request.responded"
        REQUEST_PAUSED = "request.paused"
        REQUEST_RESUMED = "request.resumed"
        REQUEST_RESOLVED = "request.resolved"
        VISIT_PLANNED = "visit.planned"
        VISIT_RESCHEDULED = "visit.rescheduled"
        VISIT_EN_ROUTE = "visit.en_route"
        VISIT_ARRIVED = "visit.arrived"
        VISIT_STARTED = "visit.started"
        VISIT_COMPLETED = "visit.completed"
        VISIT_NOT_COMPLETED = "visit.could_not_complete"
        VISIT_REOPENED = "visit.reopened"
        OFFER_MADE = "offer.made"
        OFFER_ACCEPTED = "offer.accepted"
        OFFER_REFUSED = "offer.refused"
        MEMBERSHIP_SOLD = "membership.sold"
        INVOICE_ISSUED = "invoice.issued"
        INVOICE_PAID = "invoice.paid"
        INVOICE_CREDITED = "invoice.credited"
        PAYMENT_REFUNDED = "payment.refunded"
        PAYMENT_DISPUTED = "payment.disputed"
        SURVEY_SENT = "survey.sent"
        SURVEY_ANSWERED = "survey.answered"
        RECOVERY_OPENED = "recovery.opened"
        RECOVERY_CLOSED = "recovery.closed"
        COMPLAINT_MADE = "complaint.made"
        REFERRAL_MADE = "referral.made"
        PURCHASE_MADE = "purchase.made"
        DEVICE_READ = "device.read"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=40, choices=Kind.choices)
    source = models.CharField(max_length=40, help_text="The system that says so.")
    source_id = models.CharField(
        max_length=120, help_text="Its own id of the fact: the same one counts once."
    )
    occurred_at = models.DateTimeField()
    occurred_on = models.DateField(help_text="The day of occurred_at in the organisation's zone.")
    community = models.ForeignKey(
        Community, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    technician_id = models.UUIDField(null=True)
    visit_id = models.UUIDField(null=True)
    work_order_id = models.UUIDField(null=True)
    service_type_id = models.UUIDField(null=True)
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount_minor__isnull=True) | ~models.Q(currency=""),
                name="fact_amount_has_currency",
            ),
            models.CheckConstraint(
                condition=models.Q(source__regex=r"^[a-z0-9][a-z0-9_.-]*$"), name="fact_source_is_a_word"
            ),
            models.CheckConstraint(
                condition=models.Q(occurred_on__gte=FIRST_DAY), name="fact_happened_since_2000"
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "community", "occurred_on"], name="fact_community_day"),
            models.Index(fields=["organisation", "occurred_at"], name="fact_by_time"),
            models.Index(
                fields=["customer", "occurred_at"],
                condition=models.Q(customer__isnull=False),
                name="fact_of_a_customer",
            ),
            BrinIndex(fields=["created_at"], name="fact_learned", pages_per_range=16),
            models.Index(
                fields=["visit_id"], condition=models.Q(visit_id__isnull=False), name="fact_of_a_visit"
            ),
            *(
                models.Index(
                    fields=["organisation", when], condition=models.Q(kind="survey.answered"), name=name
                )
                for when, name in (("occurred_at", "fact_answer_by_time"), ("created_at", "fact_answer_told"))
            ),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.kind} {self.source}:{self.source_id}"


class FactKey(models.Model):
    """What makes a fact count once, in whatever month it is told: no constraint of a partitioned table could.

    `digest` is that of (organisation, source, source_id), see communities.services.ledger.fact_digest. Its unique
    constraint is the primary key itself.
    """

    digest = models.UUIDField(primary_key=True)
    fact_id = models.UUIDField()
    occurred_on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["digest"], name="fact_counts_once")]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.digest} of {self.occurred_on}"


class DayChanged(models.Model):
    """A community's day with facts that its metric does not count yet.

    Rows are only added, never updated, so that writers of facts do not wait for each other; the same day may
    stand here more than once.
    """

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey("communities.Organisation", on_delete=models.CASCADE, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="+")
    on = models.DateField()

    def __str__(self) -> str:
        return f"{self.community_id} {self.on}"
