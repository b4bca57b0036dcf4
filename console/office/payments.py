"""Payments, for administrators: where a person should look, and an invoice's whole story."""

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from billing.errors import InvoiceUnknown
from billing.models import Invoice
from billing.selectors.invoices import due, invoice_get, invoice_list
from billing.selectors.story import Happening, needing_attention, story_of
from communities.access import Caller
from console.office.pages import for_administrators, office_page, signed_in
from console.office.words import ACCOUNTS, INVOICE_STATES, MOMENTS, MONEY_STATES
from core.money import Money

NEWEST = 50


@dataclass(frozen=True, slots=True)
class Told:
    """A moment of the story in words."""

    moment: Happening
    what: str
    state: str
    entries: list[tuple[str, Money]]


@require_safe
@signed_in
@for_administrators
def payments(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Open questions first, then the newest invoices, or those whose number begins with ?q=."""
    asked = request.GET.get("q", "").strip()[:40]
    newest = invoice_list(caller).order_by("-issued_at", "-id")
    found = newest.filter(number__startswith=asked) if asked else newest
    context = {
        "asked": asked,
        "questions": [_row(invoice) for invoice in needing_attention(caller)[:NEWEST]],
        "invoices": [_row(invoice) for invoice in found[:NEWEST]],
    }
    return office_page(request, caller, "office/payments.html", context)


@require_safe
@signed_in
@for_administrators
def story(request: HttpRequest, caller: Caller, invoice_id: UUID) -> HttpResponse:
    """Attempts, messages, letters and books of one invoice, in order."""
    try:
        invoice = invoice_get(caller, invoice_id)
    except InvoiceUnknown:
        raise Http404 from None
    context = {
        "invoice": invoice,
        "state": INVOICE_STATES[invoice.state],
        "due": due(invoice),
        "told": [_told(moment) for moment in story_of(caller, invoice)],
    }
    return office_page(request, caller, "office/story.html", context)


def _row(invoice: Invoice) -> dict[str, object]:
    return {"invoice": invoice, "state": INVOICE_STATES[invoice.state]}


def _told(moment: Happening) -> Told:
    return Told(
        moment=moment,
        what=str(MOMENTS[moment.what]),
        state=str(MONEY_STATES.get(moment.state, moment.state)),
        entries=[(str(ACCOUNTS[account]), amount) for account, amount in moment.entries],
    )
