"""Price lists from one CSV file: a row for each price, which repeats what its list is."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db import transaction

from billing.errors import PriceListOverlaps
from billing.models import PriceItem, PriceListEntry
from billing.services.price_lists import PriceListGiven, price_list_save
from communities.access import Caller, operator_of
from communities.models import Organisation, Region
from core.money import DECIMALS
from core.tabular import BadRow, Columns, Rejects, Table
from dispatch.services.imports import values
from dispatch.services.imports.codes import codes_of, some
from dispatch.services.imports.outcome import Imported

REQUIRED = ("list", "valid_from", "item", "price")
OPTIONAL = ("name", "region", "valid_until")


class Terms(NamedTuple):
    """What a list is, beside its prices."""

    name: str
    region: str
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRow:
    """What an item costs by a list, in minor units."""

    list_code: str
    terms: Terms
    item: str
    price_minor: int

    @property
    def entry(self) -> str:
        return f"{self.list_code} {self.item}"


@transaction.atomic
def price_lists_import(
    *,
    organisation: Organisation,
    source: str,
    rejects: Rejects,
    names: Mapping[str, str] | None = None,
    encoding: str = "utf-8-sig",
) -> Imported:
    """Make or change price lists. Lists and prices that a file does not name stay. In one transaction.

    Raises core.tabular.Unreadable.
    """
    began = time.monotonic()
    decimals = DECIMALS[organisation.currency]
    with Table(source, Columns(REQUIRED, OPTIONAL, names), rejects, encoding=encoding) as table:
        rows = table.keyed("entry", lambda cells: _row(cells, decimals))
    lists: dict[str, dict[int, ListRow]] = defaultdict(dict)
    for line, row in _fitting(organisation, rows, rejects):
        lists[row.list_code][line] = row
    stored = _stored(organisation)
    counts: Counter[str] = Counter()
    for code, lines in lists.items():
        before = stored.get(code, {})
        try:
            _save(operator_of(organisation), code, before, lines)
        except PriceListOverlaps as error:
            days = BadRow("days of another list", field="list", value=code, expected=error.title)
            for line in lines:
                rejects.add(line, days)
        else:
            counts.update(_what(before.get(row.item), row) for row in lines.values())
    return Imported.of(counts, rejects, began=began)


def _save(caller: Caller, code: str, before: Mapping[str, ListRow], lines: Mapping[int, ListRow]) -> None:
    """What stands, and over it what the file says; nothing where that is the same."""
    prices = {**before, **{row.item: row for row in lines.values()}}
    if prices == before:
        return
    terms = next(iter(lines.values())).terms
    given = PriceListGiven(
        name=terms.name,
        region_code=terms.region,
        valid_from=terms.valid_from,
        valid_until=terms.valid_until,
        prices={item: row.price_minor for item, row in prices.items()},
    )
    price_list_save(caller=caller, code=code, given=given)


def _what(before: ListRow | None, row: ListRow) -> str:
    if before is None:
        return "imported"
    return "unchanged" if before == row else "updated"


def _row(cells: Mapping[str, str], decimals: int) -> ListRow:
    code = values.needed(cells["list"], "list", 40)
    begins = values.day(values.needed(cells["valid_from"], "valid_from", 40), "valid_from")
    ends = values.day(cells.get("valid_until", ""), "valid_until")
    assert begins is not None
    if ends and ends <= begins:
        raise BadRow(
            "ends before it begins",
            field="valid_until",
            value=f"{ends}",
            expected=f"after {begins}, or nothing",
        )
    name = values.text(cells.get("name", ""), "name", 120) or code
    return ListRow(
        list_code=code,
        terms=Terms(name, values.text(cells.get("region", ""), "region", 40), begins, ends),
        item=values.needed(cells["item"], "item", 80),
        price_minor=values.money(values.needed(cells["price"], "price", 40), "price", decimals),
    )


def _fitting(
    organisation: Organisation, rows: Mapping[int, ListRow], rejects: Rejects
) -> Iterator[tuple[int, ListRow]]:
    """The rows that go with the others of their list and with what is there."""
    regions, items = codes_of(Region, organisation), codes_of(PriceItem, organisation)
    first: dict[str, Terms] = {}
    for line, row in rows.items():
        terms = first.setdefault(row.list_code, row.terms)
        if row.item not in items:
            bad = BadRow("unknown item", field="item", value=row.item, expected=some(items))
        elif row.terms.region and row.terms.region not in regions:
            bad = BadRow("unknown region", field="region", value=row.terms.region, expected=some(regions))
        elif row.terms != terms:
            bad = BadRow(
                "not as before",
                field="list",
                value=row.list_code,
                expected="name, region and days of its first row",
            )
        else:
            yield line, row
            continue
        rejects.add(line, bad)


def _stored(organisation: Organisation) -> dict[str, dict[str, ListRow]]:
    """What stands, as rows: list → item → row."""
    found: dict[str, dict[str, ListRow]] = defaultdict(dict)
    entries = PriceListEntry.objects.filter(organisation=organisation)
    for entry in entries.select_related("price_list__region", "item"):
        one = entry.price_list
        terms = Terms(one.name, one.region.code if one.region else "", one.valid_from, one.valid_until)
        row = ListRow(list_code=one.code, terms=terms, item=entry.item.code, price_minor=entry.price_minor)
        found[one.code][row.item] = row
    return found
