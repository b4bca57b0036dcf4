"""A technician's morning, part of it in a cellar without a connection."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection
from playwright.sync_api import Page, expect

from communities.models import Region
from dispatch.models import Technician, Visit
from dispatch.states import VisitState
from tests import factories
from tests.browser.conftest import OpenAs, Window

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


def _taken_away(visit: Visit) -> None:
    taken = {"state": VisitState.UNSCHEDULED, "technician": None, "starts_at": None, "ends_at": None}
    Visit.objects.filter(pk=visit.pk).update(**taken)
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
    expect(page.locator("#net")).to_contain_text("No connection. Steps that wait to be sent: 5")
    page.reload()  # the page is there without the server, with what was done
    expect(page.locator("#net")).to_contain_text("5")
    assert states(page) == ["Completed", "Not completed"]
    window.troubles.clear()  # that there is no connection is no trouble of the page's

    page.context.set_offline(False)
    expect(page.locator("#net")).to_be_hidden()
    page.goto(page.url)
    assert states(page) == ["Completed", "Not completed"]
    assert (window.strangers, window.troubles) == ([], [])


def test_who_signs_out_leaves_nothing_of_customers_behind(window: Window) -> None:
    page = window.go(DAY)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    kept = "caches.open('my-day').then((kept) => kept.keys()).then((keys) => keys.length)"
    assert page.evaluate(kept) > 0
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    assert page.evaluate("caches.keys()") == []


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
