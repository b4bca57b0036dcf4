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


LEAST_TO_SPREAD = 3


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


def share_interval(part: int, whole: int) -> Interval | None:
    """The 95 % interval of the share of `part` in `whole`; None for a part of nothing, or one that is none.

    Wilson's score interval ("Probable inference, the law of succession, and statistical inference", JASA 22 (1927)
    209-212), which Brown, Cai and DasGupta, "Interval estimation for a binomial proportion", Statistical Science 16
    (2001) 101-133, recommend for small numbers:

        (p + z²/2n  ±  z * sqrt(p (1 - p) / n + z²/4n²)) / (1 + z²/n)
    """
    if not 0 <= part <= whole or not whole:
        return None
    share, square = part / whole, NORMAL_95**2
    centre = share + square / (2 * whole)
    reach = NORMAL_95 * sqrt(share * (1 - share) / whole + square / (4 * whole**2))
    divisor = 1 + square / whole
    return Interval(max(0.0, (centre - reach) / divisor), min(1.0, (centre + reach) / divisor))


def mean_interval(total: int, answers: int, squares: int) -> Interval | None:
    """The 95 % interval of mean satisfaction, from the sum of the answers and of their squares.

    Student's: mean ± t * s / sqrt(n), within the scale. None for fewer than three answers, and where all are alike: how
    far they spread is not known then.
    """
    if answers < LEAST_TO_SPREAD or squares * answers <= total**2:
        return None
    mean = total / answers
    variance = (squares - total * mean) / (answers - 1)
    reach = student_95(answers - 1) * sqrt(variance / answers)
    return Interval(max(float(CSAT_LOWEST), mean - reach), min(float(CSAT_HIGHEST), mean + reach))


def student_95(degrees: int) -> float:
    """Quantile of Student's t that leaves 2.5 % above it, from four terms of Cornish and Fisher's expansion (Abramowitz
    and Stegun, "Handbook of Mathematical Functions", 1964, 26.7.5): within 0.01 from four degrees of freedom on."""
    z = NORMAL_95
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return sum(term / float(degrees) ** power for power, term in enumerate(terms))


def check_promoters(promoters: int, detractors: int, answers: int) -> None:
    """Raise ValueError when promoters and detractors are negative or more than the answers."""
    if promoters < 0 or detractors < 0 or promoters + detractors > answers:
        raise ValueError(f"{promoters} promoters and {detractors} detractors among {answers} answers")
