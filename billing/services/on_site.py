"""Money taken on site, or that came by bank transfer: noted with who says so and how."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from billing.errors import TooMuch
from billing.gateways.base import PaymentState
from billing.models import Invoice, Payment
from billing.selectors.invoices import due, invoice_get
from billing.services import books
from billing.services.standing import invoice_locked, invoice_restate
from communities.access import Caller
from core.outbox import emit
from dispatch.errors import NotForYourRole, TimeImpossible
from dispatch.services.execution import CLOCK_SKEW


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """So much, how, and when; in minor units of the invoice's currency."""

    way: Payment.Way
    amount_minor: int
    happened_at: datetime
    note: str = ""


@transaction.atomic
def payment_take(*, caller: Caller, invoice_id: UUID, taken: Taken, now: datetime) -> Payment:
    """Note money that the caller has received; the link is then for what is left, or over.

    For dispatch, and for the technician whose visit it was. Raises InvoiceUnknown, NotForYourRole, TooMuch for more
    than is due, and TimeImpossible for a time to come, or before anything was asked for.
    """
    invoice = invoice_get(caller, invoice_id)
    if not (caller.runs_dispatch or caller.is_technician):
        raise NotForYourRole("Payments are taken by technicians and by dispatch.")
    _check_time(invoice, taken.happened_at, now)
    invoice = invoice_locked(invoice.pk)
    left = due(invoice)
    if not 1 <= taken.amount_minor <= left.minor:
        raise TooMuch(f"{left} is due.")
    payment = Payment.objects.create(
        organisation=invoice.organisation,
        invoice=invoice,
        way=taken.way,
        taken_by=caller.account,
        note=taken.note,
        state=PaymentState.SUCCEEDED,
        amount_minor=taken.amount_minor,
        currency=invoice.currency,
        happened_at=taken.happened_at,
    )
    books.capture_post(payment)
    emit("payment.succeeded", payment.id)
    invoice_restate(invoice, now=now)
    return payment


def _check_time(invoice: Invoice, happened_at: datetime, now: datetime) -> None:
    """It may be earlier than the invoice: a technician without a network is paid before it is issued."""
    if happened_at > now + CLOCK_SKEW:
        raise TimeImpossible(f"{happened_at.isoformat()} is in the future.")
    if happened_at < _asked_for_at(invoice):
        raise TimeImpossible(f"{happened_at.isoformat()} is before anything was asked for.")


def _asked_for_at(invoice: Invoice) -> datetime:
    if invoice.work_order is not None:
        return invoice.work_order.request.requested_at
    assert invoice.period is not None
    return invoice.period.membership.sold_at
