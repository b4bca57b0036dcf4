"""Letters, and a mail server that refuses them."""

import threading
from collections.abc import Iterator
from socketserver import StreamRequestHandler, TCPServer

import pytest
from pytest_django import Settings

from core.mail import Letter, LetterRefused, letter_send
from core.money import Money

LETTER = Letter(
    to="wang@example.com",
    sender="Acme",
    language="en",
    template="customer/mail/payment_link.txt",
    context={"amount": Money(800, "TWD")},
    reference="letter-1",
)


class Smtp(StreamRequestHandler):
    """As much of SMTP (RFC 5321) as it takes to be refused."""

    def handle(self) -> None:
        self._say("220 mail.example")
        for line in self.rfile:
            verb = line[:4].decode().upper()
            if verb == "DATA":
                self._say("354 go on")
                while self.rfile.readline() != b".\r\n":
                    pass
            self._say(self.server.answers.get(verb, "250 well"))  # type: ignore[attr-defined]

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@pytest.fixture
def answers(settings: Settings) -> Iterator[dict[str, str]]:
    """What the mail server says to which verb, unless it is well."""
    with TCPServer(("127.0.0.1", 0), Smtp) as server:
        server.answers = {"QUIT": "221 bye"}  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.server_address[1]
        settings.EMAIL_USE_TLS, settings.EMAIL_HOST_USER = False, ""
        yield server.answers  # type: ignore[attr-defined]
        server.shutdown()


@pytest.mark.parametrize("verb", ["RCPT", "DATA"])
def test_a_refusal_does_not_say_whose_letter_it_was(answers: dict[str, str], verb: str) -> None:
    answers[verb] = "550 <wang@example.com> is nobody here"

    with pytest.raises(LetterRefused, match="the server answered 550") as caught:
        letter_send(LETTER)

    assert "wang" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_what_is_well_is_sent(answers: dict[str, str]) -> None:
    letter_send(LETTER)
