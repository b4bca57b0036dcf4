"""Money: taken on site, given back, credited; and a new link where the last one is over."""

from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router

from api.answers import answer
from api.auth import Request
from api.idempotency import idempotent
from api.paging import paged
from api.schemas.base import Page, PageQuery
from api.schemas.billing import InvoiceOut
from api.schemas.payments import (
    CreditIn,
    CreditOut,
    HappeningOut,
    PaymentDetail,
    RefundIn,
    RefundOut,
    TakenIn,
)
from billing.models import Payment
from billing.selectors.invoices import credit_note_list, invoice_get
from billing.selectors.payments import payment_list
from billing.selectors.story import needing_attention, story_of
from billing.services.credits import CreditGiven, credit_note_issue
from billing.services.on_site import Taken, payment_take
from billing.services.refunds import RefundGiven, refund_want
from billing.services.renewing import link_renew

router = Router(tags=["Payments"])


@router.get("/invoices/{uuid:invoice_id}/payments", response=Page[PaymentDetail])
def payment_index(request: Request, invoice_id: UUID, page: Query[PageQuery]) -> HttpResponse:
    """Every attempt to pay an invoice, with refunds and disputes."""
    payments = payment_list(request.auth).filter(invoice=invoice_get(request.auth, invoice_id))
    return paged(request, payments, page, by="happened_at", show=PaymentDetail.of)


@router.post("/invoices/{uuid:invoice_id}/payments", response={201: PaymentDetail})
@idempotent
def payment_post(request: Request, invoice_id: UUID, body: TakenIn) -> HttpResponse:
    """Note money received on site or by transfer. The link is then for what is left."""
    now = timezone.now()
    taken = Taken(
        way=Payment.Way(body.way),
        amount_minor=body.amount_minor,
        happened_at=body.happened_at or now,
        note=body.note,
    )
    payment = payment_take(caller=request.auth, invoice_id=invoice_id, taken=taken, now=now)
    return answer(PaymentDetail.of(payment), 201)


@router.post("/payments/{uuid:payment_id}/refunds", response={201: RefundOut})
@idempotent
def refund_post(request: Request, payment_id: UUID, body: RefundIn) -> HttpResponse:
    """Give some of a payment back, or all of it, the way it came. For administrators."""
    given = RefundGiven(amount_minor=body.amount_minor, reason=body.reason)
    refund = refund_want(caller=request.auth, payment_id=payment_id, given=given, now=timezone.now())
    return answer(RefundOut.of(refund), 201)


@router.get("/invoices/{uuid:invoice_id}/credit-notes", response=Page[CreditOut])
def credit_note_index(request: Request, invoice_id: UUID, page: Query[PageQuery]) -> HttpResponse:
    """What of an invoice was credited."""
    notes = credit_note_list(request.auth).filter(invoice=invoice_get(request.auth, invoice_id))
    return paged(request, notes, page, by="issued_at", show=CreditOut.of)


@router.post("/invoices/{uuid:invoice_id}/credit-notes", response={201: CreditOut})
@idempotent
def credit_note_post(request: Request, invoice_id: UUID, body: CreditIn) -> HttpResponse:
    """Credit some lines of an invoice, or all of it. For administrators."""
    given = CreditGiven(reason=body.reason, amounts={line.position: line.amount_minor for line in body.lines})
    note = credit_note_issue(caller=request.auth, invoice_id=invoice_id, given=given, now=timezone.now())
    return answer(CreditOut.of(credit_note_list(request.auth).get(pk=note.pk)), 201)


@router.get("/invoices/{uuid:invoice_id}/story", response=list[HappeningOut])
def story_read(request: Request, invoice_id: UUID) -> list[HappeningOut]:
    """All that happened to an invoice's money, oldest first, with the books. For administrators."""
    moments = story_of(request.auth, invoice_get(request.auth, invoice_id))
    return [HappeningOut.of(moment) for moment in moments]


@router.get("/open-questions", response=Page[InvoiceOut])
def open_question_index(request: Request, page: Query[PageQuery]) -> HttpResponse:
    """Invoices at which a person should look: paid too much, contested, in another currency, or due without a link.
    For administrators."""
    return paged(request, needing_attention(request.auth), page, by="-id", show=InvoiceOut.of)


@router.post("/invoices/{uuid:invoice_id}/link", response=InvoiceOut)
@idempotent
def link_post(request: Request, invoice_id: UUID) -> HttpResponse:
    """A new link for what is due, where none is open."""
    link_renew(caller=request.auth, invoice_id=invoice_id, now=timezone.now())
    return answer(InvoiceOut.of(invoice_get(request.auth, invoice_id)))
