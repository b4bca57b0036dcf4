"""A page in a browser, of somebody who has signed in or of nobody, with `watch.js` in it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Request, StorageState

WATCH = Path(__file__).parent / "watch.js"
SCREEN = {"width": 1500, "height": 950}
PATIENCE_MS = 60_000


@dataclass(frozen=True)
class Desk:
    """A browser, the application's address, and somebody's session in it."""

    browser: Browser
    url: str
    session: StorageState

    @contextmanager
    def window(self) -> Iterator[Page]:
        """A page with nothing in its caches, for the `with` block."""
        with window_open(self.browser, base_url=self.url, storage_state=self.session) as page:
            yield page


def desk_open(browser: Browser, url: str, username: str, password: str) -> Desk:
    """Sign somebody in."""
    with window_open(browser, base_url=url) as page:
        page.goto("/sign-in?lang=en")
        page.fill("[name=username]", username)
        page.fill("[name=password]", password)
        page.press("[name=password]", "Enter")
        page.wait_for_url(lambda address: "/sign-in" not in address)
        return Desk(browser, url, page.context.storage_state())


@contextmanager
def window_open(browser: Browser, **manner: Any) -> Iterator[Page]:
    """A page with nothing in its caches, of nobody unless `manner` has a session."""
    context = browser.new_context(viewport=SCREEN, locale="en-GB", **manner)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(path=WATCH)
    try:
        yield context.new_page()
    finally:
        context.close()


@contextmanager
def answered(page: Page) -> Iterator[list[Request]]:
    """The requests of a page that are answered during the `with` block."""
    requests: list[Request] = []

    def note(request: Request) -> None:
        requests.append(request)

    page.on("requestfinished", note)
    yield requests
    page.remove_listener("requestfinished", note)


def weight(requests: Iterable[Request]) -> int:
    """Bytes that came for them, headers included."""
    sizes = [request.sizes() for request in requests]
    return sum(one["responseBodySize"] + one["responseHeadersSize"] for one in sizes)
