"""Recency, frequency and monetary value: how a customer compares with the company's others, and a name for it.

Each of the three is scored from 1 to 5 by rank within the organisation (Hughes, "Strategic Database Marketing",
1994): 1 plus the whole fifths of all customers that are worse. A 4 says: better than 60 % of the customers. Equal
customers have equal scores, those of the worst place they share: nobody is a champion for what everybody does.

The two-dimensional grid is the widely published one of recency against the mean of frequency and monetary value,
whose ten segments cover all 25 cells (Putler, "RFM Analysis for Successful Customer Segmentation").
"""

from collections.abc import Sequence
from enum import StrEnum

SCORES = 5
FEWEST = 25
"""Fewer customers with orders are not scored: a fifth would be less than five of them."""


class Segment(StrEnum):
    """What a customer's scores are called, dearest first."""

    CHAMPIONS = "champions"
    LOYAL = "loyal"
    POTENTIAL_LOYALISTS = "potential_loyalists"
    NEW = "new"
    PROMISING = "promising"
    NEEDS_ATTENTION = "needs_attention"
    ABOUT_TO_SLEEP = "about_to_sleep"
    AT_RISK = "at_risk"
    CANNOT_LOSE = "cannot_lose"
    HIBERNATING = "hibernating"


_S = Segment
GRID: tuple[tuple[Segment, ...], ...] = (
    # The mean of frequency and monetary value goes from 1 to 5 along a row.
    (_S.HIBERNATING, _S.HIBERNATING, _S.AT_RISK, _S.AT_RISK, _S.CANNOT_LOSE),  # recency 1: longest ago
    (_S.HIBERNATING, _S.HIBERNATING, _S.AT_RISK, _S.AT_RISK, _S.CANNOT_LOSE),
    (_S.ABOUT_TO_SLEEP, _S.ABOUT_TO_SLEEP, _S.NEEDS_ATTENTION, _S.LOYAL, _S.LOYAL),
    (_S.PROMISING, _S.POTENTIAL_LOYALISTS, _S.POTENTIAL_LOYALISTS, _S.LOYAL, _S.LOYAL),
    (_S.NEW, _S.POTENTIAL_LOYALISTS, _S.POTENTIAL_LOYALISTS, _S.CHAMPIONS, _S.CHAMPIONS),  # recency 5: lately
)


def score(worse: int, of: int) -> int:
    """The score, 1 to 5, of who is better than `worse` among `of` customers.

    Raises ValueError when they cannot be so many.
    """
    if not 0 <= worse < of:
        raise ValueError(f"{worse} of {of} customers cannot be worse")
    return 1 + SCORES * worse // of


def scores(values: Sequence[int]) -> list[int] | None:
    """The scores of customers by one figure, larger being better, in the given order; None for too few of them."""
    if len(values) < FEWEST:
        return None
    worse = {value: place for place, value in reversed(list(enumerate(sorted(values))))}
    return [score(worse[value], len(values)) for value in values]


def segment(recency: int, frequency: int, monetary: int) -> Segment:
    """The name of three scores, each 1 to 5; a half of the mean of the last two counts upwards."""
    return GRID[recency - 1][(frequency + monetary + 1) // 2 - 1]
