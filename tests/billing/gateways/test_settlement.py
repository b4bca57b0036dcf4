"""Providers' settlement files: what is read of them, and what is not taken."""

from datetime import UTC, date, datetime

import pytest

from billing.gateways.settlement import settlement_read
from billing.gateways.settlement.rows import Reading, RowKind
from core.money import Money
from core.tabular import Reject, RejectList, Unreadable
from tests.billing.settlement_files import ecpay_csv, stripe_csv


def read(kind: str, content: bytes) -> tuple[Reading, list[Reject]]:
    rejects = RejectList()
    return settlement_read(kind, content, rejects), rejects.rows


def twd(amount: int) -> Money:
    return Money(amount, "TWD")


def test_stripes_charge_is_a_payment_by_its_intent() -> None:
    """A fee of 27.20 is 27 dollars here, and 800 - 27 = 773 come."""
    reading, rejects = read("stripe", stripe_csv({"payment_metadata[reference]": "our-checkout"}))

    [row] = reading.rows
    assert (row.kind, row.line_id, row.number) == (RowKind.PAYMENT, "txn_1", 2)
    assert (row.provider_ref, row.payment_ref, row.checkout_ref) == ("pi_1", "pi_1", "our-checkout")
    assert (row.gross, row.fee, row.net) == (twd(800), twd(27), twd(773))
    assert row.happened_at == datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
    assert (row.settled_on, row.payout_ref) == (date(2026, 3, 11), "po_1")
    assert rejects == []


@pytest.mark.parametrize(
    ("category", "kind", "provider_ref"),
    [
        ("refund", RowKind.REFUND, "re_1"),
        ("refund_failure", RowKind.REFUND_RETURNED, "re_1"),
        ("dispute", RowKind.DISPUTE, "re_1"),
        ("dispute_reversal", RowKind.DISPUTE_REVERSED, "re_1"),
        ("fee", RowKind.FEE, "re_1"),
        ("payout", RowKind.PAYOUT, "re_1"),
        ("risk_reserved_funds", RowKind.OTHER, "re_1"),
    ],
)
def test_stripes_categories_are_kinds_of_ours(category: str, kind: RowKind, provider_ref: str) -> None:
    given = {"reporting_category": category, "source_id": "re_1", "gross": "-20", "fee": "15", "net": "-35"}
    [row] = read("stripe", stripe_csv(given))[0].rows
    assert (row.kind, row.provider_ref, row.payment_ref, row.net) == (kind, provider_ref, "pi_1", twd(-35))


def test_each_currency_has_its_own_decimals() -> None:
    usd = {"balance_transaction_id": "a", "currency": "usd", "gross": "12.50", "fee": "0.66", "net": "11.84"}
    jpy = {"balance_transaction_id": "b", "currency": "jpy", "gross": "1250", "fee": "45", "net": "1205"}
    rows = read("stripe", stripe_csv(usd, jpy))[0].rows
    assert [(row.gross, row.fee, row.net) for row in rows] == [
        (Money(1250, "USD"), Money(66, "USD"), Money(1184, "USD")),
        (Money(1250, "JPY"), Money(45, "JPY"), Money(1205, "JPY")),
    ]


@pytest.mark.parametrize(
    ("given", "field", "problem", "expected"),
    [
        ({"gross": ""}, "gross", "not an amount", "like 1234.50 or -1234.50"),
        ({"gross": "1,800.00"}, "gross", "not an amount", "like 1234.50 or -1234.50"),
        ({"fee": "NaN"}, "fee", "not an amount", "like 1234.50 or -1234.50"),
        ({"net": "772.81"}, "net", "does not add up", "772.80"),
        (
            {"gross": "800.50", "net": "773.30"},
            "gross",
            "finer than the currency",
            "TWD has 0 decimals here",
        ),
        ({"created_utc": "2.3.2026"}, "created_utc", "not a time", "like 2026-03-02 14:30:00"),
        ({"balance_transaction_id": ""}, "balance_transaction_id", "missing value", "a value"),
        ({"reporting_category": ""}, "reporting_category", "missing value", "a value"),
        ({"source_id": "x" * 121}, "source_id", "too long", "at most 120 characters"),
    ],
)
def test_a_row_with_a_hole_is_explained_and_the_others_are_taken(
    given: dict[str, str], field: str, problem: str, expected: str
) -> None:
    reading, [reject] = read("stripe", stripe_csv(given, {"balance_transaction_id": "txn_2"}))
    assert (reject.line, reject.field, reject.problem, reject.expected) == (2, field, problem, expected)
    assert [row.line_id for row in reading.rows] == ["txn_2"]


def test_a_currency_that_we_do_not_know_is_refused() -> None:
    _, [reject] = read("stripe", stripe_csv({"currency": "isk"}))
    assert (reject.field, reject.value, reject.problem) == ("currency", "isk", "unknown currency")


def test_the_same_row_twice_is_one_and_another_under_its_id_is_none() -> None:
    once = {"balance_transaction_id": "txn_1"}
    other = once | {"gross": "900.00", "net": "872.80"}
    reading, [reject] = read("stripe", stripe_csv(once, once, other))
    assert [row.gross for row in reading.rows] == [twd(800)]
    assert (reject.line, reject.value, reject.problem) == (4, "txn_1", "line_id used twice")


def test_a_report_without_the_columns_says_which() -> None:
    with pytest.raises(Unreadable, match="missing: payment_intent_id"):
        read("stripe", stripe_csv({}).replace(b"payment_intent_id", b"invoice_id"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp950"])
def test_ecpays_order_is_a_payment_in_either_encoding(encoding: str) -> None:
    reading, rejects = read("ecpay", ecpay_csv({}, encoding=encoding))

    [row] = reading.rows
    assert (row.kind, row.line_id, row.number) == (RowKind.PAYMENT, "2603020929001234", 2)
    assert (row.provider_ref, row.checkout_ref) == ("2603020929001234", "LINLI1")
    assert (row.gross, row.fee, row.net) == (twd(800), twd(22), twd(778))
    assert row.happened_at == datetime(2026, 3, 2, 1, 30, tzinfo=UTC)  # 09:30 in Taipei
    assert row.settled_on == date(2026, 3, 11)
    assert rejects == []


def test_ecpays_fees_are_counted_finer_than_they_are_paid() -> None:
    """60 dollars at 2.45 % cost 1.47, which is 1; 100 at 0.5 % cost 0.5, of which the half is nothing."""
    small = {"綠界訂單編號": "A", "交易金額": "60", "交易手續費": "1.47", "應收款項(淨額)": "58.53"}
    half = {"綠界訂單編號": "B", "交易金額": "100", "交易手續費": "0.5", "應收款項(淨額)": "99.5"}
    rows = read("ecpay", ecpay_csv(small, half))[0].rows
    assert [(row.fee, row.net) for row in rows] == [(twd(1), twd(59)), (twd(0), twd(100))]


def test_what_ecpay_gave_back_is_a_row_of_its_own() -> None:
    """Of 800 came 800 - 300 - 22 - 3 = 475: as 775 and -300."""
    given = {
        "退款日期": "2026/03/05",
        "退款金額": "300",
        "平台手續費": "3.00",
        "應收款項(淨額)": "475.00",
    }
    payment, refund = read("ecpay", ecpay_csv(given))[0].rows
    assert (payment.gross, payment.fee, payment.net) == (twd(800), twd(25), twd(775))
    assert (refund.kind, refund.line_id) == (RowKind.REFUND, "2603020929001234-refund-2026-03-05")
    assert (refund.provider_ref, refund.payment_ref) == ("", "2603020929001234")
    assert (refund.gross, refund.fee, refund.net) == (twd(-300), twd(0), twd(-300))
    assert refund.happened_at == datetime(2026, 3, 4, 16, tzinfo=UTC)


def test_what_is_not_paid_or_not_disbursed_waits_for_a_later_file() -> None:
    content = ecpay_csv(
        {"綠界訂單編號": "A", "付款狀態": "未付款", "撥款狀態": "未撥款"},
        {"綠界訂單編號": "B", "付款狀態": "訂單失敗", "撥款狀態": "-"},
        {"綠界訂單編號": "C", "撥款狀態": "未撥款"},
        {"綠界訂單編號": "D", "撥款狀態": "已撥款"},
    )
    reading, rejects = read("ecpay", content)
    assert [(row.line_id, row.settled_on) for row in reading.rows] == [("D", None)]
    assert (reading.waiting, rejects) == (3, [])


@pytest.mark.parametrize(
    ("given", "field", "problem"),
    [
        ({"付款狀態": "處理中"}, "付款狀態", "unknown state"),
        ({"撥款狀態": "撥款中"}, "撥款狀態", "unknown state"),
        ({"應收款項(淨額)": "779.00"}, "應收款項(淨額)", "does not add up"),
        ({"退款金額": "300", "應收款項(淨額)": "478.00"}, "退款日期", "missing value"),
        ({"綠界訂單編號": "-"}, "綠界訂單編號", "missing value"),
    ],
)
def test_a_row_of_ecpays_that_we_do_not_understand_is_not_taken(
    given: dict[str, str], field: str, problem: str
) -> None:
    reading, [reject] = read("ecpay", ecpay_csv(given, {"綠界訂單編號": "next"}))
    assert (reject.line, reject.field, reject.problem) == (2, field, problem)
    assert [row.line_id for row in reading.rows] == ["next"]


def test_a_line_in_another_encoding_is_lost_alone() -> None:
    broken = ecpay_csv({"備註": "謝謝"}, {"綠界訂單編號": "next"}).replace(
        "謝".encode(), "謝".encode("cp950")
    )
    reading, [reject] = read("ecpay", broken)
    assert (reject.line, reject.problem) == (2, "wrong encoding")
    assert [row.line_id for row in reading.rows] == ["next"]


@pytest.mark.parametrize("kind", ["stripe", "ecpay"])
@pytest.mark.parametrize(
    "content", [b"", b"<html>no</html>", "一分鐘之內僅限下載一個媒體檔\r\n".encode("cp950")]
)
def test_what_is_no_settlement_file_is_unreadable(kind: str, content: bytes) -> None:
    with pytest.raises(Unreadable):
        read(kind, content)
