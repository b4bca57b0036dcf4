"""Invoices, and the code by which one is paid."""

from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router

from api.auth import Request
from api.paging import paged
from api.schemas.base import Page, PageQuery
from api.schemas.billing import InvoiceOut
from billing.errors import PaymentLinkUnknown
from billing.models import Invoice, PaymentLink
from billing.selectors.invoices import invoice_get, invoice_list, link_newest
from billing.services.links import pay_url
from core.qr import qr_svg

router = Router(tags=["Billing"])


@router.get("/invoices", response=Page[InvoiceOut])
def invoice_index(
    request: Request, page: Query[PageQuery], state: Invoice.State | None = None
) -> HttpResponse:
    """Invoices one may see, newest first."""
    invoices = invoice_list(request.auth)
    if state:
        invoices = invoices.filter(state=state)
    return paged(request, invoices, page, by="-id", show=InvoiceOut.of)


@router.get("/invoices/{uuid:invoice_id}", response=InvoiceOut)
def invoice_read(request: Request, invoice_id: UUID) -> InvoiceOut:
    return InvoiceOut.of(invoice_get(request.auth, invoice_id))


@router.get("/invoices/{uuid:invoice_id}/qr.svg")
def invoice_qr(request: Request, invoice_id: UUID) -> HttpResponse:
    """The payment link as a QR code, to be shown on site. 404 while there is no open link."""
    link = link_newest(invoice_get(request.auth, invoice_id))
    if link is None or link.state != PaymentLink.State.OPEN:
        raise PaymentLinkUnknown
    return HttpResponse(qr_svg(pay_url(invoice_id)), content_type="image/svg+xml")
