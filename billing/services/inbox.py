"""What providers send us. A message is a hint: it is kept, and then the provider's own books are read and entered."""

import contextlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from billing.errors import GatewayUnknown, WebhookForged, WebhookTooLarge
from billing.gateways import gateway_for
from billing.gateways.base import AccountUnusable, NoticeForged
from billing.models import Checkout, WebhookEvent
from billing.services.checkouts import checkouts_hinted
from billing.services.settling import checkout_sync
from core.outbox import emit

LARGEST_BODY = 256 * 1024  # bytes
TOO_EARLY = timedelta(hours=1)
"""By how much a message may be earlier than what it is about."""
LONGEST = 120  # characters of an id, as the table holds

_Outcome = WebhookEvent.Outcome


def webhook_receive(*, account: str, raw_body: bytes, headers: Mapping[str, str], now: datetime) -> str:
    """Keep a provider's message, once for its event id; what it hints at is looked up afterwards.

    When this returns the message is committed; the answer is what the provider wants to hear. Raises GatewayUnknown,
    WebhookTooLarge, WebhookForged, and then nothing is kept.
    """
    try:
        gateway = gateway_for(account)
    except AccountUnusable:
        raise GatewayUnknown from None
    if len(raw_body) > LARGEST_BODY:
        raise WebhookTooLarge
    try:
        notice = gateway.notice_read(raw_body, headers)
    except NoticeForged as error:
        raise WebhookForged from error
    if b"\0" in raw_body or len(notice.event_id) > LONGEST or len(notice.checkout_ref) > LONGEST:
        raise WebhookForged  # correctly signed, and not of this protocol
    with transaction.atomic():
        event, is_new = WebhookEvent.objects.get_or_create(
            account=account,
            event_id=notice.event_id,
            defaults={
                "checkout_ref": notice.checkout_ref,
                "body": raw_body.decode(),
                "received_at": now,
            },
        )
        if is_new:
            emit("webhook.received", event.id)
    return gateway.capabilities.acknowledgement


def webhook_apply(*, subject_id: UUID) -> None:
    """Ask the provider about the checkout that a message is about. Follows `webhook.received`.

    Duplicates and any order of messages come to the same. Raises GatewayUnavailable or GatewayRefused, and the
    message stays received.
    """
    event = WebhookEvent.objects.get(pk=subject_id)
    if event.outcome != _Outcome.RECEIVED:
        return
    checkout = _checkout_of(event)
    if checkout is None:
        _close(event, _Outcome.IGNORED, "about no checkout of ours")
        return
    checkout_sync(subject_id=checkout.pk)
    _close(event, _Outcome.APPLIED, "")


@transaction.atomic
def webhooks_reconsider(*, now: datetime) -> int:
    """Ask about payments that messages hinted at a moment before we had entered them; how many messages.

    Some hints name a payment only, and its entering may have been under way while they were looked at.
    """
    recent = WebhookEvent.objects.filter(outcome=_Outcome.IGNORED, received_at__gt=now - TOO_EARLY)
    early = [(event, _checkout_of(event)) for event in recent.exclude(checkout_ref="")]
    known = [(event, checkout) for event, checkout in early if checkout]
    checkouts_hinted(checkouts=[checkout for _, checkout in known])
    for event, _ in known:
        _close(event, _Outcome.APPLIED, "heard of its payment afterwards")
    return len(known)


def _checkout_of(event: WebhookEvent) -> Checkout | None:
    """By our reference or the provider's, its own or a payment's, and only of the account that the message came for."""
    if not event.checkout_ref:
        return None
    ref = Q(provider_ref=event.checkout_ref) | Q(payments__provider_ref=event.checkout_ref)
    with contextlib.suppress(ValueError):
        ref |= Q(pk=UUID(event.checkout_ref))
    return Checkout.objects.filter(ref, link__account=event.account).first()


def _close(event: WebhookEvent, outcome: WebhookEvent.Outcome, note: str) -> None:
    WebhookEvent.objects.filter(pk=event.pk).update(outcome=outcome, note=note[:240])
