"""Payments that are contested at Stripe."""

from datetime import datetime

import pytest

from billing.gateways.base import DisputeState, PaymentState, ProviderDispute
from billing.gateways.stripe import StripeGateway
from tests.billing.gateways.stripe.conftest import DAY, NOW, PAID, Clock, opened
from tests.billing.gateways.stripe_server import StripeServer


@pytest.mark.parametrize(
    ("begins", "becomes", "state", "decided_at"),
    [
        ("needs_response", "under_review", DisputeState.OPEN, None),
        ("needs_response", "won", DisputeState.WON, NOW + DAY),
        ("needs_response", "lost", DisputeState.LOST, None),  # Stripe does not say when
        ("needs_response", "prevented", DisputeState.LOST, None),
        ("warning_needs_response", "needs_response", DisputeState.OPEN, None),
    ],
)
def test_a_dispute_that_takes_money_is_told(
    begins: str,
    becomes: str,
    state: DisputeState,
    decided_at: datetime | None,
    gateway: StripeGateway,
    provider: StripeServer,
    clock: Clock,
) -> None:
    checkout = opened(gateway)
    dispute = provider.dispute(provider.pay(checkout.provider_ref), 80000, begins)
    clock.now += DAY
    provider.dispute_becomes(dispute, becomes)

    (payment,) = gateway.payments_of(checkout)
    assert payment.disputes == (ProviderDispute(dispute, state, PAID, NOW, decided_at),)
    assert payment.state == PaymentState.SUCCEEDED


@pytest.mark.parametrize("becomes", ["warning_under_review", "warning_closed", "prevented"])
def test_a_banks_question_takes_nothing_and_is_not_told(
    becomes: str, gateway: StripeGateway, provider: StripeServer
) -> None:
    checkout = opened(gateway)
    dispute = provider.dispute(provider.pay(checkout.provider_ref), 80000, "warning_needs_response")
    provider.dispute_becomes(dispute, becomes)
    assert gateway.payments_of(checkout)[0].disputes == ()
