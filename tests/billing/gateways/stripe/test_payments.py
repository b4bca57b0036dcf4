"""What Stripe's books say of payments."""

from dataclasses import replace

import pytest

from billing.gateways.base import GatewayRefused, PaymentState, ProviderPayment
from billing.gateways.stripe import StripeGateway
from tests.billing.gateways.stripe.conftest import DAY, HOUR, MINUTE, NOW, PAID, REFUND, Clock, opened
from tests.billing.gateways.stripe_server import StripeServer


def test_each_declined_card_is_told_and_then_the_payment(
    gateway: StripeGateway, provider: StripeServer, clock: Clock
) -> None:
    checkout = opened(gateway)
    assert gateway.payments_of(checkout) == []

    clock.now += MINUTE
    first = provider.decline(checkout.provider_ref)
    clock.now += MINUTE
    second = provider.decline(checkout.provider_ref, "link")
    declined = [
        ProviderPayment(first, PaymentState.DECLINED, PAID, NOW + MINUTE, "card"),
        ProviderPayment(second, PaymentState.DECLINED, PAID, NOW + 2 * MINUTE, "link"),
    ]
    assert gateway.payments_of(checkout) == declined

    clock.now += MINUTE
    intent = provider.pay(checkout.provider_ref)
    paid = ProviderPayment(intent, PaymentState.SUCCEEDED, PAID, NOW + 3 * MINUTE, "card")
    assert gateway.payments_of(checkout) == [*declined, paid]


@pytest.mark.parametrize("charged", [False, True])
def test_a_payment_that_takes_days_keeps_its_reference(
    charged: bool, gateway: StripeGateway, provider: StripeServer, clock: Clock
) -> None:
    checkout = opened(gateway)
    card = provider.decline(checkout.provider_ref)
    clock.now += HOUR
    intent = provider.promise(checkout.provider_ref, charged=charged)
    declined = ProviderPayment(card, PaymentState.DECLINED, PAID, NOW, "card")
    since = (
        NOW + HOUR if charged else NOW
    )  # without a charge of its own Stripe says when the intent was last tried
    assert gateway.payments_of(checkout) == [
        declined,
        ProviderPayment(intent, PaymentState.PENDING, PAID, since, "konbini"),
    ]

    clock.now += 2 * DAY
    provider.keep_promise(checkout.provider_ref)
    assert gateway.payments_of(checkout) == [
        declined,
        ProviderPayment(intent, PaymentState.SUCCEEDED, PAID, NOW + HOUR + 2 * DAY, "konbini"),
    ]


@pytest.mark.parametrize("charged", [False, True])
@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("payment_intent_payment_attempt_expired", PaymentState.EXPIRED),
        ("insufficient_funds", PaymentState.DECLINED),
    ],
)
def test_a_payment_that_does_not_come_is_told_once(
    charged: bool, code: str, state: PaymentState, gateway: StripeGateway, provider: StripeServer
) -> None:
    checkout = opened(gateway)
    intent = provider.promise(checkout.provider_ref, charged=charged)
    provider.break_promise(checkout.provider_ref, code)

    assert [(one.provider_ref, one.state) for one in gateway.payments_of(checkout)] == [(intent, state)]


def test_a_page_that_closed_unpaid_leaves_the_declined_cards(
    gateway: StripeGateway, provider: StripeServer
) -> None:
    checkout = opened(gateway)
    card = provider.decline(checkout.provider_ref)
    provider.expire(checkout.provider_ref)

    assert [one.provider_ref for one in gateway.payments_of(checkout)] == [card]


def test_a_page_of_another_reference_is_not_read(gateway: StripeGateway) -> None:
    with pytest.raises(GatewayRefused, match="is not the session of"):
        gateway.payments_of(replace(opened(gateway), reference=REFUND))
