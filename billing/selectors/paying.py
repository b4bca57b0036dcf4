"""What a payer sees, who has no account: the address is the secret."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch
from django.utils.crypto import constant_time_compare

from billing.errors import InvoiceUnknown
from billing.gateways.base import PaymentState
from billing.models import (
    Checkout,
    CreditLine,
    CreditNote,
    Inquiry,
    Invoice,
    InvoiceLine,
    PaymentLink,
    TaxLine,
)
from billing.selectors.invoices import due
from core.links import link_token
from core.money import Money


@dataclass(frozen=True, slots=True)
class PayerView:
    """An invoice as its payer sees it. `paid`, `due` and `owed_back` are None where nothing was paid, is to be paid or
    given back; `codes`: a payment at a bank or a shop is on its way; `declined`: the last try did not work;
    `is_asking`: the provider is being asked."""

    invoice: Invoice
    lines: list[InvoiceLine]
    taxes: list[TaxLine]
    credit_notes: list[CreditNote]
    paid: Money | None
    due: Money | None
    owed_back: Money | None
    link: PaymentLink | None
    codes: bool
    declined: bool
    is_asking: bool


def invoice_of_payer(invoice_id: UUID, token: str) -> PayerView:
    """The invoice whose secret address somebody holds. Raises InvoiceUnknown, also for a wrong token."""
    _check(invoice_id, token)
    shown = ("customer", "organisation", "visit__site")
    invoice = Invoice.objects.select_related(*shown).filter(pk=invoice_id).first()
    if invoice is None:
        raise InvoiceUnknown
    credit_notes = list(invoice.credit_notes.order_by("issued_at"))
    tries = list(invoice.payments.order_by("happened_at").values_list("state", flat=True))
    owed, credited = due(invoice), sum(note.total_minor for note in credit_notes)
    paid = invoice.total_minor - credited - owed.minor
    return PayerView(
        invoice=invoice,
        lines=list(invoice.lines.order_by("position")),
        taxes=list(invoice.taxes.order_by("-rate_bp")),
        credit_notes=credit_notes,
        paid=Money(paid, invoice.currency) if paid else None,
        due=owed if owed.minor > 0 else None,
        owed_back=owed * -1 if owed.minor < 0 else None,
        link=invoice.links.filter(state=PaymentLink.State.OPEN).first(),
        codes=PaymentState.PENDING in tries,
        declined=tries[-1:] == [PaymentState.DECLINED],
        is_asking=Inquiry.objects.filter(
            checkout__link__invoice=invoice, reason=Inquiry.Reason.RETURNED, answered_at=None
        ).exists(),
    )


def checkout_of_payer(invoice_id: UUID, token: str, checkout_id: UUID) -> Checkout:
    """A checkout of that invoice. Raises InvoiceUnknown, also for a wrong token."""
    _check(invoice_id, token)
    checkouts = Checkout.objects.select_related("link", "organisation")
    checkout = checkouts.filter(pk=checkout_id, link__invoice=invoice_id).first()
    if checkout is None:
        raise InvoiceUnknown
    return checkout


def credit_note_of_payer(invoice_id: UUID, token: str, note_id: UUID) -> CreditNote:
    """A credit note of that invoice, with its lines. Raises InvoiceUnknown, also for a wrong token."""
    _check(invoice_id, token)
    lines = CreditLine.objects.select_related("line").order_by("line__position")
    notes = CreditNote.objects.select_related("invoice__customer", "organisation")
    note = notes.prefetch_related(Prefetch("lines", lines)).filter(pk=note_id, invoice=invoice_id).first()
    if note is None:
        raise InvoiceUnknown
    return note


def _check(invoice_id: UUID, token: str) -> None:
    if not constant_time_compare(token, link_token("pay", invoice_id)):
        raise InvoiceUnknown
