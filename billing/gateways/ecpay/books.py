"""What ECPay says: the messages it sends, and its books about an order.

Source: developers.ecpay.com.tw/?p=2878 (payment notified), ?p=2881 (code issued), ?p=2890 (asking about an order) and
?p=5675 (what is added for cards). What is said of its test environment was seen there by others, in July 2026.
"""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qsl

from billing.gateways.base import (
    GatewayRefused,
    PaymentState,
    ProviderPayment,
    ProviderRefund,
)
from billing.gateways.ecpay.orders import CURRENCIES, TAIPEI, TIME
from billing.gateways.units import money

_UNPAID, _PAID = "0", "1"
_NOT_MADE = {"10200095", "10200163"}
"""The payer did not complete it; a loan was not granted."""
_UNKNOWN = "10200047"
"""No such order. The page does not list it; the test environment answers it."""

_CODES = ("ATM_", "CVS_", "BARCODE_")
"""Begins the PaymentType of a number or code that can be paid later. WebATM_ and the others pay at once."""


def fields_of(body: str) -> dict[str, str]:
    """The fields of a message or an answer. Raises ValueError when it is no form, and for a field that comes twice.

    Answers come unescaped, "2026/07/02 21:27:45" with its space; that reads the same, as no text of ours that ECPay
    repeats has a % or a + in it (orders.order_fields).
    """
    pairs = parse_qsl(body, keep_blank_values=True, strict_parsing=True, max_num_fields=200, errors="strict")
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError("a field comes twice")
    return fields


def state_of(order: Mapping[str, str]) -> PaymentState | None:
    """How far the payment of an order is; None when nobody has tried, or when a card's bank has not decided.

    Raises GatewayRefused for a TradeStatus that is not among those of ?p=2890.
    """
    status, is_code = order["TradeStatus"], order["PaymentType"].startswith(_CODES)
    if status == _PAID:
        return PaymentState.SUCCEEDED
    if status == _UNPAID:
        return PaymentState.PENDING if is_code else None
    if status in _NOT_MADE:
        return PaymentState.EXPIRED if is_code else PaymentState.DECLINED
    if status == _UNKNOWN:
        return None
    raise GatewayRefused(f"ECPay answers TradeStatus {status!r}")


def payment_of(
    order: Mapping[str, str], state: PaymentState, refunds: tuple[ProviderRefund, ...]
) -> ProviderPayment:
    """The payment of an order: ECPay lets each be paid once."""
    time = order["PaymentDate"] if state == PaymentState.SUCCEEDED else order["TradeDate"]
    return ProviderPayment(
        provider_ref=order["TradeNo"],
        state=state,
        amount=money(int(order["TradeAmt"]), "TWD", CURRENCIES),
        happened_at=moment(time),
        method=order["PaymentType"],
        refunds=refunds,
    )


def moment(said: str) -> datetime:
    """A time as ECPay writes it: `2026/07/02 21:27:45`, or `2016/5/12 下午 07:09:17` about cards (?p=2894)."""
    day, *half, clock = said.split()
    at = datetime.strptime(f"{day} {clock}", TIME).replace(tzinfo=TAIPEI)
    if not half:
        return at
    return at.replace(hour=at.hour % 12 + {"上午": 0, "下午": 12}[half[0]])
