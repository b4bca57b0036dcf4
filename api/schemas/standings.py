"""Customers, what the ledger says of them, and who answers for them."""

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, model_validator

from api.schemas.base import In, Out
from communities.insight.health import Reason, reasons_told
from communities.insight.health_words import reason_sentence
from communities.insight.rfm import Segment
from communities.models import CustomerOwner, CustomerStanding, HandOver, RetentionFit, ServiceEvent
from dispatch.selectors.owners import Owner
from dispatch.services.handovers import HandedOver, HandOverGiven, Moving

MOST_CUSTOMERS = 10_000  # in one hand-over


class OwnerOut(Out):
    """A technician or an account."""

    technician_id: UUID | None
    user_id: UUID | None
    since: datetime

    @classmethod
    def of(cls, owner: CustomerOwner) -> Self:
        return cls(technician_id=owner.technician_id, user_id=owner.user_id, since=owner.since)


class CustomerOut(Out):
    """A customer as the ledger knows them at the end of `through_on`. Null is too few to say. Money is in minor units
    of the organisation's currency."""

    id: UUID
    name: str
    region_id: UUID | None
    community_id: UUID | None
    owner: OwnerOut | None = Field(description="Who answers for them by name.")
    usual_technician_id: UUID | None = Field(description="Who completed most of the last year's visits.")
    through_on: date
    first_on: date | None
    last_on: date | None
    orders: int
    spend_minor: int
    margin_minor: int
    rhythm_days: int | None = Field(description="Median interval between orders.")
    recency: int | None
    frequency: int | None
    monetary: int | None
    segment: Segment | None
    health: float | None
    health_before: float | None = Field(description="28 days before.")
    churn: float | None = Field(description="Probability that this silence becomes one of a year.")
    lifetime_minor: int | None = Field(description="Expected margin of the next two years, discounted.")
    lifetime_low_minor: int | None
    lifetime_high_minor: int | None

    @classmethod
    def of(cls, standing: CustomerStanding) -> Self:
        return cls(**_customer(standing))


PLAIN = set(CustomerOut.model_fields) - {"id", "name", "region_id", "owner", "segment"}


def _customer(standing: CustomerStanding) -> dict[str, Any]:
    customer = standing.customer
    owner = getattr(customer, "owner", None)
    return {name: getattr(standing, name) for name in PLAIN} | {
        "id": customer.pk,
        "name": customer.name,
        "region_id": standing.community.region_id if standing.community else None,
        "owner": OwnerOut.of(owner) if owner else None,
        "segment": standing.segment or None,
    }


class ReasonOut(Out):
    """A measure whose points moved, with the sentence in both languages."""

    measure: str
    points: float | None
    before: float | None
    change: float
    words: dict[str, str]

    @classmethod
    def of(cls, reason: Reason) -> Self:
        words = {"en": reason_sentence(reason, "en"), "zh-hant": reason_sentence(reason, "zh-hant")}
        return cls(
            measure=reason.measure,
            points=reason.points,
            before=reason.before,
            change=reason.change,
            words=words,
        )


class CustomerDetail(CustomerOut):
    reasons: list[ReasonOut] = Field(description="Why the health changed, the largest change first.")

    @classmethod
    def of(cls, standing: CustomerStanding) -> Self:
        reasons = [ReasonOut.of(reason) for reason in reasons_told(standing.reasons)]
        return cls(**_customer(standing), reasons=reasons)


class CustomerFactOut(Out):
    """A moment of the timeline."""

    id: UUID
    kind: str
    source: str
    occurred_at: datetime
    learned_at: datetime
    community_id: UUID | None
    site_id: UUID | None
    technician_id: UUID | None
    visit_id: UUID | None
    work_order_id: UUID | None
    service_type_id: UUID | None
    amount_minor: int | None
    currency: str
    data: dict[str, Any]

    @classmethod
    def of(cls, fact: ServiceEvent) -> Self:
        plain = set(cls.model_fields) - {"learned_at"}
        return cls(**{name: getattr(fact, name) for name in plain}, learned_at=fact.created_at)


class SegmentOut(Out):
    region_id: UUID | None
    segment: Segment | None = Field(description="Null: without scores, for too few orders or customers.")
    customers: int
    spend_minor: int
    margin_minor: int
    lifetime_minor: int | None = Field(description="Of the `valued` customers together.")
    valued: int

    @classmethod
    def of(cls, row: dict[str, Any]) -> Self:
        return cls(
            region_id=row["community__region"],
            segment=row["segment"] or None,
            customers=row["customers"],
            spend_minor=row["spend"],
            margin_minor=row["margin"],
            lifetime_minor=row["lifetime"],
            valued=row["valued"],
        )


class SegmentsOut(Out):
    items: list[SegmentOut]


class ReturnPointOut(Out):
    """The share of orders followed by another within so many days, with its interval of 95 %."""

    days: int
    share: float
    low: float
    high: float


class RetentionOut(Out):
    """How soon an order is followed by another, as read on `through_on`. Null and an empty curve: too few to say."""

    region_id: UUID | None = Field(description="Null: all regions.")
    segment: Segment | None = Field(description="Null: all segments. Theirs was the one of the day.")
    through_on: date
    orders: int
    returns: int = Field(description="How many of them were followed by another.")
    median_days: float | None
    median_low: float | None
    median_high: float | None
    curve: list[ReturnPointOut]
    lifetime_minor: int | None = Field(description="Of an average customer who has just ordered again.")
    lifetime_low_minor: int | None
    lifetime_high_minor: int | None

    @classmethod
    def of(cls, fit: RetentionFit) -> Self:
        plain = set(cls.model_fields) - {"segment", "curve"}
        return cls(
            **{name: getattr(fit, name) for name in plain},
            segment=Segment(fit.segment) if fit.segment else None,
            curve=[ReturnPointOut(**point) for point in fit.curve],
        )


class RetentionsOut(Out):
    items: list[RetentionOut]


class OwnerIn(In):
    """A technician or an account; neither is nobody."""

    technician: UUID | None = None
    user: UUID | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if self.technician and self.user:
            raise ValueError("an owner is a technician or an account, not both")
        return self

    def owner(self) -> Owner:
        return Owner(technician_id=self.technician, user_id=self.user)


class HandOverIn(In):
    from_owner: OwnerIn
    to_owner: OwnerIn
    reason: Annotated[str, Field(min_length=1, max_length=240)]
    customers: Annotated[
        list[UUID],
        Field(max_length=MOST_CUSTOMERS, description="All the owner answers for, if none is named."),
    ] = []

    @model_validator(mode="after")
    def _to_somebody(self) -> Self:
        if not (self.to_owner.technician or self.to_owner.user):
            raise ValueError("to_owner names a technician or an account")
        return self

    def given(self) -> HandOverGiven:
        return HandOverGiven(
            from_owner=self.from_owner.owner(),
            to_owner=self.to_owner.owner(),
            reason=self.reason,
            customers=tuple(self.customers),
        )


class NamedOut(Out):
    id: UUID
    name: str


class PromisedOut(Out):
    visit_id: UUID
    customer_id: UUID | None
    technician_id: UUID | None
    starts_at: datetime | None


class DayAgainOut(Out):
    """A day to be planned anew; `plan_version_id` is the run, null where one was going on already: its draft will be
    stale, so ask for another."""

    region_id: UUID
    on: date
    plan_version_id: UUID | None = None


class HandOverPreview(Out):
    """What would move."""

    customers: list[NamedOut]
    open_requests: int
    promised_visits: list[PromisedOut]
    days: list[DayAgainOut]

    @classmethod
    def of(cls, moving: Moving) -> Self:
        return cls(
            customers=[NamedOut(id=customer.pk, name=customer.name) for customer in moving.customers],
            open_requests=moving.open_requests,
            promised_visits=[
                PromisedOut(
                    visit_id=visit.pk,
                    customer_id=visit.work_order.request.customer_id,
                    technician_id=visit.technician_id,
                    starts_at=visit.starts_at,
                )
                for visit in moving.promised
            ],
            days=[DayAgainOut(region_id=region.pk, on=on) for region, on in moving.days],
        )


class HandOverOut(Out):
    id: UUID
    from_technician_id: UUID | None
    from_user_id: UUID | None
    to_technician_id: UUID | None
    to_user_id: UUID | None
    reason: str
    happened_at: datetime
    customers: int
    open_requests: int
    promised_visits: int

    @classmethod
    def of(cls, hand_over: HandOver) -> Self:
        return cls.model_validate(hand_over, from_attributes=True)


class HandedOverOut(HandOverOut):
    days: list[DayAgainOut]

    @classmethod
    def after(cls, done: HandedOver) -> Self:
        days = [
            DayAgainOut(region_id=region.pk, on=on, plan_version_id=version.pk if version else None)
            for region, on, version in done.days
        ]
        return cls(**HandOverOut.of(done.hand_over).model_dump(), days=days)
