"""The price book."""

from django.db import models

from communities.models import Owned
from dispatch.models import ServiceType


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
