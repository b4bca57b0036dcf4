"""Goals in words: their figures in the units that people read, where they stand, and when they would be reached."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from communities.insight.goals import AIMS, FittedAim
from communities.insight.sentences import Language
from communities.models import Goal
from console.office.curves import Spark, spark
from core.money import DECIMALS, Money
from dispatch.explanations import name_in

MEASURES: dict[str, Promise] = {
    Goal.Measure.FIRST_VISIT_FIX: _("Fixed at first visit"),
    Goal.Measure.ON_TIME: _("On time"),
    Goal.Measure.ACCEPTANCE: _("Offers accepted"),
    Goal.Measure.CSAT: _("CSAT"),
    Goal.Measure.RESOLVE_HIT_RATE: _("Resolved in time"),
    Goal.Measure.REPURCHASE: _("Came back within 90 days"),
    Goal.Measure.RETENTION: _("Ordered again within a year"),
    Goal.Measure.LIFETIME_VALUE: _("Lifetime value of a customer"),
}
STATES: dict[str, Promise] = {
    "reached": _("reached"),
    "on_track": _("on track"),
    "late": _("late"),
    "unknown": _("nobody can say yet"),
}
LONG_TERM = (Goal.Measure.REPURCHASE, *(name for name, aim in AIMS.items() if isinstance(aim, FittedAim)))
"""What shows after months; the others move within weeks."""


@dataclass(frozen=True, slots=True)
class GoalShown:
    """A goal with its figures in words: a score, a share or an amount."""

    goal: Goal
    region: str
    measure: Promise
    state: Promise
    current: str
    target: str
    expected: tuple[date, date, date | None] | None
    spark: Spark | None


def goal_shown(goal: Goal, language: Language, currency: str) -> GoalShown:
    progress = goal.progress
    current = progress["current"]
    return GoalShown(
        goal=goal,
        region=name_in(goal.region, language),
        measure=MEASURES[goal.measure],
        state=STATES[progress["state"]],
        current="–" if current is None else figure_words(goal.measure, current, currency),
        target=figure_words(goal.measure, float(goal.target), currency),
        expected=_days(progress["expected"]),
        spark=spark(progress["weeks"], float(goal.target)),
    )


def figure_words(measure: str, figure: float, currency: str) -> str:
    """A figure in the unit of its measure."""
    if measure == Goal.Measure.LIFETIME_VALUE:
        return str(Money(round(figure), currency))
    return f"{figure:.2f}" if measure == Goal.Measure.CSAT else f"{100 * figure:.0f} %"


def unit_words(measure: str, currency: str) -> Promise | str:
    """What a target is typed in."""
    if measure == Goal.Measure.LIFETIME_VALUE:
        return currency
    return _("1 to 5") if measure == Goal.Measure.CSAT else "%"


def scale(measure: str, currency: str) -> Decimal:
    """How many of what people type are one of what is kept: a share of 1 is 100 per cent."""
    if measure == Goal.Measure.LIFETIME_VALUE:
        return Decimal(1).scaleb(-DECIMALS[currency])
    return Decimal(1) if measure == Goal.Measure.CSAT else Decimal(100)


def _days(expected: Mapping[str, str | None] | None) -> tuple[date, date, date | None] | None:
    if expected is None or expected["on"] is None or expected["earliest"] is None:
        return None
    latest = expected["latest"]
    return (
        date.fromisoformat(expected["on"]),
        date.fromisoformat(expected["earliest"]),
        date.fromisoformat(latest) if latest else None,
    )
