"""What of a week is told, by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communities.insight.weekly import Change, Counts, changes

EMPTY = dict.fromkeys(
    [
        "requests", "first_visits", "visits_fixed", "arrivals", "arrivals_on_time", "csat_answers", "csat_sum",
        "nps_answers", "nps_promoters", "nps_detractors", "offers", "offers_accepted", "revenue_minor",
    ],
    0,
)  # fmt: skip


def week(**counts: int) -> Counts:
    return EMPTY | counts


def told(now: Counts, before: Counts) -> list[Change]:
    """`before` is what all four weeks have together; the first has it all."""
    return changes(now, [before, week(), week(), week()], least=5)


@pytest.mark.parametrize(("on_time", "is_told"), [(30, True), (36, False)])
def test_a_share_is_told_beyond_its_noise(on_time: int, is_told: bool) -> None:
    # Before: 152 of 160 = 0.95. Now 30 of 40: pooled 182/200 = 0.91, so √(0.91·0.09·(1/40 + 1/160)) = 0.0506, times
    # 1.96 is 0.099 < 0.20. Now 36 of 40: pooled 0.94, √(0.94·0.06·0.03125) = 0.0420, times 1.96 is 0.082 > 0.05.
    now = week(arrivals=40, arrivals_on_time=on_time)
    expected = [Change("on_time", on_time / 40, 0.95)] if is_told else []
    assert told(now, week(arrivals=160, arrivals_on_time=152)) == expected


@pytest.mark.parametrize(("csat_sum", "is_told"), [(30, True), (40, False)])
def test_a_mean_answer_is_told_beyond_the_greatest_noise_it_can_have(csat_sum: int, is_told: bool) -> None:
    # Before: 40 answers of 4.5. Now 10 of 3.0: pooled 210/50 = 4.2, variance at most 0.8·3.2 = 2.56, √(2.56·(1/10 +
    # 1/40)) = 0.566, times 1.96 is 1.11 < 1.5. Now 10 of 4.0: pooled 4.4, √(0.6·3.4·0.125) = 0.505, 0.99 > 0.5.
    now = week(csat_answers=10, csat_sum=csat_sum)
    expected = [Change("csat", csat_sum / 10, 4.5)] if is_told else []
    assert told(now, week(csat_answers=40, csat_sum=180)) == expected


def test_net_promoters_are_told_in_points() -> None:
    # Before: (20 - 8)/40 = 30 points. Now (2 - 6)/10 = -40. Pooled 22/50 promoters, 14/50 detractors: variance
    # 0.72 - 0.16² = 0.6944; √(0.6944·0.125) = 0.295, times 196 is 57.7 < 70.
    now = week(nps_answers=10, nps_promoters=2, nps_detractors=6)
    before = week(nps_answers=40, nps_promoters=20, nps_detractors=8)
    assert told(now, before) == [Change("nps", -40.0, 30.0)]


@pytest.mark.parametrize(("requests", "is_told"), [(52, True), (51, False), (28, True), (29, False)])
def test_a_total_is_told_outside_of_where_the_next_week_would_lie(requests: int, is_told: bool) -> None:
    # 40, 44, 36, 40: mean 40, s = √(32/3) = 3.27; 3.182·3.27·√1.25 = 11.6.
    before = [week(requests=number) for number in (40, 44, 36, 40)]
    found = changes(week(requests=requests), before, least=5)
    assert found == ([Change("requests", requests, 40.0)] if is_told else [])


def test_fewer_answers_than_may_be_shown_tell_nothing() -> None:
    assert told(week(csat_answers=4, csat_sum=4), week(csat_answers=400, csat_sum=2000)) == []


@given(st.integers(0, 30), st.integers(1, 4))
def test_weeks_that_are_alike_tell_nothing(answers: int, mark: int) -> None:
    one = week(
        requests=answers,
        arrivals=answers,
        arrivals_on_time=answers // 2,
        csat_answers=answers,
        csat_sum=mark * answers,
    )
    assert changes(one, [one] * 4, least=5) == []
