"""Every page, as somebody who may open it: accessible, narrow enough, without errors, asking nobody but us."""

from tests.api.test_access import PEOPLE
from tests.browser.conftest import OpenAs, OpenWindow, Window
from tests.console.test_who_gets_in import TABLE, addresses, people

__all__ = ["addresses", "people"]

SHOWN = 200
NARROWEST = {"width": 320, "height": 640}  # at 200 % a telephone, at 400 % a desk: WCAG 2.2, 1.4.10
NO_PAGES = {"my-day-worker.js", "my-day.webmanifest"}
INSIDERS = ("ada", "dora", "mina", "tom")


def reader(row: tuple[int | str, ...]) -> str | None:
    """Who opens a page: nobody in particular where all may, else the first of the company's people who may."""
    may = {name for name, outcome in zip(PEOPLE, row, strict=True) if outcome == SHOWN}
    return next((name for name in ("anonymous", *INSIDERS) if name in may), None)


def test_every_page_is_accessible_narrow_and_asks_nobody_else(
    addresses: dict[str, str], people: object, open_as: OpenAs, open_window: OpenWindow
) -> None:
    readers = {route: reader(row) for route, (row, _) in TABLE.items() if route not in NO_PAGES}
    found = {}
    for name in ("anonymous", *INSIDERS):
        window = open_window() if name == "anonymous" else open_as(name)
        for route in (route for route, who in readers.items() if who == name):
            if wrong := faults(window, addresses[route]):
                found[route] = wrong
        window.page.context.close()
    assert found == {}


def faults(window: Window, address: str) -> list[str]:
    """What is wrong with a page, at a desk and on the narrowest telephone."""
    window.go(address)
    wrong = window.grave_findings()
    window.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    wrong += [f"in the dark, {one}" for one in window.grave_findings("color-contrast")]
    wrong += window.moves()
    window.page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    desk = window.page.viewport_size
    window.page.set_viewport_size(NARROWEST)  # type: ignore[arg-type]
    wrong += window.beyond_reach()
    window.page.set_viewport_size(desk)  # type: ignore[arg-type]
    wrong += [*window.strangers, *window.troubles]
    window.asked.clear()
    window.troubles.clear()
    return wrong
