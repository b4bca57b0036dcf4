"""What other programs read: the same in both formats, whole, and one's own company's only."""

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta

import pyarrow.parquet as pq
import pytest
from django.http import HttpResponse

from api.tables import BATCH, Column, csv_bytes, parquet_bytes
from communities.models import Organisation, Region, ServiceEvent
from core.money import Money
from dispatch.models import Technician
from tests import factories
from tests.api.conftest import Api
from tests.api.test_figures import answers, village

__all__ = ["answers", "village"]

MARCH = "?from=2026-03-01&to=2026-03-31"
COLUMNS = (Column("name"), Column("number", "whole"), Column("on", "day"), Column("at", "moment"))
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def told(north: Region, other: Organisation, tom: Technician, now: datetime) -> None:
    """Two facts in March, one in April, and a stranger's."""
    place = factories.community(north, "=1+1")
    factories.fact(
        north.organisation,
        "invoice.paid",
        now,
        community_id=place.pk,
        amount=Money(800, "TWD"),
        technician_id=tom.pk,
    )
    factories.fact(
        north.organisation, "survey.answered", now + timedelta(days=1), data={"csat": 5, "nps": None}
    )
    factories.fact(north.organisation, "visit.arrived", now + timedelta(days=40))
    factories.fact(other, "visit.arrived", now)


def body(answer: HttpResponse) -> bytes:
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


@pytest.mark.usefixtures("answers")
def test_figures_come_as_shown_and_what_is_hidden_there_is_hidden_here(ada_api: Api, tom: Technician) -> None:
    """Of Tina only four answered; without her, Tom's six would tell what they said."""
    asked = "?by=technician&purpose=scheduling"
    lines = body(ada_api.get(f"/exports/figures.csv{asked}")).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(lines)))

    assert [
        (row["technician_id"] != "", row["value"], row["numerator"], row["hidden"])
        for row in rows
        if row["figure"] == "csat"
    ] == [(True, "", "", "yes"), (True, "", "", "yes"), (False, "3.2", "32", "")]
    assert [(row["value"], row["amount_minor"]) for row in rows if row["figure"] == "revenue"] == [
        ("", "0")
    ] * 3
    table = pq.read_table(io.BytesIO(body(ada_api.get(f"/exports/figures.parquet{asked}"))))
    assert [row["figure"] for row in table.to_pylist()] == [row["figure"] for row in rows]
    assert ada_api.get("/exports/figures.csv?by=technician").status_code == 422  # what for?


def test_facts_come_as_csv(told: None, ada_api: Api) -> None:
    answer = ada_api.get(f"/exports/facts.csv{MARCH}")
    rows = list(csv.DictReader(io.StringIO(body(answer).decode("utf-8-sig"))))

    assert answer["Content-Disposition"] == 'attachment; filename="facts-2026-03-01-2026-03-31.csv"'
    assert [(row["kind"], row["occurred_on"], row["amount_minor"], row["currency"]) for row in rows] == [
        ("invoice.paid", "2026-03-02", "800", "TWD"),
        ("survey.answered", "2026-03-03", "", ""),
    ]
    assert rows[0]["community"] == "'=1+1"  # a spreadsheet does not run it
    assert rows[0]["occurred_at"] == "2026-03-02T01:00:00+00:00"
    assert json.loads(rows[1]["data"]) == {"csat": 5, "nps": None}


def test_facts_come_as_parquet(told: None, ada_api: Api) -> None:
    table = pq.read_table(io.BytesIO(body(ada_api.get(f"/exports/facts.parquet{MARCH}"))))
    fact = ServiceEvent.objects.get(kind="invoice.paid")

    first = table.to_pylist()[0]
    assert (first["id"], first["community"], first["amount_minor"]) == (str(fact.pk), "=1+1", 800)
    assert (first["occurred_on"], first["occurred_at"]) == (fact.occurred_on, fact.occurred_at)
    assert table.column("kind").to_pylist() == ["invoice.paid", "survey.answered"]


def test_a_long_table_is_sent_bit_by_bit_and_is_whole() -> None:
    rows = [("=x" if number % 2 else None, number, date(2026, 3, 2), AT) for number in range(2 * BATCH + 1)]

    parquet, plain = list(parquet_bytes(COLUMNS, iter(rows))), list(csv_bytes(COLUMNS, iter(rows)))

    assert (len(plain), min(map(len, parquet)) > 0) == (1 + 3, True)
    found = pq.ParquetFile(io.BytesIO(b"".join(parquet)))
    assert found.num_row_groups == 3
    assert [tuple(row.values()) for row in found.read().to_pylist()] == rows
    lines = b"".join(plain).decode("utf-8-sig").splitlines()
    assert (len(lines), lines[:3]) == (
        2 * BATCH + 2,
        [
            "name,number,on,at",
            ",0,2026-03-02,2026-03-02T01:00:00+00:00",
            "'=x,1,2026-03-02,2026-03-02T01:00:00+00:00",
        ],
    )


def test_a_table_without_rows_has_its_columns() -> None:
    assert pq.read_table(io.BytesIO(b"".join(parquet_bytes(COLUMNS, [])))).column_names == [
        "name",
        "number",
        "on",
        "at",
    ]
