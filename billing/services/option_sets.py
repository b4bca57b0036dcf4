"""Option sets: as administrators write them (by code, whole), and as technicians offer them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from billing.errors import BadPriceBook, ItemUnknown
from billing.models import OptionSet, SetOption, SetOptionLine
from billing.selectors.price_book import option_set_list
from billing.services.offers import LineGiven, OfferGiven, OptionGiven
from billing.services.price_book import check_keeper, items_named
from communities.access import Caller
from core.languages import name_in
from dispatch.models import ServiceType
from dispatch.selectors.visits import visit_get


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionSetGiven:
    """The ways of doing one thing, the plainest first."""

    name: str
    options: Sequence[OptionGiven]
    name_en: str = ""
    service_type_code: str = ""
    active: bool = True


@transaction.atomic
def option_set_save(*, caller: Caller, code: str, given: OptionSetGiven) -> OptionSet:
    """Make an option set, or replace it; offers that were made keep their options.

    Raises NotForYourRole, and BadPriceBook for what is not in the price book, for two options that are recommended, and
    for an item that stands twice in one.
    """
    check_keeper(caller)
    _check(given)
    items = items_named(caller, {line.item_code for option in given.options for line in option.lines})
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


def option_set_offer(*, caller: Caller, visit_id: UUID, code: str) -> OfferGiven:
    """A set's options as an offer on that visit, in the company's language. Raises VisitUnknown and ItemUnknown."""
    visit = visit_get(caller, visit_id)
    fitting = Q(service_type=None) | Q(service_type=visit.service_type_id)
    found = option_set_list(caller).filter(fitting, code=code, active=True).first()
    if found is None:
        raise ItemUnknown(f"There is no option set {code!r} for this service.")
    language = caller.organisation.language
    options = option_set_given(found).options
    return OfferGiven(
        name=name_in(language, found),
        options=[replace(option, name=name_in(language, option)) for option in options],
    )


def option_set_given(option_set: OptionSet) -> OptionSetGiven:
    """A set as it would be given, from a row of option_set_list."""
    return OptionSetGiven(
        name=option_set.name,
        name_en=option_set.name_en,
        service_type_code=option_set.service_type.code if option_set.service_type else "",
        active=option_set.active,
        options=[
            OptionGiven(
                name=option.name,
                name_en=option.name_en,
                recommended=option.recommended,
                lines=[
                    LineGiven(item_code=line.item.code, quantity=line.quantity) for line in option.lines.all()
                ],
            )
            for option in option_set.options.all()
        ],
    )


def _check(given: OptionSetGiven) -> None:
    if sum(option.recommended for option in given.options) > 1:
        raise BadPriceBook("One option of a set can be recommended.")
    for option in given.options:
        if len({line.item_code for line in option.lines}) < len(option.lines):
            raise BadPriceBook(f"In the option {option.name!r} an item stands twice: say its quantity.")


def _option_save(option_set: OptionSet, position: int, given: OptionGiven, items: Mapping[str, UUID]) -> None:
    option = SetOption.objects.create(
        organisation_id=option_set.organisation_id,
        option_set=option_set,
        position=position,
        name=given.name,
        name_en=given.name_en,
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


def _service_type(caller: Caller, code: str) -> ServiceType | None:
    if not code:
        return None
    kind = ServiceType.objects.filter(organisation=caller.organisation, code=code).first()
    if kind is None:
        raise BadPriceBook(f"There is no service type {code!r}.")
    return kind
