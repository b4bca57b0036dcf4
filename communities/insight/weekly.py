"""What of a week is worth telling: a figure that differs from the four weeks before by more than chance explains."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from communities.insight.scores import CSAT_HIGHEST, CSAT_LOWEST

Counts = Mapping[str, int]  # the columns of a metric's day, summed over a week

WEEKS_BEFORE = 4
NORMAL = 1.96  # 97.5 % point of the normal distribution
STUDENT = 3.182  # 97.5 % point of Student's t with WEEKS_BEFORE - 1 degrees of freedom
TOTALS = {"requests": "requests", "revenue": "revenue_minor"}
SHARES = {
    "on_time": ("arrivals_on_time", "arrivals"),
    "first_visit_fix": ("visits_fixed", "first_visits"),
    "acceptance": ("offers_accepted", "offers"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """A figure of the week, by its name (communities.insight.figures), beside that of the weeks before: a weekly mean
    (totals), a share of 1, a mean answer (`csat`), or points (`nps`)."""

    figure: str
    now: float
    before: float


def changes(week: Counts, before: Sequence[Counts], *, least: int) -> list[Change]:
    """The figures that exceed their noise, in a fixed order. `before` are the four weeks before; what comes from fewer
    than `least` answers, visits or offers, on either side, is not told."""
    earlier = {name: sum(one.get(name, 0) for one in before) for name in week}
    rates = [_share(name, week, earlier) for name in SHARES]
    rates += [_csat(week, earlier), _nps(week, earlier)]
    return [
        *(change for name in TOTALS if (change := _total(name, week, before))),
        *(rate.change for rate in rates if min(rate.units) >= least and rate.exceeds_noise),
    ]


@dataclass(frozen=True, slots=True)
class _Rate:
    """Two means of so many units each, and the variance of one unit if both are of the same kind."""

    figure: str
    sums: tuple[float, float]
    units: tuple[int, int]
    variance: float
    scale: float = 1.0

    @property
    def change(self) -> Change:
        now, before = (self.scale * total / units for total, units in zip(self.sums, self.units, strict=True))
        return Change(self.figure, now, before)

    @property
    def exceeds_noise(self) -> bool:
        """The test of two means with a pooled variance (Agresti & Coull's textbook form, normal approximation)."""
        spread = self.scale * math.sqrt(self.variance * sum(1 / units for units in self.units))
        return abs(self.change.now - self.change.before) > NORMAL * spread


def _total(name: str, week: Counts, before: Sequence[Counts]) -> Change | None:
    """Outside of where the next of such weeks lies 19 times of 20: mean ± t·s·√(1 + 1/n), the prediction interval of
    one more observation (Hahn & Meeker, Statistical Intervals, 1991, 4.8). Totals come in bursts, so that their spread
    is measured, not assumed."""
    column = TOTALS[name]
    values = [one.get(column, 0) for one in before]
    mean = sum(values) / WEEKS_BEFORE
    variance = sum((value - mean) ** 2 for value in values) / (WEEKS_BEFORE - 1)
    reach = STUDENT * math.sqrt(variance * (1 + 1 / WEEKS_BEFORE))
    now = week.get(column, 0)
    return Change(name, now, mean) if all(values) and abs(now - mean) > reach else None


def _share(name: str, week: Counts, before: Counts) -> _Rate:
    part, whole = SHARES[name]
    pooled = _pooled(part, whole, week, before)
    return _rate(name, part, whole, week, before, pooled * (1 - pooled))


def _csat(week: Counts, before: Counts) -> _Rate:
    """The variance is not known, but is at most (5 - mean)(mean - 1) (Bhatia & Davis 2000)."""
    pooled = _pooled("csat_sum", "csat_answers", week, before)
    bound = max(0.0, (CSAT_HIGHEST - pooled) * (pooled - CSAT_LOWEST))
    return _rate("csat", "csat_sum", "csat_answers", week, before, bound)


def _nps(week: Counts, before: Counts) -> _Rate:
    """An answer counts 1, 0 or -1, so the variance is (promoters + detractors) - (promoters - detractors)²."""
    promoters = _pooled("nps_promoters", "nps_answers", week, before)
    detractors = _pooled("nps_detractors", "nps_answers", week, before)
    net = [one["nps_promoters"] - one["nps_detractors"] for one in (week, before)]
    return _Rate(
        "nps",
        (net[0], net[1]),
        (week["nps_answers"], before["nps_answers"]),
        promoters + detractors - (promoters - detractors) ** 2,
        scale=100,
    )


def _rate(name: str, part: str, whole: str, week: Counts, before: Counts, variance: float) -> _Rate:
    return _Rate(name, (week[part], before[part]), (week[whole], before[whole]), variance)


def _pooled(part: str, whole: str, week: Counts, before: Counts) -> float:
    units = week[whole] + before[whole]
    return (week[part] + before[part]) / units if units else 0.0
