"""What is offered on site."""

from django.db import models

from billing.models.prices import PriceItem
from communities.models import Owned
from dispatch.models import Technician, Visit


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
