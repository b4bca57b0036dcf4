"""Stripe when it is not there, does not understand, or says no."""

import pytest

from billing.gateways.base import Account, AccountUnusable, GatewayRefused, GatewayUnavailable
from billing.gateways.stripe import StripeGateway
from tests.billing.gateways.stripe.conftest import Clock, gateway_of, opened, wanted
from tests.billing.gateways.stripe_server import StripeServer

AN_ERROR = '{"error": {"type": "api_error", "message": "Sorry"}}'


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, AN_ERROR),
        (503, "<html>upstream</html>"),
        (502, '{"error": "upstream"}'),
        (200, "[]"),
        (200, "{}"),
        (429, AN_ERROR),
        (409, AN_ERROR),  # another request with the same Idempotency-Key is under way
        (200, "<html>log in to the guests' network</html>"),
    ],
)
def test_no_good_answer_may_be_asked_again(
    status: int, body: str, gateway: StripeGateway, provider: StripeServer
) -> None:
    provider.answer_instead(status, body)
    with pytest.raises(GatewayUnavailable):
        gateway.checkout_open(wanted())
    assert gateway.checkout_open(wanted()).provider_ref == "cs_test_000000"


@pytest.mark.parametrize("status", [400, 402, 403, 404])
def test_a_no_is_a_no(status: int, gateway: StripeGateway, provider: StripeServer) -> None:
    provider.answer_instead(status, AN_ERROR)
    with pytest.raises(GatewayRefused, match=f"answered {status} : Sorry"):
        gateway.checkout_open(wanted())


def test_a_stripe_that_is_not_there_may_be_asked_again(provider: StripeServer, clock: Clock) -> None:
    account = Account("stripe", "http://127.0.0.1:9", {"secret_key": "sk_test_1"})
    with pytest.raises(GatewayUnavailable, match="no answer: ConnectionError"):
        StripeGateway(account, clock).checkout_open(wanted())


def test_a_key_that_stripe_does_not_take_is_not_in_the_error(provider: StripeServer, clock: Clock) -> None:
    with pytest.raises(GatewayRefused) as refused:
        gateway_of(provider, clock, secret_key="sk_test_wrong").checkout_open(wanted())
    assert str(refused.value) == "Stripe does not take the account's key"


@pytest.mark.parametrize("key", ["", "pk_test_1", "sk_test_", "sk_1", "sk_test_1\n", "sk_test_1 sk_test_2"])
def test_what_is_no_secret_key_is_refused_at_once(key: str, provider: StripeServer, clock: Clock) -> None:
    with pytest.raises(AccountUnusable, match="sk_live_…"):
        gateway_of(provider, clock, secret_key=key)


def test_nothing_waits_for_a_capture(gateway: StripeGateway) -> None:
    with pytest.raises(GatewayRefused):
        gateway.payment_capture(opened(gateway))
