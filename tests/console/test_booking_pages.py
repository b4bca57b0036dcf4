"""A customer books without an account, changes it, and follows the day."""

import re
from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from communities.models import Community, Customer, Region, Site
from communities.services.customers import customer_ensure
from core.models import Outbox
from dispatch.models import Booking, BookingProfile, ServiceRequest, ServiceType, Technician, Visit
from dispatch.selectors.bookings import book_token, booking_token
from dispatch.selectors.tracking import track_token
from dispatch.states import BookingState, RequestState, VisitState
from tests import factories
from tests.api.conftest import own_cache
from tests.console.test_calls import tomorrow_at
from tests.console.test_customer_pages import Page
from tests.outbox import deliver_all

__all__ = ["own_cache"]

WANG = {"name": "王小姐", "phone": "0912 345 678", "email": "wang@example.com"}
ROAD = {"service": "filter", "address": "1 Example Road"}


@pytest.fixture
def site(north: Region, tom: Technician) -> Site:
    """Tom works tomorrow and the day after, in the morning. The pages read the clock, so that it has to be real."""
    for days in (0, 1):
        factories.shift(tom, tomorrow_at(8) + timedelta(days=days), hours=4)
    factories.service_type(north.organisation)
    BookingProfile.objects.create(organisation=north.organisation, is_open=True, change_hours=1)
    site = factories.site(factories.community(north, "A"))
    Site.objects.filter(pk=site.pk).update(key="1exampleroad|", address="1 Example Road")
    site.refresh_from_db()
    return site


@pytest.fixture
def browser() -> Client:
    return Client(enforce_csrf_checks=True)


def words(content: bytes) -> str:
    return " ".join(Page(content).words)


def window(hour: int, days: int = 0) -> str:
    begin = tomorrow_at(hour) + timedelta(days=days)
    return f"{begin.isoformat()}/{(begin + timedelta(hours=2)).isoformat()}"


def hold(browser: Client) -> tuple[str, Booking]:
    answer = browser.post("/book/acme?lang=en", {**ROAD, "window": window(10)})
    assert answer.status_code == 302, words(answer.content)
    return answer["Location"], Booking.objects.get()


def booked(browser: Client) -> tuple[str, Booking]:
    address, booking = hold(browser)
    assert browser.post(address, {"confirm": "1", **WANG})["Location"] == address
    booking.refresh_from_db()
    return address, booking


def test_from_the_address_to_the_confirmation(browser: Client, site: Site) -> None:
    assert "What do you need?" in words(browser.get("/book/acme?lang=en").content)
    offered = browser.post("/book/acme?lang=en", ROAD)
    windows = re.findall(r'name="window" value="([^"/]+)/', offered.content.decode())
    assert [datetime.fromisoformat(begin) for begin in windows] == [
        tomorrow_at(hour) + timedelta(days=days) for days in (0, 1) for hour in (8, 10)
    ]

    address, booking = hold(browser)
    assert address == f"/booking/{booking.pk}/{booking_token(booking.pk)}?lang=en"
    assert "Kept for you until" in words(browser.get(address).content)

    assert browser.post(address, {"confirm": "1", **WANG})["Location"] == address
    shown = words(browser.get(address).content)
    [request] = ServiceRequest.objects.all()
    assert {one for one in ("Your visit is booked", "10:00–12:00", request.reference) if one in shown} == {
        "Your visit is booked",
        "10:00–12:00",
        request.reference,
    }
    contact = request.customer.contacts.get()  # type: ignore[union-attr]
    assert (contact.email, contact.language) == ("wang@example.com", "en")


def test_what_takes_several_technicians_is_not_for_booking(browser: Client, site: Site) -> None:
    """Nor for who writes it into the form by hand."""
    factories.service_type(site.organisation, "lift")
    ServiceType.objects.filter(code="lift").update(technicians=2)
    choices = Page(browser.get("/book/acme?lang=en").content).all("option")
    assert [one["value"] for one in choices] == ["filter"]
    answer = browser.post("/book/acme?lang=en", {**ROAD, "service": "lift"})
    assert (answer.status_code, "please call us" in words(answer.content)) == (422, True)


def test_the_letter_leads_to_the_booking_and_to_the_day(browser: Client, site: Site) -> None:
    _, booking = booked(browser)
    Outbox.objects.exclude(topic="booking.made").delete()
    deliver_all()

    [letter] = mail.outbox
    visit = Visit.objects.get()
    assert letter.to == ["wang@example.com"]
    for path in (
        f"/booking/{booking.pk}/{booking_token(booking.pk)}",
        f"/track/{visit.pk}/{track_token(visit.pk)}",
    ):
        assert path in letter.body
        assert browser.get(path).status_code == 200


def test_who_types_somebody_s_number_is_not_written_to_in_their_place(browser: Client, site: Site) -> None:
    wang = customer_ensure(organisation=site.organisation, name="王小姐", phone=WANG["phone"])
    _, booking = booked(browser)
    assert booking.customer == wang
    assert [contact.email for contact in wang.contacts.all()] == [""]


def test_it_is_changed_and_cancelled_up_to_the_limit(browser: Client, site: Site) -> None:
    address, booking = booked(browser)
    assert "When shall we come instead?" in words(browser.post(address, {"change": "1"}).content)

    assert browser.post(address, {"window": window(8, days=1)}).status_code == 302
    booking.refresh_from_db()
    assert booking.window_from_at == tomorrow_at(8) + timedelta(days=1)
    assert browser.post(address, {"window": window(20)}).status_code == 409

    Booking.objects.update(window_from_at=timezone.now(), window_until_at=timezone.now() + timedelta(hours=2))
    for late in ({"window": window(10)}, {"cancel": "1"}):
        answer = browser.post(address, late)
        assert (answer.status_code, "too late" in words(answer.content)) == (409, True)

    Booking.objects.update(window_from_at=tomorrow_at(8), window_until_at=tomorrow_at(10))
    assert browser.post(address, {"cancel": "1"}).status_code == 302
    assert ServiceRequest.objects.get().state == RequestState.CANCELLED
    assert "has been cancelled" in words(browser.get(address).content)


def test_a_hold_is_given_up_or_runs_out(browser: Client, site: Site) -> None:
    address, booking = hold(browser)
    assert browser.post(address, {"release": "1"}).status_code == 302
    booking.refresh_from_db()
    assert booking.state == BookingState.RELEASED
    answer = browser.post(address, {"confirm": "1", **WANG})
    assert (answer.status_code, "not kept any more" in words(answer.content)) == (409, True)


def test_a_known_customer_chooses_among_their_sites_and_is_not_asked_who_they_are(
    browser: Client, site: Site
) -> None:
    wang = factories.customer(site.organisation, "王小姐")
    factories.request(site, timezone.now(), customer=wang)
    elsewhere = factories.site(site.community)  # type: ignore[arg-type]
    address = f"/book/{wang.pk}/{book_token(wang.pk)}?lang=en"
    BookingProfile.objects.update(is_open=False)
    assert "1 Example Road" in words(browser.get(address).content)

    theirs = {"service": "filter", "site": str(site.pk), "window": window(10)}
    assert browser.post(address, theirs | {"site": str(elsewhere.pk)}).status_code == 422
    page = browser.post(address, theirs)["Location"]
    assert "Your name" not in words(browser.get(page).content)
    browser.post(page, {"confirm": "1"})

    assert ServiceRequest.objects.get(source="linli").customer == wang
    assert Customer.objects.count() == 1


def test_what_is_unknown_closed_or_wrong_looks_the_same(browser: Client, site: Site) -> None:
    _, booking = hold(browser)
    customer = factories.customer(site.organisation)
    visit = factories.visit(site, timezone.now())
    BookingProfile.objects.update(is_open=False)
    wrong = "x" * 43
    pages = {
        browser.get(path).content
        for path in (
            "/book/acme?lang=en",
            "/book/nobody?lang=en",
            f"/book/{customer.pk}/{wrong}?lang=en",
            f"/booking/{booking.pk}/{wrong}?lang=en",
            f"/track/{visit.pk}/{wrong}?lang=en",
        )
    }
    assert len(pages) == 1
    assert "This page is not here" in words(pages.pop())


def test_a_page_is_small_private_and_without_script(browser: Client, site: Site) -> None:
    address, _ = booked(browser)
    for path in ("/book/acme", address):
        answer = browser.get(path)
        assert len(answer.content) < 20_000
        assert b"<script" not in answer.content
        assert (answer["Cache-Control"], answer["Referrer-Policy"]) == ("no-store", "no-referrer")


def test_who_asks_too_often_waits(browser: Client, site: Site) -> None:
    answers = [browser.post("/book/acme?lang=en", {"service": ""}).status_code for _ in range(31)]
    assert answers == [422] * 30 + [429]


def follow(browser: Client, visit: Visit) -> str:
    return words(browser.get(f"/track/{visit.pk}/{track_token(visit.pk)}?lang=en").content)


def test_the_day_tells_who_comes_only_when_it_is_sure(browser: Client, site: Site, tom: Technician) -> None:
    Technician.objects.filter(pk=tom.pk).update(name="Tom Chen")
    tomorrow = factories.visit(
        site, timezone.now(), technician=tom, starts_at=tomorrow_at(9), state=VisitState.SCHEDULED
    )
    assert "Tom" not in follow(browser, tomorrow)

    midday = timezone.now().astimezone(site.organisation.zone).replace(hour=12, minute=0)
    early, late = (
        factories.visit(
            site,
            timezone.now(),
            technician=tom,
            starts_at=midday + timedelta(hours=hours),
            state=VisitState.SCHEDULED,
        )
        for hours in (0, 1)
    )
    seen = follow(browser, late)
    assert ("Tom" in seen, "Chen" in seen, "after one more visit" in seen) == (True, False, True)
    assert "You are next." in follow(browser, early)

    set_off: datetime = timezone.now()
    Visit.objects.filter(pk=early.pk).update(state=VisitState.EN_ROUTE, en_route_at=set_off)
    expected = f"about {early.starts_at.astimezone(site.organisation.zone):%H:%M}"  # type: ignore[union-attr]
    seen = follow(browser, early)
    assert "on the way to you" in seen
    assert expected in seen


def test_a_name_in_characters_is_the_family_name(browser: Client, site: Site, tom: Technician) -> None:
    Technician.objects.filter(pk=tom.pk).update(name="陳志明")
    visit = factories.visit(
        site, timezone.now(), technician=tom, starts_at=timezone.now(), state=VisitState.ARRIVED
    )
    assert "陳技師" in follow(browser, visit)
    assert "志明" not in follow(browser, visit)


def test_both_languages(browser: Client, site: Site) -> None:
    assert "請問到府地址？" in words(browser.get("/book/acme?lang=zh-hant").content)


def test_the_village_is_not_said_to_be_near_when_nobody_is_there(browser: Client, site: Site) -> None:
    """And it is when somebody is."""
    near = "we are in your neighbourhood"
    assert near not in words(browser.post("/book/acme?lang=en", ROAD).content)
    community = site.community
    assert isinstance(community, Community)
    factories.visit(
        factories.site(community),
        timezone.now(),
        technician=Technician.objects.get(),
        starts_at=tomorrow_at(9),
        state=VisitState.SCHEDULED,
    )
    assert near in words(browser.post("/book/acme?lang=en", ROAD).content)
