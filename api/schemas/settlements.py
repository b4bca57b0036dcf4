"""Settlement files, what was found about their lines, and what is in none of them."""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field

from api.schemas.base import Out
from billing.models import Payment, Refund, SettlementFile, SettlementLine
from billing.services.reconciliation import SettlementImport
from core.tabular import Reject

AccountName = Annotated[str, Field(max_length=60, pattern=r"^[\w.-]+$")]


class SettlementQuery(BaseModel):
    """Where the file is from."""

    account: AccountName = Field(description="The installation's name of the account at the provider.")
    kind: str = Field("", max_length=20, description="`stripe` or `ecpay`; else the account's own provider.")
    name: str = Field(
        "",
        max_length=200,
        pattern=r"^[^\x00]*$",
        description="What you call the file, where it is sent as it is.",
    )


class UnsettledQuery(BaseModel):
    account: AccountName
    kind: Literal["payment", "refund"] = "payment"
    older_than_days: int = Field(10, ge=0, le=3660, description="Days since the money came, or went back.")


class SettlementOut(Out):
    id: UUID
    account: str
    kind: str
    name: str
    sha256: str
    imported_at: datetime

    @classmethod
    def of(cls, file: SettlementFile) -> Self:
        return cls(
            id=file.id,
            account=file.account,
            kind=file.kind,
            name=file.name,
            sha256=file.sha256,
            imported_at=file.imported_at,
        )


class RejectOut(Out):
    line: int
    field: str
    value: str
    problem: str
    expected: str


class SettlementImportOut(Out):
    """`imported`: lines that are new; `unchanged`: that were there; `waiting`: about what is not settled yet."""

    file: SettlementOut
    imported: int
    unchanged: int
    waiting: int
    findings: dict[str, int]
    rejected: int
    rejects: list[RejectOut]  # the first hundred

    @classmethod
    def of(cls, done: SettlementImport, rejects: list[Reject]) -> Self:
        return cls(
            file=SettlementOut.of(done.file),
            imported=done.imported,
            unchanged=done.unchanged,
            waiting=done.waiting,
            findings={finding.value: number for finding, number in done.findings.items()},
            rejected=len(rejects),
            rejects=[RejectOut(**reject._asdict()) for reject in rejects[:100]],
        )


class SettlementLineOut(Out):
    """`difference_minor`: what the file has more than our books. `text` says the finding to a person."""

    id: UUID
    number: int
    line_id: str
    kind: str
    provider_ref: str
    payment_ref: str
    checkout_ref: str
    currency: str
    gross_minor: int
    fee_minor: int
    net_minor: int
    happened_at: datetime
    settled_on: date | None
    payout_ref: str
    finding: str
    text: str
    difference_minor: int | None
    invoice_id: UUID | None
    payment_id: UUID | None
    refund_id: UUID | None
    dispute_id: UUID | None

    @classmethod
    def of(cls, line: SettlementLine) -> Self:
        behind = line.refund or line.dispute
        payment = behind.payment if behind else line.payment
        return cls(
            id=line.id,
            number=line.number,
            line_id=line.line_id,
            kind=line.kind,
            provider_ref=line.provider_ref,
            payment_ref=line.payment_ref,
            checkout_ref=line.checkout_ref,
            currency=line.currency,
            gross_minor=line.gross_minor,
            fee_minor=line.fee_minor,
            net_minor=line.net_minor,
            happened_at=line.happened_at,
            settled_on=line.settled_on,
            payout_ref=line.payout_ref,
            finding=line.finding,
            text=line.finding_text,
            difference_minor=line.difference_minor,
            invoice_id=payment.invoice_id if payment else None,
            payment_id=payment.id if payment else None,
            refund_id=line.refund_id,
            dispute_id=line.dispute_id,
        )


class UnsettledOut(Out):
    kind: str
    invoice_id: UUID
    invoice_number: str
    payment_id: UUID
    refund_id: UUID | None
    provider_ref: str
    amount_minor: int
    currency: str
    happened_at: datetime

    @classmethod
    def of(cls, thing: Payment | Refund) -> Self:
        is_refund = isinstance(thing, Refund)
        payment = thing.payment if isinstance(thing, Refund) else thing
        return cls(
            kind="refund" if is_refund else "payment",
            invoice_id=payment.invoice_id,
            invoice_number=payment.invoice.number,
            payment_id=payment.id,
            refund_id=thing.id if is_refund else None,
            provider_ref=thing.provider_ref,
            amount_minor=thing.amount_minor,
            currency=thing.currency,
            happened_at=thing.happened_at,
        )
