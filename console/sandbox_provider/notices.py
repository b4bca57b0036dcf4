"""Telling the merchant: a message signed by Standard Webhooks, sent as often as its row says."""

import json
from uuid import UUID

import httpx
from django.conf import settings
from django.utils import timezone
from standardwebhooks import Webhook

from billing.models import SandboxNotice
from core.http import TIMEOUT_S, certificates


def notice_send(*, subject_id: UUID) -> None:
    """Send it. Follows `sandbox.notice`. Any answer but 2xx is an error, and the outbox tries again."""
    notice = SandboxNotice.objects.select_related("checkout").get(pk=subject_id)
    for _ in range(notice.times):
        _send(notice)


def _send(notice: SandboxNotice) -> None:
    now = timezone.now()  # UTC: the library would sign another zone's clock wrongly
    event_id = f"evt_{notice.id.hex}"
    body = json.dumps(
        {
            "type": "checkout.changed",
            "timestamp": now.isoformat(),
            "data": {"checkout": str(notice.checkout_id)},
        }
    )
    secret = settings.SANDBOX_WEBHOOK_SECRET.split()[0]
    answer = httpx.post(
        notice.checkout.notice_url,
        content=body,
        headers={
            "Content-Type": "application/json",
            "Webhook-Id": event_id,
            "Webhook-Timestamp": str(int(now.timestamp())),
            "Webhook-Signature": Webhook(secret).sign(event_id, now, body),
        },
        timeout=TIMEOUT_S,
        trust_env=False,  # an address of our own: never through a proxy
        verify=certificates(),
    )
    answer.raise_for_status()
