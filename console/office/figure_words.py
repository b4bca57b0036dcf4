"""Figures in words: what they are called, and a value, a change and an interval as people write them."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from communities.insight.comparison import Difference
from communities.insight.figures import BY_NAME, Figure, Reading, Unit
from core.money import DECIMALS, Money

TITLES: Mapping[str, Promise] = {
    "requests": _("Requests"),
    "visits": _("Visits"),
    "on_time": _("On time"),
    "first_visit_fix": _("Fixed at first visit"),
    "respond_hit_rate": _("Answered in time"),
    "resolve_hit_rate": _("Resolved in time"),
    "reopen_rate": _("Done again"),
    "csat": _("CSAT"),
    "satisfied": _("Satisfied customers"),
    "nps": _("NPS"),
    "response_rate": _("Questions answered"),
    "complaint_rate": _("Complaints"),
    "referral_rate": _("Recommendations"),
    "repurchase": _("Came back within 90 days"),
    "active_customers": _("Customers served"),
    "returning_customers": _("Served before as well"),
    "households_served": _("Households served"),
    "acceptance": _("Offers accepted"),
    "value_added_share": _("Sold on site"),
    "average_ticket": _("Average invoice"),
    "revenue": _("Revenue"),
    "gross_margin": _("Margin"),
}
"""In the order in which a page shows them: work, what people say, who they are, money."""

FIGURES = tuple(BY_NAME[name] for name in TITLES)
LESS_IS_BETTER = frozenset({"reopen_rate", "complaint_rate"})
MINUS, NOTHING = "\u2212", "\u2013"
TOO_FEW = _("too few answers")
DECIMAL_PLACES = {Unit.COUNT: 0, Unit.SHARE: 0, Unit.SCORE: 1, Unit.POINTS: 0}
FINER = {Unit.COUNT: 0, Unit.SHARE: 1, Unit.SCORE: 2, Unit.POINTS: 0}
"""Decimals of a value, and of a change, which is smaller."""


def shown(figure: Figure, value: float | None, currency: str) -> str:
    """A value with its unit; a dash for none."""
    if value is None:
        return NOTHING
    if figure.unit == Unit.MONEY:
        return str(Money(round(value), currency))
    return _number(figure, value, DECIMAL_PLACES[figure.unit])


def said(figure: Figure, reading: Reading, currency: str) -> str | Promise:
    """As shown; of what is hidden, that it is."""
    return TOO_FEW if reading.is_hidden else shown(figure, reading.value, currency)


def signed(figure: Figure, change: float, currency: str) -> str:
    """A change with its sign, in points of per cent where the figure is a share."""
    if figure.unit == Unit.MONEY:
        text = str(Money(abs(round(change)), currency))
    else:
        text = _number(figure, abs(change), FINER[figure.unit])
    return f"{_sign(change)}{text}"


def between(figure: Figure, difference: Difference, currency: str) -> str:
    """Where a change lies 95 times of 100; empty where nobody can say."""
    interval = difference.interval
    if interval is None:
        return ""
    return f"{signed(figure, interval.low, currency)} … {signed(figure, interval.high, currency)}"


def standing(figure: Figure, difference: Difference | None) -> str:
    """A class for a change that chance does not explain: `helps` or `harms`."""
    if difference is None or not difference.is_clear:
        return ""
    is_better = (difference.value > 0) != (figure.name in LESS_IS_BETTER)
    return "helps" if is_better else "harms"


def told(figure: Figure, currency: str) -> dict[str, object]:
    """What a script needs to write the figure's values."""
    return {"unit": str(figure.unit), **money_told(currency)}


def money_told(currency: str) -> dict[str, object]:
    """What a script needs to write amounts, which come in minor units."""
    return {"currency": currency, "decimals": DECIMALS[currency]}


def _number(figure: Figure, value: float, places: int) -> str:
    scale, unit = (100, " %") if figure.unit == Unit.SHARE else (1, "")
    return f"{scale * value:,.{places}f}{unit}".replace("-", MINUS)


def _sign(change: float) -> str:
    return "+" if change > 0 else MINUS if change < 0 else "±"
