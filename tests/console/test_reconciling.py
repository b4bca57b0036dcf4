"""An administrator follows up money: not settled, contested, settled otherwise than our books have it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from billing.models import Invoice, Payment, SandboxDispute, SandboxPayment
from billing.services.checkouts import checkout_begin
from billing.services.invoices import invoice_issue
from billing.services.reconciliation import SettlementGiven, settlement_import
from communities.access import Caller
from communities.models import User
from console.sandbox_provider.checkouts import dispute_decide, dispute_open, refund_make
from core.tabular import RejectList
from dispatch.models import Visit
from tests.billing.conftest import another_visit
from tests.billing.settlement_files import stripe_csv
from tests.billing.test_payments import PAID, press
from tests.console.test_customer_pages import Page
from tests.outbox import deliver_all

Pay = Callable[[], Payment]
NOTHING_OLD = "Nothing: all that came so long ago has been settled."


@pytest.fixture
def pay(done: Visit, provider: str, now: datetime) -> Pay:
    """Each time another visit of TWD 800, paid at the provider a moment ago."""

    def pay() -> Payment:
        hours = Invoice.objects.count()
        visit = another_visit(done, now + timedelta(hours=hours)) if hours else done
        invoice = invoice_issue(visit_id=visit.pk, now=now)
        deliver_all()
        press(checkout_begin(invoice_id=invoice.pk, language="en", now=now), PAID)
        deliver_all()
        return invoice.payments.get()

    return pay


def words(user: User, path: str) -> list[str]:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(user)
    answer = client.get(path)
    assert answer.status_code == 200
    return [word for word in Page(answer.content).words if word]


def bring(caller: Caller, *rows: dict[str, str]) -> None:
    """A file with these lines; what is not said of a line is as in STRIPE: TWD 800, of which 27 are a fee."""
    given = SettlementGiven(source=stripe_csv(*rows), account="sandbox", kind="stripe", name="march.csv")
    settlement_import(caller=caller, given=given, rejects=RejectList(), now=timezone.now())


def line(payment: Payment, number: int, **more: str) -> dict[str, str]:
    return {"balance_transaction_id": f"txn_{number}", "payment_intent_id": payment.provider_ref, **more}


def test_what_no_file_has_is_listed_with_its_sum_and_leads_to_its_story(
    pay: Pay, ada: User, as_ada: Caller
) -> None:
    first, second = pay(), pay()
    assert NOTHING_OLD in words(ada, "/payments/unsettled?days=10")

    page = words(ada, "/payments/unsettled?days=0")
    assert page[page.index("Together") + 1] == "TWD 1,600"  # 2 · 800
    assert [word for word in page if word in (first.invoice.number, second.invoice.number)] == [
        first.invoice.number,
        second.invoice.number,
    ]
    assert "No settlement file has been read yet. They are brought in with" in page

    bring(as_ada, line(first, 1))
    page = words(ada, "/payments/unsettled?days=0&account=sandbox")
    assert (page[page.index("Together") + 1], first.invoice.number in page) == ("TWD 800", False)
    assert "march.csv" in page
    assert NOTHING_OLD in words(ada, "/payments/unsettled?days=0&account=elsewhere")


def test_refunds_that_no_file_has_are_asked_for_by_kind(pay: Pay, ada: User) -> None:
    pay()
    refund_make(SandboxPayment.objects.get(), 300, reference=None, now=timezone.now())
    deliver_all()

    page = words(ada, "/payments/unsettled?days=0&kind=refund")

    assert page[page.index("Together") + 1] == "TWD 300"


@pytest.mark.parametrize("asked", ["days=x", "days=-1", "days=99999999", "kind=tax", "account=%00"])
def test_what_cannot_be_read_is_as_if_not_said(ada: User, asked: str) -> None:
    assert NOTHING_OLD in words(ada, f"/payments/unsettled?{asked}")


def test_what_payers_contest_is_listed_until_it_is_decided_and_then_under_its_outcome(
    pay: Pay, ada: User
) -> None:
    payment = pay()
    assert "Nobody contests a payment now." in words(ada, "/payments/disputed")

    dispute_open(SandboxPayment.objects.get(), now=timezone.now())
    deliver_all()
    page = words(ada, "/payments/disputed")
    assert page[page.index("Together") + 1] == "TWD 800"
    assert {"not decided 1", "won by us 0", "lost 0", payment.invoice.number} <= set(page)

    dispute_decide(SandboxDispute.objects.get(), SandboxDispute.State.LOST, now=timezone.now())
    deliver_all()
    assert "Nobody contests a payment now." in words(ada, "/payments/disputed")
    page = words(ada, "/payments/disputed?state=lost")
    assert "It is due again. Talk to the customer, or credit the invoice." in page


def test_lines_that_differ_say_by_how_much_and_what_to_do(pay: Pay, ada: User, as_ada: Caller) -> None:
    first, second, third = pay(), pay(), pay()
    bring(
        as_ada,
        line(first, 1),
        line(second, 2, gross="801.00", net="773.80"),
        line(third, 3, gross="790.00", net="762.80"),
        {"balance_transaction_id": "txn_4"},  # of pi_1, which nobody knows
        {"balance_transaction_id": "txn_5", "reporting_category": "fee", "payment_intent_id": ""},
    )

    page = words(ada, "/payments/differences")
    assert (
        page[page.index("Together") + 1] == "TWD 2,391"
    )  # 801 + 790 + 800; what agrees and fees are not here
    assert {"All 3", "A payment that we do not know 1", "Another amount than in our books 2"} <= set(page)
    assert {"TWD 1 more than in our books", "TWD 10 less than in our books"} <= set(page)
    assert (first.invoice.number in page, second.invoice.number in page) == (False, True)
    assert "Ask the provider. Nothing was entered in the books." in page

    page = words(ada, "/payments/differences?finding=unknown")
    assert (page[page.index("Together") + 1], second.invoice.number in page) == ("TWD 800", False)


@pytest.mark.parametrize("path", ["unsettled?days=0", "disputed", "differences"])
def test_a_longer_list_asks_no_more_of_the_database(pay: Pay, ada: User, as_ada: Caller, path: str) -> None:
    client = Client()
    client.force_login(ada)

    def trouble(number: int) -> int:
        bring(as_ada, line(pay(), number, gross="801.00", net="773.80"))
        dispute_open(SandboxPayment.objects.latest("happened_at"), now=timezone.now())
        deliver_all()
        pay()
        with CaptureQueriesContext(connection) as asked:
            assert client.get(f"/payments/{path}").status_code == 200
        return len(asked)

    assert trouble(1) == trouble(2)


def test_another_company_has_its_own(pay: Pay, as_ada: Caller, stranger: User) -> None:
    payment = pay()
    bring(as_ada, line(payment, 1, gross="801.00", net="773.80"))
    pay()
    dispute_open(SandboxPayment.objects.earliest("happened_at"), now=timezone.now())
    deliver_all()
    User.objects.filter(pk=stranger.pk).update(role=User.Role.ADMINISTRATOR)
    other = User.objects.get(pk=stranger.pk)

    assert NOTHING_OLD in words(other, "/payments/unsettled?days=0")
    assert "Nobody contests a payment now." in words(other, "/payments/disputed")
    assert "None: every line that was read agrees with our books." in words(other, "/payments/differences")
