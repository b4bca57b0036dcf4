"""Another company's server that is told of events: it keeps what it hears and answers what it is set to."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from standardwebhooks import Webhook


@dataclass(frozen=True, slots=True)
class Heard:
    """A call as it arrived."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    def verified(self, secret: str) -> Any:
        """What it says. Raises WebhookVerificationError when the signature does not fit, or is old."""
        return Webhook(secret).verify(self.body, dict(self.headers))

    @property
    def event_id(self) -> str:
        return self.headers["Webhook-Id"]


@dataclass(slots=True)
class Receiver:
    """Listens on `host` while it is entered. `status`, `more` (headers) and `text` are what it answers; an answer waits
    until `released` is set."""

    host: str = "127.0.0.1"
    port: int = 0
    status: int = 204
    more: Mapping[str, str] = field(default_factory=dict)
    text: bytes = b""
    heard: list[Heard] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    came: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    server: ThreadingHTTPServer = field(init=False)
    thread: threading.Thread = field(init=False)

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.server.server_port}/hook"

    def __enter__(self) -> Self:
        self.released.set()
        self.server = ThreadingHTTPServer((self.host, self.port), self._handler())
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.released.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.heard.append(Heard(self.path, dict(self.headers), body))
                receiver.came.release()
                receiver.released.wait(20)
                self.send_response(receiver.status)
                for name, value in {"Content-Length": str(len(receiver.text)), **receiver.more}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(receiver.text)

            def log_message(self, format: str, *values: object) -> None:
                """Silence."""

        return Handler
