"""Tax on sales, in whole minor units. No framework, no database."""

from collections.abc import Iterable
from dataclasses import dataclass

FULL_BP = 10_000
"""All of it, in basis points."""


@dataclass(frozen=True, slots=True)
class Taxed:
    """What a line says it costs, in minor units, and the tax it bears, in basis points (500 is 5 %)."""

    amount: int
    rate_bp: int


@dataclass(frozen=True, slots=True)
class TaxSum:
    """All lines of one rate: what goes to the company and what to the state, in minor units."""

    rate_bp: int
    net: int
    tax: int


def tax_sums(lines: Iterable[Taxed], *, included: bool) -> list[TaxSum]:
    """The lines summed by rate, the highest first. With `included` the amounts have the tax in them already.

    Rounded half up, once for each rate and not for each line: the invoice's total is then what its lines say.
    """
    amounts: dict[int, int] = {}
    for line in lines:
        amounts[line.rate_bp] = amounts.get(line.rate_bp, 0) + line.amount
    return [_split(rate, amounts[rate], included) for rate in sorted(amounts, reverse=True)]


def _split(rate_bp: int, amount: int, included: bool) -> TaxSum:
    if included:
        tax = half_up(amount * rate_bp, FULL_BP + rate_bp)
        return TaxSum(rate_bp, amount - tax, tax)
    return TaxSum(rate_bp, amount, half_up(amount * rate_bp, FULL_BP))


def per_cent(rate_bp: int) -> str:
    """Basis points as people write them: 500 is 5, 825 is 8.25."""
    whole, rest = divmod(rate_bp, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") if rest else str(whole)


def half_up(numerator: int, denominator: int) -> int:
    """Rounded to the nearest whole; halves away from zero, so that a credit note mirrors its invoice."""
    whole = (2 * abs(numerator) + denominator) // (2 * denominator)
    return whole if numerator >= 0 else -whole
