"""Where figures are going.

A robust slope, untouched by a bad week or two, of figures of which every week has its own: Theil, "A rank-invariant
method of linear and polynomial regression analysis", Proc. Kon. Ned. Akad. v. Wetensch. A 53 (1950) 386-392; Sen,
"Estimates of the regression coefficient based on Kendall's tau", JASA 63 (1968) 1379-1389.

A drift, of figures of which each contains those before: only their changes are news (random walk with drift; Hyndman
and Athanasopoulos, "Forecasting: Principles and Practice", 3rd ed., 5.2).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from statistics import NormalDist, fmean, median, stdev

CONFIDENCE = 0.95
LEAST_POINTS = 8  # below it the interval's normal approximation is poor


@dataclass(frozen=True, slots=True)
class Slope:
    """Change in a week, and the interval it lies in with 95 %."""

    value: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether it can be told from standing still."""
        return self.low > 0.0 or self.high < 0.0


def slope(points: Sequence[tuple[int, float]]) -> Slope | None:
    """The median of the slopes between all pairs of (week, figure), and Sen's interval; None for fewer than eight.

    The interval lies between the slopes of rank (N ∓ z·s)/2, where N is the number of pairs and s the standard
    deviation of Kendall's score; weeks must differ, figures may be equal.
    """
    count = len(points)
    if count < LEAST_POINTS:
        return None
    slopes = sorted(
        (later - first) / (to - at) for (at, first), (to, later) in combinations(sorted(points), 2)
    )
    reach = NormalDist().inv_cdf((1 + CONFIDENCE) / 2) * math.sqrt(count * (count - 1) * (2 * count + 5) / 18)
    outside = max(0, math.floor((len(slopes) - reach) / 2))
    return Slope(median(slopes), slopes[outside], slopes[-1 - outside])


def drift(points: Sequence[tuple[int, float]]) -> Slope | None:
    """The mean change in a week from the first of (week, figure) to the last, with Student's interval over the changes
    from one to the next; None for fewer than eight points."""
    if len(points) < LEAST_POINTS:
        return None
    from scipy.special import stdtrit  # type: ignore[import-untyped]

    changes = [(figure - last) / (week - at) for (at, last), (week, figure) in pairwise(sorted(points))]
    degrees = len(changes) - 1
    reach = float(stdtrit(degrees, (1 + CONFIDENCE) / 2)) * stdev(changes) / math.sqrt(len(changes))
    return Slope(mean := fmean(changes), mean - reach, mean + reach)
