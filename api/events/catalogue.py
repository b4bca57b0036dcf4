"""The kinds of event, and what each says: when it happened, and its subject as the API shows it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from django.db.models import QuerySet

from api.schemas.base import Out
from api.schemas.billing import InvoiceOut
from api.schemas.payments import DisputeOut, PaymentOut, RefundOut
from api.schemas.requests import WorkOrderOut
from api.schemas.surveys import SurveyAnswerOut
from api.schemas.visits import VisitOut
from billing.models import Dispute, Invoice, Payment, Posting, Refund
from billing.selectors.invoices import invoice_get
from billing.selectors.payments import payment_list
from communities.access import Caller
from communities.models import Owned, SurveyAnswer
from dispatch.models import Visit, WorkOrder
from dispatch.selectors.requests import work_order_get
from dispatch.selectors.visits import visit_get

RowT = TypeVar("RowT", bound=Owned)


class Topic(StrEnum):
    """What an endpoint can want to be told of. docs/events.md says what each means."""

    WORK_ORDER_COMPLETED = "work_order.completed"
    WORK_ORDER_CANCELLED = "work_order.cancelled"
    VISIT_EN_ROUTE = "visit.en_route"
    VISIT_ARRIVED = "visit.arrived"
    VISIT_STARTED = "visit.started"
    VISIT_COMPLETED = "visit.completed"
    VISIT_NOT_COMPLETED = "visit.could_not_complete"
    INVOICE_ISSUED = "invoice.issued"
    INVOICE_PAID = "invoice.paid"
    INVOICE_REOPENED = "invoice.reopened"
    PAYMENT_SUCCEEDED = "payment.succeeded"
    PAYMENT_DECLINED = "payment.declined"
    PAYMENT_REFUNDED = "payment.refunded"
    PAYMENT_DISPUTED = "payment.disputed"
    SURVEY_ANSWERED = "survey.answered"


PING = "ping"
"""The type of an event that tells nothing: an administrator tries an endpoint."""


@dataclass(frozen=True, slots=True)
class Told:
    """What an event says."""

    happened_at: datetime
    data: Out


@dataclass(frozen=True, slots=True)
class Kind:
    """How an event is read from its subject, a row of `rows`."""

    rows: type[Owned]
    read: Callable[[Caller, UUID], Told]


def work_order_completed(caller: Caller, work_order_id: UUID) -> Told:
    order = work_order_get(caller, work_order_id)
    return Told(_moment(order.completed_at), WorkOrderOut.of(order))


def work_order_cancelled(caller: Caller, work_order_id: UUID) -> Told:
    order = work_order_get(caller, work_order_id)
    return Told(_moment(order.request.closed_at), WorkOrderOut.of(order))


def visit_stepped(moment: str) -> Kind:
    """A visit, at the moment that its field `moment` has."""

    def read(caller: Caller, visit_id: UUID) -> Told:
        visit = visit_get(caller, visit_id)
        return Told(_moment(getattr(visit, moment)), VisitOut.of(visit))

    return Kind(Visit, read)


def invoice_issued(caller: Caller, invoice_id: UUID) -> Told:
    invoice = invoice_get(caller, invoice_id)
    return Told(invoice.issued_at, InvoiceOut.of(invoice))


def invoice_paid(caller: Caller, invoice_id: UUID) -> Told:
    invoice = invoice_get(caller, invoice_id)
    return Told(_moment(invoice.paid_at), InvoiceOut.of(invoice))


def invoice_turned(caller: Caller, posting_id: UUID) -> Told:
    """The invoice that a posting turned from paid to unpaid, or back."""
    posting = _own(Posting.objects.all(), caller).get(pk=posting_id)
    assert posting.invoice_id is not None
    return Told(posting.occurred_at, InvoiceOut.of(invoice_get(caller, posting.invoice_id)))


def payment_told(caller: Caller, payment_id: UUID) -> Told:
    payment = payment_list(caller).get(pk=payment_id)
    return Told(payment.happened_at, PaymentOut.of(payment))


def refund_told(caller: Caller, refund_id: UUID) -> Told:
    refund = _own(Refund.objects.select_related("payment"), caller).get(pk=refund_id)
    return Told(refund.happened_at, RefundOut.of(refund))


def dispute_told(caller: Caller, dispute_id: UUID) -> Told:
    dispute = _own(Dispute.objects.select_related("payment"), caller).get(pk=dispute_id)
    return Told(dispute.opened_at, DisputeOut.of(dispute))


def answer_told(caller: Caller, answer_id: UUID) -> Told:
    answer = _own(SurveyAnswer.objects.select_related("invitation__contact"), caller).get(pk=answer_id)
    return Told(answer.answered_at, SurveyAnswerOut.of(answer))


WORK_ORDER_COMPLETED = Kind(WorkOrder, work_order_completed)
WORK_ORDER_CANCELLED = Kind(WorkOrder, work_order_cancelled)
INVOICE_ISSUED = Kind(Invoice, invoice_issued)
INVOICE_PAID = Kind(Invoice, invoice_paid)
INVOICE_TURNED = Kind(Posting, invoice_turned)
PAYMENT = Kind(Payment, payment_told)
REFUND = Kind(Refund, refund_told)
DISPUTE = Kind(Dispute, dispute_told)
ANSWER = Kind(SurveyAnswer, answer_told)


def _own(rows: QuerySet[RowT], caller: Caller) -> QuerySet[RowT]:
    return rows.filter(organisation=caller.organisation)


def _moment(moment: datetime | None) -> datetime:
    assert moment is not None  # it is set by what emits the event
    return moment
