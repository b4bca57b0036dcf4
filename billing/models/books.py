"""The payment ledger: double entry, append-only.

What an invoice, a payment, a refund, a dispute or its settlement means for money is a *posting*: two entries or more
that sum to nothing. A posting is made once for its key. Every amount that is shown as paid or due is a sum of entries.
"""

import pgtrigger
from django.db import models

from billing.models.invoices import Invoice
from billing.models.paying import Payment
from communities.models import Owned

BALANCED = """
SELECT sum(amount_minor) INTO total FROM billing_entry WHERE posting_id = NEW.posting_id;
IF total <> 0 THEN
    RAISE EXCEPTION 'posting % is out of balance by %', NEW.posting_id, total USING ERRCODE = 'check_violation';
END IF;
RETURN NULL;
"""


class Posting(Owned):
    """Something that moved money. `key` says what, and is posted once: "capture:<payment>"."""

    key = models.CharField(max_length=120)
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="postings", null=True)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="postings", null=True)
    currency = models.CharField(max_length=3)
    occurred_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "key"], name="posting_once")]
        indexes = [
            models.Index(fields=["organisation", "occurred_at"], name="posting_by_time"),
            models.Index(fields=["organisation", "created_at"], name="posting_by_booking"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.key


class Entry(Owned):
    """One side of a posting: what an account received, or gave (below zero)."""

    class Account(models.TextChoices):
        RECEIVABLE = "receivable", "Owed by customers"
        REVENUE = "revenue", "Revenue"
        TAX = "tax", "Tax to be passed on"
        PROVIDER = "provider", "At payment providers"
        ON_SITE = "on_site", "Taken on site"
        DISPUTED = "disputed", "Held back in disputes"
        BANK = "bank", "At the bank"
        FEES = "fees", "Providers' fees"

    posting = models.ForeignKey(Posting, on_delete=models.PROTECT, related_name="entries")
    account = models.CharField(max_length=12, choices=Account.choices)
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["posting", "account"], name="entry_one_an_account"),
            models.CheckConstraint(condition=~models.Q(amount_minor=0), name="entry_moves_something"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="balanced",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                declare=[("total", "bigint")],
                func=BALANCED,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.amount_minor}"
