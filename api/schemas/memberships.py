"""Memberships: what is sold, and what is left of it."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from api.schemas.base import Day, In, Out
from api.schemas.offers import Code
from api.schemas.requests import CustomerIn, SiteIn
from api.schemas.visits import SiteBrief
from billing.models import IncludedVisit, Membership, MembershipPeriod
from billing.services.memberships import MembershipGiven


class MembershipOnVisitIn(In):
    plan: Annotated[Code, Field(description="Its code.")]
    renews: Annotated[bool, Field(description="Whether another period follows.")] = True


class MembershipIn(MembershipOnVisitIn):
    customer: CustomerIn
    site: SiteIn
    starts_on: Annotated[Day | None, Field(description="Today, or within a year.")] = None

    def given(self) -> MembershipGiven:
        return MembershipGiven(
            plan_code=self.plan,
            customer=self.customer.given(),
            site=self.site.given(),
            starts_on=self.starts_on,
            renews=self.renews,
        )


class MembershipCancelIn(In):
    reason: Annotated[str, Field(min_length=1, max_length=240)]
    at_once: Annotated[bool, Field(description="Now, and not with the period.")] = False


class IncludedVisitOut(Out):
    service_type: str
    ordinal: int
    due_on: date
    request_id: Annotated[UUID | None, Field(description="What it was asked for by.")]
    visit_id: Annotated[UUID | None, Field(description="What used it. Null while it is left.")]

    @classmethod
    def of(cls, included: IncludedVisit) -> Self:
        return cls(
            service_type=included.service_type.code,
            ordinal=included.ordinal,
            due_on=included.due_on,
            request_id=included.request_id,
            visit_id=included.visit_id,
        )


class PeriodOut(Out):
    number: int
    starts_on: date
    ends_on: Annotated[date, Field(description="The first day that is not in it.")]
    invoice_id: Annotated[UUID | None, Field(description="Null in the moment before it is issued.")]
    invoice_state: str | None
    visits: list[IncludedVisitOut]

    @classmethod
    def of(cls, period: MembershipPeriod) -> Self:
        invoice = getattr(period, "invoice", None)
        return cls(
            number=period.number,
            starts_on=period.starts_on,
            ends_on=period.ends_on,
            invoice_id=invoice.id if invoice else None,
            invoice_state=invoice.state if invoice else None,
            visits=[IncludedVisitOut.of(included) for included in period.visits.all()],
        )


class MembershipOut(Out):
    id: UUID
    plan: str
    plan_name: str
    state: str
    customer_name: str
    site: SiteBrief
    starts_on: date
    ends_on: Annotated[date, Field(description="The first day that is not paid for, or asked to be.")]
    renews: bool
    sold_at: datetime
    technician_id: Annotated[UUID | None, Field(description="Whose visit it was sold on.")]
    cancelled_at: datetime | None
    reason: str
    period: Annotated[PeriodOut, Field(description="The newest.")]

    @classmethod
    def of(cls, membership: Membership) -> Self:
        [period] = membership.periods.all()
        return cls(
            id=membership.id,
            plan=membership.plan.code,
            plan_name=membership.plan.name,
            state=membership.state,
            customer_name=membership.customer.name,
            site=SiteBrief.of(membership.site),
            starts_on=membership.starts_on,
            ends_on=membership.ends_on,
            renews=membership.renews,
            sold_at=membership.sold_at,
            technician_id=membership.technician_id,
            cancelled_at=membership.cancelled_at,
            reason=membership.reason,
            period=PeriodOut.of(period),
        )
