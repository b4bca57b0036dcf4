"""An administrator follows a payment."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from billing.models import Checkout, Invoice, SandboxPayment
from billing.selectors.story import needing_attention, story_of
from billing.services.checkouts import checkout_begin
from billing.services.invoices import invoice_issue
from billing.services.links import links_expire
from communities.models import User
from console.sandbox_provider.checkouts import refund_make
from dispatch.models import Visit
from tests.billing.test_payments import PAID, press
from tests.conftest import as_caller
from tests.console.test_customer_pages import Page
from tests.outbox import deliver_all


@pytest.fixture
def paid(done: Visit, provider: str, now: datetime) -> Invoice:
    """Paid, and a part given back by the provider."""
    invoice = invoice_issue(visit_id=done.pk, now=now)
    deliver_all()
    press(checkout_begin(invoice_id=invoice.pk, language="en", now=now), PAID)
    deliver_all()
    refund_make(SandboxPayment.objects.get(), 300, reference=None, now=timezone.now())
    deliver_all()
    return invoice


def words(user: User, path: str) -> list[str]:
    client = Client()
    client.force_login(user)
    answer = client.get(f"{path}?lang=en")
    assert answer.status_code == 200
    return [word for word in Page(answer.content).words if word]


def test_the_story_tells_all_in_order_and_its_books_balance(paid: Invoice, ada: User) -> None:
    told = story_of(as_caller(ada), paid)

    assert [(one.what.value, one.state) for one in told if one.what not in ("posting", "message")] == [
        ("invoice", ""),
        ("link", "paid"),
        ("letter", "sent"),
        ("checkout", "closed"),
        ("payment", "succeeded"),
        ("refund", "succeeded"),
    ]
    assert [one.at for one in told] == sorted(one.at for one in told)
    postings = [[amount.minor for _, amount in one.entries] for one in told if one.what == "posting"]
    assert [sum(amounts) for amounts in postings] == [0, 0, 0]
    assert Checkout.objects.get().provider_ref in [one.detail for one in told]


def test_the_page_shows_it_in_words(paid: Invoice, ada: User) -> None:
    page = words(ada, f"/payments/{paid.pk}")

    assert "was paid, money went back" in page
    assert {"Provider's message", "looked up and entered", "In the books", "TWD -300"} <= set(page)


def test_what_needs_a_look_is_on_top(paid: Invoice, ada: User) -> None:
    page = words(ada, "/payments")

    assert page.index(paid.number) < page.index("Newest invoices")


def test_what_is_due_and_has_no_link_needs_a_look(done: Visit, ada: User, now: datetime) -> None:
    invoice = invoice_issue(visit_id=done.pk, now=now)
    caller = as_caller(ada)
    assert list(needing_attention(caller)) == []

    links_expire(now=now + timedelta(days=400))

    assert list(needing_attention(caller)) == [invoice]


def test_others_have_no_such_page(paid: Invoice, dora: User, stranger: User) -> None:
    client = Client()
    client.force_login(dora)
    assert client.get(f"/payments/{paid.pk}")["Location"] == "/"

    User.objects.filter(pk=stranger.pk).update(role=User.Role.ADMINISTRATOR)
    client.force_login(User.objects.get(pk=stranger.pk))
    assert client.get(f"/payments/{paid.pk}").status_code == 404
