"""What Linli asks of a payment provider, in our words. Each provider's own words stay in its module.

A provider is believed only in answer to a question of ours. What it sends by itself, and what a payer's browser brings
back, is a hint where to look (`notice_read`); the truth is `payments_of`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from core.money import Money


class GatewayUnavailable(Exception):
    """The provider did not answer, or answered with an error of its own: what was asked may have happened or not."""


class GatewayRefused(Exception):
    """The provider understood and said no, or cannot do such a thing: asking again changes nothing."""


class AccountUnusable(LookupError):
    """An account that this installation has no secrets for, or not those that its provider gives out."""


class NoticeForged(Exception):
    """A message that the provider did not sign, or signed too long ago, or that is for another merchant."""


class PaymentState(StrEnum):
    PENDING = "pending"
    """On its way: a code for an ATM or a convenience store was issued, or a bank is slow."""
    AUTHORISED = "authorised"
    """The payer has agreed; the money comes with `payment_capture`."""
    SUCCEEDED = "succeeded"
    DECLINED = "declined"
    EXPIRED = "expired"


class RefundState(StrEnum):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class DisputeState(StrEnum):
    OPEN = "open"
    WON = "won"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Account:
    """A company's account at a provider: its name, and what it is opened with (secrets among it).

    `base_url` is the provider's address, also a test server's.
    """

    name: str
    base_url: str
    values: Mapping[str, str]

    def __repr__(self) -> str:
        return f"Account({self.name!r})"  # no secret gets into a log

    def value(self, name: str) -> str:
        """One of the values. Raises AccountUnusable when it is missing."""
        value = self.values.get(name, "").strip()
        if not value:
            raise AccountUnusable(f"[{self.name}] {name} is missing")
        return value


@dataclass(frozen=True, slots=True)
class CheckoutWanted:
    """One amount to collect. The provider opens one checkout for a reference, however often it is asked.

    The payer's browser comes back to `return_url`, the provider's messages go to `notice_url`. After `expires_at`
    nobody should be able to pay any more, as far as the provider can do that.
    """

    reference: UUID
    amount: Money
    description: str
    return_url: str
    notice_url: str
    language: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Checkout:
    """The provider's page on which the customer pays: an address to go to, or with `form` to post these fields to.

    `provider_ref` is what the provider knows the checkout by; after `expires_at` another must be opened.
    """

    provider_ref: str
    url: str
    expires_at: datetime
    form: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """A checkout that we have opened: our reference, the provider's, and the amount asked."""

    reference: UUID
    provider_ref: str
    amount: Money


@dataclass(frozen=True, slots=True)
class ProviderRefund:
    """Money given back, as the provider's books have it. `reference` is ours, where the provider repeats it."""

    provider_ref: str
    reference: UUID | None
    state: RefundState
    amount: Money
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class ProviderDispute:
    """A payment that the payer contests (a chargeback), as the provider's books have it. `amount` is held back while
    it is open and when it is lost, and comes back when it is won."""

    provider_ref: str
    state: DisputeState
    amount: Money
    opened_at: datetime
    decided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ProviderPayment:
    """One attempt to pay a checkout, as the provider's books have it.

    `method` is the provider's word for how ("card", "ATM_LAND"); `happened_at` is when it came to its state.
    """

    provider_ref: str
    state: PaymentState
    amount: Money
    happened_at: datetime
    method: str = ""
    refunds: tuple[ProviderRefund, ...] = ()
    disputes: tuple[ProviderDispute, ...] = ()


@dataclass(frozen=True, slots=True)
class RefundWanted:
    """So much of a payment to give back, once for the reference."""

    reference: UUID
    checkout: Known
    payment_ref: str
    amount: Money
    reason: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A verified message: its id, the same for every time it is sent, and the checkout it is about; "" when it is
    about something else. `checkout_ref` is our reference or the provider's, whichever the message has."""

    event_id: str
    checkout_ref: str


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a provider can do. `currencies`: each one it takes, with the decimals of the provider's own unit."""

    currencies: Mapping[str, int]
    refunds: bool = True
    closes: bool = True
    """It can close a checkout before it expires."""
    captures: bool = False
    """A payment waits for `payment_capture` after the payer has agreed."""
    repeats: bool = True
    """Asked again for a reference it gives the same checkout; if not, the next try needs a reference of its own."""
    tells: bool = True
    """It sends messages; if not, an open checkout must be asked about every few minutes."""
    acknowledgement: str = ""
    """What a message must be answered with; text/plain."""


class Gateway(Protocol):
    """A payment provider, for one account.

    All but `notice_read` talk over the network, so they are never called in a transaction. They may raise
    GatewayUnavailable, and GatewayRefused, also for what the provider is not capable of.
    """

    capabilities: Capabilities

    def checkout_open(self, wanted: CheckoutWanted) -> Checkout:
        """Open a checkout for the reference, or give back the one that is already open for it."""
        ...

    def checkout_close(self, checkout: Known) -> None:
        """Let nobody pay this checkout any more; nothing happens when it is closed or expired already.

        Raises GatewayRefused when it has been paid.
        """
        ...

    def payments_of(self, checkout: Known) -> list[ProviderPayment]:
        """Every attempt to pay this checkout, oldest first, with refunds and disputes: the truth."""
        ...

    def payment_capture(self, checkout: Known) -> None:
        """Take the money of an authorised payment; nothing happens when it has been taken."""
        ...

    def payment_refund(self, wanted: RefundWanted) -> ProviderRefund:
        """Give money back, once for the reference where the provider knows such a thing.

        Where it does not, the caller looks at `payments_of` before asking again.
        """
        ...

    def notice_read(self, raw_body: bytes, headers: Mapping[str, str]) -> Notice:
        """Check the provider's signature over the bytes of a message, and what it is about. Raises NoticeForged."""
        ...
