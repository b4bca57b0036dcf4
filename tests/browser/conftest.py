"""People at browsers: Chromium without a window, against the served application with its real workers."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from config.browser import chromium as browser_open
from tests import factories
from tests.end_to_end.conftest import environment, read_logs, served, sign_in

__all__ = ["environment", "read_logs", "served", "sign_in"]

PATIENCE_MS = 120_000  # a busy machine is no defect
AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text(encoding="utf-8")
GRAVE = {"serious", "critical"}
MOVING = """
[...document.querySelectorAll("*")].filter((one) => {
  const style = getComputedStyle(one);
  return style.transitionDuration !== "0s" || style.animationName !== "none" || style.scrollBehavior === "smooth";
}).map((one) => one.cloneNode().outerHTML.slice(0, 200)).slice(0, 3)
"""
BEYOND = """
[...document.querySelectorAll("body *")].filter((one) => {
  const box = one.getBoundingClientRect();
  if (!box.width || !box.height || box.right <= innerWidth + 1) return false;
  for (let up = one.parentElement; up !== document.body; up = up.parentElement) {
    if (["auto", "scroll"].includes(getComputedStyle(up).overflowX)) return false;
  }
  return true;
}).map((one) => one.cloneNode().outerHTML.slice(0, 200)).slice(0, 3)
"""

MAPS_FOLLOWED = """() => [...document.querySelectorAll(".maplibregl-map")].every(
  (map) => map.querySelector("canvas").clientWidth === map.clientWidth)"""

OpenWindow = Callable[..., "Window"]
OpenAs = Callable[..., "Window"]


class Window:
    """Somebody's browser. It notes what it asked for, and what went wrong in it."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.asked: list[str] = []
        self.troubles: list[str] = []
        page.on("request", self._note)
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("console", lambda said: said.type == "error" and self.troubles.append(said.text))

    def sign_in(self, username: str) -> None:
        self.page.goto(f"{self.url}/sign-in?lang=en")
        self.page.fill("[name=username]", username)
        self.page.fill("[name=password]", factories.PASSWORD)
        self.page.press("[name=password]", "Enter")
        self.page.wait_for_url(lambda url: "/sign-in" not in url)

    def go(self, path: str) -> Page:
        self.page.goto(f"{self.url}{path}")
        return self.page

    @property
    def strangers(self) -> list[str]:
        """What was asked of anybody but us."""
        ours = (self.url, "data:", f"blob:{self.url}")
        return [address for address in self.asked if not address.startswith(ours)]

    def grave_findings(self, *rules: str) -> list[str]:
        """What axe-core calls serious or critical on the page as it is: rule, and the first place. Of `rules` alone,
        if there are any."""
        self.page.evaluate(AXE)
        found: dict[str, Any] = self.page.evaluate(
            "rules => axe.run(rules.length ? { runOnly: rules } : {})", rules
        )
        return [
            f"{one['id']}: {one['nodes'][0]['html'][:200]}"
            for one in found["violations"]
            if one["impact"] in GRAVE
        ]

    def moves(self) -> list[str]:
        """What of the page as it is would fade, slide or turn."""
        moving: list[str] = self.page.evaluate(MOVING)
        return [f"moves: {one}" for one in moving]

    def beyond_reach(self) -> list[str]:
        """What lies beyond the window's right edge, so that one has to scroll the whole page sideways to read it, or
        cannot at all: all but what is in a box that scrolls by itself. Maps follow a window that has become narrower
        with their next picture."""
        self.page.wait_for_function(MAPS_FOLLOWED)
        beyond: list[str] = self.page.evaluate(BEYOND)
        return [f"beyond reach: {one}" for one in beyond]

    def _note(self, request: Request) -> None:
        self.asked.append(request.url)


@pytest.fixture
def chromium(served: str) -> Iterator[Browser]:
    """It comes after the application and what the test has put into the database, which nobody asks in this thread
    while it is open."""
    expect.set_options(timeout=PATIENCE_MS)
    with browser_open() as browser:
        yield browser


@pytest.fixture
def open_window(chromium: Browser, served: str) -> OpenWindow:
    """Give somebody who is nobody to us a browser of their own."""

    def open_window(**manner: Any) -> Window:
        usual = {"locale": "en-GB", "timezone_id": "Asia/Taipei", "viewport": {"width": 1500, "height": 950}}
        context = chromium.new_context(**(usual | manner))
        context.set_default_timeout(PATIENCE_MS)
        return Window(context.new_page(), served)

    return open_window


@pytest.fixture
def open_as(open_window: OpenWindow) -> OpenAs:
    """The same for somebody who signs in."""

    def open_as(username: str, **manner: Any) -> Window:
        window = open_window(**manner)
        window.sign_in(username)
        return window

    return open_as
