"""A dispatcher's morning at the board, while another one watches."""

import re
from datetime import datetime, timedelta
from io import BytesIO

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import FloatRect, Locator, Page, Position, Route, expect

from communities.models import Region, User
from dispatch.models import Technician
from tests import factories
from tests.browser.conftest import OpenAs, Window
from tests.end_to_end.people import SignIn

BOARD, THE_DAY = "/board?on=2026-03-02", "/?on=2026-03-02"
NARROW = [{"width": 700, "height": 450}, {"width": 320, "height": 640}]
"""A desk of 1400 pixels at 200 %, and a telephone."""
RING = (163, 35, 26)
"""The colour around a left-out visit on the map: --alarm."""
MOST_PICTURES = 100
DONE = 5
"""Visits that somebody can make: two filters for Tom, two pumps for Tina, and a check for either."""


@pytest.fixture
def north_to_plan(north: Region, tom: Technician, tina: Technician, now: datetime) -> Region:
    """Six requests in a row of houses; the boiler is for nobody."""
    village, company = factories.community(north, "xicun"), north.organisation
    factories.able(tom, "filters")
    factories.able(tina, "plumbing")
    wanted = [("filter", "filters"), ("filter", "filters"), ("pump", "plumbing"), ("pump", "plumbing")]
    wanted += [("check", ""), ("boiler", "gas")]
    for number, (kind, needs) in enumerate(wanted):
        site = factories.site(village, lon=121.548 + number / 1000)
        service = factories.service_type(company, kind, needs=needs)
        factories.request(site, now - timedelta(hours=20), service, factories.customer(company))
    for technician in (tom, tina):
        factories.shift(technician, now)
    return north


def test_a_dispatcher_s_morning_with_another_one_watching(
    north_to_plan: Region, ada: User, dora: User, mina: User, open_as: OpenAs
) -> None:
    doras, adas = open_as("dora", timezone_id="America/New_York"), open_as("ada")
    board, others = doras.go(BOARD), adas.go(BOARD)
    plans_and_publishes(board, others)
    is_legible_in_the_dark_and_still(manager := open_as("mina"))
    assert doras.grave_findings() == []
    points_here_and_there(others)
    looks_into_a_visit(doras)
    drags_and_takes_back(board)
    drops_where_it_cannot_be(doras)
    takes_off_and_accepts_some(board, others)
    drags_in_from_the_list(board, others)
    cancels_what_nobody_can_do(board, others)

    waits_and_is_told(manager)
    expect(visits(manager.go(BOARD))).to_have_count(DONE - 1)
    assert len([url for url in manager.asked if "/api/v1/board?" in url]) == 1  # what the page has preloaded
    expect(manager.page.locator("#plan, #undo, #redo")).to_have_count(0)
    for window in (doras, adas, manager):
        assert (window.strangers, window.troubles) == ([], [])

    is_too_slow(board, adas)
    pins_and_lets_go(board)


def test_without_scripts_the_board_leads_to_the_day(
    north_to_plan: Region, dora: User, open_as: OpenAs
) -> None:
    board = open_as("dora", java_script_enabled=False).go(BOARD)
    expect(board.locator(".chart .loading")).to_be_hidden()
    board.locator("noscript a").click()
    expect(board.locator("h1")).to_contain_text("March 2, 2026")


def test_planning_is_watched_and_stopped_and_a_draft_discarded(
    north_to_plan: Region, dora: User, open_as: OpenAs, sign_in: SignIn
) -> None:
    board = open_as("dora").go(BOARD)
    thorough = {"region": str(north_to_plan.pk), "on": "2026-03-02", "iterations": 1_000_000}
    assert sign_in("dora").post("/plans", thorough).status_code == 202
    planning = board.locator("#planning")
    expect(planning.locator(".cost")).to_have_text(
        re.compile(r"So far: cost \d+ min, left out 1$")
    )  # the boiler
    expect(planning.get_by_role("progressbar", name="Progress")).to_be_visible()
    expect(board.locator("#plan")).to_be_disabled()
    planning.get_by_role("button", name="Stop planning").click()
    expect(planning).to_be_hidden()
    expect(board.locator("#shown")).to_have_text("Nothing is planned for this day yet.")

    board.click("#plan")
    expect(planning.locator("h2")).to_have_text("New plan, version 2")
    expect(planning.locator("tr", has_text="Prices of the visits")).to_contain_text("TWD")
    planning.get_by_role("button", name="Discard").click()
    expect(planning).to_be_hidden()
    expect(board.locator("#shown")).to_have_text("Nothing is planned for this day yet.")


def plans_and_publishes(board: Page, others: Page) -> None:
    for page in (board, others):
        expect(page.locator("#shown")).to_have_text("Nothing is planned for this day yet.")
    board.click("#plan")
    for page in (board, others):
        expect(page.locator("#planning h2")).to_have_text("New plan, version 1")
    expect(board.locator("#planning summary").last).to_have_text(f"Visits that move: {DONE}")
    expect(board.locator("#left-out .reason")).to_have_text("Nobody at work that day has the skills it needs")
    board.click("#planning >> text=Publish")
    for page in (board, others):
        expect_published(page, 1)
        expect(page.locator("#planning")).to_be_hidden()
        expect(visits(page)).to_have_count(DONE)
        expect(page.locator(".ec-slot", has_text=":").first).to_have_text("09:00")  # wherever the browser is


def is_legible_in_the_dark_and_still(manager: Window) -> None:
    """The board and the day with its map, for eyes that want neither light nor motion."""
    manager.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    expect(visits(manager.go(BOARD))).to_have_count(DONE)
    assert (manager.grave_findings("color-contrast"), manager.moves()) == ([], [])
    expect(manager.go(THE_DAY).locator(".line")).to_have_count(2)
    assert (manager.grave_findings("color-contrast"), manager.moves()) == ([], [])
    manager.page.emulate_media(color_scheme="light", reduced_motion="no-preference")


def points_here_and_there(board: Page) -> None:
    """What the pointer is on is shown in the other places: of the list on the map, and the other way round."""
    chart, left = board.locator("#map"), board.locator("#left-out button")
    before = still(chart)
    left.hover()
    expect(left).to_have_class(re.compile("hovered"))
    x, y = middle(ImageChops.difference(before, still(chart, other_than=before)))
    board.mouse.move(2, 2)
    expect(left).not_to_have_class(re.compile("hovered"))
    box = chart.bounding_box()
    assert box is not None
    board.mouse.move(box["x"] + x, box["y"] + y)
    expect(left).to_have_class(re.compile("hovered"))

    # The next house to the west is on the timeline.
    while x > 0 and not board.locator("#timeline .hovered").count():
        x -= 3
        board.mouse.move(box["x"] + x, box["y"] + y)
        board.evaluate("new Promise(requestAnimationFrame)")  # which hands the movement on
    expect(board.locator("#timeline .hovered")).to_contain_text("check")
    board.mouse.move(2, 2)
    before = still(chart)
    visit(board, "filter").first.hover()
    still(chart, other_than=before)


def still(chart: Locator, other_than: Image.Image | None = None) -> Image.Image:
    """The map once it has the left-out visit's ring on it and is drawn no more; another picture than that one."""
    former = None
    for _ in range(MOST_PICTURES):
        shown = Image.open(BytesIO(chart.screenshot())).convert("RGB")
        colours = {colour for _, colour in shown.getcolors(shown.width * shown.height) or ()}
        if RING in colours and shown == former and shown != other_than:
            return shown
        former = shown
    raise AssertionError("the map does not come to rest, or shows nothing new")


def middle(difference: Image.Image) -> tuple[float, float]:
    left, top, right, bottom = difference.getbbox() or (0, 0, 0, 0)
    return (left + right) / 2, (top + bottom) / 2


def looks_into_a_visit(doras: Window) -> None:
    """Without a mouse: along a route, into a visit, why it is there, and what there is to say to its customer."""
    board = doras.page
    visit(board, "filter").first.focus()
    board.keyboard.press("Enter")
    details = board.locator("#details")
    expect(details.locator("h2")).to_contain_text("filter")
    expect(details.locator("dd").last).to_have_text("Mar 4, 2026 13:00")  # until when it is to be done
    expect(details.locator(".why li").first).to_have_text("Nobody but T1 could take it in this plan")
    details.locator("summary", has_text="Customer and history").press("Enter")
    details.locator("textarea").fill("We come a little earlier.")
    details.locator("text=Send").press("Enter")
    expect(details.locator(".past", has_text="We come a little earlier.")).to_be_visible()
    assert doras.grave_findings() == []
    is_all_within_reach(doras)
    details.locator("h2 a").click()
    expect(board.locator(".reasons li").first).to_have_text("Nobody but T1 could take it in this plan")
    board.click("text=Show it on the board")
    expect(details.locator("h2")).to_contain_text("filter")
    details.locator(".head button").press("Escape")
    expect(details).to_be_hidden()


def is_all_within_reach(window: Window) -> None:
    """However narrow the window, with all that the panel has; the last visit is where the focus takes one."""
    desk = window.page.viewport_size
    for size in NARROW:
        window.page.set_viewport_size(size)  # type: ignore[arg-type]
        assert window.beyond_reach() == []
        for one in (visits(window.page).first, visits(window.page).last):
            one.focus()
            expect(one).to_be_in_viewport()
    window.page.set_viewport_size(desk)  # type: ignore[arg-type]


def drags_and_takes_back(board: Page) -> None:
    """While it hovers the page says what it would do; dropped, it is done."""
    check = visit(board, "check")
    former = technician_of(check)
    other = "T2" if former == "T1" else "T1"
    drag(board, check, board.locator(".who", has_text=other), to=box(check)["x"] + 400)
    expect(board.locator("#hint")).to_contain_text("Possible")
    board.mouse.up()
    expect_published(board, 2)
    assert technician_of(check) == other
    board.click("#undo")
    expect_published(board, 3)
    assert technician_of(check) == former
    board.click("#redo")
    expect_published(board, 4)
    board.click("#undo")
    expect_published(board, 5)


def drops_where_it_cannot_be(doras: Window) -> None:
    """After working hours: what others would cost comes instead, and does as it says."""
    board = doras.page
    check = visit(board, "check")
    former = technician_of(check)
    day = box(board.locator("#timeline"))
    drag(board, check, board.locator(".who", has_text=former), to=day["x"] + day["width"] - 20)
    expect(board.locator("#hint")).to_contain_text("Not possible")
    board.mouse.up()
    expect(board.locator("#notice.problem")).to_be_visible()
    assert ["409" in trouble for trouble in doras.troubles] == [True]  # the browser's own note of the refusal
    doras.troubles.clear()
    details = board.locator("#details")
    expect(details.locator("h2")).to_contain_text("check")
    other = details.locator("details[open] .way")
    expect(other).to_contain_text("T2" if former == "T1" else "T1")
    other.click()
    expect(details.locator(".outcome-note")).to_contain_text("Possible")
    details.locator("button", has_text="Move").click()
    expect_published(board, 6)
    assert technician_of(check) != former
    board.click("#undo")
    expect_published(board, 7)
    details.locator(".head button").click()


def takes_off_and_accepts_some(board: Page, others: Page) -> None:
    """A filter and a pump go; a new plan has both again, and only the filter is taken out of it."""
    for number, service in enumerate(("filter", "pump"), start=8):
        drag(board, visit(board, service).first, board.locator("#left-out h2"))
        expect(board.locator("#hint")).to_contain_text("Possible")
        board.mouse.up()
        expect_published(board, number)
    expect(board.locator("#left-out .reason", has_text="A dispatcher took it off the plan")).to_have_count(2)
    board.click("#plan")
    expect(others.locator("#planning h2")).to_have_text("New plan, version 10")
    board.click("#planning >> text=Accept some of it")
    board.locator(".bundles li", has_text="T1").locator("input").check()
    board.click("#planning >> text=Accept the chosen")
    for page in (board, others):
        expect_published(page, 11)
        expect(page.locator("#planning")).to_be_hidden()
    assert (visit(others, "filter").count(), visit(others, "pump").count()) == (2, 1)


def drags_in_from_the_list(board: Page, others: Page) -> None:
    pump = board.locator("#left-out li", has_text="pump").locator("button")
    row, day = box(board.locator(".who", has_text="T2")), box(board.locator("#timeline"))
    where: Position = {"x": day["width"] / 2, "y": row["y"] + row["height"] / 2 - day["y"]}
    pump.drag_to(board.locator("#timeline"), target_position=where)
    for page in (board, others):
        expect_published(page, 12)
    expect(visit(others, "pump")).to_have_count(2)
    board.click("#undo")
    expect_published(others, 13)
    expect(visit(others, "pump")).to_have_count(1)


def cancels_what_nobody_can_do(board: Page, others: Page) -> None:
    board.locator("#left-out li", has_text="boiler").locator("button").click()
    expect(board.locator("#details .why-not li").first).to_have_text(
        "Nobody at work that day has the skills it needs"
    )
    board.locator("#details summary", has_text="Cancel").click()
    board.locator("#details [name=reason]").fill("They have bought another.")
    board.click("#details >> text=Cancel the request")
    for page in (board, others):
        expect(page.locator("#left-out li", has_text="boiler")).to_have_count(0)
    board.keyboard.press("Escape")


def is_too_slow(board: Page, adas: Window) -> None:
    """Ada hears of nothing any more, and moves what somebody has moved: she is told who has, and what."""
    others = adas.page
    others.route(
        "**/board/moments*",
        lambda route: route.fulfill(content_type="text/event-stream", body="retry: 600000\n\n"),
    )
    others.goto(f"{adas.url}{BOARD}")
    expect(visits(others)).to_have_count(DONE - 1)
    board.click("#redo")
    expect_published(board, 14)
    visit(others, "check").focus()
    others.keyboard.press("Enter")
    others.select_option("#details .pin select", "technician")
    expect(others.locator("#notice")).to_contain_text("dora changed the plan in the meantime.")
    expect(others.locator("#notice")).to_contain_text("nobody → T2")
    expect_published(others, 14)


def pins_and_lets_go(board: Page) -> None:
    check = visit(board, "check")
    check.press("Enter")
    board.select_option("#details .pin select", "time")
    expect(board.locator("#notice")).to_have_text("Pinned.")
    expect(check).to_have_class(re.compile("pinned"))
    board.select_option("#details .pin select", "")
    expect(board.locator("#notice")).to_have_text("Not pinned any more.")
    expect(check).not_to_have_class(re.compile("pinned"))


def waits_and_is_told(manager: Window) -> None:
    """The day is long in coming, and then does not; what to do is said, and it comes by itself after all."""
    board, asked = manager.page, "**/api/v1/board?*"
    held: list[Route] = []
    board.route(asked, lambda route: held.append(route))
    manager.go(BOARD)
    expect(board.locator("#shown")).to_have_text("Loading …")
    expect(board.locator(".loading:visible")).to_have_count(4)
    board.route(asked, lambda route: route.abort())
    for route in held:
        route.abort()
    expect(board.locator("#notice")).to_contain_text("The day could not be read.")
    expect(board.locator(".loading:visible")).to_have_count(0)
    board.unroute(asked)
    expect(visits(board)).to_have_count(DONE - 1)
    expect(board.locator("#notice")).to_be_hidden()
    manager.asked.clear()
    manager.troubles.clear()


def visits(page: Page) -> Locator:
    return page.locator("#timeline [data-visit]")


def visit(page: Page, service: str) -> Locator:
    return page.locator("#timeline [data-visit]", has_text=service)


def expect_published(page: Page, number: int) -> None:
    expect(page.locator("#shown")).to_have_text(f"Published, version {number}")


def drag(page: Page, what: Locator, onto: Locator, to: float | None = None) -> None:
    """To the height of a row, and `to` so far from the left; without it right onto the row. Not dropped."""
    there = box(onto)
    what.hover()
    page.mouse.down()
    x = there["x"] + there["width"] / 2 if to is None else to
    page.mouse.move(x, there["y"] + there["height"] / 2, steps=8)


def box(what: Locator) -> FloatRect:
    found = what.bounding_box()
    assert found is not None
    return found


def technician_of(visit: Locator) -> str:
    """Of a visit on the timeline: the second thing that its name says."""
    return (visit.get_attribute("aria-label") or "").split(", ")[1]
