"""A dispatcher takes a call: number or address, Enter, a window, Enter."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from communities.models import Community, MetricDay, Region, User
from communities.services.customers import customer_ensure
from communities.services.windows import windows_make
from dispatch.models import Booking, ServiceRequest, ServiceType, Shift, Technician, Visit
from dispatch.states import RequestState
from tests import factories
from tests.console.test_customer_pages import Page

TAIPEI = ZoneInfo("Asia/Taipei")
PHONE = "0912 345 678"


@pytest.fixture
def village(north: Region, tom: Technician) -> Community:
    """Tom works there tomorrow morning. The page reads the clock, so that it has to be real."""
    factories.shift(tom, tomorrow_at(8), hours=4)
    factories.service_type(north.organisation)
    return factories.community(north, "A")


@pytest.fixture
def desk(dora: User) -> Client:
    client = Client()
    client.force_login(dora)
    return client


def tomorrow_at(hour: int) -> datetime:
    tomorrow = datetime.now(TAIPEI) + timedelta(days=1)
    return tomorrow.replace(hour=hour, minute=0, second=0, microsecond=0)


def words(content: bytes) -> str:
    return " ".join(Page(content).words)


def ask(desk: Client, **said: str) -> str:
    answer = desk.post("/calls?lang=en", {"service": "filter", **said})
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def test_an_address_leads_to_windows_and_one_of_them_is_booked(desk: Client, village: Community) -> None:
    site = factories.site(village)
    type(site).objects.filter(pk=site.pk).update(key="1exampleroad|", address="1 Example Road")
    seen = ask(desk, address="1 Example Road")
    assert "A village" in seen
    assert "Nobody has been at this address yet." in seen

    window = f"{tomorrow_at(10).isoformat()}/{tomorrow_at(12).isoformat()}"
    said = {"take": "1", "window": window, "name": "Ms Wang", "phone": PHONE, "address": "1 Example Road"}
    answer = desk.post("/calls?lang=en", {"service": "filter", **said})

    [booking] = Booking.objects.all()
    assert (answer.status_code, answer["Location"]) == (302, f"/calls?booked={booking.pk}")
    assert (booking.window_from_at, booking.request.customer.name) == (tomorrow_at(10), "Ms Wang")
    assert "Booked for Ms Wang" in words(desk.get(answer["Location"]).content)


def test_the_community_is_told_though_nobody_has_been_at_the_address(
    desk: Client, village: Community
) -> None:
    today = datetime.now(TAIPEI).date()
    factories.site(village)
    MetricDay.objects.create(
        organisation=village.organisation,
        community=village,
        on=today - timedelta(days=3),
        visits=12,
        csat_answers=10,
        csat_sum=43,
        csat_squares=190,
    )
    windows_make(organisation=village.organisation, through_on=today)

    seen = words(ask(desk, address="1 Example Road, A village", lon="121.55", lat="25.03").encode())

    assert "Here, in four weeks" in seen
    for told in ("Visits 12", "CSAT 4.3"):
        assert told in seen, told
    assert "Nobody has been at this address yet." in seen


def test_a_known_number_needs_no_address_and_shows_what_was_done(
    desk: Client, village: Community, tom: Technician
) -> None:
    wang = customer_ensure(organisation=village.organisation, name="Ms Wang", phone=PHONE)
    last = datetime(2026, 3, 2, 1, tzinfo=TAIPEI)
    done = factories.visit(factories.site(village), last, technician=tom, starts_at=last, customer=wang)
    Visit.objects.filter(pk=done.pk).update(state="completed")

    seen = ask(desk, phone="0912345678")

    assert f'value="{done.site_id}"' in seen
    for said in ("Ms Wang", "filter", "Completed", "Technician T1"):
        assert said in words(seen.encode()), said


def test_an_unknown_number_or_address_says_what_to_do(desk: Client, village: Community) -> None:
    assert "Nobody with this number yet." in ask(desk, phone=PHONE)
    answer = desk.post("/calls?lang=en", {"service": "filter", "address": "Nowhere 1"})
    assert (answer.status_code, "This address is not known" in words(answer.content)) == (422, True)


@pytest.mark.parametrize(
    ("language", "told"), [("en", "takes several technicians"), ("zh-hant", "需多位技師")]
)
def test_what_takes_several_technicians_has_no_window(
    desk: Client, village: Community, language: str, told: str
) -> None:
    ServiceType.objects.update(technicians=2)
    site = factories.site(village)
    window = f"{tomorrow_at(10).isoformat()}/{tomorrow_at(12).isoformat()}"
    taking = {"take": "1", "window": window, "name": "Ms Wang", "phone": PHONE}
    for more in ({}, taking):
        said = {"service": "filter", "site": str(site.pk), **more}
        answer = desk.post(f"/calls?lang={language}", said)
        assert (answer.status_code, told in words(answer.content)) == (409, True)
    assert Booking.objects.count() == 0


@pytest.mark.parametrize("technicians", [1, 2])
def test_where_there_is_no_window_the_request_is_taken_without_one(
    desk: Client, village: Community, technicians: int
) -> None:
    """For two technicians, or when nobody is at work."""
    ServiceType.objects.update(technicians=technicians)
    Shift.objects.all().delete()
    site = factories.site(village)
    said = {"service": "filter", "site": str(site.pk)}
    shown = desk.post("/calls?lang=en", said)
    assert "Take the request without a window" in words(shown.content)

    who = {"ask": "1", "name": "Ms Wang", "phone": PHONE, "description": "A new unit"}
    refused = desk.post("/calls?lang=en", {**said, **who, "phone": ""})
    assert (refused.status_code, "A name, and a telephone number" in words(refused.content)) == (422, True)
    answer = desk.post("/calls?lang=en", {**said, **who})

    [asked] = ServiceRequest.objects.all()
    assert asked.customer
    assert (asked.site, asked.customer.name, asked.description) == (site, "Ms Wang", "A new unit")
    assert (asked.state, asked.window_from_at) == (RequestState.RECEIVED, None)
    assert (answer.status_code, answer["Location"]) == (302, f"/calls?asked={asked.pk}")
    told = words(desk.get(answer["Location"]).content)
    assert f"Taken for Ms Wang, {site}: the next plan finds a time. {asked.reference}" in told


def test_an_address_that_nobody_has_asked_from_is_taken_without_a_window(
    desk: Client, village: Community
) -> None:
    ServiceType.objects.update(technicians=2)
    said = {"service": "filter", "address": "1 Example Road", "ask": "1", "name": "Ms Wang", "phone": PHONE}

    answer = desk.post("/calls?lang=en", said)

    [asked] = ServiceRequest.objects.all()
    assert (answer.status_code, asked.site.address, asked.site.community) == (302, "1 Example Road", None)


def test_whoever_is_slower_sees_what_is_left(desk: Client, village: Community) -> None:
    site = factories.site(village)
    gone = f"{tomorrow_at(20).isoformat()}/{tomorrow_at(22).isoformat()}"
    said = {"take": "1", "window": gone, "name": "Ms Wang", "phone": PHONE, "site": str(site.pk)}

    answer = desk.post("/calls?lang=en", {"service": "filter", **said})

    assert answer.status_code == 409
    assert "Somebody was quicker" in words(answer.content)
    assert "10:00–12:00" in words(answer.content)
    assert Booking.objects.count() == 0


@pytest.mark.parametrize("missing", ["name", "phone"])
def test_nobody_is_booked_who_cannot_be_reached(desk: Client, village: Community, missing: str) -> None:
    site = factories.site(village)
    said = {"name": "Ms Wang", "phone": PHONE} | {missing: ""}
    window = f"{tomorrow_at(10).isoformat()}/{tomorrow_at(12).isoformat()}"
    answer = desk.post(
        "/calls?lang=en", {"take": "1", "service": "filter", "window": window, "site": str(site.pk), **said}
    )
    assert answer.status_code == 422
    assert "are needed" in words(answer.content)
    assert Booking.objects.count() == 0


def test_it_is_for_dispatch_alone(village: Community, tom: Technician, mina: User, stranger: User) -> None:
    site = factories.site(village)
    for user in (tom.user, mina):
        client = Client()
        client.force_login(user)
        assert client.get("/calls")["Location"] == "/"
    outsider = Client()
    outsider.force_login(stranger)
    answer = outsider.post("/calls?lang=en", {"service": "filter", "site": str(site.pk)})
    assert (answer.status_code, village.name_en in answer.content.decode()) == (422, False)
    assert Client().get("/calls")["Location"] == "/sign-in"


def test_the_first_window_is_chosen_and_focused(desk: Client, village: Community) -> None:
    """So that Enter, Enter is enough where the customer is known."""
    seen = ask(desk, site=str(factories.site(village).pk))
    assert seen.count("checked autofocus") == 1
    assert seen.count("autofocus") == 1
