"""Takes the pictures: Chromium without a window, in each reader's language, as each person."""

import base64
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page
from playwright.sync_api import Error as BrowserError
from playwright.sync_api import TimeoutError as NeverRests

from communities.sample.records import SAMPLE_PASSWORD
from config.screens.album import Shown
from config.screens.scene import Scene
from console.screens import ON_TELEPHONES, Screen, Who

DESK = {"width": 1400, "height": 900}
TELEPHONE = {"width": 390, "height": 844}
LONGEST = 1500  # pixels, of a page on a telephone
REST_MS = 5_000
STILL_MS = 400  # after the last request: maps and charts draw what has come
QUALITY = 80  # of WebP, in per cent
PATIENCE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Language:
    """A reader's: what the browser says, and what is added to a picture's name."""

    locale: str
    suffix: str


LANGUAGES = (Language("en-GB", ""), Language("zh-TW", ".zh-hant"))


@dataclass(frozen=True, slots=True)
class Camera:
    """Pictures of an application at an address, kept in a folder. `missed`: pages that did not come, and why."""

    browser: Browser
    url: str
    scene: Scene
    folder: Path
    missed: list[str] = field(default_factory=list)

    def take(self, who: Who, screens: Sequence[Screen]) -> list[Shown]:
        """Somebody's pages in every language; the titles are those of the first."""
        shown = [self._taken(who, screens, language) for language in LANGUAGES]
        return shown[0]

    def _taken(self, who: Who, screens: Sequence[Screen], language: Language) -> list[Shown]:
        shown = []
        with self._browser_of(who, language) as context:
            for screen in screens:
                page = context.new_page()
                try:
                    self._open(page, screen)
                    self._picture(page, self.folder / f"{screen.name}{language.suffix}.webp", who)
                    shown.append(Shown(screen, page.title(), page.url))
                except BrowserError as error:
                    self.missed.append(f"{screen.name}, {language.locale}: {error.message.splitlines()[0]}")
                page.close()
        return shown

    @contextmanager
    def _browser_of(self, who: Who, language: Language) -> Iterator[BrowserContext]:
        context = self.browser.new_context(
            locale=language.locale,
            timezone_id="Asia/Taipei",
            reduced_motion="reduce",
            viewport=TELEPHONE if who in ON_TELEPHONES else DESK,  # type: ignore[arg-type]
            service_workers="block",
        )
        context.set_default_timeout(PATIENCE_MS)
        if who.role:
            self._sign_in(context.new_page(), self.scene.usernames[who.role])
        yield context
        context.close()

    def _sign_in(self, page: Page, username: str) -> None:
        page.goto(f"{self.url}/sign-in")
        page.fill("[name=username]", username)
        page.fill("[name=password]", SAMPLE_PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(lambda url: "/sign-in" not in url)
        page.close()

    def _open(self, page: Page, screen: Screen) -> None:
        words = self.scene.words
        page.goto(self.url + screen.address.format_map(words))
        for selector, said in screen.fill.items():
            page.fill(selector, said.format_map(words))
        if screen.press:
            page.click(screen.press)
        page.wait_for_selector(screen.ready)
        with suppress(NeverRests):  # pages that follow the day never rest
            page.wait_for_load_state("networkidle", timeout=REST_MS)
        page.wait_for_timeout(STILL_MS)

    def _picture(self, page: Page, path: Path, who: Who) -> None:
        """As WebP, which is a quarter of PNG: of a desk what is seen at once, of a telephone the page."""
        clip = {"x": 0, "y": 0, "scale": 1, **DESK}
        if who in ON_TELEPHONES:
            height = page.evaluate("document.documentElement.scrollHeight")
            clip |= TELEPHONE | {"height": min(max(height, TELEPHONE["height"]), LONGEST)}
        how = {"format": "webp", "quality": QUALITY, "clip": clip}
        # Beyond what is in sight the page is laid out anew, and maps and charts are caught small.
        how["captureBeyondViewport"] = who in ON_TELEPHONES
        taken = page.context.new_cdp_session(page).send("Page.captureScreenshot", how)
        path.write_bytes(base64.b64decode(taken["data"]))
