"""What Linli asks of a payment provider, in our words. Each provider's own words stay in its module."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from core.money import Money


class GatewayUnavailable(Exception):
    """The provider did not answer, or answered with an error of its own: ask again later."""


class GatewayRefused(Exception):
    """The provider understood and said no: asking again changes nothing."""


class NoticeForged(Exception):
    """A message that the provider did not sign, or signed too long ago."""


class PaymentState(StrEnum):
    SUCCEEDED = "succeeded"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class CheckoutWanted:
    """One amount to collect. The provider opens one checkout for a reference, however often it is asked."""

    reference: UUID
    amount: Money
    description: str
    return_url: str


@dataclass(frozen=True, slots=True)
class Checkout:
    """The provider's page on which the customer pays."""

    provider_ref: str
    url: str


@dataclass(frozen=True, slots=True)
class ProviderPayment:
    """One attempt to pay a checkout, as the provider's books have it."""

    provider_ref: str
    checkout_ref: str
    state: PaymentState
    amount: Money
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class Capabilities:
    currencies: frozenset[str]


class Gateway(Protocol):
    """A payment provider. A webhook of its is never believed for what it says, only for where to look.

    `checkout_open` and `payments_of` talk over the network, so they are never called in a transaction; both may
    raise GatewayUnavailable or GatewayRefused.
    """

    capabilities: Capabilities

    def checkout_open(self, wanted: CheckoutWanted) -> Checkout:
        """Open a checkout for the reference, or give back the one that is already open for it."""
        ...

    def payments_of(self, checkout_ref: str) -> list[ProviderPayment]:
        """Every attempt to pay this checkout, oldest first: the truth."""
        ...

    def notice_verify(self, raw_body: bytes, headers: Mapping[str, str]) -> str:
        """Check a webhook's signature over its bytes and return the event's id. Raises NoticeForged."""
        ...

    def notice_checkout(self, body: str) -> str:
        """The checkout that a verified webhook is about; empty when it is about something else."""
        ...
