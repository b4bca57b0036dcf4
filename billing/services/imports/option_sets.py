"""Option sets from one CSV file: a row for each line of an option, which repeats what its set and option are."""

import time
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django.db import transaction

from billing.models import PriceItem
from billing.selectors.price_book import option_set_list
from billing.services.offers import MOST, OPTIONS, LineGiven, OptionGiven
from billing.services.option_sets import OptionSetGiven, option_set_given, option_set_save
from communities.access import operator_of
from communities.models import Organisation
from core.tabular import BadRow, Columns, Rejects, Table
from dispatch.models import ServiceType
from dispatch.services.imports import values
from dispatch.services.imports.codes import codes_of, some
from dispatch.services.imports.outcome import Imported

_FIRST_OF_SET = "name, name_en and fits of the set's first row"
_FIRST_OF_OPTION = "option_en and recommended of the option's first row"

REQUIRED = ("set", "name", "option", "item")
OPTIONAL = ("name_en", "fits", "option_en", "recommended", "quantity")


class SetTerms(NamedTuple):
    """What a set is, beside its options."""

    name: str
    name_en: str
    fits: str


class OptionTerms(NamedTuple):
    """What an option is, beside its lines."""

    name: str
    name_en: str
    recommended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRow:
    """So many of an item in an option of a set."""

    set_code: str
    terms: SetTerms
    option: OptionTerms
    item: str
    quantity: int


@transaction.atomic
def option_sets_import(
    *,
    organisation: Organisation,
    source: str,
    rejects: Rejects,
    names: Mapping[str, str] | None = None,
    encoding: str = "utf-8-sig",
) -> Imported:
    """Make option sets, or replace them; sets that a file does not name stay. In one transaction.

    A set of which a row cannot be taken stays as it was, because half an option would be sold for too little. Raises
    core.tabular.Unreadable.
    """
    began, operator = time.monotonic(), operator_of(organisation)
    items = set(
        PriceItem.objects.filter(organisation=organisation, active=True).values_list("code", flat=True)
    )
    types = codes_of(ServiceType, organisation)
    with Table(source, Columns(REQUIRED, OPTIONAL, names), rejects, encoding=encoding) as table:
        sets = table.whole("set", "set", _row, lambda _, rows: dict(_faults(rows, items, types)))
    stored = {one.code: option_set_given(one) for one in option_set_list(operator)}
    counts: Counter[str] = Counter()
    for code, rows in sets.items():
        given, before = _given(rows), stored.get(code)
        if given != before:
            option_set_save(caller=operator, code=code, given=given)
        what = "imported" if before is None else "unchanged" if given == before else "updated"
        counts[what] += len(rows)
    return Imported.of(counts, rejects, began=began)


def _row(cells: Mapping[str, str]) -> SetRow:
    return SetRow(
        set_code=values.needed(cells["set"], "set", 80),
        terms=SetTerms(
            values.needed(cells["name"], "name", 160),
            values.text(cells.get("name_en", ""), "name_en", 160),
            values.text(cells.get("fits", ""), "fits", 80),
        ),
        option=OptionTerms(
            values.needed(cells["option"], "option", 160),
            values.text(cells.get("option_en", ""), "option_en", 160),
            values.yes(cells.get("recommended", ""), "recommended"),
        ),
        item=values.needed(cells["item"], "item", 80),
        quantity=values.number(cells.get("quantity", ""), "quantity", least=1, most=MOST, default=1),
    )


def _faults(
    rows: Mapping[int, SetRow], items: Collection[str], types: Collection[str]
) -> Iterator[tuple[int, BadRow]]:
    """What does not go with the rows before it, or with what is there."""
    terms = next((row.terms for row in rows.values()), None)
    options: dict[str, OptionTerms] = {}
    seen: set[tuple[str, str]] = set()
    for line, row in rows.items():
        option = options.setdefault(row.option.name, row.option)
        bad = None
        if row.terms != terms:
            bad = BadRow("not as before", field="set", value=row.set_code, expected=_FIRST_OF_SET)
        elif row.option != option:
            bad = BadRow("not as before", field="option", value=option.name, expected=_FIRST_OF_OPTION)
        elif row.item not in items:
            bad = BadRow("unknown item", field="item", value=row.item, expected=some(items))
        elif row.terms.fits and row.terms.fits not in types:
            bad = BadRow("unknown service type", field="fits", value=row.terms.fits, expected=some(types))
        elif (option.name, row.item) in seen:
            bad = BadRow("item twice", field="item", value=row.item, expected="one row, with its quantity")
        elif len(options) > OPTIONS:
            bad = BadRow("too many options", field="option", value=option.name, expected=f"{OPTIONS} a set")
        elif option.recommended and sum(one.recommended for one in options.values()) > 1:
            bad = BadRow("recommended twice", field="recommended", value="yes", expected="one option a set")
        if bad:
            yield line, bad
        seen.add((option.name, row.item))


def _given(rows: list[SetRow]) -> OptionSetGiven:
    """Options in the order of the file, their lines by item."""
    options: dict[OptionTerms, list[LineGiven]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.item):
        options[row.option].append(LineGiven(item_code=row.item, quantity=row.quantity))
    terms = rows[0].terms
    return OptionSetGiven(
        name=terms.name,
        name_en=terms.name_en,
        service_type_code=terms.fits,
        options=[
            OptionGiven(
                name=option.name,
                name_en=option.name_en,
                recommended=option.recommended,
                lines=options[option],
            )
            for option in dict.fromkeys(row.option for row in rows)
        ],
    )
