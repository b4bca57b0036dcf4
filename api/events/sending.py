"""One POST to an endpoint, and what came of it."""

import contextlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpcore
import httpx

from api.events.outside import Outside
from core.http import certificates

TIMEOUT_S = 15.0  # Standard Webhooks: 15 to 30 s
READ_BYTES = 1000  # of an answer; what follows is nobody's business
KEPT = 200  # characters of it
LONGEST_REST = timedelta(hours=1)
ASKS_FOR_REST = frozenset({429, 502, 503, 504})
NO_ANSWER = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the endpoint said, or why nothing was heard: then there is no status. `rest`: it asked for a pause."""

    status: int | None
    text: str
    took_ms: int
    rest: timedelta | None = None

    @property
    def is_success(self) -> bool:
        """Only 2xx; a redirect is a failure, for the event was not taken where it was sent."""
        return self.status is not None and 200 <= self.status < 300


def post(url: str, headers: Mapping[str, str], body: str, *, backend: Outside | None = None) -> Answer:
    """Send it. Whatever goes wrong is an answer; it is over after TIMEOUT_S."""
    began = time.monotonic()
    try:
        status, text, rest = _exchange(url, headers, body, backend or Outside(began + TIMEOUT_S))
    except NO_ANSWER as error:
        status, text, rest = None, f"{type(error).__name__}: {error}", None
    return Answer(status, text.replace("\0", "")[:KEPT], round((time.monotonic() - began) * 1000), rest)


def _exchange(
    url: str, headers: Mapping[str, str], body: str, backend: Outside
) -> tuple[int, str, timedelta | None]:
    target = httpx.URL(url)
    address = httpcore.URL(
        scheme=target.raw_scheme, host=target.raw_host, port=target.port, target=target.raw_path
    )
    sent = {
        "Host": target.netloc.decode(),
        "Content-Type": "application/json",
        "User-Agent": "Linli-Events",
        **headers,
    }
    with (
        httpcore.ConnectionPool(ssl_context=certificates(), network_backend=backend) as pool,
        pool.stream("POST", address, headers=list(sent.items()), content=body.encode()) as response,
    ):
        return response.status, _beginning(response), _rest(response)


def _beginning(response: httpcore.Response) -> str:
    """The first words. They explain the status, which has been heard, so their end may be missing."""
    found = b""
    with contextlib.suppress(*NO_ANSWER):
        for part in response.iter_stream():
            found += part
            if len(found) >= READ_BYTES:
                break
    return found[:READ_BYTES].decode(errors="replace")


def _rest(response: httpcore.Response) -> timedelta | None:
    """The pause that Retry-After asks for (RFC 9110 §10.2.3), within an hour."""
    values = [value for name, value in response.headers if name.lower() == b"retry-after"]
    if response.status not in ASKS_FOR_REST or not values:
        return None
    wish = _wish(values[0].decode("latin-1").strip(), datetime.now(UTC))
    return None if wish is None else min(max(wish, timedelta(0)), LONGEST_REST)


def _wish(value: str, now: datetime) -> timedelta | None:
    """Seconds, or a date; None for anything else."""
    try:
        if value.isascii() and value.isdecimal():
            return timedelta(seconds=min(int(value), LONGEST_REST.total_seconds()))
        return parsedate_to_datetime(value).astimezone(UTC) - now
    except (ValueError, OverflowError):
        return None
