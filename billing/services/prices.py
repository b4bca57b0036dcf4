"""The price book."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from billing.errors import BadPriceBook
from billing.models import PriceItem
from communities.models import Organisation
from dispatch.models import ServiceType
from dispatch.services.catalogue import Saved


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRow:
    """A line of the price book, in minor units of the organisation's currency.

    A base price names its service type; an add-on may, and then fits that type only.
    """

    code: str
    name: str
    kind: PriceItem.Kind
    price_minor: int
    name_en: str = ""
    service_type_code: str = ""


@transaction.atomic
def price_items_save(*, organisation: Organisation, rows: Iterable[PriceRow]) -> Saved:
    """Add or replace lines by their code. A new base price retires the service type's former one.

    Raises BadPriceBook for a price below zero, an unknown service type, a base price of none, a code or base
    price given twice.
    """
    given = list(rows)
    types = dict(ServiceType.objects.filter(organisation=organisation).values_list("code", "id"))
    _check(given, set(types))
    book = price_book(organisation=organisation)
    wanted = [row for row in given if row.code not in book or not _stands(book[row.code], row)]
    _write(organisation, wanted, types)
    codes = {row.code for row in wanted}
    return Saved(codes - set(book), codes & set(book))


def price_book(*, organisation: Organisation) -> dict[str, PriceItem]:
    """The lines by code, retired ones among them, with their service types."""
    items = PriceItem.objects.filter(organisation=organisation).select_related("service_type")
    return {item.code: item for item in items}


def _stands(item: PriceItem, row: PriceRow) -> bool:
    """The line is in force just as the row says."""
    return item.active and row == PriceRow(
        code=item.code,
        name=item.name,
        name_en=item.name_en,
        kind=PriceItem.Kind(item.kind),
        price_minor=item.price_minor,
        service_type_code=item.service_type.code if item.service_type else "",
    )


def _write(organisation: Organisation, rows: Iterable[PriceRow], types: Mapping[str, UUID]) -> None:
    items = [
        PriceItem(
            organisation=organisation,
            code=row.code,
            name=row.name,
            name_en=row.name_en,
            kind=row.kind,
            price_minor=row.price_minor,
            service_type_id=types[row.service_type_code] if row.service_type_code else None,
        )
        for row in rows
    ]
    _retire(organisation, items)
    PriceItem.objects.bulk_create(
        items,
        update_conflicts=True,
        unique_fields=["organisation", "code"],
        update_fields=["name", "name_en", "kind", "price_minor", "service_type", "active"],
    )


def _check(rows: list[PriceRow], types: set[str]) -> None:
    for row in rows:
        if row.price_minor < 0:
            raise BadPriceBook(f"{row.code}: the price is below zero")
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
