"""What comes to the door that providers call."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings as conf
from django.test import Client
from pytest_django import Settings
from standardwebhooks import Webhook

from billing.models import Checkout, Invoice, Payment, WebhookEvent
from billing.services.inbox import LARGEST_BODY, webhook_apply
from tests.outbox import deliver_all

pytestmark = pytest.mark.django_db


def signed(
    body: str, *, event_id: str = "evt_1", at: datetime | None = None, secret: str = ""
) -> dict[str, str]:
    at = at or datetime.now(UTC)
    return {
        "Webhook-Id": event_id,
        "Webhook-Timestamp": str(int(at.timestamp())),
        "Webhook-Signature": Webhook(secret or conf.SANDBOX_WEBHOOK_SECRET).sign(event_id, at, body),
    }


def about(checkout_ref: str) -> str:
    return json.dumps({"type": "checkout.changed", "data": {"checkout": checkout_ref}})


def post(body: str, headers: dict[str, str], account: str = "sandbox") -> tuple[int, str]:
    """Send a webhook to ourselves; the status and the type of the answer."""
    answer = Client().post(
        f"/api/v1/webhooks/{account}", body, content_type="application/json", headers=headers
    )
    return answer.status_code, answer.get("Content-Type", "")


def test_a_forged_or_old_message_is_refused_and_not_kept() -> None:
    body = about("any")
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    forgeries = [
        {},
        signed(body, secret="whsec_" + "A" * 32),
        signed(body + " "),
        signed(body, at=hour_ago),
        signed(body) | {"Webhook-Signature": "nonsense"},
        signed(body) | {"Webhook-Timestamp": "soon"},
    ]

    answers = [post(body, headers) for headers in forgeries]

    assert answers == [(401, "application/problem+json")] * 6
    assert WebhookEvent.objects.count() == 0


def test_while_the_secret_changes_both_are_good(settings: Settings) -> None:
    old, new = conf.SANDBOX_WEBHOOK_SECRET, "whsec_" + "B" * 32
    settings.SANDBOX_WEBHOOK_SECRET = f"{new} {old}"
    body = about("any")

    answers = [post(body, signed(body, event_id=one, secret=one)) for one in (old, new)]

    assert [status for status, _ in answers] == [200, 200]


def test_a_signed_message_about_an_unpaid_checkout_changes_nothing(
    checkout: Checkout, invoice: Invoice
) -> None:
    """Even who holds the signing key cannot pay with it: the provider's books are asked."""
    body = about(checkout.provider_ref)
    post(body, signed(body))

    deliver_all()

    assert WebhookEvent.objects.get().outcome == "applied"
    assert (Invoice.objects.get().state, Payment.objects.count()) == ("issued", 0)


def test_a_message_about_no_checkout_of_ours_is_kept_and_ignored() -> None:
    body = about("somebody-elses")

    assert post(body, signed(body))[0] == 200
    webhook_apply(subject_id=WebhookEvent.objects.get().pk)

    assert list(WebhookEvent.objects.values_list("outcome", "body")) == [("ignored", body)]


def test_the_same_message_is_kept_once() -> None:
    body = about("any")

    answers = [post(body, signed(body)) for _ in range(3)]

    assert ([status for status, _ in answers], WebhookEvent.objects.count()) == ([200] * 3, 1)


def test_an_unknown_account_and_an_endless_message_are_refused() -> None:
    body = "x" * (LARGEST_BODY + 1)

    assert post("{}", {}, account="nobody")[0] == 404
    assert post(body, signed(body))[0] == 413
    assert WebhookEvent.objects.count() == 0
