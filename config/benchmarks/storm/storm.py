"""The storm itself: what is still to happen, by its moment, and everybody who does it."""

import heapq
import random
from collections.abc import Callable, Sequence
from functools import partial
from itertools import count

from config.benchmarks.storm.forgeries import Event, forgery
from config.benchmarks.storm.post import History, Message, Post
from config.benchmarks.storm.stories import Page, Step, Story
from tests.billing.gateways.stripe_server import StripeServer

DUPLICATED = 0.30
FORGED = 0.05
SCATTER = 40.0
"""Of the messages in between, so many are overtaken on average."""

Act = Callable[[], None]


class Calendar:
    """What is still to happen, each at its moment: how many messages go out before it, roughly."""

    def __init__(self) -> None:
        self._acts: list[tuple[float, int, Act]] = []
        self._numbers = count()
        self.now = 0.0

    def __len__(self) -> int:
        return len(self._acts)

    def add(self, moment: float, act: Act) -> None:
        heapq.heappush(self._acts, (moment, next(self._numbers), act))

    def next(self) -> Act:
        """The next that happens; `now` is its moment."""
        self.now, _, act = heapq.heappop(self._acts)
        return act


class Storm:
    """Plays the stories of the pages at the provider, whose messages go out scattered, repeated and forged, and lets
    harm be done in between. What is begun when follows from `dice`, but for what must be sent again."""

    def __init__(self, stripe: StripeServer, post: Post, dice: random.Random) -> None:
        self.stripe = stripe
        self.post = post
        self.dice = dice
        self.history = History()
        self._calendar = Calendar()

    def rage(
        self,
        told: Sequence[tuple[Page, Story]],
        harm: Sequence[Act],
        length: int,
        progress: Callable[[int], None],
    ) -> None:
        """Until everything has happened and every message has its answer. `length`: messages, about. `progress` hears
        how many were sent."""
        for page, story in told:
            moments = sorted(self.dice.uniform(0, length) for _ in story)
            for moment, step in zip(moments, story, strict=True):
                self._calendar.add(moment, partial(self._step, page, step))
        for number, act in enumerate(harm):
            self._calendar.add((number + self.dice.random()) * length / len(harm), act)
        while self._calendar or not self.post.is_empty:
            self._hear(waits=self.post.is_full or not self._calendar)
            if self._calendar:
                self._calendar.next()()
                progress(self.history.sent)

    def _step(self, page: Page, step: Step) -> None:
        """Something happens at the provider, and becomes messages."""
        with self.stripe.lock:
            before = len(self.stripe.events)
            step(self.stripe, page)
            events = list(enumerate(self.stripe.events))[before:]
        for number, event in events:
            for _ in range(1 + (self.dice.random() < DUPLICATED)):
                self._later(Message(event["id"], number, page.session, partial(self.stripe.signed, event)))
            if self.dice.random() < FORGED:
                self._later(self._forged(number, page, event))

    def _forged(self, number: int, page: Page, event: Event) -> Message:
        event_id, signed = forgery(self.stripe, event, self.dice)
        return Message(event_id, number, page.session, signed, is_forged=True)

    def _later(self, message: Message) -> None:
        self._calendar.add(self._soon(), partial(self._send, message))

    def _soon(self) -> float:
        return self._calendar.now + self.dice.expovariate(1 / SCATTER)

    def _send(self, message: Message) -> None:
        self.history.note_sent(message)
        self.post.send(message)

    def _hear(self, *, waits: bool) -> None:
        """What is not answered as the provider wishes is sent again later."""
        for answer in self.post.answers(waits=waits):
            self.history.note_answer(answer)
            if not answer.is_final:
                self._calendar.add(self._soon(), partial(self.post.send, answer.message))
