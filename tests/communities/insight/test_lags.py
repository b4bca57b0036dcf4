"""What the weeks say about service and revenue, against worlds whose truth is known."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest

from communities.insight.lags import Band, OutcomeReading, half_shown, lag_basis, read_lags, read_outcome
from communities.insight.panel import REVENUE, Need, Week, panel_of
from tests.communities.insight.weeks import CURVE, MONDAY, NOTHING, panel, weeks

SIMULATIONS = 60


@pytest.fixture(scope="module")
def world() -> list[Week]:
    return weeks(2, CURVE, communities=30, length=104)


def test_a_known_curve_is_found_within_its_interval(world: list[Week]) -> None:
    found = read_lags(world)["repurchase"].associations["csat"]
    truth = CURVE.cumsum()
    inside = [
        low <= true <= high
        for low, true, high in zip(found.cumulative.low, truth, found.cumulative.high, strict=True)
    ]
    assert inside == [True] * 27
    assert found.cumulative.low[-1] > 0
    # Half of the 0.2 has shown by the fifth week: 0.2 × 0.44 by the fourth, 0.2 × 0.54 by the fifth.
    assert found.half_shown is not None
    assert abs(found.half_shown - 5) <= 2


def test_where_there_is_nothing_the_interval_says_so_as_often_as_it_promises() -> None:
    """In about 95 of 100 worlds it has zero in it, though a community's weeks resemble each other."""
    found = [read_outcome(panel(seed, NOTHING), REVENUE["repurchase"]).associations for seed in range(60)]
    wholes = [associations["csat"].whole for associations in found if associations]
    # In two worlds a few communities weigh too much for an interval. Of 58 tosses with 95 % each, fewer than 50 come
    # less than once in a hundred times.
    assert len(wholes) == 58
    assert sum(low <= 0.0 <= high for _, low, high in wholes) >= 50


def test_what_never_moved_has_no_association_and_says_nothing_false(world: list[Week]) -> None:
    found = read_lags([replace(week, arrivals_on_time=week.arrivals) for week in world])
    assert set(found["repurchase"].associations) == {"csat", "first_visit_fix"}
    # Every invoice is of 1,000: nothing goes with a ticket that does not move.
    assert found["ticket"] == OutcomeReading(30, 104)


def test_the_order_of_the_weeks_is_irrelevant(world: list[Week]) -> None:
    shuffled = world[:]
    Random(7).shuffle(shuffled)  # noqa: S311
    assert read_lags(shuffled) == read_lags(world)


def test_too_little_says_what_is_missing_and_no_number(world: list[Week]) -> None:
    short = [week for week in world if (week.monday - MONDAY).days < 7 * 40 and week.community < "c08"]
    found = read_lags(short)
    # 26 weeks of lags, 26 to be explained, 13 until it is known who came back; 40 are there, of which the first 26
    # have no lags and the last 13 are not known: one week of eight communities.
    assert found["repurchase"] == OutcomeReading(
        8, 40, (Need("weeks", 40, 65), Need("communities", 8, 10), Need("community_weeks", 8, 260))
    )
    assert found["ticket"] == OutcomeReading(
        8, 40, (Need("weeks", 40, 52), Need("communities", 8, 10), Need("community_weeks", 112, 260))
    )
    assert read_lags([])["ticket"].missing[0] == Need("weeks", 0, 52)


def test_communities_without_answers_do_not_count(world: list[Week]) -> None:
    silent = [
        replace(week, csat_sum=0, csat_answers=0) if week.community >= "c09" else week for week in world
    ]
    assert read_lags(silent)["repurchase"].missing == (Need("communities", 9, 10),)


def test_customers_who_may_still_come_back_are_not_counted_as_lost(world: list[Week]) -> None:
    last = max(week.monday for week in world)
    waiting = [replace(week, repurchased=0) if (last - week.monday).days < 7 * 13 else week for week in world]
    assert read_lags(waiting)["repurchase"] == read_lags(world)["repurchase"]


def test_the_curves_can_say_that_every_lag_counts_the_same() -> None:
    assert lag_basis().shape == (27, 5)
    assert lag_basis().sum(axis=1) == pytest.approx(np.ones(27))


@pytest.mark.parametrize(
    ("band", "half"),
    [
        (Band((1.0, 3.0, 4.0), (0.1, 1.0, 1.0), (2.0, 5.0, 7.0)), 1),
        (Band((-1.0, -3.0, -4.0), (-2.0, -5.0, -7.0), (0.1, -1.0, -1.0)), 1),
        (Band((1.0, 3.0, 4.0), (0.1, 1.0, -0.1), (2.0, 5.0, 7.0)), None),
    ],
)
def test_half_has_shown_only_where_the_whole_is_something(band: Band, half: int | None) -> None:
    assert half_shown(band) == half


def test_what_is_no_panel_is_refused() -> None:
    with pytest.raises(ValueError, match="comes twice"):
        panel_of([Week("A", MONDAY), Week("A", MONDAY)])
    with pytest.raises(ValueError, match="on a Monday"):
        panel_of([Week("A", MONDAY.replace(day=3))])
