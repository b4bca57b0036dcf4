"""Stripe's imitation, a gateway that speaks to it, and everybody's clock."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import stripe

from billing.gateways.base import Account, CheckoutWanted, Gateway, Known, RefundWanted
from billing.gateways.stripe import StripeGateway
from core.money import Money
from tests.billing.gateways.stripe_server import StripeServer

NOW = datetime(2027, 1, 15, 8, tzinfo=UTC)
REFERENCE = UUID("01941f29-7c00-7000-8000-000000000001")
REFUND = UUID("01941f29-7c00-7000-8000-000000000002")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PAID = Money(800, "TWD")


class Clock:
    """Everybody's time."""

    now = NOW

    def __call__(self) -> float:
        return self.now.timestamp()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def provider(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[StripeServer]:
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0)  # the library's sleep before it tries again
    with StripeServer(clock) as server:
        yield server


def gateway_of(provider: StripeServer, clock: Clock, **values: str) -> StripeGateway:
    keys = {"secret_key": provider.secret_key, "webhook_secrets": provider.webhook_secret}
    return StripeGateway(Account("stripe", provider.url, keys | values), clock)


@pytest.fixture
def gateway(provider: StripeServer, clock: Clock) -> StripeGateway:
    return gateway_of(provider, clock)


def wanted(**changes: Any) -> CheckoutWanted:
    """TWD 800 within two hours."""
    return replace(
        CheckoutWanted(
            reference=REFERENCE,
            amount=PAID,
            description="Acme 00000001",
            return_url="https://linli.example/paid/1",
            notice_url="https://linli.example/api/v1/webhooks/stripe",
            language="zh-hant",
            expires_at=NOW + 2 * HOUR,
        ),
        **changes,
    )


def opened(gateway: Gateway, **changes: Any) -> Known:
    asked = wanted(**changes)
    return Known(asked.reference, gateway.checkout_open(asked).provider_ref, asked.amount)


def give_back(checkout: Known, intent: str, **changes: Any) -> RefundWanted:
    asked = RefundWanted(REFUND, checkout, intent, Money(300, "TWD"), "a part was missing " * 30)
    return replace(asked, **changes)
