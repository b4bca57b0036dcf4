"""A board that is open while the day happens: other connections change rows in the database, and the page goes on."""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from threading import Event
from uuid import UUID

from django.db import connection
from django.db.models import F
from django.utils import timezone
from playwright.sync_api import CDPSession, Page

from benchmarks.speed import Figure
from config.benchmarks.console.dragging import Hand, p95
from config.benchmarks.console.loading import DAY
from config.benchmarks.console.window import PATIENCE_MS, answered
from dispatch.models import Visit
from dispatch.states import VisitState

CONNECTIONS = 4
SETTLED_S = 2.0
GROWTH_MIB = 1.0
STATES = (VisitState.EN_ROUTE, VisitState.ARRIVED, VisitState.STARTED, VisitState.SCHEDULED)


@dataclass(frozen=True, slots=True)
class Pace:
    """So many changes a second, for so many seconds after `warm_s`, when memory is looked at for the first time."""

    rate: float = 200
    warm_s: float = 10
    seconds: float = 60


@dataclass
class Happening:
    """Visits that change, each to its next state by a transaction of its own, so many a second in all."""

    visits: Sequence[UUID]
    rate: float
    states: dict[str, str] = field(default_factory=dict)
    """What each visit has come to, by its id."""
    committed: list[UUID] = field(default_factory=list)
    """The visits in the order of their changes."""

    @contextmanager
    def happens(self) -> Iterator[None]:
        """For the `with` block."""
        over = Event()
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            ways = [pool.submit(self._go_on, self.visits[n::CONNECTIONS], over) for n in range(CONNECTIONS)]
            try:
                yield
            finally:
                over.set()
        for way in ways:
            way.result()

    def _go_on(self, visits: Sequence[UUID], over: Event) -> None:
        begun = time.monotonic()
        try:
            for number, (state, visit) in enumerate(self._steps(visits)):
                if over.wait(begun + number * CONNECTIONS / self.rate - time.monotonic()):
                    return
                Visit.objects.filter(pk=visit).update(
                    state=state, revision=F("revision") + 1, updated_at=timezone.now()
                )
                self.states[str(visit)] = state
                self.committed.append(visit)
        finally:
            connection.close()

    def _steps(self, visits: Sequence[UUID]) -> Iterator[tuple[VisitState, UUID]]:
        for state in cycle(STATES):
            for visit in visits:
                yield state, visit


def living_figures(
    page: Page, visits: Sequence[UUID], pace: Pace, progress: Callable[[str], None]
) -> Iterator[Figure]:
    """An open board on a busy day, with a hand that drags what has not begun."""
    day, hand, seconds = Happening(visits, pace.rate), Hand(page, seed=2), pace.seconds
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    with answered(page) as requests, day.happens():
        progress("a busy day begins")
        page.wait_for_timeout(1000 * pace.warm_s)
        before, earlier, known = _memory(page, session), len(day.committed), len(requests)
        begun = time.monotonic()
        told = [feedback for feedback, _ in _drags(hand, visits, seconds, progress)]
        changes, took_s = len(day.committed) - earlier, time.monotonic() - begun
        readings = sum(DAY in one.url for one in requests[known:])
    shown_s = _until_shown(page, day)
    after = _memory(page, session)
    yield Figure("a busy day: changes committed while the board was open", changes, "")
    yield Figure("a busy day: changes a second", changes / took_s, "")
    yield Figure("a busy day: readings of the day that the page made of them", readings, "")
    yield Figure("a busy day: after the last change, until the page shows what the database has", shown_s)
    yield Figure(
        "a busy day: memory of the page before, garbage collected", before["JSHeapUsedSize"] / 2**20, "MiB"
    )
    grown = (after["JSHeapUsedSize"] - before["JSHeapUsedSize"]) / 2**20
    yield Figure("a busy day: memory grown by", grown, "MiB", goal=GROWTH_MIB)
    yield Figure("a busy day: elements grown by", after["Nodes"] - before["Nodes"], "")
    yield Figure("a busy day: listeners grown by", after["JSEventListeners"] - before["JSEventListeners"], "")
    yield Figure(
        f"a busy day: a dragged visit's sentence, {len(told)} drags: median", statistics.median(told), "ms"
    )
    yield Figure("a busy day: a dragged visit's sentence: 95th percentile", p95(told), "ms")


def _drags(
    hand: Hand, visits: Sequence[UUID], seconds: float, progress: Callable[[str], None]
) -> Iterator[tuple[float, float]]:
    """One after the other until the time is over; at least one."""
    changing, until = {str(one) for one in visits}, time.monotonic() + seconds
    while True:
        yield hand.drag(changing)
        left = until - time.monotonic()
        progress(f"a busy day, {max(0.0, left):.0f} s to go")
        if left <= 0:
            return
        hand.page.wait_for_timeout(1000 * min(1.0, left))


def _memory(page: Page, session: CDPSession) -> dict[str, float]:
    """The page's own figures with the same rows in sight, once what nobody needs is gone."""
    page.evaluate("watched.scroll(0)")
    page.wait_for_timeout(1000 * SETTLED_S)
    session.send("HeapProfiler.collectGarbage")
    return {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}


def _until_shown(page: Page, day: Happening) -> float:
    """Seconds until each visit on the screen has the state that the database has."""
    begun = time.monotonic()
    while time.monotonic() - begun < PATIENCE_MS / 1000:
        shown = page.evaluate("watched.states()")
        if all(day.states.get(visit, state) == state for visit, state in shown.items()):
            return time.monotonic() - begun
        page.wait_for_timeout(50)
    raise TimeoutError("the page does not show what has become of the visits")
