"""Money that came and went."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field

from api.schemas.base import In, Moment, Out
from billing.models import CreditNote, Dispute, Payment, Refund
from billing.selectors.story import Happening

Minor = Annotated[int, Field(ge=1, le=2**63 - 1, description="In the smallest unit of the currency.")]
Reason = Annotated[str, Field(min_length=1, max_length=200)]


class TakenIn(In):
    """Money received on site or by transfer; without `happened_at`, now."""

    way: Literal["cash", "card_terminal", "transfer"]
    amount_minor: Minor
    happened_at: Moment | None = None
    note: Annotated[str, Field(max_length=200)] = ""


class RefundIn(In):
    amount_minor: Minor
    reason: Reason


class CreditLineIn(In):
    position: Annotated[int, Field(ge=1, le=32_767)]
    amount_minor: Minor


class CreditIn(In):
    """Without `lines`, all that is left of the invoice."""

    reason: Reason
    lines: Annotated[list[CreditLineIn], Field(max_length=500)] = []


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
    failure: str
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
            failure=refund.failure,
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


class PaymentDetail(PaymentOut):
    """With what became of it."""

    provider_ref: str
    note: str
    refunds: list[RefundOut]
    disputes: list[DisputeOut]

    @classmethod
    def of(cls, payment: Payment) -> Self:
        return cls(
            **PaymentOut.of(payment).model_dump(),
            provider_ref=payment.provider_ref,
            note=payment.note,
            refunds=[RefundOut.of(refund) for refund in payment.refunds.all()],
            disputes=[DisputeOut.of(dispute) for dispute in payment.disputes.all()],
        )


class CreditLineOut(Out):
    position: int
    amount_minor: int


class CreditOut(Out):
    id: UUID
    number: str
    invoice_id: UUID
    reason: str
    net_minor: int
    tax_minor: int
    total_minor: int
    currency: str
    issued_at: datetime
    lines: Annotated[list[CreditLineOut], Field(description="Of the invoice, by their positions.")]

    @classmethod
    def of(cls, note: CreditNote) -> Self:
        return cls(
            id=note.id,
            number=note.number,
            invoice_id=note.invoice_id,
            reason=note.reason,
            net_minor=note.net_minor,
            tax_minor=note.tax_minor,
            total_minor=note.total_minor,
            currency=note.currency,
            issued_at=note.issued_at,
            lines=[
                CreditLineOut(position=credited.line.position, amount_minor=credited.amount_minor)
                for credited in note.lines.all()
            ],
        )


class EntryOut(Out):
    account: str
    amount_minor: int
    currency: str


class HappeningOut(Out):
    at: datetime
    what: str
    state: str
    amount_minor: int | None
    currency: str | None
    detail: str
    entries: list[EntryOut]

    @classmethod
    def of(cls, moment: Happening) -> Self:
        return cls(
            at=moment.at,
            what=moment.what,
            state=moment.state,
            amount_minor=moment.amount.minor if moment.amount else None,
            currency=moment.amount.currency if moment.amount else None,
            detail=moment.detail,
            entries=[
                EntryOut(account=account, amount_minor=amount.minor, currency=amount.currency)
                for account, amount in moment.entries
            ],
        )
