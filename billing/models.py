"""Prices, what was offered and done, invoices, payment links and payments."""

from uuid import uuid4

from django.db import models
from uuid_utils.compat import uuid7

from communities.models import Customer, Owned
from core.money import Money
from dispatch.models import ServiceType, Technician, Visit, WorkOrder


class PriceItem(Owned):
    """A line of the price book: the base price of a service type, or an add-on that can be offered."""

    class Kind(models.TextChoices):
        BASE = "base", "Base price of a service type"
        ADD_ON = "add_on", "Add-on"

    code = models.CharField(max_length=80)
    name = models.CharField(max_length=160)
    name_en = models.CharField(max_length=160, blank=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    service_type = models.ForeignKey(
        ServiceType, on_delete=models.CASCADE, related_name="prices", null=True,
        help_text="What the base price is of; what the add-on fits (none: any).",
    )  # fmt: skip
    price_minor = models.PositiveBigIntegerField()
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code"], name="price_item_code_once"),
            models.UniqueConstraint(
                fields=["service_type"],
                condition=models.Q(kind="base", active=True),
                name="price_item_one_base_for_a_service_type",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="base") | models.Q(service_type__isnull=False),
                name="price_item_base_has_service_type",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Offer(Owned):
    """An add-on offered on site. Accepted offers become invoice lines; every offer is a fact."""

    class State(models.TextChoices):
        OFFERED = "offered", "Offered"
        ACCEPTED = "accepted", "Accepted"
        REFUSED = "refused", "Refused"

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="offers")
    technician = models.ForeignKey(Technician, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(PriceItem, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveSmallIntegerField(default=1)
    unit_price_minor = models.PositiveBigIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OFFERED)
    offered_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit", "item"], name="offer_item_once_a_visit"),
            models.CheckConstraint(condition=models.Q(quantity__gte=1), name="offer_quantity_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.state}"


class Invoice(Owned):
    """What a completed work order costs. One for a work order; settled by the provider's word only."""

    class State(models.TextChoices):
        ISSUED = "issued", "Issued"
        PAID = "paid", "Paid"

    number = models.CharField(max_length=40)
    work_order = models.OneToOneField(WorkOrder, on_delete=models.PROTECT, related_name="invoice")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="invoices", null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ISSUED)
    currency = models.CharField(max_length=3)
    total_minor = models.PositiveBigIntegerField()
    issued_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="invoice_number_once"),
            models.CheckConstraint(
                condition=~models.Q(state="paid") | models.Q(paid_at__isnull=False),
                name="invoice_paid_has_a_time",
            ),
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

    def __str__(self) -> str:
        return f"{self.position}. {self.description}"


class PaymentLink(Owned):
    """One attempt to collect an invoice's amount through a provider: at most one is open at a time."""

    class State(models.TextChoices):
        PENDING = "pending", "Not yet made at the provider"
        OPEN = "open", "Open"
        PAID = "paid", "Paid"

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="links")
    gateway = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    amount_minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    provider_ref = models.CharField(
        max_length=120, blank=True, help_text="The provider's id of the checkout."
    )
    url = models.URLField(max_length=500, blank=True)
    sent_at = models.DateTimeField(null=True, help_text="When the customer was told.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["invoice"],
                condition=models.Q(state__in=["pending", "open"]),
                name="payment_link_one_live_for_an_invoice",
            ),
            models.UniqueConstraint(
                fields=["gateway", "provider_ref"],
                condition=~models.Q(provider_ref=""),
                name="payment_link_provider_ref_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id} {self.state}"


class Payment(Owned):
    """Money that a provider says it received, or refused to."""

    class State(models.TextChoices):
        SUCCEEDED = "succeeded", "Succeeded"
        DECLINED = "declined", "Declined"

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="payments")
    link = models.ForeignKey(PaymentLink, on_delete=models.PROTECT, related_name="payments")
    provider_ref = models.CharField(max_length=120, help_text="The provider's id of the payment.")
    state = models.CharField(max_length=10, choices=State.choices)
    amount_minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    happened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["link", "provider_ref"], name="payment_counts_once"),
        ]

    def __str__(self) -> str:
        return f"{self.provider_ref} {self.state}"


class WebhookEvent(models.Model):
    """The inbox: what a provider sent, once for each event id, kept as it came."""

    class Outcome(models.TextChoices):
        RECEIVED = "received", "Received"
        APPLIED = "applied", "Applied"
        IGNORED = "ignored", "Nothing to do"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)  # the outbox names it
    gateway = models.CharField(max_length=20)
    event_id = models.CharField(max_length=120)
    body = models.TextField()
    received_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.RECEIVED)
    note = models.CharField(max_length=240, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gateway", "event_id"], name="webhook_event_once")]

    def __str__(self) -> str:
        return f"{self.gateway} {self.event_id}"


class SandboxCheckout(models.Model):
    """The sandbox provider's own record. It plays a company outside: nothing of ours reads it but the provider."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        PAID = "paid", "Paid"
        DECLINED = "declined", "Declined; can be tried again"

    id = models.UUIDField(primary_key=True, default=uuid4)  # not guessable: whoever knows it may pay
    reference = models.UUIDField(unique=True)  # the merchant's: our PaymentLink
    amount_minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    description = models.CharField(max_length=200)
    return_url = models.URLField(max_length=500)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)

    def __str__(self) -> str:
        return f"{self.id} {self.state}"


class SandboxAttempt(models.Model):
    """One press of Pay or Decline: the sandbox provider's payment, and the event it tells us about."""

    class State(models.TextChoices):
        SUCCEEDED = "succeeded", "Succeeded"
        DECLINED = "declined", "Declined"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    checkout = models.ForeignKey(SandboxCheckout, on_delete=models.CASCADE, related_name="attempts")
    state = models.CharField(max_length=10, choices=State.choices)
    happened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["checkout"], condition=models.Q(state="succeeded"), name="sandbox_checkout_paid_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.checkout_id} {self.state}"
