"""What one point of satisfaction is worth in a year.

    customers served in a year × (share more who come back, in the end, for a lasting point) × average invoice

with the interval of the share (communities.insight.lags); customers and invoices are counted, not estimated. Each who
comes back is taken to buy one average invoice, which is on the careful side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from communities.insight.lags import Association
from communities.insight.panel import Week

YEAR = timedelta(weeks=52)


@dataclass(frozen=True, slots=True)
class Stake:
    """Minor units a year, and the interval they lie in."""

    minor: int
    low_minor: int
    high_minor: int


def stake(weeks: Sequence[Week], satisfaction: Association) -> Stake | None:
    """What a lasting point of CSAT goes with in the communities of `weeks`, from their last 52; None without invoices
    or without anybody served.

    `satisfaction` is the association of repurchase with CSAT.
    """
    last = max((week.monday for week in weeks), default=None)
    year = [week for week in weeks if last and week.monday > last - YEAR]
    served = sum(week.repurchase_base for week in year)
    invoiced, invoices = sum(week.invoiced_minor for week in year), sum(week.invoices for week in year)
    if not served or not invoices:
        return None
    spent = served * Fraction(invoiced, invoices)
    return Stake(*(_whole(Fraction(share) * spent) for share in satisfaction.whole))


def part_of(minor: int, part: int, whole: int) -> int | None:
    """What of an amount falls to a part of the whole, to the nearest minor unit; None of nothing."""
    return _whole(Fraction(minor * part, whole)) if whole else None


def _whole(amount: Fraction) -> int:
    """The nearest whole minor unit."""
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)
