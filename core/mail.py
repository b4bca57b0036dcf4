"""Letters by e-mail: one template, one language, plain text, perhaps the same as HTML, and pictures beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from email.utils import formataddr, parseaddr
from smtplib import SMTPDataError, SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation


class LetterRefused(Exception):
    """The mail server does not take a letter. Its own words quote the address, and this gets into a log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What to write to whom, with times in `zone`. The template's first line is the subject; `html` is the template of
    the same letter for those who read HTML.

    `reference` names the letter: sent twice it carries the same Message-ID, and mail programs show it once.
    """

    to: str
    sender: str  # the name that customers know; the address is the installation's
    language: str
    template: str
    context: Mapping[str, object]
    reference: str
    images: Mapping[str, bytes] = field(default_factory=dict)  # PNG by file name
    html: str = ""
    zone: tzinfo = UTC
    headers: Mapping[str, str] = field(default_factory=dict)


def letter_send(letter: Letter) -> None:
    """Hand a letter to the mail server. Raises LetterRefused, and OSError or smtplib.SMTPException when there is no
    talking to it; never call it in a transaction."""
    with translation.override(letter.language), timezone.override(letter.zone):
        text = render_to_string(letter.template, dict(letter.context))
        html = render_to_string(letter.html, dict(letter.context)) if letter.html else ""
    subject, _, body = text.strip().partition("\n")
    _, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    message = EmailMultiAlternatives(
        subject=subject.strip(),
        body=body.strip() + "\n",
        from_email=formataddr((letter.sender, address)),
        to=[letter.to],
        headers={
            "Message-ID": f"<{letter.reference}@{address.partition('@')[2]}>",
            "Auto-Submitted": "auto-generated",
            "Content-Language": letter.language,
            **letter.headers,
        },
    )
    if html:
        message.attach_alternative(html, "text/html")
    for name, content in letter.images.items():
        message.attach(name, content, "image/png")
    try:
        message.send()
    except SMTPRecipientsRefused as error:
        codes = sorted({code for code, _ in error.recipients.values()})
        raise LetterRefused(f"the server answered {', '.join(map(str, codes))} to the address") from None
    except SMTPDataError as error:
        raise LetterRefused(f"the server answered {error.smtp_code} to the letter") from None
