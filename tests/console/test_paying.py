"""From the letter to the provider's page and back, as a browser without an account."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from billing.gateways.base import PaymentState, ProviderPayment
from billing.models import (
    Checkout,
    Invoice,
    Membership,
    Payment,
    PaymentLink,
    SandboxCheckout,
    SandboxDispute,
    SandboxPayment,
)
from billing.services.credits import CreditGiven, credit_note_issue
from billing.services.invoices import invoice_issue
from billing.services.links import links_expire, pay_url
from billing.services.on_site import Taken, payment_take
from billing.services.renewing import link_renew
from billing.services.settling import payments_enter
from communities.access import Caller
from console.sandbox_provider.checkouts import dispute_decide, dispute_open, payment_make, refund_make
from core.money import Money
from core.qr import qr_data
from dispatch.models import Visit
from tests.billing.conftest import another_visit
from tests.console.test_customer_pages import Page
from tests.outbox import deliver_all


@pytest.fixture
def invoice(done: Visit, provider: str) -> Invoice:
    return invoice_issue(visit_id=done.pk, now=timezone.now())


@pytest.fixture
def browser() -> Client:
    """One that has never been here: no cookie, and CSRF is checked."""
    return Client(enforce_csrf_checks=True)


def address(invoice: Invoice) -> str:
    return "/pay/" + pay_url(invoice.pk).partition("/pay/")[2]


def paid(invoice: Invoice, browser: Client) -> SandboxPayment:
    browser.post(address(invoice))
    payment = payment_make(SandboxCheckout.objects.get(), SandboxPayment.State.SUCCEEDED, now=timezone.now())
    deliver_all()
    return payment


def words(browser: Client, path: str) -> set[str]:
    return set(Page(browser.get(f"{path}?lang=en").content).words)


def test_a_customer_pays(invoice: Invoice, browser: Client) -> None:
    path = address(invoice)
    assert {"Invoice 00000001", "濾心更換", "TWD 800", "Pay TWD 800"} <= words(browser, path)

    pressed = browser.post(path)
    sent = browser.get(pressed["Location"])
    checkout = Checkout.objects.get()
    assert f'content="0; url={checkout.url}"' in sent.content.decode()
    assert (sent["Referrer-Policy"], browser.cookies.output()) == ("no-referrer", "")

    payment_make(SandboxCheckout.objects.get(), SandboxPayment.State.SUCCEEDED, now=timezone.now())
    came_back = browser.get(SandboxCheckout.objects.get().return_url)
    waiting = browser.get(f"{path}?lang=en")
    deliver_all()

    assert (came_back.status_code, came_back["Location"], waiting["Refresh"]) == (302, path, "3")
    assert "The payment is being confirmed. This page looks again by itself." in Page(waiting.content).words
    assert "Thank you. This is paid." in words(browser, path)


def test_a_declined_payment_is_told(invoice: Invoice, browser: Client) -> None:
    browser.post(address(invoice))
    payment_make(SandboxCheckout.objects.get(), SandboxPayment.State.DECLINED, now=timezone.now())
    deliver_all()

    shown = words(browser, address(invoice))

    assert "The last payment did not go through. Nothing was taken; you can try again." in shown
    assert "Pay TWD 800" in shown


TOLD = {
    "This payment is contested with your bank. Until that is decided there is nothing to do here.",
    "Thank you. This is paid.",
    "Thank you. You have paid TWD 800 too much; we are going to give it back.",
    "Nothing of this invoice is due any more.",
    "Your bank has taken the payment back, so it is due again.",
    "We have given TWD 300 back to you.",
    "We have received USD 26.00. This invoice is in TWD, so we are going to give it back.",
    "This cannot be paid here any more. Please ask us for a new link.",
    "Still due",
    "Pay TWD 300",
    "Pay TWD 800",
}
BACK = "Your bank has taken the payment back, so it is due again."
NO_LINK = "This cannot be paid here any more. Please ask us for a new link."


@pytest.mark.parametrize(
    ("decided", "told"),
    [
        (
            None,
            {"This payment is contested with your bank. Until that is decided there is nothing to do here."},
        ),
        (SandboxDispute.State.WON, {"Thank you. This is paid."}),
        (SandboxDispute.State.LOST, {BACK, NO_LINK}),
    ],
)
def test_a_contested_payment_is_told(
    invoice: Invoice, browser: Client, decided: SandboxDispute.State | None, told: set[str]
) -> None:
    dispute_open(paid(invoice, browser), now=timezone.now())
    if decided:
        dispute_decide(SandboxDispute.objects.get(), decided, now=timezone.now())
    deliver_all()

    assert words(browser, address(invoice)) & TOLD == told


def test_what_was_given_back_is_told_and_not_asked_for(
    invoice: Invoice, browser: Client, as_ada: Caller
) -> None:
    refund_make(paid(invoice, browser), 300, reference=None, now=timezone.now())
    deliver_all()
    assert words(browser, address(invoice)) & TOLD == {"We have given TWD 300 back to you."}

    link_renew(caller=as_ada, invoice_id=invoice.pk, now=timezone.now())

    assert words(browser, address(invoice)) & TOLD == {
        "We have given TWD 300 back to you.", "Still due", "Pay TWD 300",
    }  # fmt: skip


def test_money_of_another_currency_is_told_and_settles_nothing(invoice: Invoice, browser: Client) -> None:
    browser.post(address(invoice))
    came = ProviderPayment("pi_1", PaymentState.SUCCEEDED, Money(2600, "USD"), timezone.now())
    payments_enter(checkout=Checkout.objects.get(), told=[came], now=timezone.now())

    assert words(browser, address(invoice)) & TOLD == {
        "We have received USD 26.00. This invoice is in TWD, so we are going to give it back.", "Pay TWD 800",
    }  # fmt: skip


def test_of_a_credited_invoice_nothing_is_due_and_what_is_paid_late_is_owed_back(
    invoice: Invoice, browser: Client, as_ada: Caller
) -> None:
    browser.post(address(invoice))
    given = CreditGiven(reason="Nobody came.", amounts={})
    credit_note_issue(caller=as_ada, invoice_id=invoice.pk, given=given, now=timezone.now())
    assert words(browser, address(invoice)) & TOLD == {"Nothing of this invoice is due any more."}

    payment_make(SandboxCheckout.objects.get(), SandboxPayment.State.SUCCEEDED, now=timezone.now())
    deliver_all()

    too_much = "Thank you. You have paid TWD 800 too much; we are going to give it back."
    assert words(browser, address(invoice)) & TOLD == {too_much}


def test_coming_back_proves_nothing(invoice: Invoice, browser: Client) -> None:
    browser.post(address(invoice))

    browser.get(f"{SandboxCheckout.objects.get().return_url}?state=paid")
    deliver_all()

    assert "Pay TWD 800" in words(browser, address(invoice))
    assert Invoice.objects.get().state == "issued"


def test_without_the_provider_the_page_says_what_to_do(
    invoice: Invoice, browser: Client, settings: Settings
) -> None:
    settings.SANDBOX_URL = "http://127.0.0.1:9"

    answer = browser.post(f"{address(invoice)}?lang=en")

    assert answer.status_code == 503
    assert (
        "The payment page cannot be opened just now. Please try again in a few minutes, or ask us."
        in Page(answer.content).words
    )


def test_a_link_that_is_over_says_so(invoice: Invoice, browser: Client) -> None:
    links_expire(now=timezone.now() + timedelta(days=31))

    answer = browser.post(f"{address(invoice)}?lang=en")

    assert "This cannot be paid here any more. Please ask us for a new link." in Page(answer.content).words
    assert Checkout.objects.count() == 0


@pytest.mark.parametrize("part", ["", "/go/{checkout}", "/back/{checkout}"])
def test_a_wrong_address_leads_nowhere(invoice: Invoice, browser: Client, part: str) -> None:
    browser.post(address(invoice))
    end = part.format(checkout=Checkout.objects.get().pk)

    assert browser.get(address(invoice)[:-1] + "x" + end).status_code == 404
    assert PaymentLink.objects.get().state == "open"


def test_the_paper_says_what_was_credited_paid_and_is_still_due(
    invoice: Invoice, browser: Client, as_ada: Caller
) -> None:
    now = timezone.now()
    taken = Taken(way=Payment.Way.CASH, amount_minor=500, happened_at=now)
    payment_take(caller=as_ada, invoice_id=invoice.pk, taken=taken, now=now)
    given = CreditGiven(reason="The filter leaked.", amounts={1: 100})
    note = credit_note_issue(caller=as_ada, invoice_id=invoice.pk, given=given, now=now)

    path = address(invoice)
    paper = Page(browser.get(f"{path}?lang=en").content)
    shown = [word for word in paper.words if word]
    sums = shown[shown.index("Total") :]
    assert sums[: sums.index("Pay TWD 200")] == [
        "Total", "TWD 800",
        f"Credit note {note.number}", "The filter leaked.", "−TWD 100",
        "Paid", "−TWD 500",
        "Still due", "TWD 200",
    ]  # fmt: skip
    assert paper.all("a")[1]["href"] == f"{path}/credit/{note.pk}"

    credit = words(browser, f"{path}/credit/{note.pk}")
    assert {
        "Credit note CN00000001",
        "Invoice 00000001",
        "The filter leaked.",
        "濾心更換",
        "TWD 100",
    } <= credit
    assert browser.get(f"{path[:-1]}x/credit/{note.pk}").status_code == 404


def test_the_printed_code_is_the_pages_own_address(invoice: Invoice, browser: Client) -> None:
    [code] = Page(browser.get(address(invoice)).content).all("img")

    assert code["src"] == qr_data(pay_url(invoice.pk))
    links_expire(now=timezone.now() + timedelta(days=31))
    assert Page(browser.get(address(invoice)).content).all("img") == []


def test_dates_are_those_of_the_companys_clock(done: Visit, provider: str, browser: Client) -> None:
    """Half past seven in Taipei is still the day before in UTC."""
    early = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    Visit.objects.update(finished_at=early)
    issued = invoice_issue(visit_id=done.pk, now=early)

    shown = words(browser, address(issued))

    assert "March 3, 2026" in shown
    assert not any("March 2" in word for word in shown)


def test_a_member_reads_what_is_included_and_what_costs_less(
    member: Membership, done: Visit, browser: Client, now: datetime
) -> None:
    invoices = [invoice_issue(visit_id=another_visit(done, now).pk, now=now) for _ in range(3)]

    assert {"TWD 800", "Included in 金級保養", "−TWD 800", "Thank you. This is paid."} <= words(
        browser, address(invoices[0])
    )
    assert {"TWD 800", "For members of 金級保養", "−TWD 80", "TWD 720"} <= words(
        browser, address(invoices[2])
    )
