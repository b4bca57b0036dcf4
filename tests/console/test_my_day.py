"""A technician looks at the own day on a telephone."""

import json
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from communities.models import Community, Contact, Customer, Region, User
from dispatch.models import Technician, Visit
from dispatch.states import VisitState
from tests import factories
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


def test_more_visits_ask_no_more_questions(xicun: Community, tom: Technician, now: datetime) -> None:
    counts = []
    for first, number in ((1, 1), (2, 3)):
        for place in range(first, first + number):
            customer = factories.customer(xicun.organisation)
            visit(xicun, tom, now + place * HOUR, customer, VisitState.SCHEDULED)
        client = browser(tom.user)
        with CaptureQueriesContext(connection) as asked:
            client.get(DAY)
        counts.append(len(asked))
    # Session, user and organisation; then visits, contacts, answers.
    assert counts == [6, 6]
