"""A goal for a figure by a day: how far it is, where it is going, and when it would be there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from communities.insight.trends import Slope

FARTHEST = timedelta(days=5 * 365)  # what is further off is not a date but a guess

State = Literal["reached", "on_track", "late", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """A figure that can be a goal: above `least`, and `most` at most."""

    least: float = 0.0
    most: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedAim(Aim):
    """A part of a whole, counted over `days` days and known `settles` days late. `is_asked`: the whole are answers,
    and a figure of few is none."""

    part: str
    whole: str
    days: int = 28
    settles: int = 0
    is_asked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedAim(Aim):
    """A figure that is read every night from all orders there have been (`communities.models.RetentionFit`), by its
    name there. `is_money`: in minor units of the organisation's currency."""

    figure: str
    is_money: bool = False


AIMS: dict[str, CountedAim | FittedAim] = {
    "first_visit_fix": CountedAim(part="visits_fixed", whole="first_visits"),
    "on_time": CountedAim(part="arrivals_on_time", whole="arrivals"),
    "acceptance": CountedAim(part="offers_accepted", whole="offers"),
    "csat": CountedAim(part="csat_sum", whole="csat_answers", least=1.0, most=5.0, is_asked=True),
    "resolve_hit_rate": CountedAim(part="resolved_on_time", whole="resolved"),
    "repurchase": CountedAim(part="repurchased", whole="repurchase_base", days=90, settles=90),
    "retention": FittedAim(figure="kept_a_year"),
    "lifetime_value": FittedAim(figure="lifetime_minor", most=1e11, is_money=True),
}
"""By the names of their figures. The last three are long-term goals. Retention is the other side of churn: the share of
orders that another follows within a year."""


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
    *, target: float, by_on: date, today: date, current: float | None, trend: Slope | None
) -> Progress:
    """Where the goal of `target` or more by `by_on` stands `today`.

    `current` is the figure of the aim's window, None when it is not known; `trend` its change in a week. Reached is
    reached; past its day it is late; else late or on track by the expected day, late when the figure is clearly going
    down, and unknown while nobody can say.
    """
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
