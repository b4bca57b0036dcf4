"""Letters to customers, by e-mail: one template, one language, plain text, and pictures beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What to write to whom. The template's first line is the subject.

    `reference` names the letter: sent twice it carries the same Message-ID, and mail programs show it once.
    """

    to: str
    sender: str  # the name that customers know; the address is the installation's
    language: str
    template: str
    context: Mapping[str, object]
    reference: str
    images: Mapping[str, bytes] = field(default_factory=dict)  # PNG by file name


def letter_send(letter: Letter) -> None:
    """Hand a letter to the mail server. Raises what the server's refusal raises; never call it in a transaction."""
    with translation.override(letter.language):
        text = render_to_string(letter.template, dict(letter.context))
    subject, _, body = text.strip().partition("\n")
    _, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    message = EmailMessage(
        subject=subject.strip(),
        body=body.strip() + "\n",
        from_email=formataddr((letter.sender, address)),
        to=[letter.to],
        headers={
            "Message-ID": f"<{letter.reference}@{address.partition('@')[2]}>",
            "Auto-Submitted": "auto-generated",
            "Content-Language": letter.language,
        },
    )
    for name, content in letter.images.items():
        message.attach(name, content, "image/png")
    message.send()
