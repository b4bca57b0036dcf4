"""What an invoice's money is worth to technicians, in whole minor units. No framework, no database.

Money of an invoice comes and goes in steps. After each step somebody has earned so much of a line in all, rounded once;
what the step was worth is the difference to the step before. So, however it came, the parts of a fully paid invoice add
up to what the rule says of it, and those of one that was given back to nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from billing.taxes import FULL_BP, half_up


@dataclass(frozen=True, slots=True)
class Sold:
    """A line of an invoice: its amount in its own terms, the tax that is in it in basis points, how many pieces."""

    amount: int
    tax_in_bp: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Terms:
    """A share of what is kept, in basis points; or else an amount for each piece."""

    rate_bp: int | None
    amount: int | None


@dataclass(frozen=True, slots=True)
class Collected:
    """An invoice's total, what was credited of it, and what has come and not gone back."""

    total: int
    credited: int = 0
    received: int = 0


def part_kept(invoice: Collected) -> Fraction:
    """How much of what the invoice still says has come, from 0 to 1: what was paid too much earns nobody anything.

    An invoice of nothing is paid when it is issued; one that was credited in full never is.
    """
    left = invoice.total - invoice.credited
    if not invoice.total:
        return Fraction(1)
    return Fraction(min(max(invoice.received, 0), left), left) if left > 0 else Fraction(0)


def net_kept(line: Sold, credited: int, part: Fraction) -> Fraction:
    """What is kept of a line, without tax, when `credited` was taken off it and `part` of the rest has come."""
    return Fraction((line.amount - credited) * FULL_BP, FULL_BP + line.tax_in_bp) * part


def earned(terms: Terms, line: Sold, credited: int, part: Fraction) -> int:
    """What the terms make of a line so far, rounded half up."""
    if terms.rate_bp is not None:
        return rounded(net_kept(line, credited, part) * Fraction(terms.rate_bp, FULL_BP))
    left = Fraction(line.amount - credited, line.amount) if line.amount else Fraction(1)
    return rounded((terms.amount or 0) * line.quantity * left * part)


def rounded(amount: Fraction) -> int:
    """To the nearest whole; halves away from zero."""
    return half_up(amount.numerator, amount.denominator)


def apportioned(amount: int, parts: Sequence[int]) -> list[int]:
    """`amount` in these parts, by largest remainder: they sum to it. Of equal remainders the first come first."""
    shares = [divmod(abs(amount) * part, sum(parts)) for part in parts]
    left = abs(amount) - sum(whole for whole, _ in shares)
    largest = sorted(range(len(parts)), key=lambda number: -shares[number][1])[:left]
    sign = 1 if amount >= 0 else -1
    return [sign * (whole + (number in largest)) for number, (whole, _) in enumerate(shares)]
