"""When a goal would be reached, and when nobody can say."""

from datetime import date, timedelta

import pytest

from communities.insight.goals import Expected, progress
from communities.insight.trends import Slope, slope

TODAY = date(2026, 3, 2)
DAY = timedelta(days=1)
# Ten weeks, up by 0.01 each, the last at 0.70.
RISING = [(week, 0.61 + 0.01 * week) for week in range(10)]
WAVERING = [(week, 0.65 + 0.05 * (week % 2)) for week in range(10)]


def test_a_steady_rise_gives_a_day_and_the_goal_is_on_track_or_late_by_it() -> None:
    # 0.80 − 0.70 = 0.10 at 0.01 a week is ten weeks: 70 days.
    then = TODAY + timedelta(weeks=10)
    in_time = progress(target=0.8, by_on=then, today=TODAY, current=0.7, trend=slope(RISING))
    too_late = progress(target=0.8, by_on=then - DAY, today=TODAY, current=0.7, trend=slope(RISING))
    assert (in_time.state, in_time.expected) == ("on_track", Expected(then, then, then))
    assert (too_late.state, too_late.expected) == ("late", Expected(then, then, then))


def test_no_day_is_named_when_the_slope_may_be_nothing() -> None:
    found = progress(target=0.8, by_on=TODAY + 300 * DAY, today=TODAY, current=0.675, trend=slope(WAVERING))
    assert (found.state, found.expected) == ("unknown", None)
    assert found.trend is not None


def test_the_slow_end_of_the_trend_may_have_no_day() -> None:
    # Slopes between 0.0001 and 0.02 a week: 0.1 takes 5 weeks at best, 1000 at worst, which is no date.
    uneven = [(0, 0.5), (1, 0.5001), (2, 0.52), (3, 0.5201), (4, 0.54), (5, 0.5401), (6, 0.56),
              (7, 0.5601), (8, 0.58)]  # fmt: skip
    found = progress(target=0.68, by_on=TODAY + 365 * DAY, today=TODAY, current=0.58, trend=slope(uneven))
    assert found.trend is not None
    assert found.trend.is_clear
    assert found.expected is not None
    assert found.expected.earliest < found.expected.on
    assert found.state == "on_track"


@pytest.mark.parametrize(
    ("current", "by_on", "weeks", "state"),
    [
        (0.8, TODAY + DAY, [], "reached"),
        (0.81, TODAY - DAY, RISING, "reached"),
        (0.79, TODAY - DAY, RISING, "late"),
        (None, TODAY - DAY, [], "late"),
        (None, TODAY + DAY, RISING, "unknown"),
        (0.7, TODAY + DAY, RISING[:7], "unknown"),
        (0.7, TODAY + 365 * DAY, [(week, 1 - figure) for week, figure in RISING], "late"),  # it goes down
    ],
)
def test_states(current: float | None, by_on: date, weeks: list[tuple[int, float]], state: str) -> None:
    found = progress(target=0.8, by_on=by_on, today=TODAY, current=current, trend=slope(weeks))
    assert (found.state, found.expected) == (state, None)


def test_a_trend_is_told_with_its_interval() -> None:
    found = progress(target=0.8, by_on=TODAY, today=TODAY, current=0.7, trend=slope(RISING))
    assert found.trend is not None
    assert found.trend == Slope(*(pytest.approx(0.01) for _ in range(3)))
