"""Payment providers, behind one protocol (base), each with the accounts that companies have there."""

from collections.abc import Callable, Mapping

from django.conf import settings
from django.utils.module_loading import import_string

from billing.gateways.base import Account, AccountUnusable, Gateway

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
    """The name of the account's provider, as in GATEWAYS. Raises AccountUnusable."""
    return SANDBOX if account == SANDBOX else _account(account).value("gateway")


def gateway_for(account: str) -> Gateway:
    """The provider of that account. Raises AccountUnusable, and says what is missing, for one that
    settings.PAYMENT_ACCOUNTS does not have or that its provider would not know."""
    if account == SANDBOX:
        return _gateway(SANDBOX)(_sandbox())
    found = _account(account)
    kind = found.value("gateway")
    if kind not in GATEWAYS:
        raise AccountUnusable(f"[{account}] gateway: one of {', '.join(GATEWAYS)} is expected, not {kind!r}")
    return _gateway(kind)(found)


def _account(name: str) -> Account:
    values: Mapping[str, str] | None = settings.PAYMENT_ACCOUNTS.get(name)
    if values is None:
        raise AccountUnusable(f"there is no account {name!r}")
    if not values.get("base_url"):
        raise AccountUnusable(f"[{name}] base_url is missing")
    return Account(name, values["base_url"], values)


def _gateway(kind: str) -> Callable[[Account], Gateway]:
    found: Callable[[Account], Gateway] = import_string(GATEWAYS[kind])
    return found


def _sandbox() -> Account:
    values = {"api_key": settings.SANDBOX_API_KEY, "webhook_secrets": settings.SANDBOX_WEBHOOK_SECRET}
    return Account(SANDBOX, settings.SANDBOX_URL, values)
