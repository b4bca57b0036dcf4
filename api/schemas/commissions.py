"""Commission rules, who shares a visit, and technicians' statements."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from django.conf import settings
from pydantic import AfterValidator, Field

from api.schemas.base import Day, In, Out
from api.schemas.price_book import Price
from billing.models import CommissionLine, CommissionMonth, CommissionRule, CommissionStatement, VisitShare
from billing.services.commissions.rules import RuleGiven
from billing.services.commissions.shares import CREW, ShareGiven
from core.times import day_of_our_age


def first_day(month: str) -> date:
    """`2026-03` as its first day."""
    return day_of_our_age(date.fromisoformat(f"{month}-01"))


def month_name(first: date) -> str:
    return f"{first:%Y-%m}"


def _is_month(month: str) -> str:
    first_day(month)
    return month


Month = Annotated[str, Field(pattern=r"^\d{4}-\d{2}$", examples=["2026-03"]), AfterValidator(_is_month)]
Code = Annotated[str, Field(max_length=80)]


class CommissionRuleIn(In):
    """With `item`, with `service_type`, or without either for everything; with `rate_bp` or `amount_minor`."""

    kind: CommissionRule.Kind
    item: Code = ""
    service_type: Code = ""
    rate_bp: Annotated[int | None, Field(ge=0, le=10_000, description="In hundredths of a per cent.")] = None
    amount_minor: Annotated[Price | None, Field(description="For each piece, or for an answer.")] = None
    least_csat: Annotated[int | None, Field(ge=1, le=5, description="For satisfaction: the score.")] = None
    valid_from: Day
    valid_until: Annotated[Day | None, Field(description="The first day on which it does not hold.")] = None

    def given(self) -> RuleGiven:
        return RuleGiven(
            kind=self.kind,
            item_code=self.item,
            service_type_code=self.service_type,
            rate_bp=self.rate_bp,
            amount_minor=self.amount_minor,
            least_csat=self.least_csat,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
        )


class CommissionRuleEndIn(In):
    valid_until: Annotated[Day, Field(description="The first day on which it does not hold.")]


class CommissionRuleOut(Out):
    id: UUID
    kind: str
    item: str | None
    service_type: str | None
    rate_bp: int | None
    amount_minor: int | None
    least_csat: int | None
    valid_from: date
    valid_until: date | None

    @classmethod
    def of(cls, rule: CommissionRule) -> Self:
        return cls(
            id=rule.id,
            kind=rule.kind,
            item=rule.item.code if rule.item else None,
            service_type=rule.service_type.code if rule.service_type else None,
            rate_bp=rule.rate_bp,
            amount_minor=rule.amount_minor,
            least_csat=rule.least_csat,
            valid_from=rule.valid_from,
            valid_until=rule.valid_until,
        )


class ShareIn(In):
    technician: Annotated[str, Field(max_length=40, description="The technician's code.")]
    parts: Annotated[
        int, Field(ge=1, le=1000, description="Relative to the others': with one each, equally.")
    ] = 1


class SharesIn(In):
    """The whole crew; nobody means the visit's technician alone."""

    shares: Annotated[list[ShareIn], Field(max_length=CREW)]

    def given(self) -> list[ShareGiven]:
        return [ShareGiven(technician_code=one.technician, parts=one.parts) for one in self.shares]


class ShareOut(Out):
    technician: str
    technician_name: str
    parts: int


class SharesOut(Out):
    shares: list[ShareOut]

    @classmethod
    def of(cls, shares: list[VisitShare]) -> Self:
        return cls(
            shares=[
                ShareOut(
                    technician=share.technician.code,
                    technician_name=share.technician.name,
                    parts=share.parts,
                )
                for share in shares
            ]
        )


class CommissionMonthOut(Out):
    """`computed_at`: when its statements were last brought up to date."""

    month: str
    state: str
    computed_at: datetime | None
    closed_at: datetime | None

    @classmethod
    def of(cls, month: CommissionMonth) -> Self:
        return cls(
            month=month_name(month.month),
            state=month.state,
            computed_at=month.computed_at,
            closed_at=month.closed_at,
        )


class StatementOut(Out):
    """`url`: the page on which it can be read and printed."""

    id: UUID
    url: str
    month: str
    state: str
    technician: str
    technician_name: str
    total_minor: int
    currency: str
    computed_at: datetime | None

    @classmethod
    def of(cls, statement: CommissionStatement) -> Self:
        return cls(
            id=statement.id,
            url=f"{settings.PUBLIC_URL}/statements/{statement.id}",
            month=month_name(statement.month.month),
            state=statement.month.state,
            technician=statement.technician.code,
            technician_name=statement.technician.name,
            total_minor=statement.total_minor,
            currency=statement.currency,
            computed_at=statement.month.computed_at,
        )


class CommissionLineOut(Out):
    """`cause`: `answer`, or what happened to the invoice's money: `capture`, `refund`, `credit`, `dispute:lost` …; and
    `cause_id` the survey, the payment, the refund, the credit note or the dispute. Of what the rule makes of
    `base_minor`, the technician has `parts` of `of_parts`."""

    id: UUID
    kind: str
    cause: str
    cause_id: UUID | None
    happened_at: datetime
    visit_id: UUID
    invoice_id: UUID | None
    invoice_number: str | None
    position: int | None
    description: str | None
    offer_id: UUID | None
    rule_id: UUID
    rate_bp: int | None
    rule_amount_minor: int | None
    base_minor: int
    parts: int
    of_parts: int
    amount_minor: int
    currency: str

    @classmethod
    def of(cls, line: CommissionLine) -> Self:
        cause, cause_id = line.cause
        billed = line.invoice_line
        return cls(
            id=line.id,
            kind=line.kind,
            cause=cause,
            cause_id=cause_id,
            happened_at=line.happened_at,
            visit_id=line.visit_id,
            invoice_id=billed.invoice_id if billed else None,
            invoice_number=billed.invoice.number if billed else None,
            position=billed.position if billed else None,
            description=billed.description if billed else None,
            offer_id=billed.offer_line.option.offer_id if billed and billed.offer_line else None,
            rule_id=line.rule_id,
            rate_bp=line.rule.rate_bp,
            rule_amount_minor=line.rule.amount_minor,
            base_minor=line.base_minor,
            parts=line.parts,
            of_parts=line.of_parts,
            amount_minor=line.amount_minor,
            currency=line.statement.currency,
        )
