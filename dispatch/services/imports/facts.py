"""Facts of another system from a CSV file of any size, a thousand rows at a time."""

import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils import timezone

from communities.access import operator_of
from communities.models import Organisation
from communities.services.fact_data import DATA
from communities.services.ledger import ledger_analyse
from core.bulk import batches
from core.money import DECIMALS
from core.tabular import BadRow, Columns, Rejects, Table
from dispatch.services.imports import values
from dispatch.services.outside_facts import MOST, FactGiven, facts_tell, source_check

REQUIRED = ("kind", "source_id", "occurred_at")
NAMED = ("community", "site", "customer", "technician", "service_type", "visit")
DATA_FIELDS = tuple(dict.fromkeys(name for keys in DATA.values() for name in keys))
OPTIONAL = (*NAMED, "amount", "currency", *DATA_FIELDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class FactImport:
    """What became of a file of facts. `unchanged` were known already."""

    imported: int
    unchanged: int
    rejected: dict[str, int]
    rejects_file: Path
    seconds: float


class FactRow(NamedTuple):
    line: int
    given: FactGiven


def facts_import(
    *,
    organisation: Organisation,
    source: str,
    system: str,
    rejects: Rejects,
    names: Mapping[str, str] | None = None,
    encoding: str = "utf-8-sig",
    zone: ZoneInfo | None = None,
) -> FactImport:
    """Tell the ledger what `system` says in a file, as facts_tell does. Reading it again tells nothing.

    Times without an offset are of `zone`, or of the organisation's. Raises core.tabular.Unreadable when nothing can
    be read, SourceUnclear and SourceReserved for the system's name.
    """
    began = time.monotonic()
    source_check(system)
    counts: Counter[bool] = Counter()
    with Table(source, Columns(REQUIRED, OPTIONAL, names), rejects, encoding=encoding) as table:
        rows = _rows(table, organisation, zone or organisation.zone, rejects)
        for number, batch in enumerate(batches(rows, MOST), start=1):
            counts += _tell(organisation, system, batch, rejects)
            if number.bit_count() == 1:  # 1, 2, 4, 8 … batches: the ledger is twice as full as it was
                ledger_analyse()
    return FactImport(
        imported=counts[True],
        unchanged=counts[False],
        rejected=dict(rejects.counts),
        rejects_file=rejects.path,
        seconds=time.monotonic() - began,
    )


def _tell(organisation: Organisation, system: str, batch: list[FactRow], rejects: Rejects) -> Counter[bool]:
    """Of those that were not rejected: how many were new, and how many were not."""
    told = facts_tell(
        caller=operator_of(organisation),
        source=system,
        given=[row.given for row in batch],
        now=timezone.now(),
    )
    for row, one in zip(batch, told, strict=True):
        if one.bad:
            rejects.add(row.line, one.bad)
    return Counter(one.is_new for one in told if not one.bad)


def _rows(table: Table, organisation: Organisation, zone: ZoneInfo, rejects: Rejects) -> Iterator[FactRow]:
    for line, cells in table:
        try:
            yield FactRow(line, _given(cells, organisation, zone))
        except BadRow as bad:
            rejects.add(line, bad)


def _given(cells: Mapping[str, str], organisation: Organisation, zone: ZoneInfo) -> FactGiven:
    occurred_at = values.instant(cells["occurred_at"], "occurred_at", zone)
    if occurred_at is None:
        raise BadRow("missing value", field="occurred_at", expected="a time")
    amount = cells.get("amount", "")
    currency = cells.get("currency", "") or (organisation.currency if amount else "")
    return FactGiven(
        kind=values.needed(cells["kind"], "kind", 40),
        source_id=values.needed(cells["source_id"], "source_id", 120),
        occurred_at=occurred_at,
        **{name: cells.get(name, "") for name in NAMED},
        amount_minor=values.money(amount, "amount", DECIMALS.get(currency, 0)) if amount else None,
        currency=currency,
        data={name: _value(cells[name]) for name in DATA_FIELDS if cells.get(name)},
    )


def _value(cell: str) -> bool | int | float | str:
    """A cell as JSON would have it: yes and no, numbers, or a word."""
    if cell in {"yes", "true"}:
        return True
    if cell in {"no", "false"}:
        return False
    if re.fullmatch(r"-?[0-9]{1,12}", cell):
        return int(cell)
    return float(cell) if re.fullmatch(r"-?[0-9]{1,12}\.[0-9]{1,9}", cell) else cell
