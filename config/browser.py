"""A browser without a window: the system's Chromium, or the one that Playwright has installed."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Error, sync_playwright

SYSTEMS_OWN = ("chromium", "chromium-browser", "google-chrome")
INSTALL = "install Debian's chromium, or run .venv/bin/python -m playwright install --with-deps chromium"


class BrowserMissing(Exception):
    """There is no Chromium on this machine; the text says how it comes here."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium for the `with` block. Raises BrowserMissing.

    Playwright runs an event loop in this thread, and Django lets nobody ask its database in one: until the block ends,
    another thread has to.
    """
    own = next(filter(None, map(shutil.which, SYSTEMS_OWN)), None)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(
                executable_path=own, args=["--no-sandbox", "--enable-unsafe-swiftshader"]
            )
        except Error as error:
            raise BrowserMissing(f"no Chromium could be started: {INSTALL}") from error
        try:
            yield browser
        finally:
            browser.close()
