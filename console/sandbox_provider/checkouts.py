"""The provider's books: checkouts, the attempts to pay them, and telling the merchant."""

import json
from dataclasses import dataclass
from uuid import UUID

import httpx
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from standardwebhooks import Webhook

from billing.models import SandboxAttempt, SandboxCheckout
from core.http import TIMEOUT_S, certificates
from core.money import Money
from core.outbox import emit


@dataclass(frozen=True, slots=True)
class CheckoutAsked:
    """What a merchant sends."""

    reference: UUID
    amount: Money
    description: str
    return_url: str


def checkout_make(asked: CheckoutAsked) -> SandboxCheckout | None:
    """The one checkout of the merchant's reference; None when it exists with another amount."""
    checkout, _ = SandboxCheckout.objects.get_or_create(
        reference=asked.reference,
        defaults={
            "amount_minor": asked.amount.minor,
            "currency": asked.amount.currency,
            "description": asked.description,
            "return_url": asked.return_url,
        },
    )
    same = (checkout.amount_minor, checkout.currency) == (asked.amount.minor, asked.amount.currency)
    return checkout if same else None


@transaction.atomic
def checkout_settle(*, checkout_id: UUID, state: SandboxAttempt.State) -> None:
    """Record an attempt and tell the merchant of it. A paid checkout stays as it is; a declined one may be paid."""
    new = _State.PAID if state == SandboxAttempt.State.SUCCEEDED else _State.DECLINED
    payable = SandboxCheckout.objects.filter(pk=checkout_id, state__in=[_State.OPEN, _State.DECLINED])
    if payable.update(state=new) != 1:
        return
    attempt = SandboxAttempt.objects.create(checkout_id=checkout_id, state=state, happened_at=timezone.now())
    emit("sandbox.checkout_settled", attempt.id)


def checkout_notify(*, subject_id: UUID) -> None:
    """Tell the merchant of an attempt, signed. Any answer but 2xx is an error, and the outbox tries again."""
    attempt = SandboxAttempt.objects.get(pk=subject_id)
    now = timezone.now()  # UTC: the library would sign another zone's clock wrongly
    event_id = f"evt_{attempt.id.hex}"
    body = json.dumps(
        {
            "type": "checkout.settled",
            "timestamp": now.isoformat(),
            "data": {
                "checkout": str(attempt.checkout_id),
                "payment": str(attempt.id),
                "state": attempt.state,
            },
        }
    )
    answer = httpx.post(
        f"{settings.PUBLIC_URL}/api/v1/webhooks/sandbox",
        content=body,
        headers={
            "Content-Type": "application/json",
            "Webhook-Id": event_id,
            "Webhook-Timestamp": str(int(now.timestamp())),
            "Webhook-Signature": Webhook(settings.SANDBOX_WEBHOOK_SECRET).sign(event_id, now, body),
        },
        timeout=TIMEOUT_S,
        trust_env=False,
        verify=certificates(),
    )
    answer.raise_for_status()


_State = SandboxCheckout.State
