"""What a company does and what it costs, from one CSV file: service types with their prices, and add-ons."""

import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from billing.models import PriceItem, Tax
from billing.services.price_items import PriceRow, price_book, price_items_save
from communities.models import Organisation
from core.money import DECIMALS
from core.tabular import BadRow, Columns, Rejects, Table
from dispatch.models import ServiceType, Skill
from dispatch.models.work import LARGEST_CREW
from dispatch.services.catalogue import ServiceTypeGiven, service_types_save
from dispatch.services.imports import values
from dispatch.services.imports.codes import codes_of, some

REQUIRED = ("code", "name", "price")
OPTIONAL = (
    "kind",
    "name_en",
    "duration_minutes",
    "skills",
    "respond_within_hours",
    "resolve_within_hours",
    "priority_minutes",
    "technicians",
    "fits",
    "cost",
    "tax",
    "extra_minutes",
    "parts",
)

SERVICE, ADD_ON = "service", "add_on"
DAY_MINUTES, YEAR_HOURS = 24 * 60, 366 * 24
MOST_PRIORITY = 10_000  # minutes of travel: a week of them


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueRow:
    """A service with its base price, or (without a service type) an add-on."""

    service_type: ServiceTypeGiven | None
    price: PriceRow

    @property
    def code(self) -> str:
        return self.price.code


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueWritten:
    """What writing rows changed."""

    imported: int
    updated: int
    unchanged: int
    skills_created: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueImport(CatalogueWritten):
    """What became of a services' file."""

    rejected: dict[str, int]
    rejects_file: Path
    seconds: float


def catalogue_import(
    *,
    organisation: Organisation,
    source: str,
    rejects: Rejects,
    names: Mapping[str, str] | None = None,
    encoding: str = "utf-8-sig",
) -> CatalogueImport:
    """Make or update service types with their base prices, and add-ons, by code, in one transaction.

    Skills come into being as they are named. Raises core.tabular.Unreadable.
    """
    began = time.monotonic()
    decimals = DECIMALS[organisation.currency]
    with Table(source, Columns(REQUIRED, OPTIONAL, names), rejects, encoding=encoding) as table:
        rows = table.keyed("code", lambda cells: _row(cells, decimals))
    written = catalogue_save(organisation=organisation, rows=list(_fitting(organisation, rows, rejects)))
    return CatalogueImport(
        imported=written.imported,
        updated=written.updated,
        unchanged=written.unchanged,
        skills_created=written.skills_created,
        rejected=dict(rejects.counts),
        rejects_file=rejects.path,
        seconds=time.monotonic() - began,
    )


@transaction.atomic
def catalogue_save(*, organisation: Organisation, rows: Collection[CatalogueRow]) -> CatalogueWritten:
    """Make or update by code. What is as its row says is left alone. Raises BadPriceBook."""
    skills = codes_of(Skill, organisation)
    services = [row.service_type for row in rows if row.service_type]
    types = service_types_save(organisation=organisation, given=services)
    prices = price_items_save(organisation=organisation, rows=[row.price for row in rows])
    add_ons = {row.code for row in rows if row.service_type is None}
    made = types.made | (prices.made & add_ons)
    updated = (types.changed | prices.made | prices.changed) - made
    return CatalogueWritten(
        imported=len(made),
        updated=len(updated),
        unchanged=len(rows) - len(made) - len(updated),
        skills_created=sorted(codes_of(Skill, organisation) - skills),
    )


def _row(cells: Mapping[str, str], decimals: int) -> CatalogueRow:
    kind = cells.get("kind") or SERVICE
    if kind not in {SERVICE, ADD_ON}:
        raise BadRow("unknown kind", field="kind", value=kind, expected=f"{SERVICE} or {ADD_ON}")
    values.needed(cells["price"], "price", 40)
    is_service = kind == SERVICE
    code = values.needed(cells["code"], "code", 80)
    return CatalogueRow(
        service_type=_service_type(cells) if is_service else None,
        price=PriceRow(
            code=code,
            name=values.needed(cells["name"], "name", 120),
            name_en=values.text(cells.get("name_en", ""), "name_en", 120),
            kind=PriceItem.Kind.BASE if is_service else PriceItem.Kind.ADD_ON,
            price_minor=values.money(cells["price"], "price", decimals),
            service_type_code=code if is_service else cells.get("fits", ""),
            cost_minor=values.money(cells["cost"], "cost", decimals) if cells.get("cost") else 0,
            tax_code=values.text(cells.get("tax", ""), "tax", 20),
            extra_minutes=values.number(
                cells.get("extra_minutes", ""), "extra_minutes", least=0, most=DAY_MINUTES, default=0
            ),
            parts=values.parts(cells.get("parts", "")),
        ),
    )


def _service_type(cells: Mapping[str, str]) -> ServiceTypeGiven:
    def number(field: str, least: int, most: int, default: int | None = None) -> int:
        return values.number(cells.get(field, ""), field, least=least, most=most, default=default)

    respond = number("respond_within_hours", 1, YEAR_HOURS, 24)
    return ServiceTypeGiven(
        code=cells["code"],
        name=values.needed(cells["name"], "name", 120),
        name_en=values.text(cells.get("name_en", ""), "name_en", 120),
        duration_minutes=number("duration_minutes", 1, DAY_MINUTES),
        respond_within_hours=respond,
        resolve_within_hours=number("resolve_within_hours", respond, YEAR_HOURS, max(72, respond)),
        priority_minutes=number("priority_minutes", 0, MOST_PRIORITY, 120),
        technicians=number("technicians", 1, LARGEST_CREW, 1),
        skills=values.skills(cells.get("skills", "")),
    )


def _fitting(
    organisation: Organisation, rows: Mapping[int, CatalogueRow], rejects: Rejects
) -> Iterator[CatalogueRow]:
    """The rows that go with the others and with what is there."""
    book = price_book(organisation=organisation)
    taxes, stored = codes_of(Tax, organisation), codes_of(ServiceType, organisation)
    services = [row for row in rows.values() if row.service_type and not _taken(row, book, stored)]
    known = stored | {row.code for row in services}
    for line, row in rows.items():
        if (tax := row.price.tax_code) and tax not in taxes:
            bad = BadRow("unknown tax", field="tax", value=tax, expected=some(taxes))
        elif _taken(row, book, stored):
            bad = BadRow("code of something else", field="code", value=row.code, expected="a code of its own")
        elif (fits := row.price.service_type_code) and fits not in known:
            bad = BadRow("unknown service type", field="fits", value=fits, expected=some(known))
        else:
            yield row
            continue
        rejects.add(line, bad)


def _taken(row: CatalogueRow, book: Mapping[str, PriceItem], stored: Collection[str]) -> bool:
    """The code is that of an add-on (for a service), of a service (for an add-on), or another service's price."""
    item = book.get(row.code)
    if row.service_type is None:
        return row.code in stored or (item is not None and item.kind == PriceItem.Kind.BASE)
    priced = item.service_type.code if item and item.service_type else ""
    return item is not None and (item.kind, priced) != (PriceItem.Kind.BASE, row.code)
