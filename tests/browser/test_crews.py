"""Several technicians at one visit, at the dispatcher's board and on the telephone of somebody who goes along."""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from communities.models import Region, User
from dispatch.models import ServiceType, Technician, Visit
from dispatch.states import VisitState
from tests import factories
from tests.browser.conftest import OpenAs
from tests.browser.test_board import BOARD, expect_published, visits
from tests.browser.test_my_day import DAY, press, states

HOUR = timedelta(hours=1)
TELEPHONE = {"width": 320, "height": 640}


@pytest.fixture
def wanted(north: Region, tom: Technician, tina: Technician, now: datetime) -> Region:
    """A lift for two, of whom Tom alone can lead; and a crane for more than are at work."""
    village = factories.community(north, "xicun")
    factories.able(tom, "gas")
    for code, technicians in (("lift", 2), ("crane", 3)):
        kind = factories.service_type(north.organisation, code, 60, needs="gas")
        ServiceType.objects.filter(pk=kind.pk).update(technicians=technicians)
        factories.request(factories.site(village), now - 20 * HOUR, kind)
    for technician in (tom, tina):
        factories.shift(technician, now)
    return north


def test_a_crew_is_shown_together_split_and_brought_back(wanted: Region, dora: User, open_as: OpenAs) -> None:
    doras = open_as("dora")
    board = doras.go(BOARD)
    board.click("#plan")
    board.click("#planning >> text=Publish")
    expect_published(board, 1)

    along = in_the_timeline(board, "goes along with T1")
    along.press("Enter")
    for name in ("chosen", "hovered"):
        expect(board.locator(f"#timeline .{name}")).to_have_count(2)
    details = board.locator("#details")
    expect(details.locator(".crew-of li")).to_have_text(
        ["T1 Technician T1 leads", "T2 Technician T2 goes along"]
    )
    expect(details.get_by_text("Only whoever leads the crew can be pinned.")).to_be_visible()
    expect(details.locator(".pin")).to_have_count(0)
    assert doras.grave_findings() == []
    split(details)
    expect_published(board, 2)
    expect(board.locator("#notice")).to_have_text("The crew is split: whoever leads goes alone.")
    expect(visits(board)).to_have_count(1)
    expect(details.locator("h2 a")).to_be_focused()
    expect(details.locator(".crew-of")).to_have_count(0)

    board.click("#undo")
    expect_published(board, 3)
    in_the_timeline(board, "leads a crew of 2").press("Enter")
    expect(details.locator(".pin")).to_be_visible()
    split_what_is_left_out(board, details)
    assert (doras.strangers, doras.troubles) == ([], [])


def split_what_is_left_out(board: Page, details: Locator) -> None:
    crane = board.locator("#left-out button")
    expect(crane).to_contain_text("takes 3 technicians")
    crane.press("Enter")
    expect(details.locator("dd", has_text="takes 3 technicians")).to_be_visible()
    split(details)
    expect_published(board, 4)
    expect(crane).to_contain_text("Its crew was split since: one technician can go now")
    expect(crane).not_to_contain_text("technicians")


def in_the_timeline(board: Page, does: str) -> Locator:
    return board.locator(f'#timeline [aria-label*="{does}"]')


def split(details: Locator) -> None:
    button = details.get_by_role("button", name="Split the crew")
    button.press("Enter")
    expect(button).to_have_count(0)


@pytest.fixture
def lead(north: Region, tom: Technician, tina: Technician, now: datetime) -> Visit:
    """Tom's; Tina goes along."""
    lead = factories.visit(
        factories.site(factories.community(north, "xicun")),
        now - 20 * HOUR,
        technician=tom,
        starts_at=now + HOUR,
        state=VisitState.SCHEDULED,
        customer=factories.customer(north.organisation),
    )
    factories.along(lead, tina)
    return lead


def test_whoever_goes_along_tells_of_the_way_and_leaves_the_end_to_whoever_leads(
    lead: Visit, open_as: OpenAs
) -> None:
    phone = open_as("tina", service_workers="allow", viewport=TELEPHONE)
    page = phone.go(DAY)
    card = page.locator("[data-visit]")
    expect(card.locator(".crew")).to_have_text("You go along: Technician T1 leads, and tells how it ended.")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()

    page.context.set_offline(True)
    for step in ("I am on my way", "I am there", "Begin the work"):
        expect(card.get_by_role("button")).to_have_text([step])
        press(page, 0, step)
    page.reload()
    expect(page.locator("#net")).to_contain_text("3")
    assert (states(page), card.get_by_role("button").count()) == (["Started"], 0)
    expect(card.locator(".on-site")).to_be_hidden()
    assert (phone.grave_findings(), phone.beyond_reach()) == ([], [])
    phone.troubles.clear()  # that there is no connection is no trouble of the page's

    page.context.set_offline(False)
    expect(page.locator("#net")).to_be_hidden()
    page.goto(page.url)
    assert (states(page), phone.strangers, phone.troubles) == (["Started"], [], [])
