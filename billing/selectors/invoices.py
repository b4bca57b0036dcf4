"""Invoices and what is due of them."""

from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet, Sum

from billing.errors import InvoiceUnknown
from billing.models import CreditLine, CreditNote, Entry, Invoice, InvoiceLine, PaymentLink
from communities.access import Caller
from core.money import Money


def invoice_list(caller: Caller) -> QuerySet[Invoice]:
    """All for dispatch, those of their regions for managers, those of their own visits, and of the memberships they
    sold, for technicians."""
    return (
        Invoice.objects.filter(_in_scope(caller), organisation=caller.organisation)
        .select_related("work_order", "customer", "period")
        .prefetch_related(
            Prefetch("lines", queryset=InvoiceLine.objects.order_by("position").select_related("item")),
            Prefetch("links", queryset=PaymentLink.objects.order_by("-created_at")),
            Prefetch("postings__entries", queryset=Entry.objects.filter(account=Entry.Account.RECEIVABLE)),
        )
    )


def invoice_get(caller: Caller, invoice_id: UUID) -> Invoice:
    """One invoice. Raises InvoiceUnknown, also for one that is not the caller's."""
    invoice = invoice_list(caller).filter(pk=invoice_id).first()
    if invoice is None:
        raise InvoiceUnknown
    return invoice


def link_newest(invoice: Invoice) -> PaymentLink | None:
    """The link to pay `invoice` with, or that it was paid with. None when there was nothing to pay."""
    return max(invoice.links.all(), key=lambda link: link.created_at, default=None)


def credit_note_list(caller: Caller) -> QuerySet[CreditNote]:
    """Credit notes of the invoices one may see."""
    lines = CreditLine.objects.order_by("line__position").select_related("line")
    notes = CreditNote.objects.filter(invoice__in=invoice_list(caller))
    return notes.prefetch_related(Prefetch("lines", queryset=lines))


def due(invoice: Invoice) -> Money:
    """What the customer still owes of the invoice; below zero, what we owe the customer."""
    return owed_by_currency(invoice).get(invoice.currency, Money(0, invoice.currency))


def due_listed(invoice: Invoice) -> Money:
    """The same of an invoice out of `invoice_list`, which has read its books."""
    owed = [
        entry.amount_minor
        for posting in invoice.postings.all()
        if posting.currency == invoice.currency
        for entry in posting.entries.all()
    ]
    return Money(sum(owed), invoice.currency)


def owed_by_currency(invoice: Invoice) -> dict[str, Money]:
    """What is owed in every currency in which something was paid: a payment in another one settles nothing."""
    entries = Entry.objects.filter(posting__invoice=invoice, account=Entry.Account.RECEIVABLE)
    sums = entries.values_list("posting__currency").annotate(owed=Sum("amount_minor"))
    return {currency: Money(owed, currency) for currency, owed in sums}


def _in_scope(caller: Caller) -> Q:
    if caller.runs_dispatch:
        return Q()
    if caller.is_technician:
        return Q(visit__technician__user=caller.user) | Q(period__membership__technician__user=caller.user)
    return Q(visit__site__community__region_id__in=caller.region_ids) | Q(
        period__membership__site__community__region_id__in=caller.region_ids
    )
