"""What other systems are told about money: each thing once, whatever turns it takes."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from api.models import EventDelivery, EventEndpoint
from api.schemas.billing import InvoiceOut
from billing.models import Checkout, Dispute, Invoice, Payment, Refund
from billing.selectors.invoices import invoice_get
from billing.services.refunds import RefundGiven, refund_want
from billing.services.settling import checkout_sync
from communities.access import Caller
from communities.models import Organisation
from console.sandbox_provider.checkouts import dispute_open
from tests.billing.test_on_site import take
from tests.billing.test_payments import DECLINED, PAID, press
from tests.outbox import deliver_all


@pytest.fixture(autouse=True)
def crm(acme: Organisation) -> EventEndpoint:
    """It wants everything."""
    return EventEndpoint.objects.create(organisation=acme, url="https://crm.example/hook")


def told() -> list[tuple[str, dict[str, Any]]]:
    """Type and data of every event since the last time, in the order of their making."""
    deliver_all()
    bodies = [json.loads(one.body) for one in EventDelivery.objects.order_by("id")]
    EventDelivery.objects.all().delete()
    return [(body["type"], body["data"]) for body in bodies]


def give_back(caller: Caller, payment: Payment, amount: int, now: datetime) -> Refund:
    given = RefundGiven(amount_minor=amount, reason="The filter leaked.")
    return refund_want(caller=caller, payment_id=payment.pk, given=given, now=now)


def test_an_invoice_that_is_paid_and_given_back_and_paid_again_is_told_each_time(
    invoice: Invoice, as_ada: Caller, now: datetime
) -> None:
    def shown() -> dict[str, Any]:
        return InvoiceOut.of(invoice_get(as_ada, invoice.pk)).model_dump(mode="json")

    [(first, data)] = told()
    assert (first, data["id"], data["total_minor"]) == ("invoice.issued", str(invoice.pk), 800)
    payment = take(as_ada, invoice, 800, now)
    (succeeded, money), paid = told()
    assert (succeeded, money["id"], paid) == (
        "payment.succeeded",
        str(payment.pk),
        ("invoice.paid", shown()),
    )

    for day in (1, 2):
        later = now + timedelta(days=day)
        refund = give_back(as_ada, payment, 300, later)
        assert told() == [
            (
                "payment.refunded",
                {
                    "id": str(refund.pk),
                    "payment_id": str(payment.pk),
                    "invoice_id": str(invoice.pk),
                    "state": "succeeded",
                    "reason": "The filter leaked.",
                    "failure": "",
                    "amount_minor": 300,
                    "currency": "TWD",
                    "happened_at": later.isoformat().replace("+00:00", "Z"),
                },
            ),
            ("invoice.reopened", shown()),
        ]
        again = take(as_ada, invoice, 300, later)
        assert [(topic, data["id"], data["state"]) for topic, data in told()] == [
            ("payment.succeeded", str(again.pk), "succeeded"),
            ("invoice.paid", str(invoice.pk), "paid"),
        ]


def test_what_a_provider_s_books_say_is_told_once(checkout: Checkout, invoice: Invoice) -> None:
    told()
    press(checkout, DECLINED)
    deliver_all()
    press(checkout, PAID)
    for _ in range(2):
        checkout_sync(subject_id=checkout.pk)

    declined, succeeded = Payment.objects.order_by("happened_at")
    assert [(topic, data["id"]) for topic, data in told()] == [
        ("payment.declined", str(declined.pk)),
        ("payment.succeeded", str(succeeded.pk)),
        ("invoice.paid", str(invoice.pk)),
    ]


def test_a_contested_payment_is_told_when_it_is_contested(checkout: Checkout, invoice: Invoice) -> None:
    payment = press(checkout, PAID)
    deliver_all()
    told()
    dispute_open(payment, now=timezone.now())

    [(topic, data)] = told()
    dispute = Dispute.objects.get()
    assert (topic, data["id"], data["invoice_id"]) == (
        "payment.disputed",
        str(dispute.pk),
        str(invoice.pk),
    )
    assert (data["amount_minor"], data["state"], data["decided_at"]) == (800, "open", None)
