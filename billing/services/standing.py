"""How an invoice stands: what the books say about it, and what follows from that."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Sum

from billing.gateways.base import PaymentState
from billing.models import Entry, Invoice
from billing.selectors.invoices import due
from billing.services import facts, links
from communities.models import ServiceEvent
from core.money import Money
from core.outbox import emit

_State = Invoice.State


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides an invoice's state, in minor units: `due` is below zero when too much was paid."""

    total: int
    credited: int
    due: int
    was_paid: bool


def state_of(standing: Standing) -> Invoice.State:
    """The state of an invoice that stands so."""
    if standing.due < 0:
        return _State.OVERPAID
    if standing.due == 0:
        return _State.CREDITED if 0 < standing.total == standing.credited else _State.PAID
    if standing.was_paid:
        return _State.REOPENED
    return _State.PARTLY_PAID if standing.due < standing.total - standing.credited else _State.ISSUED


def invoice_locked(invoice_id: UUID) -> Invoice:
    """The invoice, for whoever is going to change what is paid of it: until the commit nobody else does."""
    return Invoice.objects.select_for_update(no_key=True).get(pk=invoice_id)


def invoice_restate(invoice: Invoice, *, now: datetime) -> None:
    """Let the state of a locked invoice follow from the books, and from that its link and what others are told."""
    owed, was_paid = due(invoice), invoice.paid_at is not None
    credited = invoice.credit_notes.aggregate(sum=Sum("total_minor"))["sum"] or 0
    new = state_of(Standing(invoice.total_minor, credited, owed.minor, was_paid))
    settled = owed.minor <= 0 and not was_paid and (credited < invoice.total_minor or not invoice.total_minor)
    if settled:
        invoice.paid_at = _last_paid_at(invoice) or now
    old = invoice.state
    if new != old or settled:
        invoice.state = new
        invoice.save(update_fields=["state", "paid_at"])
    if settled:
        _paid_tell(invoice, Money(invoice.total_minor - credited, invoice.currency))
    elif _State.REOPENED in (old, new) and new != old:
        _turn_tell(invoice)
    links.link_follow(invoice, owed, now=now)


def _last_paid_at(invoice: Invoice) -> datetime | None:
    """When the money came that made it whole."""
    captured = invoice.payments.filter(state=PaymentState.SUCCEEDED)
    return captured.order_by("-happened_at").values_list("happened_at", flat=True).first()


def _paid_tell(invoice: Invoice, amount: Money) -> None:
    assert invoice.paid_at is not None
    facts.invoice_fact_record(
        kind=ServiceEvent.Kind.INVOICE_PAID,
        source_id=f"invoice:{invoice.id}:paid",
        invoice_id=invoice.id,
        occurred_at=invoice.paid_at,
        amount=amount,
    )
    emit("invoice.paid", invoice.id)


def _turn_tell(invoice: Invoice) -> None:
    """What was paid is owed again, or paid again. That may happen often, so the posting that did it is the subject."""
    entries = Entry.objects.filter(posting__invoice=invoice, account=Entry.Account.RECEIVABLE)
    topic = "invoice.reopened" if invoice.state == _State.REOPENED else "invoice.paid_again"
    emit(topic, entries.latest("posting_id").posting_id)
