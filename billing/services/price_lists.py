"""Price lists, as administrators write them: by code, whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction

from billing.errors import BadPriceBook, PriceListOverlaps
from billing.models import PriceList, PriceListEntry
from billing.services.price_book import check_keeper, items_named
from communities.access import Caller
from communities.models import Region


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceListGiven:
    """Prices in minor units by item code, from `valid_from` up to the day before `valid_until`."""

    name: str
    valid_from: date
    prices: Mapping[str, int]
    region_code: str = ""
    valid_until: date | None = None


def price_list_save(*, caller: Caller, code: str, given: PriceListGiven) -> PriceList:
    """Make a price list, or replace it.

    Raises NotForYourRole, BadPriceBook for what is not in the price book or the company and for days that end before
    they begin, and PriceListOverlaps for days that another list of the same region has.
    """
    check_keeper(caller)
    if given.valid_until and given.valid_until <= given.valid_from:
        raise BadPriceBook("A price list holds for a day at least: valid_until is the first day after it.")
    try:
        return _save(caller, code, given)
    except IntegrityError as error:
        if "price_list_one_at_a_time" in str(error):
            raise PriceListOverlaps from error
        raise


@transaction.atomic
def _save(caller: Caller, code: str, given: PriceListGiven) -> PriceList:
    items = items_named(caller, given.prices, retired=True)
    price_list, _ = PriceList.objects.update_or_create(
        organisation=caller.organisation,
        code=code,
        defaults={
            "name": given.name,
            "region": _region(caller, given.region_code),
            "valid_from": given.valid_from,
            "valid_until": given.valid_until,
        },
    )
    price_list.entries.all().delete()
    PriceListEntry.objects.bulk_create(
        PriceListEntry(
            organisation=caller.organisation, price_list=price_list, item_id=items[item], price_minor=price
        )
        for item, price in given.prices.items()
    )
    return price_list


def _region(caller: Caller, code: str) -> Region | None:
    if not code:
        return None
    region = Region.objects.filter(organisation=caller.organisation, code=code).first()
    if region is None:
        raise BadPriceBook(f"There is no region {code!r}.")
    return region
