"""The scores of a dashboard."""

import pytest

from communities.insight.scores import (
    Interval,
    csat_mean,
    mean_interval,
    net_promoter_interval,
    net_promoter_score,
    ratio,
    share_interval,
    student_95,
)


def test_csat_is_the_mean_of_the_answers() -> None:
    assert csat_mean(21, 6) == 3.5


def test_net_promoter_score_is_promoters_less_detractors_in_points() -> None:
    # 5 of 8 promoters, 1 of 8 detractors: 100 * (5 - 1) / 8 = 50
    assert net_promoter_score(5, 1, 8) == 50
    assert net_promoter_score(8, 0, 8) == 100
    assert net_promoter_score(0, 8, 8) == -100


def test_interval_of_a_net_promoter_score() -> None:
    # With one of each more: p = 60/100, d = 20/100. 0.4 ± 1.96 * sqrt((0.8 - 0.16) / 100) = 0.4 ± 1.96 * 0.08
    interval = net_promoter_interval(59, 19, 98)
    assert interval is not None
    assert (round(interval.low, 2), round(interval.high, 2)) == (24.32, 55.68)


def test_interval_of_few_answers_is_wide_and_ends_where_the_scale_does() -> None:
    # One promoter of one: p = 2/3, d = 1/3. 0.33 ± 1.96 * sqrt((1 - 1/9) / 3) = 0.33 ± 1.07
    interval = net_promoter_interval(1, 0, 1)
    assert interval is not None
    assert (round(interval.low, 1), interval.high) == (-73.4, 100)


def rounded(interval: Interval | None) -> tuple[float, float]:
    assert interval is not None
    return round(interval.low, 3), round(interval.high, 3)


def test_interval_of_a_share() -> None:
    # z² = 3.8415. (0.8 + z²/20 ± 1.96 · √(0.8 · 0.2 / 10 + z²/400)) / (1 + z²/10) = (0.9921 ± 0.3136) / 1.38415
    assert rounded(share_interval(8, 10)) == (0.490, 0.943)
    assert rounded(share_interval(5, 5)) == (0.566, 1.0)  # 1 / (1 + 3.8415/5): all of five is not all of all
    assert [share_interval(0, 0), share_interval(3, 2)] == [None, None]


def test_interval_of_a_mean() -> None:
    # 5, 4, 4, 4, 3: variance (82 − 20²/5) / 4 = 0.5, so 4 ± 2.776 · √(0.5 / 5)
    low, high = rounded(mean_interval(20, 5, 82))
    assert (round(low, 2), round(high, 2)) == (3.12, 4.88)
    # Two of 5 and one of 1: 3.67 ± 4.3 · √(5.33 / 3) is wider than the scale
    assert rounded(mean_interval(11, 3, 51)) == (1.0, 5.0)
    assert [mean_interval(25, 5, 125), mean_interval(9, 2, 41)] == [None, None]  # no spread; too few for one


def test_student_s_quantile_is_that_of_the_tables() -> None:
    for degrees, table in ((4, 2.776), (5, 2.571), (10, 2.228), (30, 2.042), (100, 1.984)):
        assert student_95(degrees) == pytest.approx(table, abs=0.01)


def test_ratio_is_one_number_over_another() -> None:
    assert (ratio(9, 12), ratio(0, 12), ratio(3, 2)) == (0.75, 0.0, 1.5)


def test_nothing_to_divide_by_is_none() -> None:
    assert [csat_mean(0, 0), net_promoter_score(0, 0, 0), net_promoter_interval(0, 0, 0), ratio(0, 0)] == [
        None
    ] * 4


def test_counts_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="3 answers cannot add up to 16"):
        csat_mean(16, 3)
    for score in (net_promoter_score, net_promoter_interval):
        with pytest.raises(ValueError, match="3 promoters and 2 detractors among 4 answers"):
            score(3, 2, 4)
