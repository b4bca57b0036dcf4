"""A month of commissions as the office has it: rules, statements, a table, and the close."""

import csv
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from billing.models import CommissionStatement, Payment
from billing.services.invoices import invoice_issue
from billing.services.on_site import Taken, payment_take
from communities.models import Region, User
from dispatch.models import Technician
from tests.api.conftest import Api
from tests.billing.conftest import done_visit, price_book
from tests.conftest import as_caller
from tests.console.test_customer_pages import Page

__all__ = ["price_book"]


@pytest.fixture
def month() -> date:
    """The month before this one."""
    return (timezone.now().date().replace(day=1) - timedelta(days=15)).replace(day=1)


@pytest.fixture
def earned(price_book: None, north: Region, tom: Technician, ada: User, ada_api: Api, month: date) -> str:
    """Tom has a tenth of the TWD 800 that came in that month; the month, computed."""
    Technician.objects.update(name="=1+1")
    at = datetime.combine(month + timedelta(days=9), datetime.min.time(), tom.organisation.zone)
    rule = {"kind": "share", "service_type": "filter", "rate_bp": 1000, "valid_from": month.isoformat()}
    assert ada_api.post("/commission-rules", rule).status_code == 201
    invoice = invoice_issue(visit_id=done_visit(north, tom, at).pk, now=at)
    taken = Taken(way=Payment.Way.CASH, amount_minor=800, happened_at=at)
    payment_take(caller=as_caller(ada), invoice_id=invoice.pk, taken=taken, now=at)
    name = f"{month:%Y-%m}"
    assert ada_api.post(f"/commission-months/{name}/compute").status_code == 200
    return name


def read(api: Api, path: str) -> Any:
    return api.get(path).json()  # type: ignore[attr-defined]


def test_a_statement_and_its_lines_each_with_its_cause(earned: str, ada_api: Api) -> None:
    [statement] = read(ada_api, f"/statements?month={earned}")["items"]
    [line] = read(ada_api, f"/statements/{statement['id']}/lines")["items"]

    assert (statement["technician"], statement["total_minor"], statement["state"]) == ("T1", 80, "open")
    said = (
        "kind",
        "cause",
        "invoice_number",
        "position",
        "rate_bp",
        "base_minor",
        "amount_minor",
        "offer_id",
    )
    assert [line[name] for name in said] == ["share", "capture", "00000001", 1, 1000, 800, 80, None]
    assert read(ada_api, f"/invoices/{line['invoice_id']}/payments")["items"][0]["id"] == line["cause_id"]


def test_the_table_opens_in_a_spreadsheet_without_running_anything(earned: str, ada_api: Api) -> None:
    answer = ada_api.get(f"/commission-months/{earned}/lines.csv")

    assert answer["Content-Disposition"] == f'attachment; filename="commissions-{earned}.csv"'
    [row] = csv.DictReader(answer.content.decode("utf-8-sig").splitlines())
    assert (row["technician"], row["name"], row["description"]) == ("T1", "'=1+1", "濾心更換")
    assert (row["base_minor"], row["amount_minor"], row["currency"]) == ("800", "80", "TWD")
    assert row["happened_at"] == f"{earned}-10T00:00:00+08:00"


def test_a_month_is_closed_once_and_this_one_is_not_over(earned: str, ada_api: Api) -> None:
    first = ada_api.post(f"/commission-months/{earned}/close")
    again = ada_api.post(f"/commission-months/{earned}/close")
    this = ada_api.post(f"/commission-months/{timezone.now():%Y-%m}/close")

    assert (first.status_code, first.json()["state"]) == (200, "closed")  # type: ignore[attr-defined]
    problems = [answer.json()["type"] for answer in (again, this)]  # type: ignore[attr-defined]
    assert problems == ["/problems/commission-month-closed", "/problems/commission-month-not-over"]
    assert read(ada_api, "/commission-months")["items"][1]["state"] == "closed"


@pytest.mark.parametrize("month", ["2026-13", "2026-3", "1999-12", "x"])
def test_what_is_no_month_is_refused(ada_api: Api, month: str) -> None:
    assert ada_api.post(f"/commission-months/{month}/close").status_code == 422
    assert ada_api.get(f"/statements?month={month}").status_code == 422


def test_the_statement_is_a_page_in_both_languages(
    earned: str, ada: User, tom: Technician, stranger: User
) -> None:
    statement = CommissionStatement.objects.get()
    client = Client()

    def page(user: User | None, language: str) -> set[str]:
        assert user is not None
        client.force_login(user)
        answer = client.get(f"/statements/{statement.pk}?lang={language}")
        assert answer.status_code == 200
        return set(Page(answer.content).words)

    assert {"Share", "Payment", "10 %", "TWD 800", "TWD 80"} <= page(tom.user, "en")
    assert {"抽成", "付款", "10 %", "TWD 800", "TWD 80"} <= page(ada, "zh-hant")
    client.force_login(stranger)
    assert client.get(f"/statements/{statement.pk}").status_code == 404
