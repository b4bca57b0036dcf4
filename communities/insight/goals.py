"""A goal for a figure by a day: how far it is, where it is going, and when it would be there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from communities.insight.trends import Slope, slope

FARTHEST = timedelta(days=5 * 365)  # what is further off is not a date but a guess

State = Literal["reached", "on_track", "late", "unknown"]


@dataclass(frozen=True, slots=True)
class Aim:
    """A figure that can be a goal: a part of a whole, between `least` and `most`, over `days`.

    It is known `settles` days late. `is_asked`: the whole are answers, and a figure of few is none.
    """

    part: str
    whole: str
    days: int = 28
    least: float = 0.0
    most: float = 1.0
    settles: int = 0
    is_asked: bool = False


AIMS = {
    "first_visit_fix": Aim("visits_fixed", "visits"),
    "on_time": Aim("arrivals_on_time", "arrivals"),
    "acceptance": Aim("offers_accepted", "offers"),
    "csat": Aim("csat_sum", "csat_answers", least=1.0, most=5.0, is_asked=True),
    "resolve_hit_rate": Aim("resolved_on_time", "resolved"),
    "repurchase": Aim("repurchased", "repurchase_base", days=90, settles=90),
}
"""By the names of their figures. The last is a long-term goal: how many come back, the other side of churn."""


@dataclass(frozen=True, slots=True)
class Expected:
    """The day on which the goal is reached if the trend goes on, and the days between which that lies; None where the
    slow end of the trend takes more than five years."""

    on: date
    earliest: date
    latest: date | None


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a goal stands. `expected` only when the trend leads there and can be told from standing still."""

    state: State
    current: float | None
    trend: Slope | None = None
    expected: Expected | None = None


def progress(
    *, target: float, by_on: date, today: date, current: float | None, weeks: Sequence[tuple[int, float]]
) -> Progress:
    """Where the goal of `target` or more by `by_on` stands `today`.

    `current` is the figure of the aim's window, None when it is not known; `weeks` are (number of the week, figure).
    Reached is reached; past its day it is late; else late or on track by the expected day, late when the figure is
    clearly going down, and unknown while nobody can say.
    """
    trend = slope(weeks)
    if current is not None and current >= target:
        return Progress("reached", current, trend)
    if today > by_on:
        return Progress("late", current, trend)
    if current is None or trend is None or not trend.is_clear:
        return Progress("unknown", current, trend)
    expected = _expected(target - current, trend, today)
    state: State = "on_track" if expected and expected.on <= by_on else "late"
    return Progress(state, current, trend, expected)


def _expected(distance: float, trend: Slope, today: date) -> Expected | None:
    """The day by which a rising trend has gone the distance; None when it falls, or takes more than five years."""
    on, earliest, latest = (_day(distance, weekly, today) for weekly in (trend.value, trend.high, trend.low))
    return Expected(on, earliest, latest) if on and earliest else None


def _day(distance: float, weekly: float, today: date) -> date | None:
    if weekly <= 0.0 or 7 * distance / weekly > FARTHEST.days:
        return None
    return today + timedelta(days=round(7 * distance / weekly))
