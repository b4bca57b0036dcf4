"""What completed work costs."""

import pgtrigger
from django.db import models

from billing.models.prices import PriceItem
from communities.models import Customer, Owned
from core.money import Money
from dispatch.models import Visit, WorkOrder

FIXED = ["number", "work_order", "visit", "customer", "currency", "total_minor", "issued_at"]
"""What an invoice says. It is never changed; a credit note corrects it."""


class Invoice(Owned):
    """What a completed work order costs. One for a work order.

    `state` and `paid_at` follow from the books (billing.services.standing), by nothing else.
    """

    class State(models.TextChoices):
        ISSUED = "issued", "Issued"
        PARTLY_PAID = "partly_paid", "Partly paid"
        PAID = "paid", "Paid"
        OVERPAID = "overpaid", "Paid too much"
        REOPENED = "reopened", "Was paid; money went back"

    number = models.CharField(max_length=40)
    work_order = models.OneToOneField(WorkOrder, on_delete=models.PROTECT, related_name="invoice")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="invoices", null=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.ISSUED)
    currency = models.CharField(max_length=3)
    total_minor = models.PositiveBigIntegerField()
    issued_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="invoice_number_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=["issued", "partly_paid"]) | models.Q(paid_at__isnull=False),
                name="invoice_paid_has_a_time",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="issued_is_issued", fields=FIXED),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def total(self) -> Money:
        return Money(self.total_minor, self.currency)


class InvoiceLine(Owned):
    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    item = models.ForeignKey(PriceItem, on_delete=models.PROTECT, related_name="+")
    description = models.CharField(max_length=200)
    quantity = models.PositiveSmallIntegerField()
    unit_price_minor = models.PositiveBigIntegerField()
    amount_minor = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["invoice", "position"], name="invoice_line_position_once"),
            models.CheckConstraint(
                condition=models.Q(amount_minor=models.F("quantity") * models.F("unit_price_minor")),
                name="invoice_line_amount_is_quantity_times_price",
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.position}. {self.description}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.invoice.currency)
