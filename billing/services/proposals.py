"""What could be offered on visits: the option sets and add-ons that fit, at the prices of the day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from billing.models import Offer, OptionSet, PriceItem
from billing.selectors.price_book import option_set_list
from billing.services.pricing import prices_on
from communities.access import Caller
from core.languages import name_in
from core.money import Money
from dispatch.models import Visit

MOST = 12
"""Of a visit: what is for its kind of service comes before what fits any."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way of doing it, with what that costs."""

    name: str
    total: Money
    recommended: bool


@dataclass(frozen=True, slots=True)
class Proposal:
    """Something to offer: an option set of the price book with its ways, or an add-on, which has one."""

    code: str
    is_set: bool
    name: str
    ways: list[Way]


@dataclass(frozen=True, slots=True)
class _Book:
    """The part of the price book that fits any of the visits, with prices by region."""

    sets: Sequence[OptionSet]
    add_ons: Sequence[PriceItem]
    prices: Mapping[UUID | None, Mapping[UUID, Money]]


def proposals_of(
    *, caller: Caller, visits: Sequence[Visit], offers: Iterable[Offer], on: date, language: str
) -> dict[UUID, list[Proposal]]:
    """What could still be offered on each visit, whose site with its community must have been read: nothing of what
    was offered there before, which are the visits' `offers` (`offers_of`).

    Five queries, and one more for each further region of the visits.
    """
    book = _book(caller, visits, on)
    offered = _offered(offers)
    return {
        visit.pk: _proposals(visit, book, offered.get(visit.pk, frozenset()), language) for visit in visits
    }


def _book(caller: Caller, visits: Iterable[Visit], on: date) -> _Book:
    kinds = {visit.service_type_id for visit in visits}
    fitting = Q(service_type=None) | Q(service_type__in=kinds)
    sets = list(option_set_list(caller).filter(fitting, active=True).order_by("code"))
    add_ons = list(
        PriceItem.objects.filter(
            fitting, organisation=caller.organisation, active=True, kind=PriceItem.Kind.ADD_ON
        ).order_by("code")
    )
    lines = (line for one in sets for option in one.options.all() for line in option.lines.all())
    items = {item.pk: item for item in (*add_ons, *(line.item for line in lines))}
    return _Book(
        sets,
        add_ons,
        {
            region: prices_on(organisation=caller.organisation, items=items.values(), region_id=region, on=on)
            for region in {_region(visit) for visit in visits}
        },
    )


def _offered(offers: Iterable[Offer]) -> dict[UUID, frozenset[UUID]]:
    """By visit, the items that were offered there."""
    found: dict[UUID, frozenset[UUID]] = {}
    for offer in offers:
        items = {line.item_id for option in offer.options.all() for line in option.lines.all()}
        found[offer.visit_id] = found.get(offer.visit_id, frozenset()) | items
    return found


def _proposals(visit: Visit, book: _Book, offered: frozenset[UUID], language: str) -> list[Proposal]:
    prices = book.prices[_region(visit)]
    sets = [
        (one.service_type_id, _of_set(one, prices, language))
        for one in book.sets
        if _fits(one, visit) and offered.isdisjoint(_items(one))
    ]
    add_ons = [
        (one.service_type_id, _of_add_on(one, prices, language))
        for one in book.add_ons
        if _fits(one, visit) and one.pk not in offered
    ]
    found = sorted([*sets, *add_ons], key=lambda one: one[0] is None)
    return [proposal for _, proposal in found[:MOST] if proposal.ways]


def _of_set(one: OptionSet, prices: Mapping[UUID, Money], language: str) -> Proposal:
    ways = [
        Way(
            name=name_in(language, option),
            total=_sum([prices[line.item_id] * line.quantity for line in option.lines.all()]),
            recommended=option.recommended,
        )
        for option in one.options.all()
    ]
    return Proposal(one.code, True, name_in(language, one), ways)


def _of_add_on(item: PriceItem, prices: Mapping[UUID, Money], language: str) -> Proposal:
    name = name_in(language, item)
    return Proposal(item.code, False, name, [Way(name, prices[item.pk], False)])


def _sum(amounts: Sequence[Money]) -> Money:
    first, *rest = amounts
    for amount in rest:
        first += amount
    return first


def _items(one: OptionSet) -> set[UUID]:
    return {line.item_id for option in one.options.all() for line in option.lines.all()}


def _fits(one: OptionSet | PriceItem, visit: Visit) -> bool:
    return one.service_type_id in (None, visit.service_type_id)


def _region(visit: Visit) -> UUID | None:
    return visit.site.community.region_id if visit.site.community else None
