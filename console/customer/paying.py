"""The customer's invoice: what was done, what is due, and paying it. No account; the address is the secret."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from billing.errors import CannotPayNow, InvoiceUnknown, NothingToPay
from billing.models import Checkout
from billing.selectors.paying import (
    PayerView,
    Word,
    checkout_of_payer,
    credit_note_of_payer,
    invoice_of_payer,
)
from billing.services.checkouts import checkout_begin, checkout_returned
from billing.services.links import pay_url
from billing.services.profiles import profile_of
from billing.taxes import per_cent
from console.customer.pages import gone, language_for, page
from core.qr import qr_data

ASK_AGAIN_S = 3
"""While the provider is being asked the page loads itself again after so many seconds."""


@csrf_exempt  # nothing is done in anybody's name: who has the address may pay, from any page
@require_http_methods(["GET", "POST"])
def pay(request: HttpRequest, invoice_id: UUID, token: str) -> HttpResponse:
    """The invoice. POST opens the provider's page for what is due."""
    try:
        shown = invoice_of_payer(invoice_id, token)
    except InvoiceUnknown:
        return gone(request)
    if request.method == "GET":
        return _invoice(request, shown, token)
    language = language_for(request, shown.invoice.organisation.language)
    try:
        checkout = checkout_begin(invoice_id=invoice_id, language=language, now=timezone.now())
    except NothingToPay:
        return _invoice(request, invoice_of_payer(invoice_id, token), token)
    except CannotPayNow:
        return _invoice(request, shown, token, status=503)
    return HttpResponseRedirect(_address("pay-go", invoice_id, token, checkout.pk, language))


@require_GET
def credit(request: HttpRequest, invoice_id: UUID, token: str, note_id: UUID) -> HttpResponse:
    """A credit note, to read and to print."""
    try:
        note = credit_note_of_payer(invoice_id, token, note_id)
    except InvoiceUnknown:
        return gone(request)
    organisation = note.organisation
    context = {
        "organisation": organisation,
        "note": note,
        "lines": note.lines.all(),
        "profile": profile_of(organisation),
        "token": token,
    }
    language = language_for(request, organisation.language)
    return page(request, "customer/credit.html", context, language=language, zone=organisation.zone)


@require_GET
def go(request: HttpRequest, invoice_id: UUID, token: str, checkout_id: UUID) -> HttpResponse:
    """On to the provider. A page of its own, because browsers hold what follows a form to our own addresses."""
    try:
        checkout = checkout_of_payer(invoice_id, token, checkout_id)
    except InvoiceUnknown:
        return gone(request)
    if checkout.state != Checkout.State.OPEN:
        return HttpResponseRedirect(reverse("pay", args=[invoice_id, token]))
    organisation = checkout.organisation
    context = {"organisation": organisation, "checkout": checkout, "amount": checkout.link.amount}
    return page(
        request,
        "customer/go.html",
        context,
        language=language_for(request, organisation.language),
        form_action=_origin(checkout.url),
    )


@csrf_exempt  # a provider's page may send the browser here by POST
@require_http_methods(["GET", "POST"])
def back(request: HttpRequest, invoice_id: UUID, token: str, checkout_id: UUID) -> HttpResponse:
    """Where a payer comes back to. Coming back proves nothing: the provider is asked, and the page tells."""
    try:
        checkout = checkout_of_payer(invoice_id, token, checkout_id)
    except InvoiceUnknown:
        return gone(request)
    checkout_returned(checkout=checkout)
    return HttpResponseRedirect(reverse("pay", args=[invoice_id, token]))


def _invoice(request: HttpRequest, shown: PayerView, token: str, *, status: int = 200) -> HttpResponse:
    visit = shown.invoice.visit
    answer = page(
        request,
        "customer/pay.html",
        {
            "organisation": shown.invoice.organisation,
            "invoice": shown.invoice,
            "token": token,
            "visited": (visit.finished_at or shown.invoice.issued_at) if visit else None,
            "code": qr_data(pay_url(shown.invoice.pk)) if shown.link else "",
            "lines": shown.lines,
            "taxes": [{"line": tax, "rate": per_cent(tax.rate_bp)} for tax in shown.taxes],
            "credit_notes": shown.credit_notes,
            "profile": profile_of(shown.invoice.organisation),
            "paid": shown.paid,
            "due": shown.due,
            "given_back": shown.given_back,
            "foreign": shown.foreign,
            "owed_back": shown.owed_back,
            "link": shown.link,
            "word": shown.word,
            "can_pay": shown.can_pay,
            "must_pay": shown.must_pay,
            "failed": status == 503,
        },
        language=language_for(request, shown.invoice.organisation.language),
        zone=shown.invoice.organisation.zone,
        status=status,
    )
    if shown.word == Word.ASKING:
        answer["Refresh"] = str(ASK_AGAIN_S)
    return answer


def _address(name: str, invoice_id: UUID, token: str, checkout_id: UUID, language: str) -> str:
    return f"{reverse(name, args=[invoice_id, token, checkout_id])}?lang={language}"


def _origin(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"
