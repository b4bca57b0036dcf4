"""Payment providers, behind one protocol (base), each with the accounts that companies have there."""

from collections.abc import Callable

from django.conf import settings
from django.utils.module_loading import import_string

from billing.gateways.base import Account, Gateway

GATEWAYS = {
    "sandbox": "billing.gateways.sandbox.SandboxGateway",
    "stripe": "billing.gateways.stripe.StripeGateway",
    "ecpay": "billing.gateways.ecpay.EcpayGateway",
    "line_pay": "billing.gateways.line_pay.LinePayGateway",
}
"""Imported when first used: Stripe's library alone takes half a second."""

SANDBOX = "sandbox"
"""The account that every installation has."""


def account_names() -> list[str]:
    """Every account this installation has secrets for."""
    return sorted({SANDBOX, *settings.PAYMENT_ACCOUNTS})


def gateway_kind(account: str) -> str:
    """The name of the account's provider, as in GATEWAYS. Raises KeyError as `gateway_for` does."""
    return SANDBOX if account == SANDBOX else settings.PAYMENT_ACCOUNTS[account]["gateway"]


def gateway_for(account: str) -> Gateway:
    """The provider of that account. Raises KeyError for an account that settings.PAYMENT_ACCOUNTS does not have."""
    if account == SANDBOX:
        return _gateway(SANDBOX)(_sandbox())
    values = dict(settings.PAYMENT_ACCOUNTS[account])
    kind, base_url = values.pop("gateway"), values.pop("base_url")
    return _gateway(kind)(Account(account, base_url, values))


def _gateway(kind: str) -> Callable[[Account], Gateway]:
    found: Callable[[Account], Gateway] = import_string(GATEWAYS[kind])
    return found


def _sandbox() -> Account:
    values = {"api_key": settings.SANDBOX_API_KEY, "webhook_secrets": settings.SANDBOX_WEBHOOK_SECRET}
    return Account(SANDBOX, settings.SANDBOX_URL, values)
