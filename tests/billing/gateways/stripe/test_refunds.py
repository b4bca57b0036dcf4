"""Giving money back through Stripe."""

from datetime import timedelta

import pytest

from billing.gateways.base import GatewayRefused, GatewayUnavailable, ProviderRefund, RefundState
from billing.gateways.stripe import StripeGateway
from core.money import Money
from tests.billing.gateways.stripe.conftest import DAY, HOUR, NOW, REFERENCE, REFUND, Clock, give_back, opened
from tests.billing.gateways.stripe_server import StripeServer


def test_money_is_given_back_once_however_often_and_late_it_is_asked(
    gateway: StripeGateway, provider: StripeServer, clock: Clock
) -> None:
    checkout = opened(gateway)
    intent = provider.pay(checkout.provider_ref)
    provider.lose_answers(2)
    with pytest.raises(GatewayUnavailable):
        gateway.payment_refund(give_back(checkout, intent))
    assert len(provider.things("refund")) == 1  # it was made, and nobody heard of it
    assert (
        provider.asked[-1].headers["idempotency-key"] == f"refund-{REFUND}"
    )  # for two who ask at the same time

    refunds = []
    for later in (timedelta(0), HOUR, 2 * DAY):  # Stripe forgets the key after a day
        clock.now = NOW + later
        refunds.append(gateway.payment_refund(give_back(checkout, intent)))

    refund = ProviderRefund("re_000005", REFUND, RefundState.SUCCEEDED, Money(300, "TWD"), NOW)
    assert refunds == [refund] * 3
    assert [one.refunds for one in gateway.payments_of(checkout)] == [(refund,)]
    assert provider.event("refund.created")["data"]["object"]["metadata"] == {
        "reference": str(REFUND),
        "checkout": str(REFERENCE),
        "reason": "a part was missing " * 26 + "a part",  # 500 characters, as many as Stripe takes
    }


def test_more_than_is_left_and_another_amount_for_a_reference_are_refused(
    gateway: StripeGateway, provider: StripeServer
) -> None:
    checkout = opened(gateway)
    intent = provider.pay(checkout.provider_ref)
    with pytest.raises(GatewayRefused, match="greater than unrefunded amount"):
        gateway.payment_refund(give_back(checkout, intent, amount=Money(801, "TWD")))

    gateway.payment_refund(give_back(checkout, intent))
    with pytest.raises(GatewayRefused, match="gave back TWD 300, not TWD 500"):
        gateway.payment_refund(give_back(checkout, intent, amount=Money(500, "TWD")))


def test_every_refund_is_told_ours_and_those_made_at_stripes(
    gateway: StripeGateway, provider: StripeServer
) -> None:
    checkout = opened(gateway, amount=Money(20000, "USD"))
    intent = provider.pay(checkout.provider_ref)
    for _ in range(100):
        provider.refund(intent, 100, {"reference": "order 66"})
    gateway.payment_refund(give_back(checkout, intent, amount=Money(1, "USD")))

    (payment,) = gateway.payments_of(checkout)

    assert [one.amount.minor for one in payment.refunds] == [100] * 100 + [
        1
    ]  # 101: more than Stripe lists at once
    assert [one.reference for one in payment.refunds] == [None] * 100 + [REFUND]


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("pending", RefundState.PENDING),
        ("requires_action", RefundState.PENDING),
        ("succeeded", RefundState.SUCCEEDED),
        ("failed", RefundState.FAILED),
        ("canceled", RefundState.FAILED),
    ],
)
def test_a_refund_is_told_as_it_stands(
    status: str, state: RefundState, gateway: StripeGateway, provider: StripeServer
) -> None:
    checkout = opened(gateway)
    provider.refund_becomes(provider.refund(provider.pay(checkout.provider_ref), 80000), status)
    assert [one.state for one in gateway.payments_of(checkout)[0].refunds] == [state]


def test_a_fraction_of_a_taiwan_dollar_is_not_rounded_away(
    gateway: StripeGateway, provider: StripeServer
) -> None:
    checkout = opened(gateway)
    provider.refund(provider.pay(checkout.provider_ref), 50)
    with pytest.raises(GatewayRefused, match="50 with 2 decimals cannot be said with 0"):
        gateway.payments_of(checkout)
