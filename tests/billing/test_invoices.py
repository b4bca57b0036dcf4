from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection, transaction

from billing.errors import BadPriceBook
from billing.models import Invoice, PaymentLink, PriceItem
from billing.services.invoices import invoice_issue, work_order_invoice
from billing.services.price_items import PriceRow, price_items_save
from communities.access import Caller
from communities.models import Organisation, Region, ServiceEvent
from core.models import Outbox
from core.money import Money
from core.outbox import deliver, emit
from dispatch.models import Technician, Visit
from dispatch.states import VisitState
from tests.billing.conftest import done_visit
from tests.billing.test_offers import decide, offer
from tests.outbox import deliver_all, waiting


def in_threads(count: int, work: Callable[[int], object]) -> None:
    """Run `work(0)`, `work(1)` … at the same moment, each over a connection of its own."""
    ready = Barrier(count)

    def one(number: int) -> None:
        ready.wait()
        try:
            work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as threads:
        list(threads.map(one, range(count)))


def test_a_completed_visit_is_billed_with_its_base_price_and_what_was_accepted(
    done: Visit, as_tom: Caller, acme: Organisation, now: datetime
) -> None:
    Visit.objects.filter(pk=done.pk).update(state=VisitState.STARTED, finished_at=None)
    spare = offer(as_tom, done, now, item="spare", quantity=2)
    sensor = offer(as_tom, done, now, item="sensor")
    decide(as_tom, spare, now)
    decide(as_tom, sensor, now, accepted=False)
    Visit.objects.filter(pk=done.pk).update(state=VisitState.COMPLETED)

    work_order_invoice(subject_id=done.pk)

    invoice = Invoice.objects.get()
    lines = invoice.lines.order_by("position")
    assert (invoice.number, invoice.state, invoice.total) == ("00000001", "issued", Money(2300, "TWD"))
    # 1 × 800 + 2 × 750 = 2,300; the refused sensor is not there.
    assert [(line.description, line.quantity, line.amount_minor) for line in lines] == [
        ("濾心更換", 1, 800),
        ("備用濾心", 2, 1500),
    ]
    assert PaymentLink.objects.get().amount == Money(2300, "TWD")
    told = ServiceEvent.objects.filter(source="billing").order_by("occurred_at", "id")
    assert [(fact.kind, fact.amount_minor) for fact in told] == [
        ("offer.made", 1500),
        ("offer.made", 900),
        ("offer.accepted", 1500),
        ("offer.refused", 900),
        ("invoice.issued", 2300),
    ]


def test_a_missing_price_is_not_zero_and_the_work_waits_for_one(done: Visit, now: datetime) -> None:
    PriceItem.objects.update(active=False)
    emit("visit.completed", done.pk)
    deliver_all()

    row = Outbox.objects.get(done_at=None)
    assert (row.done_at, row.attempts, Invoice.objects.count()) == (None, 1, 0)
    assert row.error == (
        "PriceMissing: The service type 'filter' needs a price; what is free has the price 0."
    )
    PriceItem.objects.update(active=True)
    assert deliver(row.pk, row.due_at)
    assert Invoice.objects.get().total_minor == 800


def test_work_at_the_price_of_zero_is_paid_at_once(done: Visit, now: datetime) -> None:
    PriceItem.objects.update(price_minor=0)

    invoice = invoice_issue(visit_id=done.pk, now=now)

    invoice.refresh_from_db()
    assert (invoice.state, invoice.paid_at, PaymentLink.objects.count()) == ("paid", now, 0)
    assert waiting() == ["invoice.issued", "invoice.paid"]


def test_a_visit_without_a_customer_is_billed_too(
    price_book: None, north: Region, tom: Technician, now: datetime
) -> None:
    visit = done_visit(north, tom, now, customer=False)

    invoice = invoice_issue(visit_id=visit.pk, now=now)

    assert (invoice.customer, invoice.total_minor) == (None, 800)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_one_invoice(done: Visit) -> None:
    in_threads(4, lambda _: work_order_invoice(subject_id=done.pk))

    assert (Invoice.objects.count(), PaymentLink.objects.count()) == (1, 1)
    assert waiting() == ["invoice.issued", "payment_link.opened"]


@pytest.mark.django_db(transaction=True)
def test_invoice_numbers_have_no_gap_though_every_third_is_rolled_back(
    price_book: None, north: Region, tom: Technician, now: datetime
) -> None:
    visits = [done_visit(north, tom, now + timedelta(hours=hour)) for hour in range(12)]

    def issue(number: int) -> None:
        with transaction.atomic():
            invoice_issue(visit_id=visits[number].pk, now=now)
            transaction.set_rollback(number % 3 == 0)

    in_threads(12, issue)

    numbers = Invoice.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == [f"{number:08d}" for number in range(1, 9)]  # 12 − 4 rolled back


def test_a_new_base_price_retires_the_former_one(price_book: None, acme: Organisation) -> None:
    row = PriceRow(
        code="base-2026",
        name="濾心更換",
        kind=PriceItem.Kind.BASE,
        price_minor=850,
        service_type_code="filter",
    )

    price_items_save(organisation=acme, rows=[row])
    price_items_save(organisation=acme, rows=[row])

    base = PriceItem.objects.filter(kind=PriceItem.Kind.BASE).order_by("code")
    assert list(base.values_list("code", "price_minor", "active")) == [
        ("base", 800, False),
        ("base-2026", 850, True),
    ]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (PriceRow(code="x", name="x", kind=PriceItem.Kind.BASE, price_minor=1), "names its service type"),
        (PriceRow(code="x", name="x", kind=PriceItem.Kind.ADD_ON, price_minor=-1), "below zero"),
        (
            PriceRow(code="x", name="x", kind=PriceItem.Kind.ADD_ON, price_minor=1, service_type_code="no"),
            "no service type 'no'",
        ),
    ],
)
def test_a_price_book_that_cannot_be_right_is_refused(acme: Organisation, row: PriceRow, says: str) -> None:
    with pytest.raises(BadPriceBook, match=says):
        price_items_save(organisation=acme, rows=[row])
