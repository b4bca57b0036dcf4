"""A technician's morning, part of it in a cellar without a connection."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from billing.models import PriceItem
from billing.services.price_items import PriceRow, price_items_save
from communities.models import Region, RegionManager, User
from dispatch.checklists import Point, PointKind
from dispatch.models import Technician, Visit
from dispatch.services.checklists import checklist_save
from dispatch.states import VisitState
from tests import factories
from tests.browser.conftest import OpenAs, Window
from tests.conftest import as_caller
from tests.pictures import picture

DAY = "/my-day?on=2026-03-02"
HOUR = timedelta(hours=1)


@pytest.fixture
def two_visits(north: Region, tom: Technician, now: datetime) -> list[Visit]:
    village = factories.community(north, "xicun")
    return [
        factories.visit(
            factories.site(village),
            now - 20 * HOUR,
            technician=tom,
            starts_at=now + hours * HOUR,
            state=VisitState.SCHEDULED,
            customer=factories.customer(north.organisation),
        )
        for hours in (1, 2)
    ]


def press(page: Page, place: int, *steps: str) -> None:
    for step in steps:
        page.locator("[data-visit]").nth(place).get_by_role("button", name=step, exact=True).click()


def states(page: Page) -> list[str]:
    return page.locator("[data-visit] .state").all_text_contents()


CHECKLIST = [
    Point(code="leaks", name="有無漏水", name_en="Any leak?"),
    Point(
        code="pressure",
        name="水壓",
        name_en="Pressure",
        kind=PointKind.NUMBER,
        unit="bar",
        lowest=0,
        highest=10,
    ),
    Point(code="label", name="銘牌照片", name_en="Photo of the label", kind=PointKind.PHOTO),
]


@pytest.fixture
def something_to_check_and_to_sell(two_visits: list[Visit], ada: User) -> None:
    """Three points on the checklist; a filter to offer for TWD 750."""
    caller = as_caller(ada)
    checklist_save(caller=caller, service_type_code="filter", points=CHECKLIST)
    spare = PriceRow(
        code="spare", name="備用濾心", name_en="Spare filter", kind=PriceItem.Kind.ADD_ON, price_minor=750
    )
    price_items_save(organisation=caller.organisation, rows=[spare])


@pytest.fixture
def at_work(tom: Technician) -> None:
    """His shift goes on; the page looks at the clock. It is today's, also in the first hour of the day."""
    midnight = (
        timezone.now().astimezone(tom.organisation.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    )
    factories.shift(tom, max(timezone.now() - HOUR, midnight), hours=3)


def _taken_away(visit: Visit) -> None:
    taken = {"state": VisitState.UNSCHEDULED, "technician": None, "starts_at": None, "ends_at": None}
    Visit.objects.filter(pk=visit.pk).update(**taken)
    connection.close()


def _promoted(region: Region) -> None:
    """Tom manages the region now."""
    tom = User.objects.get(username="tom")
    RegionManager.objects.create(organisation=tom.organisation, user=tom, region=region)
    User.objects.filter(pk=tom.pk).update(role=User.Role.REGIONAL_MANAGER)
    connection.close()


@pytest.fixture
def window(two_visits: list[Visit], open_as: OpenAs) -> Window:
    return open_as("tom", service_workers="allow")


def test_what_is_done_without_a_connection_is_sent_when_there_is_one(
    window: Window, two_visits: list[Visit]
) -> None:
    page = window.go(DAY)
    expect(page.get_by_role("button", name="I am on my way")).to_have_count(2)
    assert window.grave_findings() == []
    press(page, 0, "I am on my way")
    expect(page.locator("#net")).to_be_hidden()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()  # through the service worker, which keeps it
    expect(page.locator(".state").first).to_have_text("On the way")

    page.context.set_offline(True)
    press(page, 0, "I am there", "Begin the work", "Done")
    page.locator("#ask textarea").fill("The valve is new.")
    page.locator("#ask").get_by_role("button", name="Yes").click()
    press(page, 1, "I am on my way", "It cannot be done")
    page.locator("#ask textarea").fill("Nobody at home")
    page.locator("#ask").get_by_role("button", name="Yes").click()
    expect(page.locator("#net")).to_contain_text("No connection. What waits to be sent: 5")
    page.reload()  # the page is there without the server, with what was done
    expect(page.locator("#net")).to_contain_text("5")
    assert states(page) == ["Completed", "Not completed"]
    window.troubles.clear()  # that there is no connection is no trouble of the page's

    page.context.set_offline(False)
    expect(page.locator("#net")).to_be_hidden()
    page.goto(page.url)
    assert states(page) == ["Completed", "Not completed"]
    assert (window.strangers, window.troubles) == ([], [])


@pytest.mark.usefixtures("something_to_check_and_to_sell", "at_work")
def test_the_technician_s_morning(
    two_visits: list[Visit], dora: User, north: Region, open_as: OpenAs
) -> None:
    """Into a cellar with a list to tick, a photo to take, a name to sign and something to sell; and out again."""
    phone = open_as(
        "tom",
        service_workers="allow",
        viewport={"width": 390, "height": 844},
        permissions=["geolocation"],
        geolocation={"longitude": 121.55, "latitude": 25.03, "accuracy": 15},
    )
    sets_out(phone.go(DAY))
    works_in_the_cellar(phone)
    comes_out_again(phone)
    office = open_as("dora")
    the_office_sees_it(office, two_visits[0])
    today = timezone.now().astimezone(ZoneInfo("Asia/Taipei")).date()
    asked = f"{office.url}/api/v1/board/places?region={north.pk}&on={today}"
    [place] = office.page.request.get(asked).json()["items"]
    assert (place["place"], place["accuracy_m"]) == ({"lon": 121.55, "lat": 25.03}, 15)


def sets_out(page: Page) -> None:
    page.get_by_label("Show the dispatchers where I am").check()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    press(page, 0, "I am on my way")
    expect(page.locator("#net")).to_be_hidden()


def works_in_the_cellar(phone: Window) -> None:
    page = phone.page
    page.context.set_offline(True)
    press(page, 0, "I am there", "Begin the work")
    assert phone.grave_findings() == []
    card = page.locator("[data-visit]").first
    press(page, 0, "Done")
    expect(card.locator(".warning")).to_have_text("Still open: Any leak?; Pressure; Photo of the label")
    answers_the_checklist(card)
    expect(card.locator(".warning")).to_be_hidden()
    sign(page, card, "Ms Wang")
    card.locator(".offers summary").click()
    card.get_by_role("button", name="Accepted here").click()
    assert phone.grave_findings() == []
    press(page, 0, "Done")
    page.locator("#ask").get_by_role("button", name="Yes").click()
    page.reload()
    # Two steps, two answers, two photos, one taken back, a signature, an offer, and the last step.
    expect(page.locator("#net")).to_have_text("No connection. What waits to be sent: 10")


def answers_the_checklist(card: Locator) -> None:
    card.get_by_label("No", exact=True).check()
    card.get_by_label("Pressure").fill("11")
    card.get_by_label("Pressure").press("Tab")
    expect(card.get_by_text("Between 0 and 10 bar")).to_be_visible()
    card.get_by_label("Pressure").fill("3.5")
    card.get_by_label("Pressure").press("Tab")
    photo = {"name": "label.jpg", "mimeType": "image/jpeg", "buffer": picture((2400, 1200))}
    camera, taken = (
        card.get_by_label("Take a photo: Photo of the label"),
        card.locator(".checklist .thumbnails img"),
    )
    for count in (1, 2):
        camera.set_input_files(photo)
        expect(taken).to_have_count(count)
    card.page.once("dialog", lambda dialog: dialog.accept())
    card.get_by_label("Remove the photo").first.click()
    expect(taken).to_have_count(1)


def comes_out_again(phone: Window) -> None:
    page = phone.page
    phone.troubles.clear()
    page.context.set_offline(False)
    expect(page.locator("#net")).to_be_hidden()
    page.goto(page.url)
    assert states(page) == ["Completed", "Scheduled"]
    assert (phone.strangers, phone.troubles) == ([], [])


def the_office_sees_it(office: Window, visit: Visit) -> None:
    page = office.go(f"/visits/{visit.pk}")
    for told in ("3.5 bar", "Ms Wang", "Completed"):
        expect(page.get_by_text(told).first).to_be_visible()
    image = page.locator(".pictures img")
    expect(image).to_have_count(1)
    expect(image).to_have_js_property("naturalWidth", 1600)
    assert office.grave_findings() == []


def sign(page: Page, card: Locator, name: str) -> None:
    """With a finger, from the left to the right."""
    card.get_by_role("button", name="Sign", exact=True).click()
    page.get_by_label("Name of who signs").fill(name)
    box = page.locator("#sign canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 60, steps=5)
    page.mouse.up()
    page.locator("#sign").get_by_role("button", name="Signed").click()
    expect(card.get_by_text(f"Signed by {name}")).to_be_visible()


def test_who_signs_out_leaves_nothing_of_customers_behind(window: Window) -> None:
    page = window.go(DAY)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    kept = "caches.open('my-day').then((kept) => kept.keys()).then((keys) => keys.length)"
    assert page.evaluate(kept) > 0
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    assert page.evaluate("caches.keys()") == []


def test_what_somebody_may_not_do_any_more_is_said_and_holds_up_nothing(
    window: Window, two_visits: list[Visit], north: Region
) -> None:
    page = window.go(DAY)
    page.context.set_offline(True)
    for place in (0, 1):
        press(page, place, "I am on my way")
    with ThreadPoolExecutor(1) as office:
        office.submit(_promoted, north).result()
    page.context.set_offline(False)
    refusal = "Visits are reported by their technician, or by dispatch."
    expect(page.locator("[role=alert] .problem")).to_contain_text([refusal, refusal])
    expect(page.locator("#net")).to_be_hidden()


def test_what_the_office_has_changed_meanwhile_is_said(window: Window, two_visits: list[Visit]) -> None:
    page = window.go(DAY)
    expect(page.get_by_role("button", name="I am on my way")).to_have_count(2)
    page.context.set_offline(True)
    press(page, 1, "I am on my way")
    with ThreadPoolExecutor(1) as office:  # Playwright's event loop keeps Django out of this thread
        office.submit(_taken_away, two_visits[1]).result()
    page.context.set_offline(False)
    refusal = page.locator("[role=alert] .problem")
    expect(refusal).to_contain_text("The office has changed this visit: I am on my way:")
    refusal.get_by_role("button", name="I have seen it").click()
    expect(page.locator("[data-visit]")).to_have_count(1)
