"""ECPay's reconciliation file 對帳媒體檔, as CSV: developers.ecpay.com.tw/?p=2896, in English ?p=16599.

It comes from /PaymentMedia/TradeNoAio with MediaFormated 1, once a minute and only to addresses that the merchant has
named; with CharSet 2 in UTF-8, else in Big5. Columns and states are as ECPay's test environment wrote them in 2022,
where others saw them. It disburses nothing and gives nothing back: that 撥款狀態 then says so, with or without the
day, and that 應收款項(淨額) is less what went back, is taken for granted. A line that is otherwise is rejected.

A line is an order, with its payment and what went back of it, and changes as the order does: one that is not paid, or
not disbursed (撥款), is left for a later file. Best asked for by the day of disbursement: DateType 4.

Cells are written as `="…"` or `=1`, and `-` is nothing. Amounts are Taiwan dollars; times are Taiwan's. A fee has up to
three decimals, and only a day's sum is rounded (support.ecpay.com.tw/4809): so the bank may get a dollar more or less
in a day than the lines say. What cards gave back is in another file (?p=2898), which is not read here.
"""

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.gateways.ecpay.orders import TAIPEI
from billing.gateways.settlement import cells
from billing.gateways.settlement.rows import Reading, RowKind, SettlementRow
from core.tabular import BadRow, Columns, Table, TakesRejects

ORDER, TRADE = "廠商訂單編號", "綠界訂單編號"  # MerchantTradeNo, TradeNo
PAID, AMOUNT = "付款狀態", "交易金額"
FEE, PLATFORM_FEE, NET = "交易手續費", "平台手續費", "應收款項(淨額)"
DISBURSED = "撥款狀態"
REFUNDED_ON, REFUNDED = "退款日期", "退款金額"

REQUIRED = (ORDER, TRADE, PAID, AMOUNT, FEE, PLATFORM_FEE, NET, DISBURSED)
OPTIONAL = (REFUNDED_ON, REFUNDED)

NOTHING = "-"
NOT_PAID = {"未付款", "訂單失敗"}
NOT_DISBURSED = {"未撥款", ""}
PAID_AT = re.compile(r"(\S+ \S+) 已付款")
DISBURSED_ON = re.compile(r"(?:(\S+)(?: \S+)? )?已撥款")
TIME, DAY = "%Y-%m-%d %H:%M:%S", "%Y-%m-%d"

CELL = re.compile(rb"(\A\xef\xbb\xbf|^|,)=", re.MULTILINE)
"""How a cell begins, so that spreadsheets leave it alone. No character of Big5 or UTF-8 has these signs in it."""


@dataclass(frozen=True, slots=True)
class _Order:
    trade_no: str
    rows: tuple[SettlementRow, ...]


def rows_of(content: bytes, rejects: TakesRejects) -> Reading:
    """A row for each payment that was disbursed, and one for what went back of it. Raises core.tabular.Unreadable."""
    plain = CELL.sub(rb"\1", content)
    with Table(plain, Columns(REQUIRED, OPTIONAL), rejects, encoding=_encoding(content)) as table:
        orders = table.keyed("trade_no", _order)
    rows = [dataclasses.replace(row, number=number) for number, order in orders.items() for row in order.rows]
    return Reading(rows, waiting=sum(not order.rows for order in orders.values()))


def _encoding(content: bytes) -> str:
    """UTF-8 if the header is, else Big5 as Microsoft has it: a header in Big5 is never UTF-8."""
    try:
        content.split(b"\n", 1)[0].decode()
    except UnicodeDecodeError:
        return "cp950"
    return "utf-8-sig"


def _order(written: Mapping[str, str]) -> _Order:
    said = {name: "" if value == NOTHING else value for name, value in written.items()}
    trade_no = cells.needed(said[TRADE], TRADE)
    if said[PAID] in NOT_PAID or said[DISBURSED] in NOT_DISBURSED:
        return _Order(trade_no, ())
    amount, fee, platform_fee, net, refunded = (
        cells.amount(said.get(name) or "0", name) for name in (AMOUNT, FEE, PLATFORM_FEE, NET, REFUNDED)
    )
    cells.added_up(net, amount - fee - platform_fee - refunded, NET)
    settled_on = _disbursed_on(said[DISBURSED])
    payment = _payment(said, amount, fee + platform_fee, settled_on)
    return _Order(trade_no, (payment, _refund(said, payment, refunded)) if refunded else (payment,))


def _payment(
    said: Mapping[str, str], amount: Decimal, fee: Decimal, settled_on: date | None
) -> SettlementRow:
    paid = PAID_AT.fullmatch(said[PAID])
    if paid is None:
        raise BadRow(
            "unknown state", field=PAID, value=said[PAID], expected="like 2026-03-02 14:30:00 已付款"
        )
    return SettlementRow(
        kind=RowKind.PAYMENT,
        line_id=said[TRADE],
        provider_ref=said[TRADE],
        payment_ref=said[TRADE],
        checkout_ref=cells.reference(said[ORDER], ORDER),
        gross=cells.money(amount, "TWD", AMOUNT),
        fee=cells.rounded(fee, "TWD"),
        happened_at=cells.moment(paid[1].replace("/", "-"), PAID, TIME, TAIPEI),
        settled_on=settled_on,
    )


def _refund(said: Mapping[str, str], payment: SettlementRow, refunded: Decimal) -> SettlementRow:
    """What went back of a payment. ECPay has no number for it."""
    day = cells.needed(said.get(REFUNDED_ON, ""), REFUNDED_ON)[:10].replace("/", "-")
    return dataclasses.replace(
        payment,
        kind=RowKind.REFUND,
        line_id=f"{said[TRADE]}-refund-{day}",
        provider_ref="",
        gross=cells.money(-refunded, "TWD", REFUNDED),
        fee=cells.rounded(Decimal(0), "TWD"),
        happened_at=cells.moment(day, REFUNDED_ON, DAY, TAIPEI),
    )


def _disbursed_on(state: str) -> date | None:
    """The day, where ECPay names it."""
    found = DISBURSED_ON.fullmatch(state)
    if found is None:
        raise BadRow("unknown state", field=DISBURSED, value=state, expected="已撥款 or 未撥款")
    if found[1] is None:
        return None
    return cells.moment(found[1].replace("/", "-"), DISBURSED, DAY).date()
