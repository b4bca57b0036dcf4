"""The scores of a dashboard."""

import pytest

from communities.insight.scores import csat_mean, net_promoter_interval, net_promoter_score, ratio


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
