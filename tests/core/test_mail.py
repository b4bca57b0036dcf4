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


class MailServer(TCPServer):
    """`answers`: what it says to which verb, unless it is well. `taken`: the letters it has."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Smtp)
        self.answers = {"QUIT": "221 bye"}
        self.taken: list[bytes] = []


class Smtp(StreamRequestHandler):
    """As much of SMTP (RFC 5321) as it takes to send a letter, or to be refused."""

    server: MailServer

    def handle(self) -> None:
        self._say("220 mail.example")
        for line in self.rfile:
            verb = line[:4].decode().upper()
            if verb == "DATA":
                self._say("354 go on")
                self.server.taken.append(b"".join(iter(self.rfile.readline, b".\r\n")))
            self._say(self.server.answers.get(verb, "250 well"))

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@pytest.fixture
def mail_server(settings: Settings) -> Iterator[MailServer]:
    with MailServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.server_address[1]
        settings.EMAIL_USE_TLS, settings.EMAIL_HOST_USER = False, ""
        yield server
        server.shutdown()


@pytest.mark.parametrize("verb", ["RCPT", "DATA"])
def test_a_refusal_does_not_say_whose_letter_it_was(mail_server: MailServer, verb: str) -> None:
    mail_server.answers[verb] = "550 <wang@example.com> is nobody here"

    with pytest.raises(LetterRefused, match="the server answered 550") as caught:
        letter_send(LETTER)

    assert "wang" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_what_is_well_is_sent(mail_server: MailServer) -> None:
    letter_send(LETTER)

    [letter] = mail_server.taken
    assert b"\r\nTo: wang@example.com\r\n" in letter
