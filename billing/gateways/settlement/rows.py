"""What Linli asks of a settlement file, in our words. Each provider's own words stay in its module."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from core.money import Money


class RowKind(StrEnum):
    PAYMENT = "payment"
    REFUND = "refund"
    REFUND_RETURNED = "refund_returned"
    """A refund that did not arrive."""
    DISPUTE = "dispute"
    DISPUTE_REVERSED = "dispute_reversed"
    """The merchant has won."""
    FEE = "fee"
    """By itself, not part of another line."""
    PAYOUT = "payout"
    """On its way from the provider to the merchant's bank."""
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementRow:
    """One movement of money between the provider and the merchant; below zero it leaves the merchant.

    `line_id` is the same in every file that has this movement. `provider_ref` is the provider's id of what moved (a
    payment, a refund, a dispute; "" when the file does not say), `payment_ref` of the payment behind it;
    `checkout_ref` is our reference of the checkout or the provider's. `net` is `gross` less `fee`. `settled_on` is the
    day of the payout `payout_ref`, where the file names one. `number` is the line in the file.
    """

    kind: RowKind
    line_id: str
    provider_ref: str = ""
    payment_ref: str = ""
    checkout_ref: str = ""
    gross: Money
    fee: Money
    happened_at: datetime
    settled_on: date | None = None
    payout_ref: str = ""
    number: int = field(default=0, compare=False)  # the same row once more is the same row

    @property
    def net(self) -> Money:
        return self.gross + self.fee * -1


class Reading(NamedTuple):
    """The rows of a file, and how many of its lines are about what is not settled yet."""

    rows: list[SettlementRow]
    waiting: int = 0
