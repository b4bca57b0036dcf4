"""What a dispatcher is told while a visit is dragged over the timeline, and how soon."""

import statistics
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from playwright.sync_api import Page

from benchmarks.speed import Figure
from config.benchmarks.console.window import PATIENCE_MS

FEEDBACK_MS = 150.0
STEPS = 10  # one pointer event after the other, each once the browser has dealt with the one before: it never rests
BETWEEN_MS = 150
FARTHER_PX = 120  # so that each step comes to another place: five minutes are 6 px
EDGE_PX = 40  # nearer to the edge the timeline scrolls


@dataclass(frozen=True, slots=True)
class Drag:
    """A visit, where it is on the screen, and where it is dragged to."""

    visit: str
    start: tuple[int, int]
    end: tuple[int, int]


class Hand:
    """Drags visits of a board by chance, with a real pointer."""

    def __init__(self, page: Page, seed: int = 1) -> None:
        self.page = page
        self.random = Random(seed)  # noqa: S311 - a hand, not a secret

    def drag(self, besides: Collection[str] = ()) -> tuple[float, float]:
        """Drag a visit to another technician and time, wait for what the page says of it, and put it back: the
        milliseconds from the pointer's last event until that is painted, and what the server took of them."""
        drag = self._chosen(besides)
        told = self._carry(drag)
        self._put_back(drag)
        return told

    def drop(self) -> float:
        """Drag until a place is allowed, and leave the visit there: milliseconds until the board shows the plan that
        it has become."""
        self._carry(drag := self._chosen(()))
        while not self.page.locator("#hint .allowed").count():
            self._put_back(drag)
            self._carry(drag := self._chosen(()))
        self.page.evaluate("watched.next('#shown')")
        self.page.mouse.up()
        took: float = self.page.evaluate("watched.came")
        self.page.wait_for_timeout(BETWEEN_MS)
        return took

    def _put_back(self, drag: Drag) -> None:
        self.page.mouse.move(*drag.start, steps=3)
        self.page.mouse.up()
        self.page.wait_for_timeout(BETWEEN_MS)

    def _chosen(self, besides: Collection[str]) -> Drag:
        self.page.evaluate("share => watched.scroll(share)", self.random.random())
        sight = self._sight(besides)
        visit = self.random.choice(sight["visits"])
        while True:
            x = self.random.randint(int(sight["left"]), int(sight["right"]))
            y = self.random.randint(int(sight["top"]), int(sight["bottom"]))
            if abs(x - visit["x"]) > FARTHER_PX:
                return Drag(visit["id"], (visit["x"], visit["y"]), (x, y))

    def _sight(self, besides: Collection[str]) -> dict[str, Any]:
        """The timeline once there is something to drag on it, and it has come to rest."""
        former: dict[str, Any] = {}
        for _ in range(PATIENCE_MS // BETWEEN_MS):
            self.page.wait_for_timeout(BETWEEN_MS)
            sight = self.page.evaluate("edge => watched.sight(edge)", EDGE_PX)
            sight["visits"] = [one for one in sight["visits"] if one["id"] not in besides]
            if sight["visits"] and sight == former:
                return former
            former = sight
        raise TimeoutError("there is nothing to drag on the board")

    def _carry(self, drag: Drag) -> tuple[float, float]:
        (x, y), (there_x, there_y) = drag.start, drag.end
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.evaluate("([x, y]) => watched.sentence(x, y)", [there_x, there_y])
        self.page.mouse.move(there_x, there_y, steps=STEPS)
        feedback, answer = self.page.evaluate("watched.told")
        return feedback, answer


def dragging_figures(page: Page, drags: int, drops: int, progress: Callable[[str], None]) -> Iterator[Figure]:
    """So many drags on an open board, an empty answer of the API after each of them, and drops."""
    hand = Hand(page)
    told, empty = [], []
    for number in range(drags):
        progress(f"dragging, {number + 1} of {drags}")
        told.append(hand.drag())
        empty.append(page.evaluate("watched.empty()"))
    feedback, answers = ([one[column] for one in told] for column in (0, 1))
    nothing = statistics.median(empty)
    yield Figure(f"a dragged visit's sentence, {drags} drags: median", statistics.median(feedback), "ms")
    yield Figure("a dragged visit's sentence: 95th percentile", p95(feedback), "ms", goal=FEEDBACK_MS)
    yield Figure("of which the server's answer: median", statistics.median(answers), "ms")
    yield Figure("an empty answer of the API beside it: median", nothing, "ms")
    yield Figure("the sentence over the empty answer", statistics.median(feedback) / nothing, "×")
    dropped = []
    for number in range(drops):
        progress(f"dropping, {number + 1} of {drops}")
        dropped.append(hand.drop())
    yield Figure(
        f"a dropped visit until the board shows it, {drops} drops: median", statistics.median(dropped), "ms"
    )


def p95(milliseconds: list[float]) -> float:
    """The 95th percentile; of fewer than two the only one."""
    return statistics.quantiles(milliseconds, n=20)[-1] if len(milliseconds) > 1 else milliseconds[0]
