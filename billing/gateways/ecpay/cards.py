"""What ECPay's books say about one card payment, and how it is given back.

Source: developers.ecpay.com.tw/?p=2894 (one payment in detail) and ?p=2885 (capture and refund, which tells what to do
at which stage; in English ?p=16567). A card is authorised first; each evening at 20:15 ECPay captures what was
authorised, unless the merchant has switched that off.

Neither page says how a refund looks in the details. That it is a row with a negative amount follows from ?p=2885, which
has the stage read from the latest positive one. The test environment has none of this.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from billing.gateways.base import GatewayRefused, GatewayUnavailable, ProviderRefund, RefundState
from billing.gateways.ecpay.books import moment
from billing.gateways.ecpay.orders import CURRENCIES, TAIPEI
from billing.gateways.units import money

# What a row, or the whole, may be.
_AUTHORISED, _TO_CAPTURE, _CAPTURED = "已授權", "要關帳", "已關帳"
_GIVEN_UP, _CAPTURE_CANCELLED = "已取消", "操作取消"

# What can be done: Action.
GIVE_UP, CANCEL_CAPTURE, REFUND = "N", "E", "R"

_REFUND_STATES = {
    _CAPTURED: RefundState.SUCCEEDED,
    _GIVEN_UP: RefundState.FAILED,
    _CAPTURE_CANCELLED: RefundState.FAILED,
}
"""Of a row that gives money back; pending until the evening on which it goes to the bank."""

_CLOSING = (time(20, 15), time(20, 30))
"""When no action may be asked for, Taiwan's time: ?p=2885."""


@dataclass(frozen=True, slots=True)
class _Row:
    """So much captured, or given back when the amount is negative."""

    at: datetime
    number: str
    status: str
    amount: int


@dataclass(frozen=True, slots=True)
class Card:
    """A card payment of `amount` dollars, and what became of it, oldest first."""

    trade_no: str
    amount: int
    status: str
    rows: tuple[_Row, ...]

    @property
    def stage(self) -> str:
        captures = [row for row in self.rows if row.amount > 0]
        return self.status if self.status == _GIVEN_UP or not captures else captures[-1].status

    def refunds(self, now: datetime) -> tuple[ProviderRefund, ...]:
        """What was given back. ECPay repeats no reference of ours: they are numbered.

        What was given up before it was captured counts as given back; ECPay names no time for it, so it is `now`.
        """
        back = [row for row in self.rows if row.amount < 0]
        given = [
            self._refund(n, _REFUND_STATES.get(row.status, RefundState.PENDING), -row.amount, row.at)
            for n, row in enumerate(back, 1)
        ]
        if self.stage == _GIVEN_UP:
            given.append(self._refund(len(back) + 1, RefundState.SUCCEEDED, self.amount, now))
        return tuple(given)

    def next_refund(self, actions: tuple[str, ...], amount: int, now: datetime) -> ProviderRefund:
        """The refund that these actions make, as `refunds` will have it."""
        state = RefundState.PENDING if actions == (REFUND,) else RefundState.SUCCEEDED
        return self._refund(len(self.refunds(now)) + 1, state, amount, now)

    def actions(self, amount: int) -> tuple[str, ...]:
        """What to ask for, in this order, to give `amount` back: the table of ?p=2885.

        Raises GatewayUnavailable for a part of what is not captured yet, and GatewayRefused when nothing can be done.
        """
        whole = amount == self.amount and not any(row.amount < 0 for row in self.rows)
        if whole and self.stage in (_AUTHORISED, _CAPTURE_CANCELLED):
            return (GIVE_UP,)
        if whole and self.stage == _TO_CAPTURE:
            return (CANCEL_CAPTURE, GIVE_UP)
        if self.stage in (_TO_CAPTURE, _CAPTURED):
            return (REFUND,)
        if self.stage == _AUTHORISED:
            raise GatewayUnavailable("ECPay gives part of a payment back only after its capture, at 20:15")
        raise GatewayRefused(f"nothing can be given back: ECPay has the payment as {self.stage}")

    def _refund(self, n: int, state: RefundState, amount: int, at: datetime) -> ProviderRefund:
        return ProviderRefund(
            provider_ref=f"{self.trade_no}-{n}",
            reference=None,
            state=state,
            amount=money(amount, "TWD", CURRENCIES),
            happened_at=at,
        )


def card_of(trade_no: str, said: Mapping[str, Any]) -> Card:
    """From `RtnValue`, in which numbers come as text or as numbers."""
    rows = [
        _Row(moment(row["datetime"]), str(row["sno"]), row["status"], int(row["amount"]))
        for row in said["close_data"] or []
    ]
    rows.sort(key=lambda row: (row.at, row.number))
    return Card(trade_no, int(said["amount"]), said["status"], tuple(rows))


def is_closing(now: datetime) -> bool:
    """Whether ECPay is busy capturing the day's payments."""
    begins, ends = _CLOSING
    return begins <= now.astimezone(TAIPEI).time() <= ends
