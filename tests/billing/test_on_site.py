"""Money handed over at the door, or sent by transfer."""

from datetime import datetime, timedelta

import pytest

from billing.errors import InvoiceUnknown, TooMuch
from billing.models import Invoice, Payment
from billing.services.on_site import Taken, payment_take
from communities.access import Caller
from communities.models import User
from dispatch.errors import NotForYourRole, TimeImpossible
from dispatch.models import Technician
from tests.billing.test_payments import accounts, stands
from tests.conftest import as_caller


def take(caller: Caller, invoice: Invoice, amount: int, now: datetime) -> Payment:
    taken = Taken(way=Payment.Way.CASH, amount_minor=amount, happened_at=now, note="receipt 12")
    return payment_take(caller=caller, invoice_id=invoice.pk, taken=taken, now=now)


def test_the_technician_notes_what_was_paid_and_the_link_is_over(
    invoice: Invoice, as_tom: Caller, now: datetime
) -> None:
    payment = take(as_tom, invoice, 800, now)

    assert (payment.taken_by, payment.way, payment.note) == (as_tom.user, "cash", "receipt 12")
    assert stands(invoice) == ("paid", 0, ["replaced"], [("succeeded", 800)])
    assert accounts(invoice) == {"on_site": 800, "revenue": -800}
    assert invoice.paid_at == now


def test_part_of_it_leaves_a_link_for_the_rest(invoice: Invoice, as_dora: Caller, now: datetime) -> None:
    take(as_dora, invoice, 300, now)

    assert stands(invoice) == ("partly_paid", 500, ["replaced", "open"], [("succeeded", 300)])


@pytest.mark.parametrize("amount", [0, 801])
def test_no_more_than_is_due(invoice: Invoice, as_tom: Caller, now: datetime, amount: int) -> None:
    with pytest.raises(TooMuch, match="TWD 800 is due"):
        take(as_tom, invoice, amount, now)


@pytest.mark.parametrize(
    ("when", "why"),
    [(timedelta(minutes=6), "is in the future"), (-timedelta(days=2), "is before anything was asked for")],
)
def test_money_is_not_taken_at_an_impossible_time(
    invoice: Invoice, as_tom: Caller, now: datetime, when: timedelta, why: str
) -> None:
    taken = Taken(way=Payment.Way.CASH, amount_minor=800, happened_at=now + when)
    with pytest.raises(TimeImpossible, match=why):
        payment_take(caller=as_tom, invoice_id=invoice.pk, taken=taken, now=now)


def test_only_those_who_were_there(
    invoice: Invoice, tina: Technician, mina: User, as_stranger: Caller, now: datetime
) -> None:
    assert tina.user is not None
    for caller in (as_caller(tina.user), as_stranger):
        with pytest.raises(InvoiceUnknown):
            take(caller, invoice, 800, now)
    with pytest.raises(NotForYourRole):
        take(as_caller(mina), invoice, 800, now)
