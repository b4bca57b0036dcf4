"""Tables for other programs: figures as the API shows them, and for administrators the facts."""

import json
from collections.abc import Iterator
from typing import Any

from django.http import HttpResponseBase
from ninja import Query, Router

from api.auth import Request
from api.schemas.days import DaysQuery
from api.schemas.figures import FiguresQuery
from api.tables import Column, Format, Row, table_answer
from communities.insight.figures import BY_NAME, Reading, Unit
from communities.selectors.facts import fact_list
from communities.selectors.figures import Dimension, FigureTable, figure_table
from communities.selectors.groups import Key
from communities.services.figure_uses import figure_use_record
from dispatch.errors import NotForYourRole
from dispatch.selectors.technicians import own_technician_id

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
FIGURES = (
    *(Column(dimension.column) for dimension in Dimension),
    Column("first_on", "day"),
    Column("through_on", "day"),
    Column("figure"),
    Column("unit"),
    Column("value", "number"),
    Column("low", "number"),
    Column("high", "number"),
    Column("amount_minor", "whole"),
    Column("numerator", "whole"),
    Column("denominator", "whole"),
    Column("hidden"),
)
"""A row for each group and figure, then those of all together, without ids. Money is in `amount_minor` instead of
`value`; what is hidden (`hidden` is yes) has neither."""
READ = {"learned_at": "created_at", "community": "community__code"}
AT_ONCE = 5000  # rows read from the database


@router.get("/exports/figures.csv")
def figures_csv(request: Request, asked: Query[FiguresQuery]) -> HttpResponseBase:
    """What `GET /figures` says, all of it; what is hidden there is hidden here."""
    return _figures(request, asked, Format.CSV)


@router.get("/exports/figures.parquet")
def figures_parquet(request: Request, asked: Query[FiguresQuery]) -> HttpResponseBase:
    """The same for programs that read columns."""
    return _figures(request, asked, Format.PARQUET)


@router.get("/exports/facts.csv")
def facts_csv(request: Request, days: Query[DaysQuery]) -> HttpResponseBase:
    """The facts of some days, in the order they happened."""
    return _facts(request, days, Format.CSV)


@router.get("/exports/facts.parquet")
def facts_parquet(request: Request, days: Query[DaysQuery]) -> HttpResponseBase:
    """The same for programs that read columns."""
    return _facts(request, days, Format.PARQUET)


def _figures(request: Request, asked: FiguresQuery, form: Format) -> HttpResponseBase:
    question = asked.asked()
    figure_use_record(caller=request.auth, purpose=asked.purpose, question=question)
    table = figure_table(request.auth, question, own_technician_id=own_technician_id(request.auth))
    rows = _figure_rows(table) if table else iter(())
    return table_answer(FIGURES, rows, name=f"figures-{question.window}-days", form=form)


def _figure_rows(table: FigureTable) -> Iterator[Row]:
    groups = table.rows() if table.by else []
    for key, figures in [*groups, ((), table.whole)]:
        ids = _ids(table.by, key)
        for name, reading in figures.items():
            yield (*ids, table.first_on, table.through_on, name, *_cells(name, reading))


def _ids(by: tuple[Dimension, ...], key: Key) -> list[str | None]:
    given = dict(zip(by, key, strict=False))  # of all together there is no key
    return [_text(given.get(dimension)) for dimension in Dimension]


def _cells(name: str, reading: Reading) -> Row:
    unit, interval = BY_NAME[name].unit, reading.interval
    is_money = unit == Unit.MONEY
    return (
        str(unit),
        None if is_money else reading.value,
        interval.low if interval else None,
        interval.high if interval else None,
        reading.value if is_money else None,
        reading.numerator,
        reading.denominator,
        "yes" if reading.is_hidden else "",
    )


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
