"""A payment's whole way through each provider's own protocol: our page, theirs, their books, ours."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from django.utils import timezone
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from billing.models import BillingProfile, Checkout, Dispute, Invoice, Payment, Refund
from billing.services.checkouts import checkout_begin, checkout_returned, checkouts_ask
from billing.services.invoices import invoice_issue
from billing.services.profiles import profile_of
from billing.services.refunds import RefundGiven, refund_want
from billing.services.renewing import link_renew
from billing.services.settling import checkout_sync
from communities.access import Caller
from communities.models import Organisation
from dispatch.models import Visit
from tests.billing.gateways.ecpay_server import HASH_IV, HASH_KEY, MERCHANT, EcpayServer
from tests.billing.gateways.line_pay_server import CHANNEL_ID, CHANNEL_SECRET, LinePayServer
from tests.billing.gateways.stripe_server import StripeServer
from tests.billing.test_payments import accounts, stands
from tests.outbox import deliver_all

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def line_pay(acme: Organisation, settings: Settings) -> Iterator[LinePayServer]:
    """Acme is paid through LINE Pay."""
    with LinePayServer() as server:
        server.now = timezone.now()
        use(acme, settings, "line_pay", server.url, channel_id=CHANNEL_ID, channel_secret=CHANNEL_SECRET)
        yield server


@pytest.fixture
def stripe(acme: Organisation, settings: Settings, live_server: LiveServer) -> Iterator[StripeServer]:
    """Acme is paid through Stripe, which tells us at our door."""
    settings.PUBLIC_URL = live_server.url
    with StripeServer() as server:
        keys = {"secret_key": server.secret_key, "webhook_secrets": server.webhook_secret}
        use(acme, settings, "stripe", server.url, **keys)
        yield server


@pytest.fixture
def ecpay(acme: Organisation, settings: Settings, live_server: LiveServer) -> Iterator[EcpayServer]:
    """Acme is paid through ECPay, which tells us at our door."""
    settings.PUBLIC_URL = live_server.url
    with EcpayServer() as server:
        keys = {"merchant_id": MERCHANT, "hash_key": HASH_KEY, "hash_iv": HASH_IV}
        use(acme, settings, "ecpay", server.url, **keys)
        yield server


def use(acme: Organisation, settings: Settings, gateway: str, url: str, **values: str) -> None:
    """Let Acme be paid through that provider."""
    settings.PAYMENT_ACCOUNTS = {"acme": {"gateway": gateway, "base_url": url, **values}}
    profile_of(acme).save()
    BillingProfile.objects.update(payment_account="acme")


def issued(visit: Visit) -> Invoice:
    return invoice_issue(visit_id=visit.pk, now=timezone.now())


def begin(invoice: Invoice) -> Checkout:
    return checkout_begin(invoice_id=invoice.pk, language="en", now=timezone.now())


def give_back(caller: Caller, amount: int) -> Refund:
    given = RefundGiven(amount_minor=amount, reason="The filter leaked.")
    payment = Payment.objects.get(state="succeeded")
    return refund_want(caller=caller, payment_id=payment.pk, given=given, now=timezone.now())


def test_line_pay_takes_the_money_on_our_word_only(
    line_pay: LinePayServer, done: Visit, as_ada: Caller
) -> None:
    invoice = issued(done)
    checkout = begin(invoice)
    checkout_returned(checkout=checkout)  # without having agreed
    deliver_all()
    assert (stands(invoice), line_pay.calls.count("confirm")) == (("issued", 800, ["open"], []), 0)

    line_pay.pay(checkout.provider_ref)
    checkout_returned(checkout=checkout)
    deliver_all()

    assert stands(invoice) == ("paid", 0, ["paid"], [("succeeded", 800)])
    give_back(as_ada, 300)
    deliver_all()
    assert (stands(invoice)[:2], Refund.objects.get().state) == (("reopened", 300), "succeeded")


def test_who_agrees_and_does_not_come_back_is_found(line_pay: LinePayServer, done: Visit) -> None:
    """LINE Pay sends no messages, and what was agreed is lost after some minutes."""
    invoice = issued(done)
    line_pay.pay(begin(invoice).provider_ref)

    checkouts_ask(now=timezone.now() + timedelta(minutes=2))
    deliver_all()

    assert stands(invoice)[:2] == ("paid", 0)


def test_who_pays_again_what_went_back_and_does_not_come_back_is_found(
    line_pay: LinePayServer, done: Visit, as_ada: Caller
) -> None:
    invoice = issued(done)
    first = begin(invoice)
    line_pay.pay(first.provider_ref)
    checkout_sync(subject_id=first.pk)
    give_back(as_ada, 300)
    deliver_all()
    link_renew(caller=as_ada, invoice_id=invoice.pk, now=timezone.now())
    line_pay.pay(begin(invoice).provider_ref)

    checkouts_ask(now=timezone.now() + timedelta(minutes=2))
    deliver_all()

    assert stands(invoice)[:2] == ("paid", 0)


def test_what_line_pay_gives_back_by_itself_is_found_the_next_day(
    line_pay: LinePayServer, done: Visit
) -> None:
    invoice = issued(done)
    checkout = begin(invoice)
    line_pay.pay(checkout.provider_ref)
    checkout_sync(subject_id=checkout.pk)
    line_pay.refund_by_hand(checkout.provider_ref, 300)

    assert checkouts_ask(now=timezone.now() + timedelta(hours=23)) == 0
    assert checkouts_ask(now=timezone.now() + timedelta(hours=25)) == 1
    deliver_all()

    assert stands(invoice)[:2] == ("reopened", 300)


def test_of_two_pages_of_one_link_only_one_is_taken(line_pay: LinePayServer, done: Visit) -> None:
    """The customer opened the page at home and again on the telephone, and agreed on both."""
    invoice = issued(done)
    first = begin(invoice)
    Checkout.objects.update(expires_at=timezone.now())
    second = begin(invoice)
    for checkout in (first, second):
        line_pay.pay(checkout.provider_ref)
        checkout_sync(subject_id=checkout.pk)

    assert stands(invoice)[:2] == ("paid", 0)
    assert sorted(Payment.objects.values_list("state", flat=True)) == ["authorised", "succeeded"]
    assert line_pay.calls.count("confirm") == 1


def test_a_card_that_is_refused_leaves_the_link_open(line_pay: LinePayServer, done: Visit) -> None:
    invoice = issued(done)
    checkout = begin(invoice)
    line_pay.pay_with_a_bad_card(checkout.provider_ref)
    checkout_sync(subject_id=checkout.pk)
    assert stands(invoice) == ("issued", 800, ["open"], [("declined", 800)])

    Checkout.objects.update(expires_at=timezone.now())
    again = begin(invoice)
    line_pay.pay(again.provider_ref)
    checkout_sync(subject_id=again.pk)

    assert stands(invoice)[:2] == ("paid", 0)


def test_a_lost_answer_to_a_refund_gives_back_once(
    line_pay: LinePayServer, done: Visit, as_ada: Caller
) -> None:
    """LINE Pay knows no reference of ours for refunds: its books are read before it is asked again."""
    invoice = issued(done)
    checkout = begin(invoice)
    line_pay.pay(checkout.provider_ref)
    checkout_sync(subject_id=checkout.pk)
    refund = give_back(as_ada, 300)

    line_pay.loses_next("refund")
    deliver_all()
    refund.refresh_from_db()
    assert refund.state == "wanted"
    checkout_sync(subject_id=checkout.pk)

    refund.refresh_from_db()
    assert (refund.state, line_pay.calls.count("refund")) == ("succeeded", 1)
    assert accounts(invoice) == {"provider": 500, "receivable": 300, "revenue": -800}


def posted(invoice: Invoice) -> str:
    """The payer's browser posts our form to ECPay; the order's number."""
    checkout = begin(invoice)
    assert checkout.form is not None
    assert "Error" not in httpx.post(checkout.url, data=dict(checkout.form)).text
    return checkout.provider_ref


def test_ecpay_tells_of_a_code_and_then_of_the_money(ecpay: EcpayServer, done: Visit) -> None:
    invoice = issued(done)
    number = posted(invoice)
    ecpay.code_take(number, "ATM")
    assert ecpay.send(number)
    deliver_all()
    assert stands(invoice) == ("issued", 800, ["open"], [("pending", 800)])

    ecpay.code_pay(number)
    assert [ecpay.send(number), ecpay.send(number, again=True)] == [True, True]
    deliver_all()

    assert stands(invoice) == ("paid", 0, ["paid"], [("succeeded", 800)])
    assert accounts(invoice) == {"provider": 800, "revenue": -800}


def test_who_pays_by_card_and_then_with_the_code_too_is_owed_it(ecpay: EcpayServer, done: Visit) -> None:
    """ECPay cannot take a code back."""
    invoice = issued(done)
    by_code, by_card = posted(invoice), posted(invoice)
    ecpay.code_take(by_code, "CVS")
    ecpay.pay_by_card(by_card)
    assert [ecpay.send(by_card), ecpay.send(by_code)] == [True, True]
    deliver_all()
    assert stands(invoice)[:3] == ("paid", 0, ["paid"])

    ecpay.code_pay(by_code)
    assert ecpay.send(by_code)
    deliver_all()

    assert stands(invoice)[:2] == ("overpaid", -800)


def test_stripe_tells_and_is_asked(stripe: StripeServer, done: Visit, as_ada: Caller) -> None:
    invoice = issued(done)
    checkout = begin(invoice)
    door = f"{checkout.link.account}"
    intent = stripe.pay(checkout.provider_ref)

    def told() -> None:
        assert set(stripe.post_events(f"{_public()}/api/v1/webhooks/{door}")) == {200}
        deliver_all()

    told()
    assert stands(invoice) == ("paid", 0, ["paid"], [("succeeded", 800)])

    give_back(as_ada, 300)
    deliver_all()
    told()
    assert accounts(invoice) == {"provider": 500, "receivable": 300, "revenue": -800}

    stripe.dispute(intent, 50_000)  # hundredths
    told()
    assert accounts(invoice) == {"disputed": 500, "receivable": 300, "revenue": -800}
    assert Dispute.objects.get().state == "open"


def _public() -> str:
    from django.conf import settings

    return str(settings.PUBLIC_URL)
