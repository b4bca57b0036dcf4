"""The provider's page behind a link."""

from contextlib import ExitStack
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.core.checks import run_checks
from pytest_django import Settings

from billing.checks import PAYMENTS
from billing.errors import CannotPayNow, NothingToPay
from billing.gateways import gateway_for
from billing.gateways.base import GatewayRefused, Known
from billing.models import Checkout, Inquiry, Invoice, PaymentLink, SandboxCheckout
from billing.services import checkouts
from billing.services.checkouts import checkout_begin, checkout_close, checkout_returned, checkouts_ask
from billing.services.links import link_end
from core.money import Money
from tests.billing.test_invoices import in_threads
from tests.outbox import deliver_all, waiting

NOBODY = "http://127.0.0.1:9"


def begin(invoice: Invoice, now: datetime) -> Checkout:
    return checkout_begin(invoice_id=invoice.pk, language="en", now=now)


def test_everybody_who_wants_to_pay_gets_the_same_page(
    invoice: Invoice, provider: str, now: datetime
) -> None:
    in_threads(4, lambda _: begin(invoice, now))

    [there] = SandboxCheckout.objects.all()
    [ours] = Checkout.objects.all()
    assert (there.reference, there.amount_minor, there.currency) == (ours.pk, 800, "TWD")
    assert (ours.state, ours.provider_ref) == ("open", str(there.pk))
    assert ours.url == f"{provider}/sandbox/checkouts/{there.pk}"


def test_a_lost_answer_is_asked_for_again_under_the_same_reference(
    checkout: Checkout, invoice: Invoice, now: datetime
) -> None:
    Checkout.objects.update(state="wanted", provider_ref="", url="")

    again = begin(invoice, now)

    assert (again.pk, again.url) == (checkout.pk, checkout.url)


def test_without_the_provider_nobody_can_pay_and_nothing_is_lost(
    invoice: Invoice, provider: str, settings: Settings, now: datetime
) -> None:
    settings.SANDBOX_URL = NOBODY
    with pytest.raises(CannotPayNow, match="Please try again in a few minutes"):
        begin(invoice, now)
    settings.SANDBOX_URL = provider

    assert begin(invoice, now).pk == Checkout.objects.get().pk


def test_a_provider_that_hangs_does_not_hold_every_thread(
    invoice: Invoice, provider: str, now: datetime
) -> None:
    with ExitStack() as others:
        for _ in range(checkouts.AT_ONCE):
            others.enter_context(checkouts._place())
        with pytest.raises(CannotPayNow, match="Many are paying at this moment"):
            begin(invoice, now)

    assert begin(invoice, now).state == "open"


def test_an_account_that_its_provider_would_not_know_is_named(
    invoice: Invoice, settings: Settings, now: datetime
) -> None:
    settings.PAYMENT_ACCOUNTS = {"acme": {"gateway": "stripe", "base_url": NOBODY, "secret_key": "12345"}}
    PaymentLink.objects.update(account="acme")

    with pytest.raises(CannotPayNow, match="Please tell the company"):
        begin(invoice, now)

    assert [message.msg for message in run_checks(tags=[PAYMENTS])] == [
        "PAYMENT_ACCOUNTS: [acme] secret_key is not as Stripe gives them out: sk_live_…"
    ]
    assert checkouts_ask(now=now) == 0


def test_after_a_refusal_the_next_try_has_a_reference_of_its_own(
    invoice: Invoice, provider: str, settings: Settings, now: datetime
) -> None:
    settings.SANDBOX_API_KEY, right = "wrong", settings.SANDBOX_API_KEY
    settings.SANDBOX_URL = f"{provider}/nowhere"
    with pytest.raises(CannotPayNow, match="Please tell the company"):
        begin(invoice, now)
    settings.SANDBOX_API_KEY, settings.SANDBOX_URL = right, provider

    begin(invoice, now)

    assert sorted(Checkout.objects.values_list("state", flat=True)) == ["closed", "open"]


def test_a_page_that_is_over_is_replaced_by_another(
    checkout: Checkout, invoice: Invoice, now: datetime
) -> None:
    Checkout.objects.update(expires_at=now + timedelta(minutes=1))

    another = begin(invoice, now)

    checkout.refresh_from_db()
    assert (checkout.state, another.state, SandboxCheckout.objects.count()) == ("closed", "open", 2)


def test_nothing_can_be_paid_on_a_link_that_is_over(invoice: Invoice, now: datetime) -> None:
    link_end(PaymentLink.objects.get(), PaymentLink.State.EXPIRED)

    with pytest.raises(NothingToPay):
        begin(invoice, now)


def test_the_page_of_a_link_that_is_over_is_closed_at_the_provider(checkout: Checkout) -> None:
    link_end(checkout.link, PaymentLink.State.REPLACED)
    deliver_all()

    checkout.refresh_from_db()
    assert (checkout.state, SandboxCheckout.objects.get().state) == ("closed", "closed")
    checkout_close(subject_id=checkout.pk)  # a second time


def test_who_comes_back_twice_is_asked_about_once_at_a_time(checkout: Checkout) -> None:
    checkout_returned(checkout=checkout)
    checkout_returned(checkout=checkout)
    assert waiting() == ["inquiry.made"]
    deliver_all()

    checkout_returned(checkout=checkout)

    assert list(Inquiry.objects.values_list("reason", flat=True)) == ["returned"] * 2
    assert waiting() == ["inquiry.made"]


def test_what_was_not_heard_of_for_long_is_asked_about(checkout: Checkout, now: datetime) -> None:
    opened = checkout.created_at
    assert checkouts_ask(now=opened + timedelta(hours=11)) == 0

    assert checkouts_ask(now=opened + timedelta(hours=13)) == 1
    deliver_all()
    Checkout.objects.update(asked_at=opened + timedelta(hours=13))

    assert checkouts_ask(now=opened + timedelta(hours=14)) == 0
    assert checkouts_ask(now=opened + timedelta(days=61)) == 0


def test_what_the_provider_does_not_know_is_a_refusal(provider: str) -> None:
    with pytest.raises(GatewayRefused, match="404"):
        gateway_for("sandbox").payments_of(Known(uuid4(), str(uuid4()), Money(1, "TWD")))
