"""A storm from the first page opened to the last line compared."""

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from config.benchmarks.storm.checker import Findings, findings
from config.benchmarks.storm.company import Company, pages_open
from config.benchmarks.storm.nemesis import Nemesis
from config.benchmarks.storm.post import History, Post
from config.benchmarks.storm.stories import Page, stories_told
from config.benchmarks.storm.storm import DUPLICATED, FORGED, Storm
from config.processes import Processes, Supervisor
from core.models import Outbox
from tests.billing.gateways.stripe_server import StripeServer

ACCOUNT = "storm"
PATIENCE_S = 180.0
"""How long the outbox may stay as it is: a lease, the longest delay that a few failures bring, and the sweepers."""
LOOKED_EVERY_S = 0.5

Progress = Callable[[str, int, int], None]
"""Hears what is being done, how much of it is, and of how much."""


@dataclass(frozen=True, slots=True)
class Storming:
    """How large a storm. `events` are the provider's, about; each kind of harm is done `times`."""

    events: int
    times: int
    seed: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened, and what came of it."""

    pages: Sequence[Page]
    events: int
    history: History
    harm: Counter[str]
    raged_s: float
    settled_s: float
    findings: Findings

    @property
    def is_right(self) -> bool:
        """Whether our books are the provider's, and nothing forged was accepted."""
        found = self.findings
        wrong = (found.lost, found.surplus, found.unfinished, found.difference, self.history.forged_accepted)
        return not any(wrong)


def storm_run(
    app: Processes,
    stripe: StripeServer,
    company: Company,
    size: Storming,
    *,
    progress: Progress = lambda what, done, of: None,
    sweep: Callable[[], None] = lambda: None,
) -> Outcome:
    """Let a storm pass over a running application whose company is paid through `stripe`.

    Afterwards `sweep` is called whenever nothing moves in the outbox, until it is empty: for one without beat.
    """
    dice = random.Random(size.seed)  # noqa: S311 - to be repeated, not kept secret
    told = stories_told(size.events, dice)
    pages = pages_open(company, len(told), lambda done: progress("opening pages", done, len(told)))
    nemesis = Nemesis(app.supervisor)
    length = round(size.events * (1 + DUPLICATED + FORGED))
    began = time.monotonic()
    with Post(f"{app.url}/api/v1/webhooks/{ACCOUNT}", f"{app.url}/healthz") as post:
        storm = Storm(stripe, post, dice)
        storm.rage(
            list(zip(pages, told, strict=True)),
            nemesis.acts(size.times),
            length,
            lambda sent: progress("storm", sent, length),
        )
    raged = time.monotonic()
    _settle(app.supervisor, sweep, progress)
    return Outcome(
        pages=pages,
        events=len(stripe.events),
        history=storm.history,
        harm=nemesis.done,
        raged_s=raged - began,
        settled_s=time.monotonic() - raged,
        findings=findings(stripe, pages, storm.history.accepted),
    )


def _settle(supervisor: Supervisor, sweep: Callable[[], None], progress: Progress) -> None:
    """Wait until the outbox is empty, or nothing has changed in it for long; `sweep` when nothing changes."""
    waiting = Outbox.objects.filter(done_at=None, failed_at=None)
    most = left = waiting.count()
    changed = time.monotonic()
    while left and time.monotonic() - changed < PATIENCE_S:
        supervisor.check()
        time.sleep(LOOKED_EVERY_S)
        before, left = left, waiting.count()
        if left == before:
            sweep()
        else:
            changed = time.monotonic()
        most = max(most, left)
        progress("settling", most - left, most)
