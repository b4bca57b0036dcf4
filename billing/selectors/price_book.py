"""Reads of the price book: a company's own, for everybody in it."""

from django.db.models import Prefetch, QuerySet

from billing.errors import MaintenancePlanUnknown
from billing.models import (
    MaintenancePlan,
    OptionSet,
    PlanInclusion,
    PriceItem,
    PriceItemPart,
    PriceList,
    PriceListEntry,
    SetOption,
    SetOptionLine,
    Tax,
)
from communities.access import Caller


def price_item_list(caller: Caller, kind: PriceItem.Kind | None = None) -> QuerySet[PriceItem]:
    """What can be bought, of one kind or of both, with the parts it uses up."""
    items = PriceItem.objects.filter(organisation=caller.organisation, active=True)
    items = items.filter(kind=kind) if kind else items
    parts = PriceItemPart.objects.order_by("part")
    return items.select_related("service_type", "tax").prefetch_related(Prefetch("parts", parts))


def price_item_get(caller: Caller, code: str) -> PriceItem:
    """The item that has just been saved."""
    return price_item_list(caller).get(code=code)


def tax_list(caller: Caller) -> QuerySet[Tax]:
    return Tax.objects.filter(organisation=caller.organisation)


def price_list_list(caller: Caller) -> QuerySet[PriceList]:
    """Price lists with their prices, also those that are over."""
    entries = PriceListEntry.objects.select_related("item").order_by("item__code")
    lists = PriceList.objects.filter(organisation=caller.organisation)
    return lists.select_related("region").prefetch_related(Prefetch("entries", entries))


def price_list_get(caller: Caller, code: str) -> PriceList:
    """The price list that has just been saved."""
    return price_list_list(caller).get(code=code)


def option_set_list(caller: Caller) -> QuerySet[OptionSet]:
    """Option sets with their options and lines."""
    lines = SetOptionLine.objects.select_related("item").order_by("item__code")
    options = SetOption.objects.order_by("position").prefetch_related(Prefetch("lines", lines))
    sets = OptionSet.objects.filter(organisation=caller.organisation)
    return sets.select_related("service_type").prefetch_related(Prefetch("options", options))


def option_set_get(caller: Caller, code: str) -> OptionSet:
    """The option set that has just been saved."""
    return option_set_list(caller).get(code=code)


def maintenance_plan_list(caller: Caller) -> QuerySet[MaintenancePlan]:
    """The plans that can be sold."""
    inclusions = PlanInclusion.objects.select_related("service_type").order_by("service_type__code")
    plans = MaintenancePlan.objects.filter(organisation=caller.organisation, active=True)
    return plans.select_related("tax").prefetch_related(Prefetch("inclusions", inclusions))


def maintenance_plan_get(caller: Caller, code: str) -> MaintenancePlan:
    """The plan that can be sold under a code. Raises MaintenancePlanUnknown."""
    plan = maintenance_plan_list(caller).filter(code=code).first()
    if plan is None:
        raise MaintenancePlanUnknown(f"No plan {code!r} can be sold.")
    return plan
