"""Giving money back: never more than came, once at the provider, and with a name to it."""

from dataclasses import replace
from datetime import datetime

import pytest
from django.utils import timezone
from pytest_django import Settings

from billing.errors import NotRefundable, PaymentUnknown, RefundOnItsWay, RefundTooLarge
from billing.gateways.base import PaymentState, ProviderPayment, ProviderRefund, RefundState
from billing.models import Checkout, Invoice, Payment, Refund, SandboxPayment, SandboxRefund
from billing.services.checkouts import checkout_begin
from billing.services.on_site import Taken, payment_take
from billing.services.refunds import RefundGiven, refund_send, refund_want, refundable
from billing.services.renewing import link_renew
from billing.services.settling import payments_enter
from communities.access import Caller
from communities.models import User
from console.sandbox_provider.checkouts import dispute_open
from core.money import Money
from dispatch.errors import NotForYourRole
from tests.billing.test_invoices import in_threads
from tests.billing.test_payments import PAID, accounts, press, stands
from tests.outbox import deliver_all


@pytest.fixture
def payment(checkout: Checkout) -> Payment:
    """TWD 800, paid at the provider."""
    press(checkout, PAID)
    deliver_all()
    return Payment.objects.get()


def want(caller: Caller, payment: Payment, amount: int) -> Refund:
    given = RefundGiven(amount_minor=amount, reason="The filter leaked.")
    return refund_want(caller=caller, payment_id=payment.pk, given=given, now=timezone.now())


def test_part_of_a_payment_goes_back_through_the_provider(
    payment: Payment, invoice: Invoice, as_ada: Caller, ada: User
) -> None:
    refund = want(as_ada, payment, 300)
    assert (refund.state, stands(invoice)[0]) == ("wanted", "paid")

    deliver_all()

    [there] = SandboxRefund.objects.all()
    assert (there.reference, there.amount_minor) == (refund.pk, 300)
    refund.refresh_from_db()
    assert (refund.state, refund.provider_ref, refund.wanted_by) == ("succeeded", str(there.pk), ada)
    assert (stands(invoice)[:2], refundable(payment)) == (("reopened", 300), Money(500, "TWD"))
    assert accounts(invoice) == {"provider": 500, "receivable": 300, "revenue": -800}


def test_a_renewed_link_follows_what_is_due_and_is_over_when_it_is_paid(
    payment: Payment, invoice: Invoice, as_ada: Caller, now: datetime
) -> None:
    want(as_ada, payment, 300)
    deliver_all()
    link_renew(caller=as_ada, invoice_id=invoice.pk, now=now)
    want(as_ada, payment, 200)
    deliver_all()
    assert stands(invoice)[:3] == ("reopened", 500, ["paid", "replaced", "open"])

    press(checkout_begin(invoice_id=invoice.pk, language="en", now=timezone.now()), PAID)
    deliver_all()

    assert stands(invoice)[:3] == ("paid", 0, ["paid", "replaced", "paid"])


def test_a_lost_answer_gives_the_money_back_once(payment: Payment, invoice: Invoice, as_ada: Caller) -> None:
    refund = want(as_ada, payment, 300)
    refund_send(subject_id=refund.pk)
    Refund.objects.update(state=Refund.WANTED, provider_ref="")  # the provider did it, and nobody heard

    refund_send(subject_id=refund.pk)

    assert (SandboxRefund.objects.count(), Refund.objects.get().state) == (1, "succeeded")
    assert accounts(invoice) == {"provider": 500, "receivable": 300, "revenue": -800}


def test_fifty_at_once_never_give_back_more_than_came(
    payment: Payment, invoice: Invoice, as_ada: Caller
) -> None:
    """Fifty people want half of it back, and four workers send whatever was wanted; then all of that again, twice."""
    refused: list[type[Exception]] = []

    def wish(_: int) -> None:
        try:
            want(as_ada, payment, 400)
        except (RefundTooLarge, RefundOnItsWay) as error:
            refused.append(type(error))

    for _ in range(3):
        in_threads(50, wish)
        in_threads(4, lambda _: refund_send(subject_id=Refund.objects.latest("created_at").pk))

    # 49 while 400 are left besides, 49 while nothing is, and all fifty after that
    assert refused == [RefundOnItsWay] * 49 + [RefundTooLarge] * (49 + 50)
    assert list(Refund.objects.values_list("state", "amount_minor")) == [("succeeded", 400)] * 2
    assert list(SandboxRefund.objects.values_list("amount_minor", flat=True)) == [400] * 2
    assert accounts(invoice) == {"receivable": 800, "revenue": -800}


def test_no_more_than_is_left(payment: Payment, as_ada: Caller) -> None:
    with pytest.raises(RefundTooLarge, match="Between 1 and 800"):
        want(as_ada, payment, 801)
    want(as_ada, payment, 300)
    with pytest.raises(RefundOnItsWay):
        want(as_ada, payment, 100)
    deliver_all()
    with pytest.raises(RefundTooLarge, match="Between 1 and 500"):
        want(as_ada, payment, 501)


def test_what_is_held_in_a_dispute_cannot_be_given_back(payment: Payment, as_ada: Caller) -> None:
    dispute_open(SandboxPayment.objects.get(), now=timezone.now())
    deliver_all()

    with pytest.raises(RefundTooLarge):
        want(as_ada, payment, 1)


def test_a_late_worker_does_not_take_the_money_again_that_came_back(
    payment: Payment, checkout: Checkout, invoice: Invoice, now: datetime
) -> None:
    """We heard only that the refund failed; then comes a worker who asked when it had succeeded."""
    given_back = ProviderRefund("refund-1", None, RefundState.SUCCEEDED, Money(300, "TWD"), now)
    before = ProviderPayment(
        payment.provider_ref, PaymentState.SUCCEEDED, payment.amount, now, refunds=(given_back,)
    )
    after = replace(before, refunds=(replace(given_back, state=RefundState.FAILED),))

    payments_enter(checkout=checkout, told=[after], now=now)
    payments_enter(checkout=checkout, told=[before], now=now)

    assert (Refund.objects.get().state, stands(invoice)[:2]) == ("failed", ("paid", 0))
    assert accounts(invoice) == {"provider": 800, "revenue": -800}


def test_what_the_provider_refuses_has_failed_and_says_why(
    payment: Payment, invoice: Invoice, as_ada: Caller, settings: Settings
) -> None:
    refund = want(as_ada, payment, 300)
    SandboxPayment.objects.update(state="declined")

    refund_send(subject_id=refund.pk)

    refund.refresh_from_db()
    assert refund.state == "failed"
    assert "0 can be given back" in refund.failure
    assert (stands(invoice)[:2], refundable(payment)) == (("paid", 0), Money(800, "TWD"))


def test_cash_goes_back_by_hand(invoice: Invoice, as_ada: Caller, as_tom: Caller, now: datetime) -> None:
    taken = Taken(way=Payment.Way.CASH, amount_minor=800, happened_at=now)
    payment = payment_take(caller=as_tom, invoice_id=invoice.pk, taken=taken, now=now)

    refund = want(as_ada, payment, 800)

    assert (refund.state, stands(invoice)[:2]) == ("succeeded", ("reopened", 800))
    assert accounts(invoice) == {"receivable": 800, "revenue": -800}


def test_money_is_given_back_by_administrators(
    payment: Payment, as_dora: Caller, as_stranger: Caller
) -> None:
    with pytest.raises(NotForYourRole):
        want(as_dora, payment, 1)
    with pytest.raises(PaymentUnknown):
        want(as_stranger, payment, 1)


def test_nothing_comes_back_of_what_did_not_arrive(payment: Payment, as_ada: Caller) -> None:
    Payment.objects.update(state=PaymentState.DECLINED)

    with pytest.raises(NotRefundable):
        want(as_ada, payment, 1)
