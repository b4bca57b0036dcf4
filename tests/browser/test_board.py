"""A dispatcher's morning at the board, while another one watches."""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from communities.models import Region, User
from dispatch.models import Technician
from tests import factories
from tests.browser.conftest import OpenAs

BOARD = "/board?on=2026-03-02"
VISITS = 3


@pytest.fixture
def north_to_plan(north: Region, tom: Technician, tina: Technician, now: datetime) -> Region:
    """Three filters to change, for two who can; a pump that nobody can."""
    village = factories.community(north, "xicun")
    for number in range(VISITS):
        site = factories.site(village, lon=121.548 + number / 1000)
        factories.request(site, now - timedelta(hours=20))
    pump = factories.service_type(north.organisation, "pump", needs="plumbing")
    factories.request(factories.site(village), now - timedelta(hours=30), pump)
    for technician in (tom, tina):
        factories.shift(technician, now)
    return north


def visits(page: Page) -> list[str | None]:
    """The ids of the visits on the timeline."""
    expect(page.locator("body[data-ready]")).to_be_attached()
    return sorted(
        one.get_attribute("data-visit") or "" for one in page.locator("#timeline [data-visit]").all()
    )


def test_a_dispatcher_plans_compares_and_publishes_while_another_follows(
    north_to_plan: Region, ada: User, dora: User, mina: User, open_as: OpenAs
) -> None:
    doras, adas = open_as("dora"), open_as("ada")
    board, others = doras.go(BOARD), adas.go(BOARD)
    expect(board.locator("#shown")).to_have_text("Nothing is planned for this day yet.")
    expect(others.locator("#shown")).to_have_text("Nothing is planned for this day yet.")

    board.click("#plan")
    expect(board.locator("#planning h2")).to_have_text("New plan, version 1")
    expect(others.locator("#planning h2")).to_have_text("New plan, version 1")
    expect(board.locator("#planning summary").last).to_have_text("Visits that move: 3")
    expect(board.locator("#left-out .reason")).to_have_text("Nobody at work that day has the skills it needs")
    assert doras.grave_findings() == []

    board.click("#planning >> text=Publish")
    for page in (board, others):
        expect(page.locator("#shown")).to_have_text("Published, version 1")
        expect(page.locator("#planning")).to_be_hidden()
        expect(page.locator("#timeline [data-visit]")).to_have_count(VISITS)
    assert visits(board) == visits(others)

    # A second plan of the same day is put beside the first, and thrown away.
    board.click("#plan")
    expect(others.locator("#planning h2")).to_have_text("New plan, version 2")
    board.click("#planning >> text=Discard")
    expect(others.locator("#planning")).to_be_hidden()
    expect(others.locator("#shown")).to_have_text("Published, version 1")

    # Everything without a mouse: along a route, and into a visit.
    first = board.locator("#timeline [data-visit]").first
    first.focus()
    board.keyboard.press("Enter")
    expect(board.locator("#details h2")).to_contain_text("filter")
    assert doras.grave_findings() == []
    board.keyboard.press("Escape")

    manager = open_as("mina")
    expect(manager.go(BOARD).locator("#timeline [data-visit]")).to_have_count(VISITS)
    for window in (doras, adas, manager):
        assert (window.strangers, window.troubles) == ([], [])


def test_a_dispatcher_drags_a_visit_pins_it_and_takes_it_back(
    north_to_plan: Region, dora: User, open_as: OpenAs
) -> None:
    doras = open_as("dora")
    board = doras.go(BOARD)
    board.click("#plan")
    expect(board.locator("#planning h2")).to_have_text("New plan, version 1")
    board.click("#planning >> text=Publish")
    expect(board.locator("#shown")).to_have_text("Published, version 1")
    visit = board.locator("#timeline [data-visit]").first
    moved = board.locator(f"[data-visit='{visit.get_attribute('data-visit')}']")
    former = technician_of(moved.get_attribute("aria-label"))
    other = "T2" if former == "T1" else "T1"

    # While it hovers the page says what it would do; dropped, it is done.
    row = board.locator(".who", has_text=other).bounding_box()
    there = visit.bounding_box()
    assert row is not None
    assert there is not None
    middle = row["y"] + row["height"] / 2
    visit.hover()
    board.mouse.down()
    board.mouse.move(there["x"] + 60, middle, steps=8)
    expect(board.locator("#hint")).to_contain_text("Possible")
    board.mouse.up()
    expect(board.locator("#shown")).to_have_text("Published, version 2")
    assert technician_of(moved.get_attribute("aria-label")) == other

    board.click("#undo")
    expect(board.locator("#shown")).to_have_text("Published, version 3")
    assert technician_of(moved.get_attribute("aria-label")) == former
    board.click("#redo")
    expect(board.locator("#shown")).to_have_text("Published, version 4")

    moved.focus()
    board.keyboard.press("Enter")
    board.select_option("#details .pin select", "technician")
    expect(board.locator("#shown")).to_have_text("Published, version 5")
    assert (moved.get_attribute("aria-label") or "").endswith("pinned")
    assert doras.grave_findings() == []
    assert (doras.strangers, doras.troubles) == ([], [])


def technician_of(sentence: str | None) -> str:
    """Of a visit on the timeline: the second thing that its name says."""
    return (sentence or "").split(", ")[1]
