"""The figures of a dashboard."""

import pytest

from communities.insight.scores import csat_mean, first_visit_fix_share, net_promoter_score, on_time_share


def test_csat_is_the_mean_of_the_answers() -> None:
    assert csat_mean(21, 6) == 3.5


def test_net_promoter_score_is_promoters_less_detractors_in_points() -> None:
    # 5 of 8 promoters, 1 of 8 detractors: 100 * (5 - 1) / 8 = 50
    assert net_promoter_score(5, 1, 8) == 50
    assert net_promoter_score(8, 0, 8) == 100
    assert net_promoter_score(0, 8, 8) == -100


def test_shares_of_visits() -> None:
    assert on_time_share(9, 12) == 0.75
    assert first_visit_fix_share(0, 12) == 0.0


def test_nothing_to_divide_by_is_none() -> None:
    empty = [csat_mean(0, 0), net_promoter_score(0, 0, 0), on_time_share(0, 0), first_visit_fix_share(0, 0)]
    assert empty == [None, None, None, None]


def test_counts_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="3 answers cannot add up to 16"):
        csat_mean(16, 3)
    with pytest.raises(ValueError, match="3 promoters and 2 detractors among 4 answers"):
        net_promoter_score(3, 2, 4)
    with pytest.raises(ValueError, match="5 of 4 is not a share"):
        on_time_share(5, 4)
