"""A figure now beside what it was."""

import pytest

from communities.insight.comparison import Difference, difference
from communities.insight.figures import BY_NAME, Reading, reading
from communities.insight.scores import Interval


def on_time(part: int, whole: int) -> Reading:
    return reading(BY_NAME["on_time"], {"arrivals_on_time": part, "arrivals": whole})


def test_two_shares_differ_as_newcombe_has_it() -> None:
    # His first example (1998, table II, method 10): 56/70 less 48/80 lies between 0.0524 and 0.3339.
    found = difference(on_time(56, 70), on_time(48, 80))
    assert found is not None
    assert found.interval is not None
    assert (found.value, found.interval.low, found.interval.high) == pytest.approx(
        (0.2, 0.0524, 0.3339), abs=1e-4
    )
    assert found.is_clear


def test_less_is_clear_as_well_and_a_little_is_not() -> None:
    assert difference(on_time(48, 80), on_time(56, 70)).is_clear  # type: ignore[union-attr]
    assert not difference(on_time(9, 10), on_time(8, 10)).is_clear  # type: ignore[union-attr]


def test_what_has_no_interval_has_a_difference_all_the_same() -> None:
    assert difference(Reading(12, 12, None), Reading(9, 9, None)) == Difference(3)
    assert not Difference(3).is_clear
    assert not Difference(0.0, Interval(0.0, 1.0)).is_clear


def test_beside_what_is_not_known_there_is_no_difference() -> None:
    assert [difference(on_time(1, 1), on_time(0, 0)), difference(on_time(0, 0), on_time(1, 1))] == [
        None,
        None,
    ]
