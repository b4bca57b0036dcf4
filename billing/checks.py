"""What `manage.py check`, and so every start of Linli, says about the accounts at payment providers."""

from typing import Any

from django.core.checks import CheckMessage, Error, register

from billing.gateways import account_names, gateway_for
from billing.gateways.base import AccountUnusable

PAYMENTS = "payments"


@register(PAYMENTS)
def accounts_usable(**_: Any) -> list[CheckMessage]:
    """An error for each account that could not be spoken to as it is in PAYMENT_ACCOUNTS."""
    return [message for name in account_names() for message in _account(name)]


def _account(name: str) -> list[CheckMessage]:
    try:
        gateway_for(name)
    except AccountUnusable as error:
        hint = "docs/operations.md says what each provider's account needs."
        return [Error(f"PAYMENT_ACCOUNTS: {error}", hint=hint, id="billing.E001")]
    return []
