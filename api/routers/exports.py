"""Tables for other programs. Figures say what the API's figures say; facts are for administrators."""

import json
from collections.abc import Iterator
from typing import Any

from django.http import HttpResponseBase
from ninja import Query, Router

from api.auth import Request
from api.schemas.days import DaysQuery
from api.tables import Column, Format, Row, table_answer
from communities.selectors.facts import fact_list
from dispatch.errors import NotForYourRole

router = Router(tags=["Exports"])

FACTS = (
    Column("id"),
    Column("kind"),
    Column("source"),
    Column("source_id"),
    Column("occurred_on", "day"),
    Column("occurred_at", "moment"),
    Column("learned_at", "moment"),
    Column("community"),
    Column("customer_id"),
    Column("technician_id"),
    Column("visit_id"),
    Column("work_order_id"),
    Column("service_type_id"),
    Column("amount_minor", "whole"),
    Column("currency"),
    Column("data"),
)
READ = {"learned_at": "created_at", "community": "community__code"}
AT_ONCE = 5000  # rows read from the database


@router.get("/exports/facts.csv")
def facts_csv(request: Request, days: Query[DaysQuery]) -> HttpResponseBase:
    """The facts of some days, in the order they happened."""
    return _facts(request, days, Format.CSV)


@router.get("/exports/facts.parquet")
def facts_parquet(request: Request, days: Query[DaysQuery]) -> HttpResponseBase:
    """The same for programs that read columns."""
    return _facts(request, days, Format.PARQUET)


def _facts(request: Request, days: DaysQuery, form: Format) -> HttpResponseBase:
    if not request.auth.administers:
        raise NotForYourRole("The ledger is read by administrators.")
    facts = fact_list(request.auth, days.first, days.last).order_by("occurred_on", "occurred_at", "id")
    found = facts.values_list(*(READ.get(column.name, column.name) for column in FACTS))
    name = f"facts-{days.first}-{days.last}"
    return table_answer(FACTS, _plain(found.iterator(chunk_size=AT_ONCE)), name=name, form=form)


def _plain(rows: Iterator[Any]) -> Iterator[Row]:
    """Ids and what only facts of a kind have as texts."""
    for row in rows:
        yield [
            value if column.kind != "text" else _text(value) for column, value in zip(FACTS, row, strict=True)
        ]


def _text(value: Any) -> str | None:
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return None if value is None else str(value)
