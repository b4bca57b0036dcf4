"""What a chart is drawn from: a figure's weeks in a community beside its region, as numbers and in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.functional import Promise

from communities.insight.figures import Figure, Reading
from communities.insight.sentences import Language
from communities.selectors.trend import Stretch
from console.office.figure_words import TITLES, said, shown, told

HALF_A_YEAR, YEAR = 26, 52
MONTHLY = 4  # weeks: in one week of one community too few answer


@dataclass(frozen=True, slots=True)
class StretchRow:
    """A week, or four, in words: `low` and `high` are empty without an interval."""

    on: date
    own: str | Promise
    low: str
    high: str
    region: str | Promise


@dataclass(frozen=True, slots=True)
class WeekChart:
    """`drawn` is for the script (console/static/console/charts.js), `rows` for the table that says the same. Of a
    week each, or of four."""

    title: str | Promise
    is_weekly: bool
    drawn: dict[str, object]
    rows: list[StretchRow]
    has_interval: bool
    is_average: bool


def weeks_of(figure: Figure, today: date) -> tuple[date, date, int]:
    """The Monday and the Sunday that the chart of a figure begins and ends with, and how many weeks go together: half a
    year of weeks, or a year of four weeks each of what people answer. The week of today is not over."""
    last = today - timedelta(days=today.isoweekday())
    weeks, each = (YEAR, MONTHLY) if figure.is_asked else (HALF_A_YEAR, 1)
    return last - timedelta(days=7 * weeks - 1), last, each


def week_chart(
    figure: Figure, weeks: Sequence[Stretch], names: tuple[str, str], currency: str, language: Language
) -> WeekChart:
    """The chart of a community and its region, by their `names`: bars of what is added up, a line of what is
    divided."""
    own, region = names
    return WeekChart(
        title=TITLES[figure.name],
        is_weekly=not figure.is_asked,
        drawn={
            **told(figure, currency),
            "language": language,
            "kind": "line" if figure.denominator else "bar",
            "weeks": [week.on.isoformat() for week in weeks],
            "series": [
                {"name": own, **_drawn([week.own for week in weeks])},
                {"name": region, **_drawn([week.region for week in weeks])},
            ],
        },
        rows=[_row(figure, week, currency) for week in reversed(weeks)],
        has_interval=any(week.own.interval for week in weeks),
        is_average=not figure.denominator,
    )


def _drawn(readings: Sequence[Reading]) -> dict[str, list[float | None]]:
    intervals = [reading.interval for reading in readings]
    return {
        "values": [reading.value for reading in readings],
        "low": [interval.low if interval else None for interval in intervals],
        "high": [interval.high if interval else None for interval in intervals],
    }


def _row(figure: Figure, week: Stretch, currency: str) -> StretchRow:
    interval = week.own.interval
    return StretchRow(
        on=week.on,
        own=said(figure, week.own, currency),
        low=shown(figure, interval.low, currency) if interval else "",
        high=shown(figure, interval.high, currency) if interval else "",
        region=said(figure, week.region, currency),
    )
