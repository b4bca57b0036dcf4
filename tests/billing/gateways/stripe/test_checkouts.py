"""Stripe's pages: opened once for a reference, for as long as wanted, and closed."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from billing.gateways.base import Checkout, GatewayRefused, GatewayUnavailable
from billing.gateways.stripe import StripeGateway
from core.money import Money
from tests.billing.gateways.stripe.conftest import DAY, HOUR, MINUTE, NOW, Clock, opened, wanted
from tests.billing.gateways.stripe_server import StripeServer


def test_the_customer_is_asked_for_what_is_wanted(gateway: StripeGateway, provider: StripeServer) -> None:
    checkout = gateway.checkout_open(wanted())

    assert checkout == Checkout("cs_test_000000", f"{provider.url}/c/pay/cs_test_000000", NOW + 2 * HOUR)
    (asked,) = provider.asked
    assert asked.headers["idempotency-key"] == "checkout-01941f29-7c00-7000-8000-000000000001"
    assert asked.parameters == {
        "mode": "payment",
        "client_reference_id": "01941f29-7c00-7000-8000-000000000001",
        "metadata": {"reference": "01941f29-7c00-7000-8000-000000000001"},
        "payment_intent_data": {"metadata": {"reference": "01941f29-7c00-7000-8000-000000000001"}},
        "line_items": {
            "0": {
                "price_data": {
                    "currency": "twd",
                    "unit_amount": "80000",
                    "product_data": {"name": "Acme 00000001"},
                },
                "quantity": "1",
            }
        },
        "adaptive_pricing": {"enabled": "false"},
        "locale": "zh-TW",
        "success_url": "https://linli.example/paid/1",
        "cancel_url": "https://linli.example/paid/1",
        "expires_at": "1800007200",
    }


def test_nothing_is_told_about_this_machine(gateway: StripeGateway, provider: StripeServer) -> None:
    gateway.payments_of(opened(gateway))

    assert not any("x-stripe-client-telemetry" in asked.headers for asked in provider.asked)
    assert not any("platform" in asked.headers["x-stripe-client-user-agent"] for asked in provider.asked)


@pytest.mark.parametrize(("language", "locale"), [("zh-hant", "zh-TW"), ("en", "en"), ("tlh", "auto")])
def test_the_page_is_in_the_customers_language(
    language: str, locale: str, gateway: StripeGateway, provider: StripeServer
) -> None:
    gateway.checkout_open(wanted(language=language))
    assert provider.asked[0].parameters["locale"] == locale


@pytest.mark.parametrize(
    ("minor", "currency", "units"),
    [
        (800, "TWD", "80000"),
        (800, "JPY", "800"),
        (9000, "KRW", "9000"),
        (25000, "VND", "25000"),
        (1250, "USD", "1250"),
    ],
)
def test_every_currency_goes_out_and_comes_back_in_its_own_unit(
    minor: int, currency: str, units: str, gateway: StripeGateway, provider: StripeServer
) -> None:
    checkout = opened(gateway, amount=Money(minor, currency))
    provider.pay(checkout.provider_ref)

    assert provider.asked[0].parameters["line_items"]["0"]["price_data"]["unit_amount"] == units
    assert [one.amount for one in gateway.payments_of(checkout)] == [Money(minor, currency)]


@pytest.mark.parametrize(
    ("asked", "really"),
    [
        (-HOUR, 31 * MINUTE),
        (30 * MINUTE, 31 * MINUTE),
        (32 * MINUTE, 32 * MINUTE),
        (DAY - MINUTE, DAY - MINUTE),
        (DAY - MINUTE + timedelta(seconds=1), DAY),
        (7 * DAY, DAY),
    ],
)
def test_a_page_is_open_as_long_as_wanted_within_what_stripe_allows(
    asked: timedelta, really: timedelta, gateway: StripeGateway
) -> None:
    assert gateway.checkout_open(wanted(expires_at=NOW + asked)).expires_at == NOW + really


@pytest.mark.parametrize("lasting", [10 * MINUTE, 40 * MINUTE, 2 * HOUR, DAY + MINUTE, 7 * DAY])
def test_asked_again_after_a_lost_answer_there_is_still_one_page(
    lasting: timedelta, gateway: StripeGateway, provider: StripeServer, clock: Clock
) -> None:
    provider.lose_answers(2)
    with pytest.raises(GatewayUnavailable, match="no answer: ConnectionError"):
        gateway.checkout_open(wanted(expires_at=NOW + lasting))

    clock.now += 15 * MINUTE
    checkout = gateway.checkout_open(wanted(expires_at=NOW + lasting))

    assert [one["id"] for one in provider.things("checkout.session")] == [checkout.provider_ref]
    assert checkout.expires_at == NOW + max(31 * MINUTE, min(lasting, DAY))


def test_one_lost_answer_is_not_noticed(gateway: StripeGateway, provider: StripeServer) -> None:
    provider.lose_answers(1)
    checkout = gateway.checkout_open(wanted())
    assert [one["id"] for one in provider.things("checkout.session")] == [checkout.provider_ref]


def test_the_page_is_found_among_a_days_others(
    gateway: StripeGateway, provider: StripeServer, clock: Clock
) -> None:
    short = wanted(expires_at=NOW + 10 * MINUTE)
    first = gateway.checkout_open(short)
    for number in range(101):  # one more than Stripe lists at once
        gateway.checkout_open(wanted(reference=UUID(int=number)))

    clock.now += MINUTE
    assert gateway.checkout_open(short) == first


def test_a_reference_stands_for_one_amount_and_one_payment(
    gateway: StripeGateway, provider: StripeServer
) -> None:
    checkout = opened(gateway)
    with pytest.raises(GatewayRefused, match="was opened for TWD 800, not TWD 900"):
        gateway.checkout_open(wanted(amount=Money(900, "TWD")))

    provider.pay(checkout.provider_ref)
    with pytest.raises(GatewayRefused, match="is complete: another needs another reference"):
        gateway.checkout_open(wanted())


def test_after_a_day_the_old_page_is_gone_and_there_is_a_new_one(
    gateway: StripeGateway, provider: StripeServer, clock: Clock
) -> None:
    checkout = opened(gateway, expires_at=NOW + 7 * DAY)
    clock.now += DAY
    provider.expire(checkout.provider_ref)

    assert gateway.checkout_open(wanted(expires_at=NOW + 7 * DAY)) == Checkout(
        "cs_test_000001", f"{provider.url}/c/pay/cs_test_000001", NOW + 2 * DAY
    )


def test_an_amount_too_small_for_stripe_is_refused(gateway: StripeGateway) -> None:
    with pytest.raises(GatewayRefused, match="400 amount_too_small"):
        gateway.checkout_open(wanted(amount=Money(49, "USD")))


def test_a_closed_page_stays_closed(gateway: StripeGateway) -> None:
    checkout = opened(gateway)
    gateway.checkout_close(checkout)
    gateway.checkout_close(checkout)  # nothing more happens

    with pytest.raises(GatewayRefused, match="is expired"):
        gateway.checkout_open(wanted())


@pytest.mark.parametrize("done", [StripeServer.pay, StripeServer.promise])
def test_what_was_paid_or_begun_is_not_closed(
    done: Any, gateway: StripeGateway, provider: StripeServer
) -> None:
    checkout = opened(gateway)
    done(provider, checkout.provider_ref)
    with pytest.raises(GatewayRefused, match="status of `complete`"):
        gateway.checkout_close(checkout)
