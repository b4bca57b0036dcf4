"""The sandbox provider, spoken to as any company outside would be: HTTP, JSON, and Standard Webhooks back."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from standardwebhooks import Webhook, WebhookVerificationError

from billing.gateways.base import (
    Account,
    Capabilities,
    Checkout,
    CheckoutWanted,
    DisputeState,
    Known,
    Notice,
    NoticeForged,
    PaymentState,
    ProviderDispute,
    ProviderPayment,
    ProviderRefund,
    RefundState,
    RefundWanted,
)
from billing.gateways.http import ask
from core.money import DECIMALS, Money


class SandboxGateway:
    """Pays with nothing, in every currency. See base.Gateway."""

    capabilities = Capabilities(currencies=DECIMALS)

    def __init__(self, account: Account) -> None:
        self._account = account

    def checkout_open(self, wanted: CheckoutWanted) -> Checkout:
        answer = self._ask(
            "POST",
            "checkouts",
            {
                "reference": str(wanted.reference),
                "amount_minor": wanted.amount.minor,
                "currency": wanted.amount.currency,
                "description": wanted.description,
                "return_url": wanted.return_url,
                "notice_url": wanted.notice_url,
                "expires_at": wanted.expires_at.isoformat(),
            },
        )
        return Checkout(
            provider_ref=answer["id"],
            url=answer["url"],
            expires_at=datetime.fromisoformat(answer["expires_at"]),
        )

    def checkout_close(self, checkout: Known) -> None:
        self._ask("POST", f"checkouts/{UUID(checkout.provider_ref)}/close")

    def payments_of(self, checkout: Known) -> list[ProviderPayment]:
        answer = self._ask("GET", f"checkouts/{UUID(checkout.provider_ref)}")
        amount = Money(answer["amount_minor"], answer["currency"])
        return [_payment(one, amount) for one in answer["payments"]]

    def payment_capture(self, checkout: Known) -> None:
        """Nothing to do: a payment here is taken at once."""

    def payment_refund(self, wanted: RefundWanted) -> ProviderRefund:
        answer = self._ask(
            "POST",
            f"payments/{UUID(wanted.payment_ref)}/refunds",
            {"reference": str(wanted.reference), "amount_minor": wanted.amount.minor},
        )
        return _refund(answer, wanted.amount.currency)

    def notice_read(self, raw_body: bytes, headers: Mapping[str, str]) -> Notice:
        lowered = {name.lower(): value for name, value in headers.items()}
        for secret in self._account.value("webhook_secrets").split():
            try:
                Webhook(secret).verify(raw_body, lowered, json_parse=False)
            except (WebhookVerificationError, ValueError):  # ValueError: a header of no known shape
                continue
            notice = json.loads(raw_body)
            about_us = notice["type"] == "checkout.changed"
            return Notice(lowered["webhook-id"], str(notice["data"]["checkout"]) if about_us else "")
        raise NoticeForged("no secret of ours signed this")

    def _ask(self, method: str, path: str, content: dict[str, object] | None = None) -> Any:
        answer = ask(
            method,
            f"{self._account.base_url}/sandbox/api/{path}",
            headers={
                "Authorization": f"Bearer {self._account.value('api_key')}",
                "Content-Type": "application/json",
            },
            content=json.dumps(content) if content else None,
            through_proxy=False,  # an address of our own
        )
        return answer.json()


def _payment(told: dict[str, Any], amount: Money) -> ProviderPayment:
    return ProviderPayment(
        provider_ref=told["id"],
        state=PaymentState(told["state"]),
        amount=amount,
        happened_at=datetime.fromisoformat(told["happened_at"]),
        method="sandbox",
        refunds=tuple(_refund(one, amount.currency) for one in told["refunds"]),
        disputes=tuple(_dispute(one, amount.currency) for one in told["disputes"]),
    )


def _refund(told: dict[str, Any], currency: str) -> ProviderRefund:
    return ProviderRefund(
        provider_ref=told["id"],
        reference=UUID(told["reference"]) if told["reference"] else None,
        state=RefundState.SUCCEEDED,
        amount=Money(told["amount_minor"], currency),
        happened_at=datetime.fromisoformat(told["happened_at"]),
    )


def _dispute(told: dict[str, Any], currency: str) -> ProviderDispute:
    decided_at = told["decided_at"]
    return ProviderDispute(
        provider_ref=told["id"],
        state=DisputeState(told["state"]),
        amount=Money(told["amount_minor"], currency),
        opened_at=datetime.fromisoformat(told["opened_at"]),
        decided_at=datetime.fromisoformat(decided_at) if decided_at else None,
    )
