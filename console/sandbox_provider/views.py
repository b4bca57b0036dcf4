"""The provider's page on which customers pay, with all that may go wrong on buttons: it is there to try things."""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from billing.models import SandboxCheckout, SandboxDispute, SandboxPayment
from console.customer.pages import language_for, page
from console.sandbox_provider.checkouts import (
    Refused,
    code_pay,
    dispute_decide,
    dispute_open,
    notice_make,
    payment_make,
    refund_make,
)
from core.money import Money

Deed = Callable[[SandboxPayment, datetime], object]

ATTEMPTS = {
    "pay": SandboxPayment.State.SUCCEEDED,
    "decline": SandboxPayment.State.DECLINED,
    "code": SandboxPayment.State.PENDING,
}
DEEDS: dict[str, Deed] = {
    "code-pay": lambda payment, now: code_pay(payment, now=now),
    "refund-half": lambda payment, now: refund_make(
        payment, max(1, payment.checkout.amount_minor // 2), reference=None, now=now
    ),
    "refund": lambda payment, now: refund_make(
        payment, payment.checkout.amount_minor, reference=None, now=now
    ),
    "dispute": lambda payment, now: dispute_open(payment, now=now),
    "win": lambda payment, now: _decide(payment, SandboxDispute.State.WON, now),
    "lose": lambda payment, now: _decide(payment, SandboxDispute.State.LOST, now),
}


@csrf_protect
@require_http_methods(["GET", "POST"])
def checkout_page(request: HttpRequest, checkout_id: UUID) -> HttpResponse:
    """The amount, and what a payer, the provider's staff and the network may do. Who has paid goes back."""
    checkout = get_object_or_404(SandboxCheckout, pk=checkout_id)
    if request.method == "POST":
        return _acted(request, checkout)
    merchant = urlsplit(checkout.return_url)
    payments = checkout.payments.prefetch_related("refunds", "disputes").order_by("happened_at", "id")
    return page(
        request,
        "sandbox/checkout.html",
        {
            "checkout": checkout,
            "amount": Money(checkout.amount_minor, checkout.currency),
            "payments": payments,
            "is_over": checkout.state == SandboxCheckout.State.CLOSED
            or checkout.expires_at <= timezone.now(),
        },
        language=language_for(request, settings.LANGUAGE_CODE),
        form_action=f"'self' {merchant.scheme}://{merchant.netloc}",  # browsers hold redirects to it as well
        referrer_policy="same-origin",  # with no-referrer a browser sends Origin: null, which CSRF refuses
    )


def _acted(request: HttpRequest, checkout: SandboxCheckout) -> HttpResponse:
    act, now = request.POST.get("act", ""), timezone.now()
    if act in ATTEMPTS:
        payment_make(checkout, ATTEMPTS[act], now=now)
    elif act == "tell-again":
        notice_make(checkout, times=3)
    elif act in DEEDS:
        _do(DEEDS[act], checkout, request.POST.get("payment", ""), now)
    return HttpResponseRedirect(checkout.return_url if act == "pay" else request.get_full_path())


def _do(deed: Deed, checkout: SandboxCheckout, payment_id: str, now: datetime) -> None:
    try:
        payment = checkout.payments.select_related("checkout").get(pk=UUID(payment_id))
    except (ValueError, SandboxPayment.DoesNotExist):
        raise Http404 from None
    try:
        deed(payment, now)
    except Refused:
        return  # the page shows why: nothing is left


def _decide(payment: SandboxPayment, state: SandboxDispute.State, now: datetime) -> None:
    for dispute in payment.disputes.all():
        dispute_decide(dispute, state, now=now)
