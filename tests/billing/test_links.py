from datetime import datetime

import pytest
from django.core import mail
from pytest_django import Settings

from billing.gateways.base import GatewayRefused, GatewayUnavailable
from billing.gateways.sandbox import SandboxGateway
from billing.models import PaymentLink, SandboxCheckout
from billing.services.invoices import invoice_issue
from billing.services.links import payment_link_open, payment_link_send, qr_svg
from communities.models import Contact
from dispatch.models import Visit

NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def link(done: Visit, now: datetime) -> PaymentLink:
    return invoice_issue(visit_id=done.pk, now=now).links.get()


def test_a_link_is_made_once_at_the_provider_however_often_it_is_asked_for(
    link: PaymentLink, provider: str
) -> None:
    payment_link_open(subject_id=link.pk)
    opened = PaymentLink.objects.get()
    PaymentLink.objects.update(state="pending", provider_ref="", url="")  # the answer was lost on its way
    payment_link_open(subject_id=link.pk)

    checkout = SandboxCheckout.objects.get()
    again = PaymentLink.objects.get()
    assert (again.state, again.url) == ("open", f"{provider}/sandbox/checkouts/{checkout.pk}")
    assert (again.url, again.provider_ref) == (opened.url, opened.provider_ref)
    assert (checkout.amount_minor, checkout.currency) == (800, "TWD")


def test_without_the_provider_the_link_stays_pending(link: PaymentLink, settings: Settings) -> None:
    settings.SANDBOX_URL = NOBODY

    with pytest.raises(GatewayUnavailable):
        payment_link_open(subject_id=link.pk)

    assert PaymentLink.objects.get().state == PaymentLink.State.PENDING


def test_what_the_provider_does_not_know_is_a_refusal(provider: str) -> None:
    with pytest.raises(GatewayRefused, match="404"):
        SandboxGateway().payments_of("019527f0-0000-7000-8000-000000000000")


def test_the_customer_gets_one_letter_in_their_language_with_link_and_picture(
    link: PaymentLink,
) -> None:
    PaymentLink.objects.update(state="open", provider_ref="1", url="https://pay.example/1")
    Contact.objects.update(language="en")

    payment_link_send(subject_id=link.pk)
    payment_link_send(subject_id=link.pk)

    (letter,) = mail.outbox
    link.refresh_from_db()
    assert (letter.subject, letter.to) == (
        "Acme: invoice 00000001",
        [Contact.objects.get().email],
    )
    assert letter.from_email == "Acme <linli@localhost>"
    assert [line for line in str(letter.body).splitlines() if line.startswith("http")] == [link.url]
    assert [(name, kind) for name, _, kind in letter.attachments] == [("payment.png", "image/png")]
    assert link.sent_at is not None


def test_who_did_not_agree_to_messages_gets_none(link: PaymentLink) -> None:
    PaymentLink.objects.update(state="open", provider_ref="1", url="https://pay.example/1")
    Contact.objects.update(may_message=False)

    payment_link_send(subject_id=link.pk)

    assert (len(mail.outbox), PaymentLink.objects.get().sent_at) == (0, None)


def test_the_qr_code_is_a_picture_by_itself() -> None:
    svg = qr_svg("https://linli.example/sandbox/checkouts/1")

    assert svg.startswith("<?xml")
    assert svg.rstrip().endswith("</svg>")
