"""Paying through the sandbox provider, over HTTP, and what its books mean for ours."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from billing.gateways.base import DisputeState, PaymentState, ProviderDispute, ProviderPayment
from billing.models import (
    Checkout,
    Dispute,
    Entry,
    Invoice,
    Payment,
    PaymentLink,
    Posting,
    Refund,
    SandboxCheckout,
    SandboxDispute,
    SandboxPayment,
    WebhookEvent,
)
from billing.selectors.invoices import due, owed_by_currency
from billing.services.checkouts import checkout_begin
from billing.services.inbox import webhook_apply, webhooks_reconsider
from billing.services.links import links_expire
from billing.services.settling import checkout_sync, payments_enter
from communities.models import ServiceEvent, SurveyInvitation
from console.sandbox_provider.checkouts import (
    code_pay,
    dispute_decide,
    dispute_open,
    notice_make,
    payment_make,
    refund_make,
)
from core.models import Outbox
from core.money import Money
from tests.billing.test_invoices import in_threads
from tests.outbox import deliver_all, waiting

PAID, DECLINED, CODE = (
    SandboxPayment.State.SUCCEEDED,
    SandboxPayment.State.DECLINED,
    SandboxPayment.State.PENDING,
)


def press(checkout: Checkout, state: SandboxPayment.State) -> SandboxPayment:
    """The customer presses a button at the provider; its notice is not sent yet."""
    return payment_make(SandboxCheckout.objects.get(reference=checkout.pk), state, now=timezone.now())


def stands(invoice: Invoice) -> tuple[str, int, list[str], list[tuple[str, int]]]:
    """What our books say: the state, what is due, the links, and the payments in order."""
    invoice.refresh_from_db()
    links = invoice.links.order_by("created_at").values_list("state", flat=True)
    payments = invoice.payments.order_by("happened_at").values_list("state", "amount_minor")
    return invoice.state, due(invoice).minor, list(links), list(payments)


def accounts(invoice: Invoice) -> dict[str, int]:
    """The books of an invoice, account by account; what is zero is left out."""
    sums: dict[str, int] = {}
    for entry in Entry.objects.filter(posting__invoice=invoice):
        sums[entry.account] = sums.get(entry.account, 0) + entry.amount_minor
    return {account: total for account, total in sorted(sums.items()) if total}


def test_a_payment_settles_the_invoice_and_the_customer_is_asked(
    checkout: Checkout, invoice: Invoice
) -> None:
    made = press(checkout, PAID)
    assert stands(invoice) == ("issued", 800, ["open"], [])  # nothing is believed before the provider says so

    deliver_all()

    assert stands(invoice) == ("paid", 0, ["paid"], [("succeeded", 800)])
    assert accounts(invoice) == {"provider": 800, "revenue": -800}
    fact = ServiceEvent.objects.get(kind="invoice.paid")
    assert (fact.amount_minor, fact.currency, fact.occurred_at) == (800, "TWD", made.happened_at)
    assert SurveyInvitation.objects.get().visit_id == invoice.visit_id
    assert SandboxCheckout.objects.get().state == "open"  # paid: the provider refuses to close it


def test_a_declined_checkout_can_be_paid_afterwards(checkout: Checkout, invoice: Invoice) -> None:
    press(checkout, DECLINED)
    deliver_all()
    assert stands(invoice) == ("issued", 800, ["open"], [("declined", 800)])

    press(checkout, PAID)
    deliver_all()

    assert stands(invoice) == ("paid", 0, ["paid"], [("declined", 800), ("succeeded", 800)])


def test_a_code_is_no_payment_until_it_is_paid(checkout: Checkout, invoice: Invoice) -> None:
    payment = press(checkout, CODE)
    deliver_all()
    assert stands(invoice) == ("issued", 800, ["open"], [("pending", 800)])

    code_pay(payment, now=timezone.now())
    deliver_all()

    assert stands(invoice) == ("paid", 0, ["paid"], [("succeeded", 800)])


def test_messages_in_the_wrong_order_and_many_times_come_to_the_same(
    checkout: Checkout, invoice: Invoice
) -> None:
    there = SandboxCheckout.objects.get()
    press(checkout, DECLINED)
    press(checkout, PAID)
    notice_make(there, times=3)
    deliver_all()

    for event in WebhookEvent.objects.order_by("-received_at"):
        WebhookEvent.objects.filter(pk=event.pk).update(outcome="received")
        webhook_apply(subject_id=event.pk)

    assert stands(invoice) == ("paid", 0, ["paid"], [("declined", 800), ("succeeded", 800)])
    assert WebhookEvent.objects.count() == 3
    assert ServiceEvent.objects.filter(kind="invoice.paid").count() == 1


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_enter_one_payment_once(checkout: Checkout, invoice: Invoice) -> None:
    press(checkout, PAID)

    in_threads(4, lambda _: checkout_sync(subject_id=checkout.pk))

    assert stands(invoice) == ("paid", 0, ["paid"], [("succeeded", 800)])
    assert accounts(invoice) == {"provider": 800, "revenue": -800}
    assert waiting().count("invoice.paid") == 1


def test_a_message_waits_while_the_provider_cannot_be_asked(
    checkout: Checkout, invoice: Invoice, provider: str, settings: Settings
) -> None:
    press(checkout, PAID)
    settings.SANDBOX_URL = "http://127.0.0.1:9"
    deliver_all()
    event = WebhookEvent.objects.get()
    assert (event.outcome, invoice.state) == ("received", "issued")

    settings.SANDBOX_URL = provider
    webhook_apply(subject_id=event.pk)

    assert stands(invoice)[:2] == ("paid", 0)


def test_part_of_it_leaves_a_link_for_the_rest(checkout: Checkout, invoice: Invoice, now: datetime) -> None:
    SandboxCheckout.objects.update(amount_minor=300)
    press(checkout, PAID)
    deliver_all()
    assert stands(invoice) == ("partly_paid", 500, ["paid", "open"], [("succeeded", 300)])

    rest = checkout_begin(invoice_id=invoice.pk, language="en", now=now)
    press(rest, PAID)
    deliver_all()

    assert rest.link.amount == Money(500, "TWD")
    assert stands(invoice) == ("paid", 0, ["paid", "paid"], [("succeeded", 300), ("succeeded", 500)])


def test_what_is_paid_twice_is_owed_to_the_customer(checkout: Checkout, invoice: Invoice) -> None:
    press(checkout, PAID)
    press(checkout, PAID)
    deliver_all()

    assert stands(invoice) == ("overpaid", -800, ["paid"], [("succeeded", 800)] * 2)
    assert ServiceEvent.objects.filter(kind="invoice.paid").count() == 1


def test_what_is_paid_late_counts_all_the_same(checkout: Checkout, invoice: Invoice, now: datetime) -> None:
    links_expire(now=now + timedelta(days=30))
    deliver_all()
    assert stands(invoice) == ("issued", 800, ["expired"], [])

    press(checkout, PAID)
    deliver_all()

    assert stands(invoice) == ("paid", 0, ["expired"], [("succeeded", 800)])


def test_another_currency_settles_nothing_and_is_owed_to_the_customer(
    checkout: Checkout, invoice: Invoice
) -> None:
    SandboxCheckout.objects.update(currency="USD")
    press(checkout, PAID)
    deliver_all()

    assert stands(invoice) == ("issued", 800, ["open"], [("succeeded", 800)])
    assert owed_by_currency(invoice) == {"TWD": Money(800, "TWD"), "USD": Money(-800, "USD")}


def test_what_the_provider_gives_back_by_itself_is_owed_again(checkout: Checkout, invoice: Invoice) -> None:
    payment = press(checkout, PAID)
    deliver_all()
    refund_make(payment, 300, reference=None, now=timezone.now())
    deliver_all()

    assert stands(invoice) == ("reopened", 300, ["paid"], [("succeeded", 800)])
    assert accounts(invoice) == {"provider": 500, "receivable": 300, "revenue": -800}
    refund = Refund.objects.get()
    assert (refund.state, refund.amount_minor, refund.wanted_by) == ("succeeded", 300, None)
    assert ServiceEvent.objects.get(kind="payment.refunded").amount_minor == 300


def test_what_came_and_went_before_we_heard_of_it_has_been_paid(checkout: Checkout, invoice: Invoice) -> None:
    """The same as when each was told at its time: no new link, and the revenue is told."""
    refund_make(press(checkout, PAID), 300, reference=None, now=timezone.now())
    deliver_all()

    assert stands(invoice) == ("reopened", 300, ["paid"], [("succeeded", 800)])
    assert ServiceEvent.objects.get(kind="invoice.paid").amount_minor == 800


@pytest.mark.parametrize(
    ("decided", "state", "books"),
    [
        (None, "paid", {"disputed": 800, "revenue": -800}),
        (SandboxDispute.State.WON, "paid", {"provider": 800, "revenue": -800}),
        (SandboxDispute.State.LOST, "reopened", {"receivable": 800, "revenue": -800}),
    ],
)
def test_a_contested_payment_is_held_back_until_it_is_decided(
    checkout: Checkout,
    invoice: Invoice,
    decided: SandboxDispute.State | None,
    state: str,
    books: dict[str, int],
) -> None:
    payment = press(checkout, PAID)
    dispute_open(payment, now=timezone.now())
    deliver_all()
    if decided:
        dispute_decide(SandboxDispute.objects.get(), decided, now=timezone.now())
        deliver_all()

    assert (stands(invoice)[0], accounts(invoice)) == (state, books)
    assert Dispute.objects.get().state == (decided or "open")
    assert ServiceEvent.objects.filter(kind="payment.disputed").count() == 1


def test_a_dispute_whose_end_has_no_date_ended_when_we_heard_of_it(
    checkout: Checkout, invoice: Invoice, now: datetime
) -> None:
    """Stripe says when the money of a dispute that was won came back, and nothing of one that was lost."""
    opened, heard = now + timedelta(days=1), now + timedelta(days=9)
    money = Money(800, "TWD")
    lost = ProviderDispute("dp_1", DisputeState.LOST, money, opened)
    told = ProviderPayment("pi_1", PaymentState.SUCCEEDED, money, now, disputes=(lost,))

    payments_enter(checkout=checkout, told=[told], now=heard)
    payments_enter(checkout=checkout, told=[told], now=heard + timedelta(days=1))

    assert list(Posting.objects.order_by("occurred_at").values_list("occurred_at", flat=True))[-2:] == [
        opened,
        heard,
    ]


def test_a_message_that_was_too_early_for_its_payment_is_looked_at_again(
    checkout: Checkout, invoice: Invoice, now: datetime
) -> None:
    """It names the payment only, whose entering was under way."""
    there = press(checkout, PAID)
    early = WebhookEvent.objects.create(
        account="sandbox", event_id="evt_1", checkout_ref=str(there.pk), received_at=now, outcome="ignored"
    )
    assert webhooks_reconsider(now=now) == 0

    checkout_sync(subject_id=checkout.pk)
    refund_make(there, 300, reference=None, now=timezone.now())
    Outbox.objects.all().delete()  # nobody else tells
    assert webhooks_reconsider(now=now) == 1
    deliver_all()

    early.refresh_from_db()
    assert (early.outcome, stands(invoice)[:2]) == ("applied", ("reopened", 300))
    assert webhooks_reconsider(now=now) == 0


def test_a_link_is_paid_by_the_provider_that_it_was_made_for(checkout: Checkout, invoice: Invoice) -> None:
    """Another account's message about this checkout is none of ours."""
    PaymentLink.objects.update(account="another")
    press(checkout, PAID)
    deliver_all()

    assert list(WebhookEvent.objects.values_list("outcome", "note")) == [
        ("ignored", "about no checkout of ours")
    ]
    assert Payment.objects.count() == 0
