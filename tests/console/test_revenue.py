"""The page of service and money."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from communities.models import Goal, LagReading, Region, User
from console.office.curves import LEFT, TOP, Tick, curve, spark
from dispatch.models import Technician
from tests.console.test_customer_pages import Page

PAGE = "/service-and-money?lang=en"
CLEAR = {
    "weekly": {"value": [0.01] * 27, "low": [0.0] * 27, "high": [0.02] * 27},
    "cumulative": {
        "value": [0.05 * lag / 26 for lag in range(27)],
        "low": [0.02 * lag / 26 for lag in range(27)],
        "high": [0.08 * lag / 26 for lag in range(27)],
    },
    "half_shown": 13,
}
OUTCOMES = {
    "repurchase": {"communities": 12, "weeks": 80, "missing": [], "associations": {"csat": CLEAR}},
    "ticket": {
        "communities": 12,
        "weeks": 80,
        "missing": [{"what": "weeks", "have": 40, "need": 52}],
        "associations": {},
    },
}


def read(region: Region | None, organisation_of: Region, stake: int | None = None, **more: Any) -> LagReading:
    worth = {} if stake is None else {
        "stake_minor": stake, "stake_low_minor": stake - 100, "stake_high_minor": stake + 100
    }  # fmt: skip
    return LagReading.objects.create(
        organisation=organisation_of.organisation, region=region, through_on=date(2026, 3, 1),
        outcomes=OUTCOMES, currency="TWD", inputs_hash="", **worth, **more,
    )  # fmt: skip


def a_goal(region: Region, owner: User) -> Goal:
    return Goal.objects.create(
        organisation=region.organisation, region=region, measure="on_time", target=Decimal("0.9"),
        by_on=date(2026, 9, 1), owner=owner,
        progress={
            "state": "on_track", "current": 0.8, "trend": {"value": 0.01, "low": 0.005, "high": 0.02},
            "expected": {"on": "2026-05-11", "earliest": "2026-04-06", "latest": None},
            "weeks": [[0, 0.7], [25, 0.8]],
        },
    )  # fmt: skip


def opened(user: User, path: str = PAGE) -> str:
    client = Client()
    client.force_login(user)
    answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(word for word in Page(answer.content).words if word)


def test_the_office_reads_what_satisfaction_goes_with_and_what_is_missing(
    north: Region, dora: User, mina: User
) -> None:
    read(None, north)
    read(north, north, stake=12_500, is_borrowed=True)
    a_goal(north, mina)
    words = opened(dora)
    assert (
        "If it lasts, it goes with +5.0 (+2.0 to +8.0) of 100 customers who come back within 90 days."
        " Half of that has shown after 13 weeks." in words
    )
    assert "52 weeks of history, of which there are 40" in words
    assert "TWD 12,500 TWD 12,400 TWD 12,600" in words
    assert "associations" in words
    assert "on track May 11, 2026" in words


def test_a_manager_reads_their_regions_only(north: Region, south: Region, sol: User, mina: User) -> None:
    read(None, north)
    read(north, north, stake=12_500)
    a_goal(north, mina)
    words = opened(sol)
    assert "Nothing has been read yet" in words
    assert "No goals yet" in words
    assert "North" not in words
    assert "TWD 12,500" in opened(mina)


def test_the_page_speaks_both_languages(north: Region, mina: User) -> None:
    read(north, north, stake=1)
    words = opened(mina, "/service-and-money?lang=zh-hant")
    assert "服務與營收" in words
    assert "13 週後已顯現一半" in words


def test_a_technician_has_a_day_instead(tom: Technician) -> None:
    assert tom.user is not None
    client = Client()
    client.force_login(tom.user)
    assert client.get(PAGE)["Location"] == "/"


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_asks_as_much_whatever_there_is(north: Region, south: Region, dora: User, rows: int) -> None:
    for region in (None, north, south)[:rows]:
        read(region, north)
    client = Client()
    client.force_login(dora)
    with CaptureQueriesContext(connection) as asked:
        client.get(PAGE)
    assert len(asked) == 4  # session, user with organisation, readings, goals


def test_a_curve_has_nothing_in_the_picture_and_its_ends_as_ticks() -> None:
    drawn = curve([0.0, 1.0, 2.0], [0.0, 0.0, 0.0], [0.0, 2.0, 4.0])
    # From (58, 176) for week 0 and nothing, to (468, 12) for week 2 and 4.
    assert drawn.line == "M58 176L263 135L468 94"
    assert drawn.band == "M58 176L263 94L468 12L468 176L263 176L58 176Z"
    assert (drawn.zero, drawn.heights) == (176, [Tick(176, "0"), Tick(TOP, "4")])
    assert drawn.weeks[0] == Tick(LEFT, "0")
    # The low end of −0.1 lies 4 of 164 above the foot, too near to the label of nothing.
    assert [tick.label for tick in curve([1.0, 2.0], [-0.1, 0.0], [2.0, 4.0]).heights] == ["0", "4"]


def test_a_goal_s_weeks_stand_beside_its_target() -> None:
    drawn = spark([(0, 0.5), (25, 0.75)], 1.0)
    assert drawn is not None
    assert (drawn.line, drawn.target) == ("M3 25L117 14", 3)
    assert spark([(0, 0.5)], 1.0) is None
