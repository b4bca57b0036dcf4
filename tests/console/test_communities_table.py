"""The communities' figures in one table, and what the planner is told of them."""

import uuid
from datetime import timedelta

import pytest
from django.conf import LazySettings

from communities.models import Community, Region, User
from dispatch.models import PlanVersion, Technician
from tests import factories
from tests.console.office import MONDAY, metric, opened, signal
from tests.console.test_customer_pages import Page


@pytest.fixture(autouse=True)
def own_cache(settings: LazySettings) -> None:
    """Each test counts its own attempts, in the real cache."""
    settings.CACHES = {"default": settings.CACHES["default"] | {"KEY_PREFIX": uuid.uuid4().hex}}


def rows(page: Page) -> list[str]:
    """The table's words, after the last heading, without what is not there."""
    words = [word for word in page.words if word]
    found = words[words.index("Revenue", words.index("Revenue") + 1) + 1 :]
    return [word for word in found if not word.startswith("What fewer than")]


def test_a_community_is_summed_over_four_weeks(dora: User, xicun: Community) -> None:
    factories.site(xicun)
    metric(xicun, MONDAY - timedelta(days=28), requests=100, visits=100)  # a day too old
    metric(
        xicun,
        MONDAY - timedelta(days=27),
        requests=2,
        visits=3,
        first_visits=3,
        visits_fixed=2,
        revenue_minor=1200,
    )
    metric(
        xicun,
        MONDAY,
        arrivals=4,
        arrivals_on_time=3,
        csat_answers=6,
        csat_sum=27,
        nps_answers=8,
        nps_promoters=4,
        nps_detractors=2,
        offers=8,
        offers_accepted=2,
        revenue_minor=800,
    )

    page = opened(dora, "/communities?lang=en")

    # on time 3/4, fixed 2/3, CSAT 27/6, NPS 100 · (4 - 2)/8, offers 2/8, revenue 1200 + 800
    figures = ["2", "3", "75 %", "67 %", "4.5", "25", "25 %", "TWD 2,000"]
    assert rows(page) == ["All together", *figures, "xicun village", "North", *figures]
    assert "Feb. 3, 2026 – March 2, 2026" in page.words


def test_what_few_answered_is_not_on_the_page(dora: User, xicun: Community) -> None:
    factories.site(xicun)
    metric(xicun, MONDAY, requests=1, csat_answers=4, csat_sum=20)
    words = opened(dora, "/communities?lang=en").words
    assert "5.0" not in words
    assert "What fewer than 5 people answered is not shown, nor what would tell it." in words


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("", ["a village", "b village", "c village"]),
        ("-name", ["c village", "b village", "a village"]),
        ("csat", ["b village", "a village", "c village"]),
        ("-csat", ["a village", "b village", "c village"]),  # c has no answer: last either way round
        ("password", ["a village", "b village", "c village"]),
    ],
)
def test_communities_are_sorted(dora: User, north: Region, sort: str, order: list[str]) -> None:
    for code, csat_sum in (("c", 0), ("a", 25), ("b", 15)):
        community = factories.community(north, code)
        factories.site(community)
        metric(community, MONDAY, csat_answers=5 if csat_sum else 0, csat_sum=csat_sum)

    page = opened(dora, f"/communities?lang=en&sort={sort}")

    assert [word for word in page.words if word.endswith(" village")] == order


def test_the_signals_are_told_dearest_first(
    dora: User, version: PlanVersion, tom: Technician, xicun: Community, north: Region
) -> None:
    dongcun = factories.community(north, "dongcun")
    signal(version, xicun, None, 3)
    signal(version, dongcun, None, 6.4)
    signal(version, xicun, tom, 5)
    signal(version, dongcun, tom, 0)

    words = [word for word in opened(dora, "/communities?lang=en").words if word]

    assert words[words.index("Communities that come first") :] == [
        "Communities that come first",
        (
            "dongcun village comes first when the day is full: CSAT there is 3.0 over 5 answers against 4.0 in the"
            " region, with a target of 4.2; leaving one of its visits out costs 6.4 min more"
        ),
        (
            "xicun village comes first when the day is full: CSAT there is 3.0 over 5 answers against 4.0 in the"
            " region, with a target of 4.2; leaving one of its visits out costs 3 min more"
        ),
        "Who goes where",
        (
            "T1 goes to xicun village: CSAT 4.5 over 5 answers when T1 came, 4.0 in the region; worth 5 min of travel"
        ),
    ]
