"""Payment links: made at the provider, then sent to the customer."""

from io import BytesIO
from uuid import UUID

import segno
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from billing.gateways import gateway_for
from billing.gateways.base import CheckoutWanted, GatewayRefused
from billing.models import PaymentLink
from communities.models import Contact
from core.links import link_token
from core.mail import Letter, letter_send
from core.money import Money
from core.outbox import emit


def payment_link_open(*, subject_id: UUID) -> None:
    """Make a pending link at its provider. Follows `payment_link.wanted`; a second time finds the same checkout.

    Raises GatewayUnavailable or GatewayRefused, and the link stays pending.
    """
    link = PaymentLink.objects.select_related("invoice", "organisation").get(pk=subject_id)
    if link.state != PaymentLink.State.PENDING:
        return
    gateway = gateway_for(link.gateway)
    if link.currency not in gateway.capabilities.currencies:
        raise GatewayRefused(f"{link.gateway} does not take {link.currency}")
    checkout = gateway.checkout_open(
        CheckoutWanted(
            reference=link.id,
            amount=Money(link.amount_minor, link.currency),
            description=f"{link.organisation.name} {link.invoice.number}",
            return_url=return_url(link),
        )
    )
    with transaction.atomic():
        pending = PaymentLink.objects.filter(pk=link.id, state=PaymentLink.State.PENDING)
        if (
            pending.update(state=PaymentLink.State.OPEN, provider_ref=checkout.provider_ref, url=checkout.url)
            == 1
        ):
            emit("payment_link.opened", link.id)


def payment_link_send(*, subject_id: UUID) -> None:
    """Write to the customer, with the link and its QR code. Follows `payment_link.opened`.

    Without somebody who agreed to messages and has an e-mail address nothing is sent. A crash between sending
    and noting it sends the same letter again, under the same Message-ID.
    """
    link = PaymentLink.objects.select_related("invoice", "organisation").get(pk=subject_id)
    contact = _contact_of(link)
    if contact is None or link.sent_at is not None or link.state != PaymentLink.State.OPEN:
        return
    letter_send(
        Letter(
            to=contact.email,
            sender=link.organisation.name,
            language=contact.language,
            template="customer/mail/payment_link.txt",
            context={"contact": contact, "link": link, "invoice": link.invoice, "amount": link.invoice.total},
            reference=f"payment-link.{link.id}",
            images={"payment.png": qr_png(link.url)},
        )
    )
    PaymentLink.objects.filter(pk=link.id, sent_at=None).update(sent_at=timezone.now())


def return_url(link: PaymentLink) -> str:
    """Where the provider sends the payer back to. The page says what our own records say."""
    return f"{settings.PUBLIC_URL}/paid/{link.id}/{link_token('paid', link.id)}"


def qr_svg(url: str) -> str:
    """`url` as a QR code, for a page: SVG of its own, black on white with the quiet zone."""
    svg = BytesIO()
    segno.make_qr(url, error="m").save(svg, kind="svg", scale=4, light="white")
    return svg.getvalue().decode()


def qr_png(url: str) -> bytes:
    """`url` as a QR code, for a letter."""
    png = BytesIO()
    segno.make_qr(url, error="m").save(png, kind="png", scale=6)
    return png.getvalue()


def _contact_of(link: PaymentLink) -> Contact | None:
    contacts = Contact.objects.filter(customer=link.invoice.customer_id, may_message=True).exclude(email="")
    return contacts.order_by("created_at").first()
