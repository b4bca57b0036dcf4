"""The price book: what there is to buy, what it costs where and when, and how it is offered."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Coalesce

from communities.models import Owned, Region
from dispatch.models import ServiceType


class Tax(Owned):
    """A rate of tax on sales, in basis points: 500 is 5 %."""

    code = models.CharField(max_length=20)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80, blank=True)
    rate_bp = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code"], name="tax_code_once"),
            models.CheckConstraint(condition=Q(rate_bp__lte=10_000), name="tax_at_most_the_price"),
        ]

    def __str__(self) -> str:
        return self.code


class PriceItem(Owned):
    """A line of the price book: the base price of a service type, or an add-on that can be offered.

    `price_minor` holds wherever no price list says otherwise. `cost_minor` is what one costs the company in material,
    `extra_minutes` how much longer the visit takes.
    """

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
    cost_minor = models.PositiveBigIntegerField(default=0)
    tax = models.ForeignKey(Tax, on_delete=models.PROTECT, related_name="+", null=True)
    extra_minutes = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code"], name="price_item_code_once"),
            models.UniqueConstraint(
                fields=["service_type"],
                condition=Q(kind="base", active=True),
                name="price_item_one_base_for_a_service_type",
            ),
            models.CheckConstraint(
                condition=~Q(kind="base") | Q(service_type__isnull=False),
                name="price_item_base_has_service_type",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class PriceItemPart(Owned):
    """A part that one piece of an item uses up."""

    item = models.ForeignKey(PriceItem, on_delete=models.CASCADE, related_name="parts")
    part = models.CharField(max_length=40, help_text="The part's code in the stores.")
    quantity = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "part"], name="price_item_part_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="price_item_part_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} {self.part}"


class DateRange(Func):
    """A range of whole days, the last one not in it."""

    function = "daterange"


class PriceList(Owned):
    """Other prices for a time, in one region or in all: from `valid_from` up to the day before `valid_until`."""

    code = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+", null=True)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code"], name="price_list_code_once"),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")),
                name="price_list_days_in_order",
            ),
            ExclusionConstraint(
                name="price_list_one_at_a_time",
                expressions=[
                    ("organisation", RangeOperators.EQUAL),
                    (Coalesce("region", "organisation"), RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_until"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.code


class PriceListEntry(Owned):
    """What an item costs by a price list."""

    price_list = models.ForeignKey(PriceList, on_delete=models.CASCADE, related_name="entries")
    item = models.ForeignKey(PriceItem, on_delete=models.CASCADE, related_name="+")
    price_minor = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["price_list", "item"], name="price_list_item_once")]

    def __str__(self) -> str:
        return f"{self.item_id} {self.price_minor}"


class OptionSet(Owned):
    """Good, better, best: the ways in which one thing can be done, to be offered together."""

    code = models.CharField(max_length=80)
    name = models.CharField(max_length=160)
    name_en = models.CharField(max_length=160, blank=True)
    service_type = models.ForeignKey(
        ServiceType, on_delete=models.CASCADE, related_name="+", null=True,
        help_text="On visits of this kind alone (none: on any).",
    )  # fmt: skip
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "code"], name="option_set_code_once")]

    def __str__(self) -> str:
        return self.code


class SetOption(Owned):
    """One of the ways, the plainest first."""

    option_set = models.ForeignKey(OptionSet, on_delete=models.CASCADE, related_name="options")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=160)
    name_en = models.CharField(max_length=160, blank=True)
    recommended = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["option_set", "position"], name="set_option_position_once"),
            models.UniqueConstraint(
                fields=["option_set"], condition=Q(recommended=True), name="set_option_one_recommended"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SetOptionLine(Owned):
    """So many of an item in an option."""

    option = models.ForeignKey(SetOption, on_delete=models.CASCADE, related_name="lines")
    item = models.ForeignKey(PriceItem, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["option", "item"], name="set_option_item_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="set_option_line_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} {self.item_id}"
