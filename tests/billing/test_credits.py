"""Correcting an invoice without changing it."""

from datetime import datetime

import pytest

from billing.errors import CreditTooLarge, InvoiceUnknown
from billing.models import BillingProfile, CreditNote, Invoice, Payment, PriceItem, Tax
from billing.services.credits import CreditGiven, credit_note_issue
from billing.services.invoices import invoice_issue
from billing.services.on_site import Taken, payment_take
from billing.services.profiles import profile_of
from communities.access import Caller
from communities.models import Organisation, ServiceEvent
from dispatch.errors import NotForYourRole
from dispatch.models import Visit
from tests.billing.test_payments import accounts, stands
from tests.outbox import waiting


@pytest.fixture
def taxed(done: Visit, acme: Organisation, now: datetime) -> Invoice:
    """TWD 800 and 5 % of tax on top: 840."""
    PriceItem.objects.update(
        tax=Tax.objects.create(organisation=acme, code="vat", name="營業稅", rate_bp=500)
    )
    profile_of(acme).save()
    BillingProfile.objects.update(prices_include_tax=False)
    return invoice_issue(visit_id=done.pk, now=now)


def credit(caller: Caller, invoice: Invoice, now: datetime, **amounts: int) -> CreditNote:
    given = CreditGiven(
        reason="The filter leaked.",
        amounts={int(position.removeprefix("line_")): amount for position, amount in amounts.items()},
    )
    return credit_note_issue(caller=caller, invoice_id=invoice.pk, given=given, now=now)


def test_tax_is_on_top_and_goes_to_its_own_account(taxed: Invoice) -> None:
    assert (taxed.net_minor, taxed.tax_minor, taxed.total_minor) == (800, 40, 840)
    assert accounts(taxed) == {"receivable": 840, "revenue": -800, "tax": -40}
    assert list(taxed.taxes.values_list("rate_bp", "net_minor", "tax_minor")) == [(500, 800, 40)]


def test_part_of_a_line_is_credited_with_its_tax_and_the_link_is_for_the_rest(
    taxed: Invoice, as_ada: Caller, now: datetime
) -> None:
    note = credit(as_ada, taxed, now, line_1=200)

    assert (note.number, note.net_minor, note.tax_minor, note.total_minor) == ("CN00000001", 200, 10, 210)
    assert stands(taxed) == ("issued", 630, ["replaced", "open"], [])
    assert accounts(taxed) == {"receivable": 630, "revenue": -600, "tax": -30}
    assert ServiceEvent.objects.get(kind="invoice.credited").amount_minor == 210


def test_many_small_notes_credit_no_more_tax_than_the_invoice_has(
    taxed: Invoice, as_ada: Caller, now: datetime
) -> None:
    """10 of a line bear a tax of 0.5: rounded for each note, eighty of them would credit a tax of 80."""
    taxes = [credit(as_ada, taxed, now, line_1=10).tax_minor for _ in range(4)]
    assert taxes == [1, 0, 1, 0]

    credit(as_ada, taxed, now)

    assert sum(CreditNote.objects.values_list("tax_minor", flat=True)) == 40
    assert (stands(taxed)[0], accounts(taxed)) == ("credited", {})


def test_what_is_credited_in_full_is_not_paid(taxed: Invoice, as_ada: Caller, now: datetime) -> None:
    credit(as_ada, taxed, now, line_1=200)
    credit(as_ada, taxed, now)  # all that is left

    assert stands(taxed) == ("credited", 0, ["replaced", "replaced"], [])
    assert (accounts(taxed), taxed.paid_at) == ({}, None)
    assert "invoice.paid" not in waiting()
    with pytest.raises(CreditTooLarge, match="Nothing is left"):
        credit(as_ada, taxed, now)


def test_what_was_paid_and_is_credited_is_owed_to_the_customer(
    taxed: Invoice, as_ada: Caller, now: datetime
) -> None:
    taken = Taken(way=Payment.Way.CASH, amount_minor=840, happened_at=now)
    payment_take(caller=as_ada, invoice_id=taxed.pk, taken=taken, now=now)

    credit(as_ada, taxed, now, line_1=200)

    assert stands(taxed)[:2] == ("overpaid", -210)


@pytest.mark.parametrize(("line", "amount"), [("line_1", 801), ("line_1", 0), ("line_2", 1)])
def test_no_more_than_the_invoice_says(
    taxed: Invoice, as_ada: Caller, now: datetime, line: str, amount: int
) -> None:
    with pytest.raises(CreditTooLarge):
        credit(as_ada, taxed, now, **{line: amount})
    assert CreditNote.objects.count() == 0


def test_for_administrators(taxed: Invoice, as_dora: Caller, as_stranger: Caller, now: datetime) -> None:
    with pytest.raises(NotForYourRole):
        credit(as_dora, taxed, now)
    with pytest.raises(InvoiceUnknown):
        credit(as_stranger, taxed, now)
