"""A technician looks at the own day on a telephone."""

import json
import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from communities.access import Caller
from communities.models import Community, Contact, Customer, Region, User
from console.office.day import day_to_show
from dispatch.models import Technician, Visit
from dispatch.states import VisitState
from tests import factories
from tests.api.world import World
from tests.console.test_customer_pages import Page
from tests.dispatch.recoveries import answer

HOUR = timedelta(hours=1)
DAY = "/my-day?on=2026-03-02&lang=en"


@pytest.fixture
def xicun(north: Region) -> Community:
    return factories.community(north, "xicun")


@pytest.fixture
def wang(xicun: Community) -> Customer:
    wang = factories.customer(xicun.organisation)
    Contact.objects.filter(customer=wang).update(phone="0912345678")
    return wang


def visit(
    place: Community, technician: Technician, at: datetime, customer: Customer, state: VisitState
) -> Visit:
    made = factories.visit(
        factories.site(place),
        at - HOUR,
        technician=technician,
        starts_at=at,
        state=state,
        customer=customer,
    )
    if state == VisitState.COMPLETED:
        Visit.objects.filter(pk=made.pk).update(finished_at=at + HOUR / 2)
    return made


def browser(user: User | None) -> Client:
    assert user is not None
    client = Client()
    client.force_login(user)
    return client


def opened(user: User | None, path: str = DAY) -> Page:
    answered = browser(user).get(path)
    assert answered.status_code == 200
    return Page(answered.content)


def test_what_is_needed_on_site_stands_there(
    xicun: Community, wang: Customer, tom: Technician, now: datetime
) -> None:
    before = visit(xicun, tom, now - timedelta(days=9), wang, VisitState.COMPLETED)
    answer(before, csat=2, at=now - timedelta(days=8), comment="等了很久")
    visit(xicun, tom, now + HOUR, wang, VisitState.SCHEDULED)

    page = opened(tom.user)

    assert {
        "10:00–10:30",
        "Scheduled",
        "filter · Ms Wang",
        "Last time (02/22/2026): 2 of 5",
        "等了很久",
    } <= set(page.words)
    links = [attributes["href"] for attributes in page.all("a") if "href" in attributes]
    assert "tel:0912345678" in links
    assert [link for link in links if link.startswith("https://www.google.com/maps/dir/")]


def test_the_telephone_opens_on_today_though_tomorrow_is_planned(xicun: Community, tom: Technician) -> None:
    noon = timezone.now().astimezone(xicun.organisation.zone).replace(hour=12, minute=0)
    for days in (-1, 0, 1):
        at = noon + timedelta(days=days)
        factories.visit(factories.site(xicun), at, technician=tom, starts_at=at, state=VisitState.SCHEDULED)

    days = [
        one["value"] for one in opened(tom.user, "/my-day?lang=en").all("input") if one.get("name") == "on"
    ]

    assert days == [noon.date().isoformat()]


def test_a_day_off_opens_on_the_next_visit_and_without_any_on_the_last(
    xicun: Community, tom: Technician, now: datetime
) -> None:
    assert tom.user is not None
    caller, today = Caller(tom.user, tom.organisation), date(2026, 3, 2)
    assert day_to_show(caller, now) == today
    factories.visit(
        factories.site(xicun), now, technician=tom, starts_at=now - 24 * HOUR, state=VisitState.COMPLETED
    )
    assert day_to_show(caller, now) == date(2026, 3, 1)
    factories.visit(
        factories.site(xicun), now, technician=tom, starts_at=now + 48 * HOUR, state=VisitState.SCHEDULED
    )
    assert day_to_show(caller, now) == date(2026, 3, 4)


def test_what_is_over_needs_nobodys_number(
    xicun: Community, wang: Customer, tom: Technician, now: datetime
) -> None:
    visit(xicun, tom, now + HOUR, wang, VisitState.COMPLETED)
    page = opened(tom.user)
    assert "Completed" in page.words
    assert "tel:0912345678" not in [attributes.get("href") for attributes in page.all("a")]


def test_colleagues_see_their_own_and_others_have_other_pages(
    xicun: Community, wang: Customer, tom: Technician, tina: Technician, dora: User, now: datetime
) -> None:
    own = visit(xicun, tom, now + HOUR, wang, VisitState.SCHEDULED)
    assert own.site.address in opened(tom.user).words
    assert own.site.address not in opened(tina.user).words
    assert browser(dora).get("/my-day")["Location"] == "/"
    assert browser(tom.user).get("/")["Location"] == "/my-day"
    assert Client().get("/my-day")["Location"] == "/sign-in"


def test_it_may_be_kept_like_an_application(tom: Technician) -> None:
    client = browser(tom.user)
    policy = client.get(DAY)["Content-Security-Policy"]
    for part in ("script-src 'self'", "worker-src 'self'", "manifest-src 'self'"):
        assert part in policy
    manifest = json.loads(client.get("/my-day.webmanifest").content)
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == (
        "/my-day",
        "/my-day",
        "standalone",
    )
    worker = client.get("/my-day-worker.js")
    assert worker["Content-Type"] == "text/javascript"
    assert b'"/static/console/my_day/page.js"' in worker.content


def test_its_icon_is_a_picture_for_who_draws_none(tom: Technician) -> None:
    """iOS takes no SVG, and others want two sizes."""
    client = browser(tom.user)
    shown = re.search(r'"apple-touch-icon" href="/static/(.*?)"', client.get(DAY).content.decode())
    icons = json.loads(client.get("/my-day.webmanifest").content)["icons"]
    named = {one["src"].removeprefix("/static/"): one["sizes"] for one in icons if one["type"] == "image/png"}
    assert shown is not None
    assert sorted([*named.values(), "180x180"]) == sorted(map(sides, [*named, shown[1]]))
    assert len(named) == 2


def sides(name: str) -> str:
    with Image.open(finders.find(name)) as picture:
        return f"{picture.width}x{picture.height}"


def test_what_is_asked_and_can_be_offered_comes_with_the_page(tom: Technician, now: datetime) -> None:
    world = World(tom, now)
    visits = told(tom.user)
    assert set(visits) == {str(one.pk) for one in (world.scheduled, world.on_site, world.started)}
    on_site = visits[str(world.on_site.pk)]
    assert [point["code"] for point in on_site["points"]] == ["leaks"]
    assert (on_site["answers"], on_site["may_write"]) == ({"code-1": True}, True)
    assert on_site["photos"] == [{"key": world.names["photo"], "code": ""}]
    # The offer of the world's first add-on is not proposed again; its pump and the set with the pump are.
    assert [(offer["name"], offer["options"][0]["minor"]) for offer in on_site["offers"]] == [("Add-on", 500)]
    assert "add-on-1" not in [proposal["name"] for proposal in on_site["proposals"]]
    assert [proposal["body"] for proposal in on_site["proposals"]] == [
        {"option_set": "set-1"},
        {"item": "pump-1"},
        {"item": "ruled-1"},
    ]
    assert visits[str(world.started.pk)]["points"] == []  # it began before there was a list


def test_a_crew_is_told_who_leads_and_who_goes_along(
    xicun: Community, wang: Customer, tom: Technician, tina: Technician, now: datetime
) -> None:
    """What is asked and offered there is for whoever leads to tell."""
    lead = visit(xicun, tom, now + HOUR, wang, VisitState.ARRIVED)
    along = factories.along(lead, tina)

    toms, tinas = opened(tom.user), opened(tina.user)

    assert "You lead. With you: Technician T2." in toms.words
    assert "You go along: Technician T1 leads, and tells how it ended." in tinas.words
    cards = [[one for one in page.all("li") if "data-visit" in one] for page in (toms, tinas)]
    assert [(one["data-visit"], "data-along" in one) for [one] in cards] == [
        (str(lead.pk), False),
        (str(along.pk), True),
    ]
    assert [list(told(user)) for user in (tom.user, tina.user)] == [[str(lead.pk)], []]
    assert (
        "您與 Technician T1 同行，由對方帶隊並回報結果。"
        in opened(tina.user, DAY.replace("en", "zh-hant")).words
    )


def test_more_crews_ask_no_more_questions(
    xicun: Community, wang: Customer, tom: Technician, tina: Technician, now: datetime
) -> None:
    counts = []
    for hours in (1, 2):
        factories.along(visit(xicun, tom, now + hours * HOUR, wang, VisitState.SCHEDULED), tina)
        client = browser(tom.user)
        with CaptureQueriesContext(connection) as asked:
            client.get(DAY)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def told(user: User | None) -> dict[str, Any]:
    """By visit."""
    page = browser(user).get(DAY).content.decode()
    found = re.search(r'<script id="told" type="application/json">(.*?)</script>', page)
    assert found is not None
    visits: dict[str, Any] = json.loads(found[1])["visits"]
    return visits


def test_more_visits_ask_no_more_questions(tom: Technician, now: datetime) -> None:
    world = World(tom, now)
    counts = []
    for _ in range(2):
        client = browser(tom.user)
        with CaptureQueriesContext(connection) as asked:
            client.get(DAY)
        counts.append(len(asked))
        world.grow()
    # Session, user with organisation; visits, contacts, answers; checklists, what was found, photos, signatures; offers
    # (3), option sets (3), add-ons, prices; what the company wants to know, the shift.
    assert counts == [19, 19]
