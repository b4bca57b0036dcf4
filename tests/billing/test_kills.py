"""Whoever dies, and wherever: one link for a visit, one page and one refund at the provider."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

import pytest
from django.db import transaction
from pytest_django import Settings

from billing.models import Checkout, Invoice, Payment, PaymentLink, Refund
from billing.services.refunds import refund_send
from billing.services.settling import checkout_sync
from communities.access import Caller
from communities.models import Organisation, Region
from core.models import Outbox
from core.outbox import emit
from dispatch.models import Technician, Visit
from tests.billing.conftest import done_visit
from tests.billing.gateways.stripe_server import StripeServer
from tests.billing.test_payments import accounts, stands
from tests.billing.test_providers import begin, give_back, issued, use
from tests.kills import killed_at_each_step
from tests.outbox import deliver_all, leases_end

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]

KILLS = 20


@pytest.fixture
def stripe(acme: Organisation, settings: Settings) -> Iterator[StripeServer]:
    """Acme is paid through Stripe, which tells us nothing."""
    with StripeServer() as server:
        keys = {"secret_key": server.secret_key, "webhook_secrets": server.webhook_secret}
        use(acme, settings, "stripe", server.url, **keys)
        yield server


def posted(stripe: StripeServer, path: str) -> int:
    return sum(one.method == "POST" and one.path == path for one in stripe.asked)


def test_a_completed_visit_has_one_link_wherever_its_worker_dies(
    price_book: None, north: Region, tom: Technician, now: datetime
) -> None:
    """A visit for every step that its delivery, and what follows, can die at; and one that survives."""

    def complete() -> None:
        visit = done_visit(north, tom, now)
        with transaction.atomic():
            emit("visit.completed", visit.pk)

    kills = 0
    complete()
    for kills in killed_at_each_step(deliver_all):  # noqa: B007 - the last is how many
        leases_end()
        deliver_all()
        assert Outbox.objects.filter(done_at=None).count() == 0
        complete()

    links = PaymentLink.objects.values_list("invoice__visit", "state", "amount_minor")
    assert Counter((state, amount) for _, state, amount in links) == {("open", 800): kills + 1}
    assert len({visit for visit, _, _ in links}) == kills + 1
    assert kills >= KILLS


def test_a_page_is_opened_once_however_often_its_process_dies(
    stripe: StripeServer, price_book: None, north: Region, tom: Technician, now: datetime
) -> None:
    kills = 0
    while kills < KILLS:
        invoice = issued(done_visit(north, tom, now))
        kills += len(list(killed_at_each_step(lambda invoice=invoice: begin(invoice))))

    pages = [page["client_reference_id"] for page in stripe.things("checkout.session")]
    assert sorted(pages) == sorted(str(one) for one in Checkout.objects.values_list("id", flat=True))
    assert len(pages) == Invoice.objects.count() < posted(stripe, "/v1/checkout/sessions")


def test_money_goes_back_once_however_often_its_process_dies(
    stripe: StripeServer, done: Visit, as_ada: Caller
) -> None:
    invoice = issued(done)
    checkout = begin(invoice)
    stripe.pay(checkout.provider_ref)
    checkout_sync(subject_id=checkout.pk)
    kills = 0
    while kills < KILLS:
        refund = give_back(as_ada, 100)
        kills += len(list(killed_at_each_step(lambda refund=refund: refund_send(subject_id=refund.pk))))

    there = [(one["metadata"]["reference"], one["amount"]) for one in stripe.things("refund")]
    ours = Refund.objects.filter(state="succeeded").values_list("id", flat=True)
    assert sorted(there) == sorted((str(one), 10_000) for one in ours)  # hundredths
    assert (
        stands(invoice)[1]
        == 100 * len(there)
        == Payment.objects.get().amount_minor - accounts(invoice)["provider"]
    )
