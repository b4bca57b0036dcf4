"""The provider's JSON API for merchants."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db.models import BigIntegerField
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from billing.models import SandboxCheckout, SandboxPayment, SandboxRefund
from console.sandbox_provider.checkouts import (
    CheckoutAsked,
    Refused,
    checkout_close,
    checkout_make,
    refund_make,
)
from core.money import Money

ADDRESS_LENGTH = 500
# Its host goes into a header, unquoted.
ADDRESS = re.compile(r"https?://([\w.-]+|\[[\da-fA-F:.]+\])(:\d+)?([/?#][!-~]*)?", re.ASCII)

View = Callable[..., HttpResponse]


def for_merchants(view: View) -> View:
    """401 without the key, 422 for what cannot be read, 409 for what is refused."""

    @csrf_exempt
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not _is_merchant(request):
            return JsonResponse({"error": "wrong key"}, status=401)
        try:
            return view(request, *args, **kwargs)
        except Refused as error:
            return JsonResponse({"error": str(error)}, status=409)
        except (KeyError, TypeError, ValueError, RecursionError) as error:
            return JsonResponse({"error": f"cannot be read: {error!r}"}, status=422)

    return wrapped


@for_merchants
@require_POST
def checkout_create(request: HttpRequest) -> HttpResponse:
    """Open a checkout, or give back the reference's one. 409 for the same reference at another price."""
    return JsonResponse(_shown(checkout_make(_read(json.loads(request.body)))), status=201)


@for_merchants
@require_GET
def checkout_read(request: HttpRequest, checkout_id: UUID) -> HttpResponse:
    """A checkout with every attempt to pay it."""
    return JsonResponse(_shown(get_object_or_404(SandboxCheckout, pk=checkout_id)))


@for_merchants
@require_POST
def checkout_close_post(request: HttpRequest, checkout_id: UUID) -> HttpResponse:
    """Let nobody pay it any more. 409 when it has been paid."""
    checkout_close(get_object_or_404(SandboxCheckout, pk=checkout_id))
    return JsonResponse({})


@for_merchants
@require_POST
def refund_create(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """Give money back, once for the reference. 409 for more than there is."""
    content = json.loads(request.body)
    payment = get_object_or_404(SandboxPayment, pk=payment_id)
    refund = refund_make(
        payment, _amount(content["amount_minor"]), reference=UUID(content["reference"]), now=timezone.now()
    )
    return JsonResponse(_refund(refund), status=201)


def _is_merchant(request: HttpRequest) -> bool:
    return constant_time_compare(
        request.headers.get("Authorization", ""), f"Bearer {settings.SANDBOX_API_KEY}"
    )


def _read(content: dict[str, Any]) -> CheckoutAsked:
    expires_at = datetime.fromisoformat(content["expires_at"])
    if expires_at.tzinfo is None:
        raise ValueError("expires_at must name its zone")
    return CheckoutAsked(
        reference=UUID(content["reference"]),
        amount=Money(_amount(content["amount_minor"]), content["currency"]),
        description=_storable(str(content["description"])[:200]),
        return_url=_address(content["return_url"]),
        notice_url=_address(content["notice_url"]),
        expires_at=expires_at,
    )


def _amount(minor: Any) -> int:
    if type(minor) is not int or not 0 < minor <= BigIntegerField.MAX_BIGINT:
        raise ValueError("the amount must be a whole number above 0, of at most 8 bytes")
    return minor


def _address(given: Any) -> str:
    address = str(given)
    if not ADDRESS.fullmatch(address) or len(address) > ADDRESS_LENGTH:
        raise ValueError("return_url and notice_url must be http or https addresses")
    urlsplit(address)  # refuses what is no IPv6 address between brackets
    return address


def _storable(text: str) -> str:
    """The text, unless PostgreSQL has no place for it: a NUL, half a surrogate pair. Raises ValueError."""
    text.encode()
    if "\0" in text:
        raise ValueError("the text has a NUL")
    return text


def _shown(checkout: SandboxCheckout) -> dict[str, object]:
    payments = checkout.payments.prefetch_related("refunds", "disputes").order_by("happened_at", "id")
    return {
        "id": str(checkout.id),
        "reference": str(checkout.reference),
        "url": f"{settings.SANDBOX_URL}/sandbox/checkouts/{checkout.id}",
        "state": checkout.state,
        "amount_minor": checkout.amount_minor,
        "currency": checkout.currency,
        "expires_at": checkout.expires_at.isoformat(),
        "payments": [_payment(payment) for payment in payments],
    }


def _payment(payment: SandboxPayment) -> dict[str, object]:
    return {
        "id": str(payment.id),
        "state": payment.state,
        "happened_at": payment.happened_at.isoformat(),
        "refunds": [_refund(refund) for refund in payment.refunds.all()],
        "disputes": [
            {
                "id": str(dispute.id),
                "state": dispute.state,
                "amount_minor": dispute.amount_minor,
                "opened_at": dispute.opened_at.isoformat(),
                "decided_at": dispute.decided_at.isoformat() if dispute.decided_at else None,
            }
            for dispute in payment.disputes.all()
        ],
    }


def _refund(refund: SandboxRefund) -> dict[str, object]:
    return {
        "id": str(refund.id),
        "reference": str(refund.reference) if refund.reference else None,
        "amount_minor": refund.amount_minor,
        "happened_at": refund.happened_at.isoformat(),
    }
