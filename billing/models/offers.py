"""What is offered to a customer: one option or several, of which one can be accepted."""

import pgtrigger
from django.db import models
from django.db.models import F, Q

from billing.models.prices import PriceItem
from communities.models import Owned, User
from core.money import Money
from dispatch.models import ServiceRequest, Technician, Visit


class Offer(Owned):
    """Something offered on a visit, at the prices of that day. On paper it is an estimate.

    What is accepted is billed with the work for `fulfilled_by`: this visit's own request, or a new one where the
    option is another service.
    """

    class State(models.TextChoices):
        OFFERED = "offered", "Offered"
        ACCEPTED = "accepted", "Accepted"
        REFUSED = "refused", "Refused"
        EXPIRED = "expired", "Expired"

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="offers")
    technician = models.ForeignKey(Technician, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(
        max_length=160, blank=True, help_text="What it is about, where there are options."
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.OFFERED)
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    accepted = models.ForeignKey("OfferOption", on_delete=models.PROTECT, related_name="+", null=True)
    fulfilled_by = models.ForeignKey(
        ServiceRequest, on_delete=models.PROTECT, related_name="offers_accepted", null=True
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="accepted", accepted__isnull=False, fulfilled_by__isnull=False)
                | (~Q(state="accepted") & Q(accepted=None, fulfilled_by=None)),
                name="offer_accepted_names_what",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("offered_at")), name="offer_stands_for_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.visit_id} {self.state}"


class OfferOption(Owned):
    """One way of doing what is offered, the plainest first."""

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="options")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=160)
    recommended = models.BooleanField(default=False)
    total_minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["offer", "position"], name="offer_option_position_once"),
            models.UniqueConstraint(
                fields=["offer"], condition=Q(recommended=True), name="offer_one_option_recommended"
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.name

    @property
    def total(self) -> Money:
        return Money(self.total_minor, self.currency)


class OfferLine(Owned):
    """So many of an item, at the price of the day it was offered."""

    option = models.ForeignKey(OfferOption, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    item = models.ForeignKey(PriceItem, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveSmallIntegerField()
    unit_price_minor = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["option", "position"], name="offer_line_position_once"),
            models.UniqueConstraint(fields=["option", "item"], name="offer_line_item_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="offer_quantity_positive"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.quantity} {self.item_id}"


class Approval(Owned):
    """Who accepted an offer, and how we know."""

    class Way(models.TextChoices):
        TOLD = "told", "Told the technician"
        SIGNED = "signed", "Signed on the technician's device"
        PAGE = "page", "On the page behind a secret address"

    offer = models.OneToOneField(Offer, on_delete=models.PROTECT, related_name="approval")
    way = models.CharField(max_length=10, choices=Way.choices)
    name = models.CharField(max_length=160, blank=True, help_text="As the customer wrote it.")
    signature = models.TextField(
        blank=True, help_text="The strokes, as the d of an SVG path in a box of 600 × 200."
    )
    noted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    happened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(way="signed") | (~Q(signature="") & ~Q(name="")),
                name="approval_signed_has_a_signature",
            ),
            models.CheckConstraint(
                condition=~Q(way="page") | ~Q(name=""), name="approval_on_a_page_has_a_name"
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.offer_id} {self.way}"
