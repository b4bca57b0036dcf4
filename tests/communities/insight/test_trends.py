"""Where figures are going."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communities.insight.trends import Slope, drift, slope

# Eight weeks, one a disaster: 1 2 3 4 5 6 7 and in week 3 −50 instead of 4.
RISING = [(week, -50.0 if week == 3 else week + 1.0) for week in range(8)]


def test_a_bad_week_does_not_turn_the_slope() -> None:
    # 21 of 28 pairs without week 3 have slope 1; of the 7 with it, 3 are far below and 4 far above: the median is 1.
    # s = sqrt(8 · 7 · 21 / 18) = 8.08; 1.96 s = 15.84; (28 − 15.84) / 2 = 6.08: the 7th slope from either end.
    # Sorted: −54, … are the 3 below, so the 7th is 1; above: 4 are large, so the 7th from the top is 1.
    assert slope(RISING) == Slope(1.0, 1.0, 1.0)


def test_noise_without_a_trend_is_not_clear() -> None:
    found = slope([(week, float(week % 2)) for week in range(10)])
    assert found is not None
    assert not found.is_clear
    assert found.low <= 0.0 <= found.high


def test_a_handful_of_weeks_says_nothing() -> None:
    assert slope(RISING[:7]) is None


def test_a_drift_is_the_mean_of_the_changes() -> None:
    # Changes 1, 3, 1, 3, 1, 3, 1, 3: mean 2, standard deviation sqrt(8 / 7) = 1.0690, and t(7, 0.975) = 2.3646.
    found = drift([(week, 2.0 * week - week % 2) for week in range(9)])
    assert found is not None
    assert found.value == 2.0
    assert (found.low, found.high) == (pytest.approx(1.1063, abs=1e-4), pytest.approx(2.8937, abs=1e-4))
    assert drift([(week, float(week)) for week in range(7)]) is None


def test_a_week_without_a_reading_is_two_weeks_of_change() -> None:
    assert drift([(2 * week, 6.0 * week) for week in range(8)]) == Slope(3.0, 3.0, 3.0)


@given(st.lists(st.integers(-100, 100), min_size=8, max_size=20), st.integers(-5, 5))
def test_adding_a_line_adds_its_slope_whatever_the_order(figures: list[int], rise: int) -> None:
    def points(slant: int) -> list[tuple[int, float]]:
        return [(week, float(figure + slant * week)) for week, figure in enumerate(figures)]

    flat, steep = slope(points(0)), slope(points(rise)[::-1])
    assert flat is not None
    assert steep is not None
    for one, other in zip(
        (flat.low, flat.value, flat.high), (steep.low, steep.value, steep.high), strict=True
    ):
        assert abs(one + rise - other) < 1e-9
