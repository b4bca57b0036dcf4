"""What makes a score of counts. None means that there is nothing to divide by."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

# Reichheld, "The One Number You Need to Grow", Harvard Business Review, December 2003: on the scale of 0 to
# 10, answers of 9 and 10 are promoters and answers of 0 to 6 detractors.
PROMOTER_FROM = 9
DETRACTOR_UP_TO = 6

CSAT_LOWEST = 1
CSAT_HIGHEST = 5
SATISFIED_FROM = 4
"""On the scale of 1 to 5: the upper two answers ("top two box")."""

NORMAL_95 = 1.959963984540054
"""Quantile of the standard normal distribution that leaves 2.5 % above it."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Where the true value lies with 95 % confidence."""

    low: float
    high: float


def csat_mean(csat_sum: int, answers: int) -> float | None:
    """Mean satisfaction on the scale of 1 to 5.

    Raises ValueError when the sum cannot come from that many answers.
    """
    if not CSAT_LOWEST * answers <= csat_sum <= CSAT_HIGHEST * answers:
        raise ValueError(f"{answers} answers cannot add up to {csat_sum}")
    return ratio(csat_sum, answers)


def ratio(part: int, whole: int) -> float | None:
    """One number over another. Not always a share: the answers of a week may be to the questions of the week before."""
    return part / whole if whole else None


def net_promoter_score(promoters: int, detractors: int, answers: int) -> float | None:
    """Share of promoters less share of detractors, in points from -100 to 100 (Reichheld 2003).

    Raises ValueError when promoters and detractors are negative or more than the answers.
    """
    check_promoters(promoters, detractors, answers)
    return 100 * (promoters - detractors) / answers if answers else None


def net_promoter_interval(promoters: int, detractors: int, answers: int) -> Interval | None:
    """The 95 % interval of a net promoter score, in points; None without answers.

    The score is a difference of two shares of the same answers. Adjusted Wald interval of Bonett and Price, "Adjusted
    Wald confidence interval for a difference of binomial proportions based on paired data", Journal of Educational and
    Behavioral Statistics 37 (2012) 479-488: with one promoter and one detractor more,

        p = (promoters + 1) / (n + 2),  d = (detractors + 1) / (n + 2)
        p - d  ±  1.96 * sqrt((p + d - (p - d)²) / (n + 2))

    Rocks, "Interval estimation for the Net Promoter Score", The American Statistician 70 (2016) 365-372, finds such
    adjusted intervals to hold what they promise where the plain one is too narrow. Raises ValueError as the score does.
    """
    check_promoters(promoters, detractors, answers)
    if not answers:
        return None
    trials = answers + 2
    promoting, detracting = (promoters + 1) / trials, (detractors + 1) / trials
    centre = promoting - detracting
    reach = NORMAL_95 * sqrt((promoting + detracting - centre**2) / trials)
    return Interval(100 * max(-1.0, centre - reach), 100 * min(1.0, centre + reach))


def check_promoters(promoters: int, detractors: int, answers: int) -> None:
    """Raise ValueError when promoters and detractors are negative or more than the answers."""
    if promoters < 0 or detractors < 0 or promoters + detractors > answers:
        raise ValueError(f"{promoters} promoters and {detractors} detractors among {answers} answers")
