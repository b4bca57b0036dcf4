"""How soon the board answers whoever opens it, and what comes over the wire for it."""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

from playwright.sync_api import Page

from benchmarks.speed import Figure
from config.benchmarks.console.window import PATIENCE_MS, Desk, answered, weight

INTERACTIVE_S = 2.0
REST_MS = 1000
"""Before each load: what was open before is gone by then, which takes a processor half a second."""
VISIT, LEFT = "#timeline [data-visit]", "#left-out [data-visit]"
DAY = "/api/v1/board?"


@dataclass(frozen=True, slots=True)
class Load:
    """Seconds from the beginning of the navigation until each part of the board has answered the pointer, by its own
    paint; the longest task of the page, and the bytes that came."""

    timeline_s: float
    list_s: float
    map_s: float
    longest_s: float
    bytes: int
    bytes_of_day: int

    @property
    def interactive_s(self) -> float:
        return max(self.timeline_s, self.list_s, self.map_s)


def loading_figures(desk: Desk, path: str, count: int, progress: Callable[[str], None]) -> Iterator[Figure]:
    """So many loads with an empty cache, each in a browser of its own, and as many of a page that was there before."""
    cold: list[Load] = []
    warm: list[Load] = []
    for number in range(count):
        progress(f"loading the board, {number + 1} of {count}")
        with desk.window() as page:
            for loads in (cold, warm):
                page.wait_for_timeout(REST_MS)
                loads.append(load(page, path))
    yield from _figures("empty cache", cold)
    yield from _figures("opened again", warm)
    yield Figure("board, empty cache: all that comes", cold[0].bytes / 1000, "kB")
    yield Figure("board, empty cache: of which the day itself", cold[0].bytes_of_day / 1000, "kB")
    yield Figure("board, opened again: all that comes", warm[0].bytes / 1000, "kB")


def _figures(how: str, loads: Sequence[Load]) -> Iterator[Figure]:
    def median(of: Callable[[Load], float]) -> float:
        return statistics.median(map(of, loads))

    interactive = [one.interactive_s for one in loads]
    yield Figure(f"board interactive, {how}: median of {len(loads)}", statistics.median(interactive))
    yield Figure(f"board interactive, {how}: worst", max(interactive), goal=INTERACTIVE_S)
    yield Figure(f"board, {how}: until the timeline answers, median", median(lambda one: one.timeline_s))
    yield Figure(f"board, {how}: until the list answers, median", median(lambda one: one.list_s))
    yield Figure(f"board, {how}: until the map answers, median", median(lambda one: one.map_s))
    yield Figure(f"board, {how}: longest task, at worst", max(one.longest_s for one in loads))


def load(page: Page, path: str) -> Load:
    """Open the board and point at each of its parts as soon as there is something in it. All is asked of `watch.js`:
    a selector of the driver's puts its own script into the page, a tenth of a second that no user waits for."""
    with answered(page) as requests:
        page.mouse.move(0, 0)
        page.goto(path, wait_until="commit")
        page.evaluate("selector => watched.seen(selector)", VISIT)
        timeline = _answers(page, page.evaluate("watched.sight().visits[0]"), "#timeline .hovered")
        left = _answers(page, _middle(page, LEFT), "#left-out .hovered")
        area = _answers(page, _middle(page, "#map"), ".maplibregl-popup")
        longest = page.evaluate("watched.longest")
    day = [one for one in requests if DAY in one.url]
    return Load(timeline, left, area, longest / 1000, weight(requests), weight(day))


def _middle(page: Page, selector: str) -> dict[str, float]:
    middle: dict[str, float] = page.evaluate("selector => watched.middle(selector)", selector)
    return middle


def _answers(page: Page, place: dict[str, float], mark: str) -> float:
    """Move the pointer to and fro there until the mark is painted; seconds since the navigation began."""
    page.evaluate(
        "mark => { watched.at = null; void watched.seen(mark).then((at) => (watched.at = at)); }", mark
    )
    until = time.monotonic() + PATIENCE_MS / 1000
    for step in cycle((0, 1)):
        page.mouse.move(place["x"] + step, place["y"])
        at: float | None = page.evaluate("watched.at")
        if at is not None:
            return at / 1000
        if time.monotonic() > until:
            break
    raise TimeoutError(f"nothing is {mark} on the board")
