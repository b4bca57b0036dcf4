"""Taxes, price lists, option sets and the company's way of billing, as administrators write them: by code, whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction

from billing.errors import AccountUnknown, BadPriceBook, PriceListOverlaps
from billing.gateways import account_names
from billing.models import (
    BillingProfile,
    OptionSet,
    PriceItem,
    PriceList,
    PriceListEntry,
    SetOption,
    SetOptionLine,
    Tax,
)
from billing.services.offers import OptionGiven
from billing.services.profiles import profile_of
from communities.access import Caller
from communities.models import Region
from dispatch.errors import NotForYourRole
from dispatch.models import ServiceType


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxGiven:
    """A rate in basis points: 500 is 5 %."""

    name: str
    rate_bp: int
    name_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceListGiven:
    """Prices in minor units by item code, from `valid_from` up to the day before `valid_until`."""

    name: str
    valid_from: date
    prices: Mapping[str, int]
    region_code: str = ""
    valid_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionSetGiven:
    """The ways of doing one thing, the plainest first."""

    name: str
    options: Sequence[OptionGiven]
    name_en: str = ""
    service_type_code: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileGiven:
    """How a company bills."""

    payment_account: str
    legal_name: str
    tax_number: str
    address: str
    prices_include_tax: bool
    link_days: int
    reminder_days: Sequence[int]


@transaction.atomic
def tax_save(*, caller: Caller, code: str, given: TaxGiven) -> Tax:
    """Make or change a tax. Invoices that are issued keep the rate they were issued with. Raises NotForYourRole."""
    _only_administrators(caller)
    tax, _ = Tax.objects.update_or_create(
        organisation=caller.organisation,
        code=code,
        defaults={"name": given.name, "name_en": given.name_en, "rate_bp": given.rate_bp},
    )
    return tax


@transaction.atomic
def profile_save(*, caller: Caller, given: ProfileGiven) -> BillingProfile:
    """Say how the company bills from now on. Links that are open stay as they are.

    Raises NotForYourRole, and AccountUnknown for an account this installation has no secrets for.
    """
    _only_administrators(caller)
    if given.payment_account not in account_names():
        raise AccountUnknown(f"There is: {', '.join(account_names())}.")
    profile = profile_of(caller.organisation)
    for name in given.__slots__:
        setattr(profile, name, getattr(given, name))
    profile.reminder_days = sorted(set(given.reminder_days))
    profile.save()
    return profile


def price_list_save(*, caller: Caller, code: str, given: PriceListGiven) -> PriceList:
    """Make a price list, or replace it. Raises NotForYourRole, BadPriceBook for what is not in the price book or the
    company, and PriceListOverlaps for days that another list of the same region has."""
    _only_administrators(caller)
    try:
        return _price_list_save(caller, code, given)
    except IntegrityError as error:
        if "price_list_one_at_a_time" in str(error):
            raise PriceListOverlaps from error
        raise


@transaction.atomic
def _price_list_save(caller: Caller, code: str, given: PriceListGiven) -> PriceList:
    items = _items(caller, given.prices)
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


@transaction.atomic
def option_set_save(*, caller: Caller, code: str, given: OptionSetGiven) -> OptionSet:
    """Make an option set, or replace it; offers that were made keep their options.

    Raises NotForYourRole, BadPriceBook.
    """
    _only_administrators(caller)
    lines = [line for option in given.options for line in option.lines]
    items = _items(caller, {line.item_code: 0 for line in lines})
    option_set, _ = OptionSet.objects.update_or_create(
        organisation=caller.organisation,
        code=code,
        defaults={
            "name": given.name,
            "name_en": given.name_en,
            "service_type": _service_type(caller, given.service_type_code),
            "active": given.active,
        },
    )
    option_set.options.all().delete()
    for position, option in enumerate(given.options, start=1):
        _option_save(option_set, position, option, items)
    return option_set


def _option_save(option_set: OptionSet, position: int, given: OptionGiven, items: Mapping[str, UUID]) -> None:
    option = SetOption.objects.create(
        organisation_id=option_set.organisation_id,
        option_set=option_set,
        position=position,
        name=given.name,
        recommended=given.recommended,
    )
    SetOptionLine.objects.bulk_create(
        SetOptionLine(
            organisation_id=option_set.organisation_id,
            option=option,
            item_id=items[line.item_code],
            quantity=line.quantity,
        )
        for line in given.lines
    )


def _only_administrators(caller: Caller) -> None:
    if not caller.administers:
        raise NotForYourRole("The price book is kept by administrators.")


def _items(caller: Caller, codes: Mapping[str, int]) -> dict[str, UUID]:
    found = PriceItem.objects.filter(organisation=caller.organisation, active=True, code__in=codes)
    items = dict(found.values_list("code", "id"))
    for code in codes:
        if code not in items:
            raise BadPriceBook(f"There is no item {code!r} in the price book.")
    return items


def _region(caller: Caller, code: str) -> Region | None:
    if not code:
        return None
    region = Region.objects.filter(organisation=caller.organisation, code=code).first()
    if region is None:
        raise BadPriceBook(f"There is no region {code!r}.")
    return region


def _service_type(caller: Caller, code: str) -> ServiceType | None:
    if not code:
        return None
    kind = ServiceType.objects.filter(organisation=caller.organisation, code=code).first()
    if kind is None:
        raise BadPriceBook(f"There is no service type {code!r}.")
    return kind
