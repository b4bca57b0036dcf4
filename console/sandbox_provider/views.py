"""The provider's doors: a JSON API for merchants and the page on which their customers pay."""

import json
import re
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db.models import BigIntegerField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from billing.models import SandboxAttempt, SandboxCheckout
from console.customer.pages import language_for, page
from console.sandbox_provider.checkouts import CheckoutAsked, checkout_make, checkout_settle
from core.money import Money

RETURN_URL_LENGTH = 500
# Its host goes into a header, unquoted.
RETURN_URL = re.compile(r"https?://([\w.-]+|\[[\da-fA-F:.]+\])(:\d+)?([/?#][!-~]*)?", re.ASCII)
DECISIONS = {"pay": SandboxAttempt.State.SUCCEEDED, "decline": SandboxAttempt.State.DECLINED}


@csrf_exempt
@require_POST
def checkout_create(request: HttpRequest) -> HttpResponse:
    """Open a checkout, or give back the reference's one. 401, 422, and 409 for the same reference at another price."""
    if not _is_merchant(request):
        return JsonResponse({"error": "wrong key"}, status=401)
    try:
        asked = _read(json.loads(request.body))
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        return JsonResponse({"error": f"not a checkout: {error!r}"}, status=422)
    checkout = checkout_make(asked)
    if checkout is None:
        return JsonResponse({"error": "the reference has another amount"}, status=409)
    return JsonResponse(_shown(checkout), status=201)


@require_GET
def checkout_read(request: HttpRequest, checkout_id: UUID) -> HttpResponse:
    """A checkout with every attempt to pay it."""
    if not _is_merchant(request):
        return JsonResponse({"error": "wrong key"}, status=401)
    return JsonResponse(_shown(get_object_or_404(SandboxCheckout, pk=checkout_id)))


@csrf_protect
@require_http_methods(["GET", "POST"])
def checkout_page(request: HttpRequest, checkout_id: UUID) -> HttpResponse:
    """The amount, and two buttons. Once it is paid the customer goes back to the merchant."""
    checkout = get_object_or_404(SandboxCheckout, pk=checkout_id)
    if request.method == "POST" and (decision := DECISIONS.get(request.POST.get("decision", ""))):
        checkout_settle(checkout_id=checkout.id, state=decision)
        paid = decision == SandboxAttempt.State.SUCCEEDED
        return HttpResponseRedirect(checkout.return_url if paid else request.get_full_path())
    merchant = urlsplit(checkout.return_url)
    return page(
        request,
        "sandbox/checkout.html",
        {"checkout": checkout, "amount": Money(checkout.amount_minor, checkout.currency)},
        language=language_for(request, settings.LANGUAGE_CODE),
        form_action=f"'self' {merchant.scheme}://{merchant.netloc}",  # browsers hold redirects to it as well
        referrer_policy="same-origin",  # with no-referrer a browser sends Origin: null, which CSRF refuses
    )


def _is_merchant(request: HttpRequest) -> bool:
    return constant_time_compare(
        request.headers.get("Authorization", ""), f"Bearer {settings.SANDBOX_API_KEY}"
    )


def _read(content: dict[str, Any]) -> CheckoutAsked:
    amount = Money(content["amount_minor"], content["currency"])
    if type(amount.minor) is not int or not 0 < amount.minor <= BigIntegerField.MAX_BIGINT:
        raise ValueError("the amount must be a whole number above 0, of at most 8 bytes")
    return_url = str(content["return_url"])
    if not RETURN_URL.fullmatch(return_url) or len(return_url) > RETURN_URL_LENGTH:
        raise ValueError("the return_url must be an http or https address")
    urlsplit(return_url)  # refuses what is no IPv6 address between brackets
    return CheckoutAsked(
        reference=UUID(content["reference"]),
        amount=amount,
        description=_storable(str(content["description"])[:200]),
        return_url=return_url,
    )


def _storable(text: str) -> str:
    """The text, unless PostgreSQL has no place for it: a NUL, half a surrogate pair. Raises ValueError."""
    text.encode()
    if "\0" in text:
        raise ValueError("the text has a NUL")
    return text


def _shown(checkout: SandboxCheckout) -> dict[str, object]:
    return {
        "id": str(checkout.id),
        "reference": str(checkout.reference),
        "url": f"{settings.SANDBOX_URL}/sandbox/checkouts/{checkout.id}",
        "state": checkout.state,
        "amount_minor": checkout.amount_minor,
        "currency": checkout.currency,
        "payments": [
            {"id": str(one.id), "state": one.state, "happened_at": one.happened_at.isoformat()}
            for one in checkout.attempts.order_by("happened_at", "id")
        ],
    }
