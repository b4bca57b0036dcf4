"""What a payer sees, who has no account: the address is the secret."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db.models import Prefetch
from django.utils.crypto import constant_time_compare

from billing.errors import InvoiceUnknown
from billing.gateways.base import DisputeState, PaymentState, RefundState
from billing.models import (
    Checkout,
    CreditLine,
    CreditNote,
    Inquiry,
    Invoice,
    InvoiceLine,
    Payment,
    PaymentLink,
    TaxLine,
)
from billing.selectors.invoices import owed_by_currency
from core.links import link_token
from core.money import Money


class Word(StrEnum):
    """What a payer is told first: of all that is so, what comes first here."""

    ASKING = "asking"
    """The provider is being asked."""
    CONTESTED = "contested"
    OWED_BACK = "owed_back"
    CREDITED = "credited"
    PAID = "paid"
    CODE = "code"
    """A payment at a bank or a shop is on its way."""
    DECLINED = "declined"
    TAKEN_BACK = "taken_back"
    """By the payer's bank."""
    GIVEN_BACK = "given_back"
    DUE = "due"


UNSETTLED = {Word.CODE, Word.DECLINED, Word.TAKEN_BACK, Word.DUE}


@dataclass(frozen=True, slots=True)
class PayerView:
    """An invoice as its payer sees it. `paid`, `due`, `owed_back` and `given_back` are None where nothing was paid, is
    to be paid or given back, or was given back; `foreign` came in other currencies, and is owed back too."""

    invoice: Invoice
    lines: list[InvoiceLine]
    taxes: list[TaxLine]
    credit_notes: list[CreditNote]
    paid: Money | None
    due: Money | None
    owed_back: Money | None
    given_back: Money | None
    foreign: list[Money]
    link: PaymentLink | None
    word: Word

    @property
    def can_pay(self) -> bool:
        return bool(self.due and self.link) and self.word != Word.ASKING

    @property
    def must_pay(self) -> bool:
        """What was given back is due by the books, and asked for only where there is a link for it."""
        return self.due is not None and (self.can_pay or self.word in UNSETTLED)


def invoice_of_payer(invoice_id: UUID, token: str) -> PayerView:
    """The invoice whose secret address somebody holds. Raises InvoiceUnknown, also for a wrong token."""
    _check(invoice_id, token)
    shown = ("customer", "organisation", "visit__site")
    invoice = Invoice.objects.select_related(*shown).filter(pk=invoice_id).first()
    if invoice is None:
        raise InvoiceUnknown
    credit_notes = list(invoice.credit_notes.order_by("issued_at"))
    payments = list(invoice.payments.order_by("happened_at").prefetch_related("refunds", "disputes"))
    owed_in = owed_by_currency(invoice)
    owed, credited = (
        owed_in.pop(invoice.currency, Money(0, invoice.currency)),
        sum(note.total_minor for note in credit_notes),
    )
    paid = invoice.total_minor - credited - owed.minor
    given_back = _given_back(payments, invoice.currency)
    return PayerView(
        invoice=invoice,
        lines=list(invoice.lines.order_by("position")),
        taxes=list(invoice.taxes.order_by("-rate_bp")),
        credit_notes=credit_notes,
        paid=Money(paid, invoice.currency) if paid else None,
        due=owed if owed.minor > 0 else None,
        owed_back=owed * -1 if owed.minor < 0 else None,
        given_back=given_back if given_back.minor else None,
        foreign=[other * -1 for other in owed_in.values() if other.minor < 0],
        link=invoice.links.filter(state=PaymentLink.State.OPEN).first(),
        word=_word(invoice, owed, payments),
    )


def _given_back(payments: Iterable[Payment], currency: str) -> Money:
    """What was refunded in the invoice's own currency."""
    refunds = [refund for payment in payments for refund in payment.refunds.all()]
    arrived = [one for one in refunds if one.state == RefundState.SUCCEEDED and one.currency == currency]
    return Money(sum(one.amount_minor for one in arrived), currency)


def _word(invoice: Invoice, owed: Money, payments: Sequence[Payment]) -> Word:
    tries = [payment.state for payment in payments]
    disputes = {dispute.state for payment in payments for dispute in payment.disputes.all()}
    asking = Inquiry.objects.filter(
        checkout__link__invoice=invoice, reason=Inquiry.Reason.RETURNED, answered_at=None
    )
    is_so = {
        Word.ASKING: asking.exists(),
        Word.CONTESTED: DisputeState.OPEN in disputes,
        Word.OWED_BACK: owed.minor < 0,
        Word.CREDITED: invoice.state == Invoice.State.CREDITED,
        Word.PAID: owed.minor == 0,
        Word.CODE: PaymentState.PENDING in tries,
        Word.DECLINED: tries[-1:] == [PaymentState.DECLINED],
        Word.TAKEN_BACK: DisputeState.LOST in disputes,
        Word.GIVEN_BACK: _given_back(payments, invoice.currency).minor > 0,
    }
    return next((word for word in Word if is_so.get(word)), Word.DUE)


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
