"""The day's page: who goes where, and why, on a map and in words."""

import uuid
from datetime import datetime, timedelta

import pytest
from django.conf import LazySettings, settings
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from communities.access import Caller
from communities.models import Community, Region, User
from console.office.day import day_to_show
from console.office.map import TALLEST, Area, Dot, Frame, Line, draw
from dispatch.models import Plan, PlanVersion, Technician, Visit
from dispatch.states import PlanState
from tests import factories
from tests.console.office import CSP, DAY, MONDAY, metric, opened, put_on_route, signal
from tests.console.test_customer_pages import Page


@pytest.fixture(autouse=True)
def own_cache(settings: LazySettings) -> None:
    """Each test counts its own attempts, in the real cache."""
    settings.CACHES = {"default": settings.CACHES["default"] | {"KEY_PREFIX": uuid.uuid4().hex}}


def test_the_day_shows_each_route_and_why(
    dora: User, version: PlanVersion, tom: Technician, xicun: Community, now: datetime
) -> None:
    stop = put_on_route(version, tom, xicun, now)

    page = opened(dora, DAY)

    words = [word for word in page.words if word]
    assert words[words.index("North") + 1 :][:14] == [
        *("Visits", "12", "Left out", "1", "Technicians", "1", "Travel, h:min", "1:12"),
        *("Rules broken", "0", "Plan", "v3", "Signals", "v7"),
    ]
    assert "T1 Technician T1" in page.words
    cells = ["10:00–10:30", "xicun village", stop.visit.site.address, "filter", "Scheduled"]
    assert [word for word in page.words if word in cells][
        -5 - 2 : -2
    ] == cells  # two more: the visit left out
    assert "T1 rather than T9: 12.0 min better, mostly for travel" in page.words  # 17 - 5
    assert "Nobody at work that day has the skills it needs" in page.words


def test_the_day_says_who_leads_and_who_goes_along(
    dora: User, version: PlanVersion, tom: Technician, tina: Technician, xicun: Community, now: datetime
) -> None:
    for role, technician in enumerate((tom, tina)):
        stop = put_on_route(version, technician, xicun, now)
        Visit.objects.filter(pk=stop.visit_id).update(role=role, crew_size=2)

    words = opened(dora, DAY).words

    said = [
        word
        for word in words
        if word in {"T1 Technician T1", "T2 Technician T2", "leads a crew of 2", "goes along"}
    ]
    assert said[-4:] == ["T1 Technician T1", "leads a crew of 2", "T2 Technician T2", "goes along"]


def test_the_day_speaks_chinese_and_remembers_it(dora: User, version: PlanVersion) -> None:
    browser = Client()
    browser.force_login(dora)

    browser.get("/?on=2026-03-02&lang=zh-hant")
    remembered = browser.get("/?on=2026-03-02", headers={"Accept-Language": "en"})

    words = Page(remembered.content).words
    assert remembered["Content-Language"] == "zh-hant"
    assert {"2026年3月2日", "未排入", "xicun里", "當天上班的技師都沒有所需技能"} <= set(words)
    assert browser.cookies[settings.LANGUAGE_COOKIE_NAME]["httponly"]


def test_the_language_switch_stays_on_the_day(dora: User, version: PlanVersion) -> None:
    links = [one["href"] for one in opened(dora, DAY).all("a") if one.get("lang")]

    assert links == ["?on=2026-03-02&lang=zh-hant"]


@pytest.mark.parametrize("query", ["", "?on=yesterday", "?on=9999-12-31"])
def test_without_a_day_the_last_planned_one_is_shown(dora: User, version: PlanVersion, query: str) -> None:
    dates = [one["value"] for one in opened(dora, f"/{query}").all("input") if one["name"] == "on"]

    assert dates == ["2026-03-02"]


@pytest.mark.parametrize(
    ("hours", "on"),
    [
        (0, "2026-03-02"),  # Monday at nine: tomorrow's plan stands already, but today is being driven
        (24, "2026-03-03"),
        (-24, "2026-03-02"),  # Sunday: nothing today, so the next day with a plan
        (72, "2026-03-03"),
    ],
)
def test_today_is_shown_before_tomorrow_and_tomorrow_before_yesterday(
    dora: User, version: PlanVersion, now: datetime, hours: int, on: str
) -> None:
    tomorrow = Plan.objects.create(
        organisation=version.organisation, region=version.plan.region, on=MONDAY + timedelta(days=1)
    )
    tomorrow.published = PlanVersion.objects.create(
        organisation=version.organisation, plan=tomorrow, number=1, state=PlanState.PUBLISHED, iterations=100
    )
    tomorrow.save()

    assert day_to_show(Caller(dora, dora.organisation), now + timedelta(hours=hours)).isoformat() == on


def test_a_day_without_a_plan_says_what_to_do(dora: User, north: Region, now: datetime) -> None:
    plan = Plan.objects.create(organisation=north.organisation, region=north, on=MONDAY)
    PlanVersion.objects.create(
        organisation=north.organisation, plan=plan, number=1, state=PlanState.SOLVING, iterations=100
    )

    page = opened(dora, DAY)

    assert "North: plan version 1 is being planned." in page.words
    assert "./linli plan --date 2026-03-02 --publish" in page.words


def test_the_map_has_every_community_and_stop(
    dora: User, version: PlanVersion, tom: Technician, xicun: Community, north: Region, now: datetime
) -> None:
    stop = put_on_route(version, tom, xicun, now)
    factories.community(north, "not-visited", lon=121.56)

    page = opened(dora, DAY)

    assert [one.get("class") for one in page.all("path")] == ["area", "area visited", "home", None]
    assert [one["href"] for one in page.all("a") if "tabindex" in one] == [f"#stop-{stop.pk}"]
    assert [one.get("id") for one in page.all("tr") if "id" in one] == [f"stop-{stop.pk}"]
    assert "T1 · 10:00 · xicun village · filter" in page.words


def test_pages_carry_no_script_and_no_inline_style(dora: User, version: PlanVersion) -> None:
    browser = Client()
    browser.force_login(dora)

    for path in (DAY, "/sign-in"):
        answer = browser.get(path, follow=True)
        page = Page(answer.content)
        assert answer["Content-Security-Policy"] == CSP
        assert answer["Cache-Control"] == "no-store"
        assert not page.all("script") + page.all("style")
        assert not [attributes for _, attributes in page.elements if "style" in attributes]


# Who sees what


def test_a_technician_sees_the_own_visits_only(
    version: PlanVersion, tom: Technician, tina: Technician, xicun: Community, now: datetime
) -> None:
    own = put_on_route(version, tom, xicun, now).visit.site.address
    others = put_on_route(version, tina, xicun, now).visit.site.address
    assert tom.user is not None

    page = opened(tom.user, "/my-day?lang=en")

    assert {own, "10:00–10:30", "filter · Ms Wang"} <= set(page.words)
    assert others not in page.words
    assert not page.all("svg")

    browser = Client()
    browser.force_login(tom.user)
    assert browser.get("/communities")["Location"] == "/"


def test_only_those_in_charge_of_a_region_see_it(
    version: PlanVersion,
    ada: User,
    mina: User,
    sol: User,
    stranger: User,
    tom: Technician,
    xicun: Community,
    now: datetime,
) -> None:
    put_on_route(version, tom, xicun, now)
    metric(xicun, MONDAY, requests=1)

    def sees(user: User) -> tuple[bool, bool]:
        day, communities = opened(user, DAY), opened(user, "/communities?lang=en")
        return "North" in day.words, "xicun village" in communities.words

    assert [sees(user) for user in (ada, mina, sol, stranger)] == [
        (True, True),
        (True, True),
        (False, False),
        (False, False),
    ]
    assert "xicun" not in " ".join(opened(sol, DAY).words + opened(stranger, DAY).words)


@pytest.mark.parametrize("technicians", [1, 3])
def test_more_routes_ask_no_more_questions(
    dora: User, version: PlanVersion, north: Region, xicun: Community, now: datetime, technicians: int
) -> None:
    for number in range(technicians):
        community = factories.community(north, f"c{number}")
        put_on_route(version, factories.technician(north, f"T{number}"), community, now)
        metric(community, MONDAY, visits=1)
        signal(version, community, None, 4)
    browser = Client()
    browser.force_login(dora)

    counts = {}
    for path in (DAY, "/communities"):
        with CaptureQueriesContext(connection) as asked:
            browser.get(path)
        counts[path] = len(asked)

    # Both begin with session, and user with organisation. The day: plans, routes, stops, left out, technicians,
    # signals, communities, unpublished. Communities: regions, last day, total, communities, sums, signals,
    # technicians, service types.
    assert counts == {DAY: 10, "/communities": 10}


def test_the_map_keeps_directions_and_stays_in_its_frame() -> None:
    west, east, north = (121.50, 25.00), (121.60, 25.00), (121.55, 25.02)

    frame = Frame.around([west, east, north])

    # 1000 wide with a margin of 45; on Mercator 0.02° of latitude at 25° are 0.02°/cos 25° = 0.02207° wide,
    # that is 910 · 0.2207 = 201 high, and 45 above and below
    assert (frame.at(west), frame.at(east), frame.at(north)) == ((45, 246), (955, 246), (500, 45))
    assert frame.height == 291


def test_a_tall_region_is_not_drawn_taller_than_a_screen() -> None:
    frame = Frame.around([(121.5, 25.0), (121.5, 25.4)])

    assert (frame.height, frame.at((121.5, 25.4))) == (TALLEST, (500, 45))


def test_a_place_without_stops_is_not_drawn() -> None:
    outline = MultiPolygon(Polygon.from_bbox((121.5, 25.0, 121.6, 25.1)))

    assert (
        draw([Area("xicun", outline, visited=False)], [Line(0, "T1", (121.5, 25), (121.5, 25), [])]) is None
    )
    assert (
        draw([], [Line(0, "T1", (121.5, 25), (121.5, 25), [Dot("1", (121.5, 25), uuid.uuid4())])]) is not None
    )
