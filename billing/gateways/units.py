"""Amounts as providers write them: whole numbers of a unit that may not be ours."""

from collections.abc import Mapping

from billing.gateways.base import GatewayRefused
from core.money import DECIMALS, Money


def provider_units(amount: Money, decimals: Mapping[str, int]) -> int:
    """`amount` in the provider's unit, of which `decimals` has the number of decimals by currency.

    Raises GatewayRefused for a currency that is not in it, and for an amount finer than the provider's unit.
    """
    return _rescaled(amount.minor, DECIMALS[amount.currency], _of(amount.currency, decimals))


def money(units: int, currency: str, decimals: Mapping[str, int]) -> Money:
    """The amount that a provider means by `units`. Raises GatewayRefused as `provider_units` does."""
    return Money(_rescaled(units, _of(currency, decimals), DECIMALS[currency]), currency)


def _of(currency: str, decimals: Mapping[str, int]) -> int:
    if currency not in decimals or currency not in DECIMALS:
        raise GatewayRefused(
            f"{currency} is not among the provider's currencies: {', '.join(sorted(decimals))}"
        )
    return decimals[currency]


def _rescaled(amount: int, given: int, wanted: int) -> int:
    whole, rest = divmod(amount * int(10**wanted), int(10**given))
    if rest:
        raise GatewayRefused(f"{amount} with {given} decimals cannot be said with {wanted}")
    return whole
