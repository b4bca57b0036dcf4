"""Weeks of a community beside its region, and the days before a window."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from communities.access import Caller
from communities.insight.figures import BY_NAME
from communities.models import Community, MetricDay, Region
from communities.selectors.trend import community_trend, figure_weeks, figures_before
from tests import factories

MONDAY = date(2026, 2, 2)
SUNDAY = date(2026, 2, 15)  # of the second week


@pytest.fixture
def villages(north: Region) -> list[Community]:
    return [factories.community(north, code) for code in ("a", "b", "c")]


def cell(community: Community, on: date, **counts: int) -> None:
    MetricDay.objects.create(organisation=community.organisation, community=community, on=on, **counts)


def answers(community: Community, on: date, count: int, csat_sum: int) -> None:
    cell(community, on, csat_answers=count, csat_sum=csat_sum, csat_squares=csat_sum**2 // count)


def weeks(caller: Caller, community: Community, name: str) -> list[tuple[Any, ...]]:
    found = figure_weeks(caller, community, BY_NAME[name], MONDAY, SUNDAY)
    return [(week.on.day, week.own.value, week.region.value) for week in found]


def test_a_week_stands_beside_that_of_the_region(as_dora: Caller, villages: list[Community]) -> None:
    here, there, _ = villages
    cell(here, MONDAY, arrivals=4, arrivals_on_time=3)
    cell(here, MONDAY + timedelta(days=6), arrivals=4, arrivals_on_time=1)
    cell(there, MONDAY, arrivals=8, arrivals_on_time=8)
    cell(here, SUNDAY + timedelta(days=1), arrivals=1)
    # (3 + 1) / 8, and with the other's 8 of 8: 12 / 16. In the second week nobody arrived.
    assert weeks(as_dora, here, "on_time") == [(2, 0.5, 0.75), (9, None, None)]


def test_what_is_added_up_stands_beside_the_average_of_the_region(
    as_dora: Caller, villages: list[Community]
) -> None:
    here, there, idle = villages
    cell(here, MONDAY, requests=4)
    cell(there, MONDAY, requests=5)
    cell(idle, SUNDAY, visits=1)
    assert weeks(as_dora, here, "requests") == [(2, 4, 3.0), (9, 0, 0.0)]  # (4 + 5) / 3


def test_a_week_is_hidden_where_the_region_less_the_rest_would_tell_it(
    as_dora: Caller, villages: list[Community]
) -> None:
    few, next_smallest, many = villages
    for community, count in ((few, 2), (next_smallest, 6), (many, 9)):
        answers(community, MONDAY, count, 4 * count)
    answers(few, SUNDAY, 2, 8)  # alone: the region is of few as well
    assert weeks(as_dora, few, "csat") == [(2, None, 4.0), (9, None, None)]
    assert weeks(as_dora, next_smallest, "csat") == [(2, None, 4.0), (9, None, None)]
    assert weeks(as_dora, many, "csat") == [(2, 4.0, 4.0), (9, None, None)]
    by_api = {
        one.code: community_trend(as_dora, one.pk, MONDAY, SUNDAY, "week")[0][1]["csat"] for one in villages
    }
    assert {code: csat.is_hidden for code, csat in by_api.items()} == {"a": True, "b": True, "c": False}


def test_weeks_together_are_hidden_as_one(as_dora: Caller, villages: list[Community]) -> None:
    here, there, _ = villages
    for on in (MONDAY, SUNDAY):
        answers(here, on, 3, 12)
        answers(there, on, 8, 16)
    assert [value for _, value, _ in weeks(as_dora, here, "csat")] == [None, None]
    [both] = figure_weeks(as_dora, here, BY_NAME["csat"], MONDAY, SUNDAY, each=2)
    # Six of 4 here, 16 of 2 there: (24 + 32) / 22
    assert (both.on, both.own.value, both.region.value) == (MONDAY, 4.0, 56 / 22)


def test_what_is_known_later_is_known_in_a_week_of_nothing_else(
    as_dora: Caller, villages: list[Community]
) -> None:
    cell(villages[0], MONDAY - timedelta(days=90), repurchase_base=2, repurchased=1)
    [(on, figures)] = community_trend(as_dora, villages[0].pk, MONDAY, SUNDAY, "week")
    assert (on, figures["repurchase"].value) == (MONDAY, 0.5)


def test_the_days_before_a_window_are_as_many_and_hidden_alike(
    as_dora: Caller, villages: list[Community]
) -> None:
    here, other, _ = villages
    cell(here, MONDAY - timedelta(days=8), requests=100)  # a day too old
    cell(here, MONDAY - timedelta(days=7), requests=2)
    cell(here, MONDAY - timedelta(days=1), requests=3, csat_answers=6, csat_sum=24)
    cell(here, MONDAY, requests=50)
    cell(here, MONDAY - timedelta(days=97), repurchase_base=4, repurchased=1)  # known in these days
    cell(here, MONDAY - timedelta(days=90), repurchase_base=9)  # known on Monday
    found = figures_before(as_dora, here, MONDAY, 7)
    assert [found[name].value for name in ("requests", "csat", "repurchase")] == [5, 4.0, 0.25]
    cell(other, MONDAY - timedelta(days=1), csat_answers=1, csat_sum=1)
    assert figures_before(as_dora, here, MONDAY, 7)["csat"].is_hidden


def test_there_is_nothing_for_those_who_do_not_see_it(as_stranger: Caller, villages: list[Community]) -> None:
    cell(villages[0], MONDAY, requests=1)
    assert weeks(as_stranger, villages[0], "requests") == [(2, 0, 0), (9, 0, 0)]
    assert figures_before(as_stranger, villages[0], SUNDAY, 28)["requests"].value == 0


@pytest.mark.parametrize("days", [1, 10])
def test_weeks_are_one_question_and_days_before_are_three(
    as_dora: Caller, villages: list[Community], days: int
) -> None:
    for back in range(days):
        answers(villages[0], SUNDAY - timedelta(days=back), 5, 20)
    counts = []
    for ask in (
        lambda: figure_weeks(as_dora, villages[0], BY_NAME["csat"], MONDAY, SUNDAY),
        lambda: figures_before(as_dora, villages[0], SUNDAY, 28),
    ):
        with CaptureQueriesContext(connection) as asked:
            ask()
        counts.append(len(asked))
    assert counts == [1, 3]
