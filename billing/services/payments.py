"""What providers tell us. A webhook is a hint: it is kept, and then the provider's own books are read and applied."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from billing.errors import GatewayUnknown, WebhookForged, WebhookTooLarge
from billing.gateways import GATEWAYS, gateway_for
from billing.gateways.base import NoticeForged, PaymentState, ProviderPayment
from billing.models import Payment, PaymentLink, WebhookEvent
from billing.services.invoices import invoice_settle
from core.money import Money
from core.outbox import emit

LARGEST_BODY = 256 * 1024  # bytes
LONGEST_ID = 120  # characters, as the table holds

_Outcome = WebhookEvent.Outcome


def webhook_receive(
    *, gateway: str, raw_body: bytes, headers: Mapping[str, str], now: datetime | None = None
) -> None:
    """Keep a provider's message, once for its event id; what it hints at is looked up afterwards.

    When this returns the message is committed. Raises GatewayUnknown, WebhookTooLarge, WebhookForged, and then
    nothing is kept.
    """
    if gateway not in GATEWAYS:
        raise GatewayUnknown
    if len(raw_body) > LARGEST_BODY:
        raise WebhookTooLarge
    try:
        event_id = gateway_for(gateway).notice_verify(raw_body, headers)
    except NoticeForged as error:
        raise WebhookForged from error
    if b"\0" in raw_body or len(event_id) > LONGEST_ID:  # correctly signed, and not of this protocol
        raise WebhookForged
    with transaction.atomic():
        event, is_new = WebhookEvent.objects.get_or_create(
            gateway=gateway,
            event_id=event_id,
            defaults={"body": raw_body.decode(), "received_at": now or timezone.now()},
        )
        if is_new:
            emit("webhook.received", event.id)


def webhook_apply(*, subject_id: UUID) -> None:
    """Read the provider's books about the event's checkout, and enter what we do not have. Follows `webhook.received`.

    Duplicates and any order of events come to the same. Raises GatewayUnavailable or GatewayRefused, and the
    event stays received.
    """
    event = WebhookEvent.objects.get(pk=subject_id)
    if event.outcome != _Outcome.RECEIVED:
        return
    gateway = gateway_for(event.gateway)
    checkout_ref = gateway.notice_checkout(event.body)
    links = PaymentLink.objects.filter(gateway=event.gateway, provider_ref=checkout_ref)
    if not checkout_ref or not links.exists():
        _close(event, _Outcome.IGNORED, "about no payment link of ours")
        return
    payments = gateway.payments_of(checkout_ref)
    with transaction.atomic():
        link = links.select_for_update(no_key=True).get()
        notes = [note for payment in payments if (note := _enter(link, payment))]
        _close(event, _Outcome.APPLIED, "; ".join(notes))


def _enter(link: PaymentLink, told: ProviderPayment) -> str:
    """Enter one payment into the locked link's books unless it is there. Returns what a person should look at."""
    _, is_new = Payment.objects.get_or_create(
        link=link,
        provider_ref=told.provider_ref,
        defaults={
            "organisation_id": link.organisation_id,
            "invoice_id": link.invoice_id,
            "state": Payment.State(told.state),
            "amount_minor": told.amount.minor,
            "currency": told.amount.currency,
            "happened_at": told.happened_at,
        },
    )
    if not is_new or told.state != PaymentState.SUCCEEDED:
        return ""
    asked = Money(link.amount_minor, link.currency)
    if told.amount != asked:
        return f"paid {told.amount} where {asked} was asked: not settled"
    PaymentLink.objects.filter(pk=link.id).update(state=PaymentLink.State.PAID)
    if not invoice_settle(invoice_id=link.invoice_id, paid_at=told.happened_at):
        return f"the invoice was settled before: {told.amount} to give back"
    return ""


def _close(event: WebhookEvent, outcome: WebhookEvent.Outcome, note: str) -> None:
    WebhookEvent.objects.filter(pk=event.pk).update(outcome=outcome, note=note[:240])
