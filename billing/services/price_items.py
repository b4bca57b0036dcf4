"""What there is to buy: base prices of service types, and add-ons, with the parts they use up."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from billing.errors import BadPriceBook
from billing.models import PriceItem, PriceItemPart, Tax
from billing.services.price_book import check_keeper
from communities.access import Caller
from communities.models import Organisation
from dispatch.models import ServiceType
from dispatch.services.catalogue import Saved


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRow:
    """A line of the price book, in minor units of the organisation's currency.

    A base price names its service type; an add-on may, and then fits that type only. `parts` says how many of each part
    one piece uses up.
    """

    code: str
    name: str
    kind: PriceItem.Kind
    price_minor: int
    name_en: str = ""
    service_type_code: str = ""
    cost_minor: int = 0
    tax_code: str = ""
    extra_minutes: int = 0
    parts: Mapping[str, int] = field(default_factory=dict)


def price_item_save(*, caller: Caller, row: PriceRow) -> None:
    """Make or replace one line. Raises NotForYourRole, and BadPriceBook as price_items_save does."""
    check_keeper(caller)
    price_items_save(organisation=caller.organisation, rows=[row])


@transaction.atomic
def price_items_save(*, organisation: Organisation, rows: Iterable[PriceRow]) -> Saved:
    """Add or replace lines by their code. A new base price retires the service type's former one.

    Raises BadPriceBook for a price or cost below zero, an unknown service type or tax, a base price of none, a code or
    base price given twice.
    """
    given = list(rows)
    types = dict(ServiceType.objects.filter(organisation=organisation).values_list("code", "id"))
    taxes = dict(Tax.objects.filter(organisation=organisation).values_list("code", "id"))
    _check(given, set(types), set(taxes))
    book = price_book(organisation=organisation)
    wanted = [row for row in given if row.code not in book or not _stands(book[row.code], row)]
    _write(organisation, wanted, types, taxes)
    codes = {row.code for row in wanted}
    return Saved(codes - set(book), codes & set(book))


def price_book(*, organisation: Organisation) -> dict[str, PriceItem]:
    """The lines by code, retired ones among them, with their service types, taxes and parts."""
    items = PriceItem.objects.filter(organisation=organisation).select_related("service_type", "tax")
    return {item.code: item for item in items.prefetch_related("parts")}


def _stands(item: PriceItem, row: PriceRow) -> bool:
    """The line is in force just as the row says."""
    return item.active and row == PriceRow(
        code=item.code,
        name=item.name,
        name_en=item.name_en,
        kind=PriceItem.Kind(item.kind),
        price_minor=item.price_minor,
        service_type_code=item.service_type.code if item.service_type else "",
        cost_minor=item.cost_minor,
        tax_code=item.tax.code if item.tax else "",
        extra_minutes=item.extra_minutes,
        parts={part.part: part.quantity for part in item.parts.all()},
    )


def _write(
    organisation: Organisation,
    rows: Sequence[PriceRow],
    types: Mapping[str, UUID],
    taxes: Mapping[str, UUID],
) -> None:
    items = [
        PriceItem(
            organisation=organisation,
            code=row.code,
            name=row.name,
            name_en=row.name_en,
            kind=row.kind,
            price_minor=row.price_minor,
            service_type_id=types[row.service_type_code] if row.service_type_code else None,
            cost_minor=row.cost_minor,
            tax_id=taxes[row.tax_code] if row.tax_code else None,
            extra_minutes=row.extra_minutes,
        )
        for row in rows
    ]
    _retire(organisation, items)
    PriceItem.objects.bulk_create(
        items,
        update_conflicts=True,
        unique_fields=["organisation", "code"],
        update_fields=[
            "name",
            "name_en",
            "kind",
            "price_minor",
            "service_type",
            "cost_minor",
            "tax",
            "extra_minutes",
            "active",
        ],
    )
    _parts_write(organisation, rows)


def _parts_write(organisation: Organisation, rows: Sequence[PriceRow]) -> None:
    found = PriceItem.objects.filter(organisation=organisation, code__in=[row.code for row in rows])
    items = dict(found.values_list("code", "id"))
    PriceItemPart.objects.filter(item__in=items.values()).delete()
    PriceItemPart.objects.bulk_create(
        PriceItemPart(organisation=organisation, item_id=items[row.code], part=part, quantity=quantity)
        for row in rows
        for part, quantity in row.parts.items()
    )


def _check(rows: list[PriceRow], types: set[str], taxes: set[str]) -> None:
    for row in rows:
        if min(row.price_minor, row.cost_minor, row.extra_minutes) < 0:
            raise BadPriceBook(f"{row.code}: a price, a cost or minutes below zero")
        if row.tax_code and row.tax_code not in taxes:
            raise BadPriceBook(f"{row.code}: there is no tax {row.tax_code!r}")
        if row.service_type_code and row.service_type_code not in types:
            raise BadPriceBook(f"{row.code}: there is no service type {row.service_type_code!r}")
        if row.kind == PriceItem.Kind.BASE and not row.service_type_code:
            raise BadPriceBook(f"{row.code}: a base price names its service type")
    codes = Counter(row.code for row in rows)
    bases = Counter(row.service_type_code for row in rows if row.kind == PriceItem.Kind.BASE)
    for what, count in [*codes.items(), *bases.items()]:
        if count > 1:
            raise BadPriceBook(f"{what!r} is given {count} times")


def _retire(organisation: Organisation, items: list[PriceItem]) -> None:
    """Make room: what takes over a base price, and what the rows replace, is written afresh."""
    bases = [item.service_type_id for item in items if item.kind == PriceItem.Kind.BASE]
    PriceItem.objects.filter(
        Q(service_type__in=bases, kind=PriceItem.Kind.BASE) | Q(code__in=[item.code for item in items]),
        organisation=organisation,
    ).update(active=False)
