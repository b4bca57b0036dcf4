"""The way between the provider and our door: several at once, until they are answered; with notes of every answer."""

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Self

import httpx

AT_ONCE = 4
PAUSE_S = 0.5  # before the next message when there was no answer
TIMEOUT_S = 30.0
BARE = 5  # so many messages for one question to the bare address

Signed = Callable[[], tuple[bytes, dict[str, str]]]


@dataclass(frozen=True, slots=True)
class Message:
    """Something for our door, signed at the moment it is sent. `number` counts the provider's events; `page` is what
    it is about."""

    event_id: str
    number: int
    page: str
    signed: Signed
    is_forged: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of sending a message: a status, or None when nobody knows whether it has arrived. `bare_s` is how long
    the bare address took to answer next to it, where it was asked."""

    message: Message
    status: int | None
    seconds: float
    bare_s: float | None

    @property
    def is_final(self) -> bool:
        """Whether the provider leaves it at that. A forger takes a refusal for an answer."""
        accepted = self.status == HTTPStatus.OK
        return accepted or (self.message.is_forged and self.status == HTTPStatus.UNAUTHORIZED)


@dataclass(slots=True)
class History:
    """What has been sent and what was answered. `sent`: messages, however often each was sent for want of an answer."""

    sent: int = 0
    duplicated: int = 0
    reordered: int = 0
    """Messages that went out for the first time after a later one about the same page."""
    forged: int = 0
    again: int = 0
    """How often one was sent once more: without an answer, or with another than the provider wants to hear."""
    accepted: set[str] = field(default_factory=set)
    """The genuine events that our door has accepted."""
    forged_accepted: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    """How long each accepted message took; `bare_s`: each question to the bare address."""
    bare_s: list[float] = field(default_factory=list)
    _newest: dict[str, int] = field(default_factory=dict)
    _known: set[str] = field(default_factory=set)

    def note_sent(self, message: Message) -> None:
        """A message goes out, not for want of an answer."""
        self.sent += 1
        if message.is_forged:
            self.forged += 1
        elif message.event_id in self._known:
            self.duplicated += 1
        else:
            self._known.add(message.event_id)
            self.reordered += message.number < self._newest.get(message.page, 0)
            self._newest[message.page] = max(message.number, self._newest.get(message.page, 0))

    def note_answer(self, answer: Answer) -> None:
        if answer.bare_s is not None:
            self.bare_s.append(answer.bare_s)
        if not answer.is_final:
            self.again += 1
        elif answer.status == HTTPStatus.OK:
            self.seconds.append(answer.seconds)
            if answer.message.is_forged:
                self.forged_accepted.append(answer.message.event_id)
            else:
                self.accepted.add(answer.message.event_id)


class Post:
    """Sends messages to `door`, a few at once, and asks `bare`, an address that does nothing, next to them."""

    def __init__(self, door: str, bare: str) -> None:
        self._door, self._bare = door, bare
        self._client = httpx.Client(trust_env=False, timeout=TIMEOUT_S)
        self._threads = ThreadPoolExecutor(AT_ONCE)
        self._answers: SimpleQueue[Future[Answer]] = SimpleQueue()
        self._under_way = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._threads.shutdown(cancel_futures=True)
        self._client.close()

    @property
    def is_full(self) -> bool:
        """Whether more would only wait here."""
        return self._under_way >= 2 * AT_ONCE

    @property
    def is_empty(self) -> bool:
        return self._under_way == 0

    def send(self, message: Message) -> None:
        self._under_way += 1
        asks_bare = message.number % BARE == 0
        self._threads.submit(self._deliver, message, asks_bare).add_done_callback(self._answers.put)

    def answers(self, *, waits: bool) -> Iterator[Answer]:
        """The answers that have come; `waits` for the first."""
        while self._under_way:
            try:
                future = self._answers.get(block=waits)
            except Empty:
                return
            self._under_way -= 1
            waits = False
            yield future.result()

    def _deliver(self, message: Message, asks_bare: bool) -> Answer:
        body, headers = message.signed()
        status, seconds = self._timed("POST", self._door, body, headers)
        bare_status, bare_s = self._timed("GET", self._bare) if asks_bare else (None, 0.0)
        if status is None:
            time.sleep(PAUSE_S)
        return Answer(message, status, seconds, bare_s if bare_status == HTTPStatus.OK else None)

    def _timed(
        self, method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int | None, float]:
        """The status and how long it took; None for a connection that was refused or broke."""
        began = time.perf_counter()
        try:
            status = self._client.request(method, url, content=body, headers=headers).status_code
        except httpx.HTTPError:
            return None, 0.0
        return status, time.perf_counter() - began
