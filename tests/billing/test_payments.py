"""Paying through the sandbox provider, over HTTP, and what its webhooks may do."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings as conf
from django.test import Client
from pytest_django import Settings
from standardwebhooks import Webhook

from billing.models import Invoice, Payment, PaymentLink, SandboxAttempt, SandboxCheckout, WebhookEvent
from billing.services.invoices import invoice_issue
from billing.services.links import payment_link_open
from billing.services.payments import LARGEST_BODY, webhook_apply
from communities.models import ServiceEvent, SurveyInvitation
from console.sandbox_provider.checkouts import checkout_notify, checkout_settle
from core.models import Outbox
from dispatch.models import Visit
from tests.billing.test_invoices import in_threads
from tests.outbox import deliver_all

PAY, DECLINE = SandboxAttempt.State.SUCCEEDED, SandboxAttempt.State.DECLINED


@pytest.fixture
def link(done: Visit, provider: str, now: datetime) -> PaymentLink:
    """An open link of TWD 800, of which the customer has been told."""
    invoice = invoice_issue(visit_id=done.pk, now=now)
    deliver_all()
    return invoice.links.get()


def attempt(link: PaymentLink, state: SandboxAttempt.State) -> SandboxAttempt:
    """The customer presses a button; the provider's notice is not sent yet."""
    checkout_settle(checkout_id=SandboxCheckout.objects.get(reference=link.pk).pk, state=state)
    return SandboxAttempt.objects.latest("happened_at")


def books(link: PaymentLink) -> tuple[str, str, list[tuple[str, int]]]:
    """What our books say: the invoice, the link, and the payments in order."""
    link.refresh_from_db()
    payments = link.payments.order_by("happened_at").values_list("state", "amount_minor")
    return Invoice.objects.get(pk=link.invoice_id).state, link.state, list(payments)


def signed(
    body: str, *, event_id: str = "evt_1", at: datetime | None = None, secret: str = ""
) -> dict[str, str]:
    at = at or datetime.now(UTC)
    return {
        "Webhook-Id": event_id,
        "Webhook-Timestamp": str(int(at.timestamp())),
        "Webhook-Signature": Webhook(secret or conf.SANDBOX_WEBHOOK_SECRET).sign(event_id, at, body),
    }


def notice(link: PaymentLink) -> str:
    return json.dumps({"type": "checkout.settled", "data": {"checkout": link.provider_ref}})


def post(body: str, headers: dict[str, str], gateway: str = "sandbox") -> tuple[int, str]:
    """Send a webhook to ourselves; the status and the type of the answer."""
    answer = Client().post(
        f"/api/v1/webhooks/{gateway}", body, content_type="application/json", headers=headers
    )
    return answer.status_code, answer.get("Content-Type", "")


def test_a_payment_settles_the_invoice_and_the_customer_is_asked(link: PaymentLink) -> None:
    made = attempt(link, PAY)
    assert books(link) == ("issued", "open", [])  # nothing is believed before the provider says so

    deliver_all()

    assert books(link) == ("paid", "paid", [("succeeded", 800)])
    fact = ServiceEvent.objects.get(kind="invoice.paid")
    assert (fact.amount_minor, fact.currency, fact.occurred_at) == (800, "TWD", made.happened_at)
    assert SurveyInvitation.objects.get().visit_id == link.invoice.visit_id
    assert ServiceEvent.objects.filter(kind="survey.sent").count() == 1


def test_a_declined_checkout_can_be_paid_afterwards(link: PaymentLink) -> None:
    attempt(link, DECLINE)
    deliver_all()
    assert books(link) == ("issued", "open", [("declined", 800)])

    attempt(link, PAY)
    attempt(link, DECLINE)  # too late: it is paid
    deliver_all()

    assert books(link) == ("paid", "paid", [("declined", 800), ("succeeded", 800)])


def test_events_in_the_wrong_order_and_many_times_come_to_the_same(link: PaymentLink) -> None:
    declined, paid = attempt(link, DECLINE), attempt(link, PAY)
    for event in (paid, declined, paid, paid, declined):
        checkout_notify(subject_id=event.pk)

    deliver_all()
    for event in WebhookEvent.objects.all():
        webhook_apply(subject_id=event.pk)

    assert books(link) == ("paid", "paid", [("declined", 800), ("succeeded", 800)])
    assert WebhookEvent.objects.count() == 2
    assert ServiceEvent.objects.filter(kind="invoice.paid").count() == 1


def test_two_workers_apply_two_events_of_one_payment_once(link: PaymentLink) -> None:
    attempt(link, PAY)
    for number in range(4):
        assert post(notice(link), signed(notice(link), event_id=f"evt_{number}"))[0] == 200
    events = list(WebhookEvent.objects.all())

    in_threads(4, lambda number: webhook_apply(subject_id=events[number].pk))

    assert books(link) == ("paid", "paid", [("succeeded", 800)])
    assert Outbox.objects.filter(topic="invoice.paid").count() == 1


@pytest.mark.django_db
def test_a_forged_or_old_message_is_refused_and_not_kept() -> None:
    body = json.dumps({"type": "checkout.settled", "data": {"checkout": "any"}})
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


def test_a_signed_message_about_an_unpaid_checkout_changes_nothing(link: PaymentLink) -> None:
    """Even who holds the signing key cannot pay with it: the provider's books are asked."""
    post(notice(link), signed(notice(link)))

    deliver_all()

    assert books(link) == ("issued", "open", [])


def test_another_amount_is_kept_and_does_not_settle(link: PaymentLink) -> None:
    SandboxCheckout.objects.update(amount_minor=80)
    attempt(link, PAY)

    deliver_all()

    assert books(link) == ("issued", "open", [("succeeded", 80)])
    event = WebhookEvent.objects.get()
    assert (event.outcome, event.note) == (
        "applied",
        "paid TWD 80 where TWD 800 was asked: not settled",
    )


@pytest.mark.django_db
def test_an_event_about_no_link_of_ours_is_kept_and_ignored() -> None:
    body = json.dumps({"type": "checkout.settled", "data": {"checkout": "somebody-elses"}})

    assert post(body, signed(body))[0] == 200
    webhook_apply(subject_id=WebhookEvent.objects.get().pk)

    assert list(WebhookEvent.objects.values_list("outcome", "body")) == [("ignored", body)]


def test_an_event_waits_while_the_provider_cannot_be_asked(
    link: PaymentLink, provider: str, settings: Settings
) -> None:
    checkout_notify(subject_id=attempt(link, PAY).pk)
    settings.SANDBOX_URL = "http://127.0.0.1:9"
    deliver_all()
    event = WebhookEvent.objects.get()
    assert (event.outcome, books(link)) == ("received", ("issued", "open", []))

    settings.SANDBOX_URL = provider
    webhook_apply(subject_id=event.pk)

    assert books(link) == ("paid", "paid", [("succeeded", 800)])


def test_a_second_payment_of_a_settled_invoice_is_noted_for_a_person(
    link: PaymentLink, provider: str
) -> None:
    PaymentLink.objects.update(state=PaymentLink.State.PAID)
    newer = PaymentLink.objects.create(
        organisation=link.organisation,
        invoice=link.invoice,
        gateway="sandbox",
        amount_minor=800,
        currency="TWD",
    )
    payment_link_open(subject_id=newer.pk)
    for one in (newer, link):
        attempt(one, PAY)
        deliver_all()

    assert books(newer)[:2] == ("paid", "paid")
    assert Payment.objects.filter(state="succeeded").count() == 2
    assert [event.note for event in WebhookEvent.objects.order_by("received_at")] == [
        "",
        "the invoice was settled before: TWD 800 to give back",
    ]


@pytest.mark.django_db
def test_an_unknown_provider_and_an_endless_message_are_refused() -> None:
    body = "x" * (LARGEST_BODY + 1)

    assert post("{}", {}, gateway="nobody")[0] == 404
    assert post(body, signed(body))[0] == 413
    assert WebhookEvent.objects.count() == 0
