"""The sandbox provider, spoken to as any company outside would be: HTTP, JSON, and Standard Webhooks back."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
from django.conf import settings
from standardwebhooks import Webhook, WebhookVerificationError

from billing.gateways.base import (
    Capabilities,
    Checkout,
    CheckoutWanted,
    GatewayRefused,
    GatewayUnavailable,
    NoticeForged,
    PaymentState,
    ProviderPayment,
)
from core.http import TIMEOUT_S, certificates
from core.money import DECIMALS, Money


class SandboxGateway:
    """Pays with nothing, in every currency. See base.Gateway."""

    capabilities = Capabilities(currencies=frozenset(DECIMALS))

    def checkout_open(self, wanted: CheckoutWanted) -> Checkout:
        answer = _ask(
            "POST",
            "checkouts",
            {
                "reference": str(wanted.reference),
                "amount_minor": wanted.amount.minor,
                "currency": wanted.amount.currency,
                "description": wanted.description,
                "return_url": wanted.return_url,
            },
        )
        return Checkout(provider_ref=answer["id"], url=answer["url"])

    def payments_of(self, checkout_ref: str) -> list[ProviderPayment]:
        answer = _ask("GET", f"checkouts/{UUID(checkout_ref)}")
        amount = Money(answer["amount_minor"], answer["currency"])
        return [
            ProviderPayment(
                provider_ref=one["id"],
                checkout_ref=answer["id"],
                state=PaymentState(one["state"]),
                amount=amount,
                happened_at=datetime.fromisoformat(one["happened_at"]),
            )
            for one in answer["payments"]
        ]

    def notice_verify(self, raw_body: bytes, headers: Mapping[str, str]) -> str:
        lowered = {name.lower(): value for name, value in headers.items()}
        try:
            Webhook(settings.SANDBOX_WEBHOOK_SECRET).verify(raw_body, lowered, json_parse=False)
        except (WebhookVerificationError, ValueError) as error:  # ValueError: a header of no known shape
            raise NoticeForged(str(error)) from error
        return lowered["webhook-id"]

    def notice_checkout(self, body: str) -> str:
        notice = json.loads(body)
        return str(notice["data"]["checkout"]) if notice["type"] == "checkout.settled" else ""


def _ask(method: str, path: str, content: dict[str, object] | None = None) -> Any:
    """One call of the provider's API. Raises GatewayUnavailable or GatewayRefused."""
    try:
        answer = httpx.request(
            method,
            f"{settings.SANDBOX_URL}/sandbox/api/{path}",
            json=content,
            headers={"Authorization": f"Bearer {settings.SANDBOX_API_KEY}"},
            timeout=TIMEOUT_S,
            trust_env=False,  # the sandbox is an address of our own: never through a proxy
            verify=certificates(),
        )
    except httpx.HTTPError as error:
        raise GatewayUnavailable(f"the sandbox does not answer: {error}") from error
    if answer.is_success:
        return answer.json()
    problem = f"the sandbox answered {answer.status_code}: {answer.text[:200]}"
    if answer.status_code >= 500 or answer.status_code == 429:
        raise GatewayUnavailable(problem)
    raise GatewayRefused(problem)
