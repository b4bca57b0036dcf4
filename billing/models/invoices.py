"""What completed work or a period of a membership costs, on paper that is never changed."""

import pgtrigger
from django.db import models
from django.db.models import F, Q

from billing.models.memberships import MembershipPeriod
from billing.models.offers import OfferLine
from billing.models.prices import PriceItem
from communities.models import Customer, Owned, User
from core.money import Money
from dispatch.models import Visit, WorkOrder

FIXED = [
    "number",
    "work_order",
    "visit",
    "period",
    "customer",
    "currency",
    "net_minor",
    "tax_minor",
    "total_minor",
    "issued_at",
]
"""What an invoice says. It is never changed; a credit note corrects it."""
APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class Series(Owned):
    """A run of numbers without a gap: whoever takes one holds the row's lock until the paper is there."""

    class Kind(models.TextChoices):
        INVOICE = "invoice", "Invoices"
        CREDIT_NOTE = "credit_note", "Credit notes"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    prefix = models.CharField(max_length=12, blank=True)
    last = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "kind"], name="series_one_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.prefix}{self.last}"


class Invoice(Owned):
    """What a completed work order costs, or a period of a membership. One for each.

    `state` and `paid_at` follow from the books (billing.services.standing), by nothing else.
    """

    class State(models.TextChoices):
        ISSUED = "issued", "Issued"
        PARTLY_PAID = "partly_paid", "Partly paid"
        PAID = "paid", "Paid"
        OVERPAID = "overpaid", "Paid too much"
        REOPENED = "reopened", "Was paid; money went back"
        CREDITED = "credited", "Credited in full"

    number = models.CharField(max_length=40)
    work_order = models.OneToOneField(WorkOrder, on_delete=models.PROTECT, related_name="invoice", null=True)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="+", null=True)
    period = models.OneToOneField(
        MembershipPeriod, on_delete=models.PROTECT, related_name="invoice", null=True
    )
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="invoices", null=True)
    bill_to = models.CharField(
        max_length=160,
        blank=True,
        default="",
        db_default="",
        help_text="Whom it was issued to, once the customer is forgotten.",
    )
    state = models.CharField(max_length=12, choices=State.choices, default=State.ISSUED)
    currency = models.CharField(max_length=3)
    net_minor = models.PositiveBigIntegerField()
    tax_minor = models.PositiveBigIntegerField()
    total_minor = models.PositiveBigIntegerField()
    tax_included = models.BooleanField(
        default=True, help_text="Whether the lines' prices have the tax in them."
    )
    issued_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="invoice_number_once"),
            models.CheckConstraint(
                condition=~Q(state__in=["paid", "reopened"]) | Q(paid_at__isnull=False),
                name="invoice_paid_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(total_minor=F("net_minor") + F("tax_minor")), name="invoice_total_is_net_and_tax"
            ),
            models.CheckConstraint(
                condition=Q(work_order__isnull=False, visit__isnull=False, period=None)
                | Q(work_order=None, visit=None, period__isnull=False),
                name="invoice_for_work_or_for_a_period",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="issued_is_issued", fields=FIXED),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def billed_to(self) -> str:
        """Whom it is issued to, if anybody. The customer must have been read."""
        return self.bill_to or (self.customer.name if self.customer else "")

    @property
    def total(self) -> Money:
        return Money(self.total_minor, self.currency)

    @property
    def net(self) -> Money:
        return Money(self.net_minor, self.currency)

    @property
    def tax(self) -> Money:
        return Money(self.tax_minor, self.currency)


OWED = (Invoice.State.ISSUED, Invoice.State.PARTLY_PAID, Invoice.State.REOPENED)
"""Something is due."""


class InvoiceLine(Owned):
    """So many of an item, less what a membership takes off. A membership's own line has no item."""

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    item = models.ForeignKey(PriceItem, on_delete=models.PROTECT, related_name="+", null=True)
    offer_line = models.ForeignKey(
        OfferLine, on_delete=models.PROTECT, related_name="+", null=True, help_text="What it was accepted as."
    )
    description = models.CharField(max_length=200)
    quantity = models.PositiveSmallIntegerField()
    unit_price_minor = models.PositiveBigIntegerField()
    discount_minor = models.PositiveBigIntegerField(default=0, db_default=0)
    discount_by = models.CharField(
        max_length=160, blank=True, default="", db_default="", help_text="The plan that takes it off."
    )
    amount_minor = models.PositiveBigIntegerField()
    tax_rate_bp = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["invoice", "position"], name="invoice_line_position_once"),
            models.CheckConstraint(
                condition=Q(amount_minor=F("quantity") * F("unit_price_minor") - F("discount_minor")),
                name="invoice_line_amount_is_price_less_discount",
            ),
            models.CheckConstraint(
                condition=Q(discount_minor=0) | ~Q(discount_by=""), name="invoice_line_discount_says_why"
            ),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.position}. {self.description}"

    @property
    def unit_price(self) -> Money:
        return Money(self.unit_price_minor, self.invoice.currency)

    @property
    def price(self) -> Money:
        """Before the discount."""
        return Money(self.amount_minor + self.discount_minor, self.invoice.currency)

    @property
    def discount(self) -> Money:
        return Money(self.discount_minor, self.invoice.currency)

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.invoice.currency)


class TaxLine(Owned):
    """All lines of an invoice that bear one rate."""

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="taxes")
    rate_bp = models.PositiveIntegerField()
    net_minor = models.PositiveBigIntegerField()
    tax_minor = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["invoice", "rate_bp"], name="tax_line_one_a_rate")]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.invoice_id} {self.rate_bp}"

    @property
    def net(self) -> Money:
        return Money(self.net_minor, self.invoice.currency)

    @property
    def tax(self) -> Money:
        return Money(self.tax_minor, self.invoice.currency)


class CreditNote(Owned):
    """What an invoice says too much, and why."""

    number = models.CharField(max_length=40)
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="credit_notes")
    reason = models.CharField(max_length=200)
    net_minor = models.PositiveBigIntegerField()
    tax_minor = models.PositiveBigIntegerField()
    total_minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    issued_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="credit_note_number_once"),
            models.CheckConstraint(
                condition=Q(total_minor=F("net_minor") + F("tax_minor")) & Q(total_minor__gte=1),
                name="credit_note_total_is_net_and_tax",
            ),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return self.number

    @property
    def total(self) -> Money:
        return Money(self.total_minor, self.currency)

    @property
    def tax(self) -> Money:
        return Money(self.tax_minor, self.currency)


class CreditLine(Owned):
    """So much of one line of the invoice, in the line's own terms (with tax or without)."""

    credit_note = models.ForeignKey(CreditNote, on_delete=models.PROTECT, related_name="lines")
    line = models.ForeignKey(InvoiceLine, on_delete=models.PROTECT, related_name="credits")
    amount_minor = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["credit_note", "line"], name="credit_line_once"),
            models.CheckConstraint(condition=Q(amount_minor__gte=1), name="credit_line_of_something"),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.credit_note_id} {self.amount_minor}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.credit_note.currency)
