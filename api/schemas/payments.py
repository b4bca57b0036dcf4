"""Money that came, that did not, that went back, and that is contested."""

from datetime import datetime
from typing import Self
from uuid import UUID

from api.schemas.base import Out
from billing.models import Dispute, Payment, Refund


class PaymentOut(Out):
    id: UUID
    invoice_id: UUID
    way: str
    method: str
    state: str
    amount_minor: int
    currency: str
    happened_at: datetime

    @classmethod
    def of(cls, payment: Payment) -> Self:
        return cls(
            id=payment.id,
            invoice_id=payment.invoice_id,
            way=payment.way,
            method=payment.method,
            state=payment.state,
            amount_minor=payment.amount_minor,
            currency=payment.currency,
            happened_at=payment.happened_at,
        )


class RefundOut(Out):
    id: UUID
    payment_id: UUID
    invoice_id: UUID
    state: str
    reason: str
    amount_minor: int
    currency: str
    happened_at: datetime

    @classmethod
    def of(cls, refund: Refund) -> Self:
        return cls(
            id=refund.id,
            payment_id=refund.payment_id,
            invoice_id=refund.payment.invoice_id,
            state=refund.state,
            reason=refund.reason,
            amount_minor=refund.amount_minor,
            currency=refund.currency,
            happened_at=refund.happened_at,
        )


class DisputeOut(Out):
    id: UUID
    payment_id: UUID
    invoice_id: UUID
    state: str
    amount_minor: int
    currency: str
    opened_at: datetime
    decided_at: datetime | None

    @classmethod
    def of(cls, dispute: Dispute) -> Self:
        return cls(
            id=dispute.id,
            payment_id=dispute.payment_id,
            invoice_id=dispute.payment.invoice_id,
            state=dispute.state,
            amount_minor=dispute.amount_minor,
            currency=dispute.currency,
            opened_at=dispute.opened_at,
            decided_at=dispute.decided_at,
        )
