import uuid
from dataclasses import asdict
from datetime import date, datetime, timedelta

import pytest
from django.conf import LazySettings, settings
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from api.signing_in import MOST_TOGETHER
from communities.access import Caller
from communities.insight.signals import Debt, Part
from communities.models import Community, MetricDay, Region, Signal, SignalSet, User
from communities.services.windows import windows_make
from console.office.day import day_to_show
from console.office.map import TALLEST, Area, Dot, Frame, Line, draw
from dispatch.models import Plan, PlanVersion, Route, Stop, Technician, UnassignedVisit
from dispatch.states import PlanState, VisitState
from tests import factories
from tests.console.test_customer_pages import Page

MONDAY = date(2026, 3, 2)
DAY = "/?on=2026-03-02&lang=en"
CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; "
    "form-action 'self'"
)


@pytest.fixture(autouse=True)
def own_cache(settings: LazySettings) -> None:
    """Each test counts its own attempts, in the real cache."""
    settings.CACHES = {"default": settings.CACHES["default"] | {"KEY_PREFIX": uuid.uuid4().hex}}


@pytest.fixture
def xicun(north: Region) -> Community:
    return factories.community(north, "xicun")


@pytest.fixture
def version(north: Region, xicun: Community, now: datetime) -> PlanVersion:
    """Monday's published plan of the north, with one visit left out and no route yet."""
    signal_set = SignalSet.objects.create(
        organisation=north.organisation,
        region=north,
        version=7,
        through_on=MONDAY,
        policy={},
        code_version="1",
    )
    plan = Plan.objects.create(organisation=north.organisation, region=north, on=MONDAY)
    version = PlanVersion.objects.create(
        organisation=north.organisation,
        plan=plan,
        number=3,
        state=PlanState.PUBLISHED,
        signal_set=signal_set,
        iterations=100,
        violations=0,
        visits_assigned=12,
        visits_unassigned=1,
        travel_s=4320,
    )
    Plan.objects.filter(pk=plan.pk).update(published=version)
    UnassignedVisit.objects.create(
        organisation=north.organisation,
        version=version,
        visit=factories.visit(factories.site(xicun), now),
        reason="skill_missing",
    )
    return version


def put_on_route(version: PlanVersion, technician: Technician, community: Community, now: datetime) -> Stop:
    """A route with one stop, an hour after the shift begins, at 10:00 in Taipei."""
    shift = factories.shift(technician, now)
    visit = factories.visit(
        factories.site(community),
        now,
        technician=technician,
        starts_at=now + timedelta(hours=1),
        state=VisitState.SCHEDULED,
        customer=factories.customer(technician.organisation),
    )
    route = Route.objects.create(
        organisation=technician.organisation,
        version=version,
        shift=shift,
        technician=technician,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        travel_s=600,
    )
    return Stop.objects.create(
        organisation=technician.organisation,
        version=version,
        route=route,
        visit=visit,
        sequence=1,
        arrival_at=now + timedelta(minutes=55),
        start_at=now + timedelta(hours=1),
        departure_at=now + timedelta(hours=1, minutes=30),
        travel_s=300,
        explanation={
            "chosen": {"technician": technician.code, "minutes": {"travel": 5.0}},
            "runner_up": {"technician": "T9", "minutes": {"travel": 17.0}},
        },
    )


def opened(user: User, path: str) -> Page:
    client = Client()
    client.force_login(user)
    answer = client.get(path)
    assert answer.status_code == 200
    return Page(answer.content)


# Signing in


def test_who_signs_in_sees_the_day_and_who_signs_out_does_not(dora: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.get("/sign-in")
    token = browser.cookies["csrftoken"].value

    form = {"username": "dora", "password": factories.PASSWORD, "csrfmiddlewaretoken": token}
    answer = browser.post("/sign-in", form)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert browser.get("/").status_code == 200
    assert browser.get("/sign-in")["Location"] == "/"

    token = browser.cookies["csrftoken"].value
    assert browser.get("/sign-out").status_code == 405
    assert browser.post("/sign-out").status_code == 403
    assert browser.post("/sign-out", {"csrfmiddlewaretoken": token})["Location"] == "/sign-in"
    assert browser.get("/")["Location"] == "/sign-in"


@pytest.mark.parametrize(
    "form", [{"username": "dora", "password": "wrong"}, {"username": "nobody", "password": "wrong"}, {}]
)
def test_a_wrong_password_and_an_unknown_name_look_the_same(dora: User, form: dict[str, str]) -> None:
    answer = Client().post("/sign-in?lang=en", form)

    page = Page(answer.content)
    assert answer.status_code == 422
    assert "The username or the password is not right. Please try once more." in page.words
    assert [one.get("value") for one in page.all("input") if one["name"] == "password"] == [None]


def test_guessing_is_stopped(dora: User) -> None:
    wrong = {"username": "Dora", "password": "wrong"}
    for _ in range(MOST_TOGETHER):
        Client().post("/sign-in", wrong)

    answer = Client().post("/sign-in?lang=en", wrong | {"password": factories.PASSWORD})

    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 300
    assert "Too many attempts. Please wait five minutes and try again." in Page(answer.content).words


def test_an_account_without_a_company_is_not_let_in(db: None) -> None:
    User.objects.create_superuser("root", password=factories.PASSWORD)

    answer = Client().post("/sign-in", {"username": "root", "password": factories.PASSWORD})

    assert answer.status_code == 422


@pytest.mark.parametrize("path", ["/", "/communities"])
def test_without_signing_in_there_is_only_the_sign_in_page(db: None, path: str) -> None:
    answer = Client().get(path)

    assert (answer.status_code, answer["Location"]) == (302, "/sign-in")


# The day


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


# The communities


def metric(community: Community, on: date, **counts: int) -> None:
    """A day's counts, and windows that end on Monday."""
    organisation = community.organisation
    MetricDay.objects.create(organisation=organisation, community=community, on=on, **counts)
    windows_make(organisation=organisation, through_on=MONDAY)


def signal(version: PlanVersion, community: Community, technician: Technician | None, minutes: float) -> None:
    """CSAT 3.0 in the community, 4.0 in the region; 4.5 over five answers when the technician came."""
    owed = asdict(Debt(0.8, 3.4, 4.2, 3.0, 4.0, 5))
    part = asdict(Part(minutes, 0.3, 4.5, 4.0, 5))
    Signal.objects.create(
        organisation=community.organisation,
        signal_set=version.signal_set,
        kind=Signal.Kind.TECHNICIAN_AFFINITY if technician else Signal.Kind.COMMUNITY_PRIORITY,
        community=community,
        technician_id=technician.pk if technician else None,
        minutes=minutes,
        evidence={"parts": {"csat": part}} if technician else {"csat": owed, "hit_rate": None},
    )


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


# The map


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
