"""What items cost, where and when."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Q

from billing.models import PriceItem, PriceListEntry
from communities.models import Organisation
from core.money import Money


def prices_on(
    *, organisation: Organisation, items: Iterable[PriceItem], region_id: UUID | None, on: date
) -> dict[UUID, Money]:
    """The price of each item by its id: a list of the region comes before one of all regions, and both before the
    price book. One query."""
    wanted = {item.id: item.price_minor for item in items}
    valid = Q(price_list__valid_from__lte=on) & (
        Q(price_list__valid_until=None) | Q(price_list__valid_until__gt=on)
    )
    entries = PriceListEntry.objects.filter(
        valid,
        Q(price_list__region=region_id) | Q(price_list__region=None),
        organisation=organisation,
        item__in=wanted,
    ).select_related("price_list")
    for entry in sorted(entries, key=lambda one: one.price_list.region_id is not None):
        wanted[entry.item_id] = entry.price_minor
    return {item_id: Money(minor, organisation.currency) for item_id, minor in wanted.items()}


def base_prices_on(*, organisation: Organisation, region_id: UUID, on: date) -> dict[UUID, int]:
    """What a visit costs by its service type's id, in minor units, before anything is added; a type without a price
    is not in it. Two queries."""
    bases = list(PriceItem.objects.filter(organisation=organisation, kind=PriceItem.Kind.BASE, active=True))
    prices = prices_on(organisation=organisation, items=bases, region_id=region_id, on=on)
    return {base.service_type_id: prices[base.id].minor for base in bases if base.service_type_id}
