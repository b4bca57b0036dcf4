"""Collecting an invoice's amount, and what became of it.

A *link* is ours: an address where the customer can pay one amount of one invoice. A *checkout* is the provider's page
behind it, opened when the customer wants to pay; providers close theirs after minutes or hours. A *payment* is an
attempt on it, as the provider's books have it, or money taken on site.
"""

from django.db import models
from django.db.models import Q

from billing.gateways.base import DisputeState, PaymentState, RefundState
from billing.models.invoices import Invoice
from communities.models import Owned, User
from core.money import Money

LIVE_CHECKOUT = ["wanted", "open"]


def choices(states: type[PaymentState] | type[RefundState] | type[DisputeState]) -> list[tuple[str, str]]:
    """A provider's states as a column's choices."""
    return [(state.value, state.value.capitalize()) for state in states]


class PaymentLink(Owned):
    """One amount of an invoice to collect: at most one is open at a time."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        PAID = "paid", "Paid"
        REPLACED = "replaced", "Replaced: another amount is due"
        EXPIRED = "expired", "Expired"

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="links")
    account = models.CharField(
        max_length=60, help_text="The account at a provider: settings.PAYMENT_ACCOUNTS."
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    amount_minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, help_text="When the customer was told.")
    capturing_id = models.UUIDField(
        null=True,
        help_text="The one checkout whose authorised payment may be taken, where a provider waits for that.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["invoice"], condition=Q(state="open"), name="payment_link_one_open_for_an_invoice"
            ),
            models.CheckConstraint(condition=Q(amount_minor__gte=1), name="payment_link_collects_something"),
        ]
        indexes = [models.Index(fields=["expires_at"], condition=Q(state="open"), name="payment_link_open")]

    def __str__(self) -> str:
        return f"{self.invoice_id} {self.state}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class PaymentReminder(Owned):
    """A letter about a link that is still open on its day."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting for its day"
        DUE = "due", "To be sent"
        SENT = "sent", "Sent"
        STOPPED = "stopped", "Not needed any more"

    link = models.ForeignKey(PaymentLink, on_delete=models.PROTECT, related_name="reminders")
    number = models.PositiveSmallIntegerField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["link", "number"], name="payment_reminder_once")]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="waiting"), name="payment_reminder_waits")
        ]

    def __str__(self) -> str:
        return f"{self.link_id} {self.number} {self.state}"


class Checkout(Owned):
    """A page of a provider's on which a link can be paid. Its id is what we call it there."""

    class State(models.TextChoices):
        WANTED = "wanted", "Not yet opened at the provider"
        OPEN = "open", "Open"
        CLOSED = "closed", "Closed"

    link = models.ForeignKey(PaymentLink, on_delete=models.PROTECT, related_name="checkouts")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WANTED)
    provider_ref = models.CharField(max_length=120, blank=True, help_text="The provider's id of it.")
    url = models.URLField(max_length=1000, blank=True)
    form = models.JSONField(null=True, help_text="Fields to be posted to the address, where it needs any.")
    expires_at = models.DateTimeField(help_text="After this another is opened.")
    asked_at = models.DateTimeField(null=True, help_text="When the provider was last asked about it.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["link"], condition=Q(state__in=LIVE_CHECKOUT), name="checkout_one_live_for_a_link"
            ),
            models.CheckConstraint(
                condition=~Q(state="open") | ~Q(provider_ref=""), name="checkout_open_has_a_reference"
            ),
        ]
        indexes = [
            models.Index(
                fields=["provider_ref"], condition=~Q(provider_ref=""), name="checkout_by_reference"
            ),
            models.Index(fields=["expires_at"], condition=Q(state__in=LIVE_CHECKOUT), name="checkout_live"),
        ]

    def __str__(self) -> str:
        return f"{self.link_id} {self.state}"


class Inquiry(Owned):
    """A reason to ask the provider about a checkout, besides its own messages."""

    class Reason(models.TextChoices):
        RETURNED = "returned", "The payer came back"
        UNHEARD = "unheard", "Nothing was heard of it for long"
        SETTLED = "settled", "It is in a settlement file, and not in our books"

    checkout = models.ForeignKey(Checkout, on_delete=models.PROTECT, related_name="inquiries")
    reason = models.CharField(max_length=10, choices=Reason.choices)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["checkout"], condition=Q(answered_at=None), name="inquiry_one_open_for_a_checkout"
            )
        ]

    def __str__(self) -> str:
        return f"{self.checkout_id} {self.reason}"


class Payment(Owned):
    """An attempt to pay, as the provider's books have it, or money that somebody took on site.

    States only go forward: pending → authorised → declined or expired → succeeded.
    """

    class Way(models.TextChoices):
        CHECKOUT = "checkout", "Through a provider"
        CASH = "cash", "Cash"
        CARD_TERMINAL = "card_terminal", "Card terminal"
        TRANSFER = "transfer", "Bank transfer"

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="payments")
    way = models.CharField(max_length=14, choices=Way.choices, default=Way.CHECKOUT)
    checkout = models.ForeignKey(Checkout, on_delete=models.PROTECT, related_name="payments", null=True)
    provider_ref = models.CharField(max_length=120, blank=True, help_text="The provider's id of the payment.")
    taken_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    note = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=choices(PaymentState))
    method = models.CharField(max_length=40, blank=True, help_text="The provider's word for how.")
    amount_minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    happened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["checkout", "provider_ref"],
                condition=Q(checkout__isnull=False),
                name="payment_counts_once",
            ),
            models.CheckConstraint(
                condition=Q(way="checkout", checkout__isnull=False) | (~Q(way="checkout") & Q(checkout=None)),
                name="payment_has_a_checkout_or_was_taken_on_site",
            ),
            models.CheckConstraint(condition=Q(amount_minor__gte=1), name="payment_of_something"),
        ]
        indexes = [
            models.Index(fields=["provider_ref"], condition=~Q(provider_ref=""), name="payment_by_reference")
        ]

    def __str__(self) -> str:
        return f"{self.way} {self.provider_ref} {self.state}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class Refund(Owned):
    """Money given back from a payment, wanted by us or begun at the provider (`wanted_by` and `reason` empty).

    States only go forward: wanted → pending → succeeded → failed. Its id is what we call it at the provider.
    """

    WANTED = "wanted"

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    wanted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    reason = models.CharField(max_length=200, blank=True)
    state = models.CharField(
        max_length=10, choices=[(WANTED, "Not yet asked for at the provider"), *choices(RefundState)]
    )
    provider_ref = models.CharField(max_length=120, blank=True)
    failure = models.CharField(
        max_length=240, blank=True, help_text="What the provider said when it refused."
    )
    amount_minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    happened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["payment", "provider_ref"], condition=~Q(provider_ref=""), name="refund_counts_once"
            ),
            # One at a time, so that a refund found in the provider's books is the one we asked for.
            models.UniqueConstraint(
                fields=["payment"], condition=Q(state="wanted"), name="refund_one_on_its_way"
            ),
            models.CheckConstraint(condition=Q(amount_minor__gte=1), name="refund_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id} {self.state}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class Dispute(Owned):
    """A payment that the payer contests with the bank. Open → won or lost, never back."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="disputes")
    provider_ref = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=choices(DisputeState))
    amount_minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    opened_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payment", "provider_ref"], name="dispute_counts_once"),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id} {self.state}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)
