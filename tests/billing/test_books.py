"""The database holds the books together, whoever writes into them."""

from collections.abc import Callable

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from billing.models import Entry, Invoice, InvoiceLine, Posting


def test_entries_that_do_not_sum_to_nothing_are_refused(invoice: Invoice) -> None:
    one_more = Entry(
        organisation=invoice.organisation, posting=Posting.objects.get(), account="provider", amount_minor=1
    )
    with pytest.raises(IntegrityError, match="out of balance by 1"):
        enter(one_more)


@transaction.atomic
def enter(entry: Entry) -> None:
    """Write it, and look at once, as the commit would."""
    entry.save()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


FORBIDDEN: dict[str, Callable[[], object]] = {
    "posting changed": lambda: Posting.objects.update(key="another"),
    "posting deleted": lambda: Posting.objects.all()._raw_delete("default"),
    "entry changed": lambda: Entry.objects.update(amount_minor=1),
    "entry deleted": lambda: Entry.objects.all()._raw_delete("default"),
    "total changed": lambda: Invoice.objects.update(total_minor=1),
    "number changed": lambda: Invoice.objects.update(number="1"),
    "invoice deleted": lambda: Invoice.objects.all()._raw_delete("default"),
    "line changed": lambda: InvoiceLine.objects.update(amount_minor=1, unit_price_minor=1),
    "line deleted": lambda: InvoiceLine.objects.all()._raw_delete("default"),
}


@pytest.mark.parametrize("deed", FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_what_is_written_stays(invoice: Invoice, deed: Callable[[], object]) -> None:
    with pytest.raises(DatabaseError, match=r"Cannot (update|delete|update or delete) rows"):
        deed()
