"""What providers say they have settled, and how it goes with our books."""

import pgtrigger
from django.db import models
from django.db.models import F, Q

from billing.gateways.settlement.rows import RowKind
from billing.models.paying import Dispute, Payment, Refund
from communities.models import Owned, User
from core.money import Money

SAID = [
    "file",
    "account",
    "line_id",
    "number",
    "kind",
    "provider_ref",
    "payment_ref",
    "checkout_ref",
    "currency",
    "gross_minor",
    "fee_minor",
    "net_minor",
    "happened_at",
    "settled_on",
    "payout_ref",
]
"""What the file says of a line. It is never changed; what we make of it may be."""


class SettlementFile(Owned):
    """A provider's file, known by its content."""

    account = models.CharField(
        max_length=60, help_text="The account at a provider: settings.PAYMENT_ACCOUNTS."
    )
    kind = models.CharField(max_length=20, help_text="Whose format it is in.")
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    imported_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, help_text="None: the operator."
    )
    imported_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "account", "sha256"], name="settlement_file_once"
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.account} {self.name}"


class SettlementLine(Owned):
    """One movement that a provider has settled, and what of ours it is. The same in several files is one line."""

    class Finding(models.TextChoices):
        MATCHED = "matched", "As in our books"
        UNKNOWN = "unknown", "A payment that we do not know"
        ASKED = "asked", "Not in our books like this; the provider has been asked"
        REFUND_UNKNOWN = "refund_unknown", "A refund that we do not know"
        DISPUTE_UNKNOWN = "dispute_unknown", "A dispute that we do not know"
        SETTLED_TWICE = "settled_twice", "Settled by another line already"
        CURRENCY_DIFFERS = "currency_differs", "In another currency than in our books"
        AMOUNT_DIFFERS = "amount_differs", "Another amount than in our books"
        NOT_OURS = "not_ours", "The provider's own: a fee, a payout"

    file = models.ForeignKey(SettlementFile, on_delete=models.PROTECT, related_name="lines")
    account = models.CharField(max_length=60)
    line_id = models.CharField(max_length=160, help_text="The provider's id of the movement.")
    number = models.PositiveIntegerField(help_text="The line in the file.")
    kind = models.CharField(max_length=20, choices=[(kind.value, kind.value) for kind in RowKind])
    provider_ref = models.CharField(max_length=120, blank=True)
    payment_ref = models.CharField(max_length=120, blank=True)
    checkout_ref = models.CharField(max_length=120, blank=True)
    currency = models.CharField(max_length=3)
    gross_minor = models.BigIntegerField(help_text="Below zero it left the company.")
    fee_minor = models.BigIntegerField()
    net_minor = models.BigIntegerField()
    happened_at = models.DateTimeField()
    settled_on = models.DateField(null=True, help_text="The day of the payout.")
    payout_ref = models.CharField(max_length=120, blank=True)

    finding = models.CharField(max_length=20, choices=Finding.choices, default=Finding.UNKNOWN)
    difference_minor = models.BigIntegerField(null=True, help_text="What the file has more than our books.")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="settlement_lines", null=True)
    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="settlement_lines", null=True)
    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="settlement_lines", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "account", "line_id"], name="settlement_line_once"
            ),
            models.CheckConstraint(
                condition=Q(net_minor=F("gross_minor") - F("fee_minor")), name="settlement_line_adds_up"
            ),
            models.CheckConstraint(
                condition=~Q(finding="matched")
                | Q(payment__isnull=False)
                | Q(refund__isnull=False)
                | Q(dispute__isnull=False),
                name="settlement_line_matched_is_something_of_ours",
            ),
            models.CheckConstraint(
                condition=Q(finding="amount_differs", difference_minor__isnull=False)
                | (~Q(finding="amount_differs") & Q(difference_minor=None)),
                name="settlement_line_says_how_much_differs",
            ),
            *(
                models.UniqueConstraint(
                    fields=[thing, "kind"],
                    condition=Q(finding="matched"),
                    name=f"settlement_line_{thing}_settled_once",
                )
                for thing in ("payment", "refund", "dispute")
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=Q(finding__in=["unknown", "asked", "refund_unknown", "dispute_unknown"]),
                name="settlement_line_open",
            )
        ]
        triggers = [
            pgtrigger.ReadOnly(name="as_the_file_says", fields=SAID),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.line_id} {self.finding}"

    @property
    def finding_text(self) -> str:
        """The finding in words, and by how much an amount differs."""
        text = self.Finding(self.finding).label
        if self.difference_minor is None:
            return text
        by = Money(abs(self.difference_minor), self.currency)
        return f"{text}: {by} {'more' if self.difference_minor > 0 else 'less'}"


OPEN = [
    SettlementLine.Finding.UNKNOWN,
    SettlementLine.Finding.ASKED,
    SettlementLine.Finding.REFUND_UNKNOWN,
    SettlementLine.Finding.DISPUTE_UNKNOWN,
]
"""Findings that a payment, a refund or a dispute may change which is entered later."""
