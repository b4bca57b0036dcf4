"""Credit notes: an invoice is not changed, it is corrected."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from billing.errors import CreditTooLarge
from billing.models import CreditLine, CreditNote, Invoice, InvoiceLine, Series
from billing.selectors.invoices import invoice_get
from billing.services import books, facts
from billing.services.member_terms import included_give_back
from billing.services.numbering import number_take
from billing.services.standing import invoice_locked, invoice_restate
from billing.taxes import Taxed, tax_sums
from communities.access import Caller
from communities.models import ServiceEvent
from dispatch.errors import NotForYourRole


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditGiven:
    """So much of each line, by its position, in the line's own terms and minor units; all of every line when empty."""

    reason: str
    amounts: Mapping[int, int]


@transaction.atomic
def credit_note_issue(*, caller: Caller, invoice_id: UUID, given: CreditGiven, now: datetime) -> CreditNote:
    """Credit some of an invoice, or all that is left of it. The link is then for what is still due, or over. A visit
    that was included in a plan is given back with all of its invoice.

    For administrators. Raises InvoiceUnknown, NotForYourRole, and CreditTooLarge for more than is left of a line, for
    a line that is not there, and for nothing at all.
    """
    invoice_get(caller, invoice_id)
    if not caller.administers:
        raise NotForYourRole("Invoices are credited by administrators.")
    invoice = invoice_locked(invoice_id)
    left = _left(invoice)
    amounts = given.amounts or {line.position: rest for line, rest in left.items() if rest}
    credited = _checked(left, amounts)
    net, tax = _split(invoice, left, credited)
    note = CreditNote.objects.create(
        organisation=invoice.organisation,
        number=number_take(invoice.organisation, Series.Kind.CREDIT_NOTE),
        invoice=invoice,
        reason=given.reason,
        net_minor=net,
        tax_minor=tax,
        total_minor=net + tax,
        currency=invoice.currency,
        issued_by=caller.account,
        issued_at=now,
    )
    CreditLine.objects.bulk_create(
        CreditLine(organisation=invoice.organisation, credit_note=note, line=line, amount_minor=amount)
        for line, amount in credited.items()
    )
    if credited == {line: rest for line, rest in left.items() if rest}:
        included_give_back(invoice)
    books.credit_post(note)
    facts.invoice_fact_record(
        kind=ServiceEvent.Kind.INVOICE_CREDITED,
        source_id=f"credit-note:{note.id}",
        invoice_id=invoice.id,
        occurred_at=now,
        amount=note.total,
    )
    invoice_restate(invoice, now=now)
    return note


def _left(invoice: Invoice) -> dict[InvoiceLine, int]:
    """What is left of each line, in its order."""
    lines = invoice.lines.annotate(credited=Sum("credits__amount_minor")).order_by("position")
    return {line: line.amount_minor - (line.credited or 0) for line in lines}


def _split(
    invoice: Invoice, left: Mapping[InvoiceLine, int], credited: Mapping[InvoiceLine, int]
) -> tuple[int, int]:
    """Net and tax of what is credited now: what the sums of all that was ever credited have grown by.

    Rounded note by note, the tax of many small ones would not be the invoice's.
    """
    before = {line: line.amount_minor - rest for line, rest in left.items()}
    after = {line: amount + credited.get(line, 0) for line, amount in before.items()}
    (net, tax), (net_before, tax_before) = _sums(invoice, after), _sums(invoice, before)
    return net - net_before, tax - tax_before


def _sums(invoice: Invoice, amounts: Mapping[InvoiceLine, int]) -> tuple[int, int]:
    taxes = tax_sums(
        [Taxed(amount, line.tax_rate_bp) for line, amount in amounts.items()], included=invoice.tax_included
    )
    return sum(one.net for one in taxes), sum(one.tax for one in taxes)


def _checked(left: Mapping[InvoiceLine, int], amounts: Mapping[int, int]) -> dict[InvoiceLine, int]:
    lines = {line.position: line for line in left}
    if not amounts:
        raise CreditTooLarge("Nothing is left of this invoice.")
    for position, amount in amounts.items():
        line = lines.get(position)
        if line is None:
            raise CreditTooLarge(f"The invoice has no line {position}.")
        if not 1 <= amount <= left[line]:
            raise CreditTooLarge(f"Of line {position}, {left[line]} of the smallest unit are left.")
    return {lines[position]: amount for position, amount in amounts.items()}
