"""What a region wants of its signals."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, model_validator

from api.schemas.base import Day, In, Out
from communities.insight.signals import SignalPolicy
from communities.models import Policy
from communities.services.signal_rows import policy_of
from dispatch.models import PolicyPreview

DEFAULT = SignalPolicy()
MOST_ITERATIONS = 200_000  # three solves of so many end well within a preview's lease


class PolicyValues(In):
    """What signals are worth, in minutes of travel, and how far they may go. What is left out is the default."""

    target_csat: float = DEFAULT.target_csat
    target_hit_rate: Annotated[float, Field(description="Share of requests resolved in time.")] = (
        DEFAULT.target_hit_rate
    )
    min_answers: Annotated[int, Field(description="Fewer answers, visits or offers say nothing.")] = (
        DEFAULT.min_answers
    )
    half_life_days: Annotated[float, Field(description="After so long an answer counts half.")] = (
        DEFAULT.half_life_days
    )
    csat_minutes: Annotated[float, Field(description="For a point that a technician adds.")] = (
        DEFAULT.csat_minutes
    )
    csat_cap: float = DEFAULT.csat_cap
    fix_minutes: Annotated[float, Field(description="For a first-visit fix.")] = DEFAULT.fix_minutes
    fix_cap: float = DEFAULT.fix_cap
    upsell_weight: Annotated[float, Field(description="Times what a technician sells, in minutes.")] = (
        DEFAULT.upsell_weight
    )
    upsell_cap: float = DEFAULT.upsell_cap
    minor_per_minute: Annotated[float, Field(description="Minor units worth a minute of travel.")] = (
        DEFAULT.minor_per_minute
    )
    priority_csat_minutes: Annotated[float, Field(description="For a point a community is owed.")] = (
        DEFAULT.priority_csat_minutes
    )
    priority_hit_minutes: Annotated[float, Field(description="For a whole hit rate it is owed.")] = (
        DEFAULT.priority_hit_minutes
    )
    priority_cap: float = DEFAULT.priority_cap
    equity_bound: Annotated[
        float, Field(description="Minutes that sales lift one community above another.")
    ] = DEFAULT.equity_bound
    duration_weight: Annotated[float, Field(description="0: service types' durations. 1: learned ones.")] = (
        DEFAULT.duration_weight
    )
    duration_quantile: float = DEFAULT.duration_quantile
    duration_cap: Annotated[float, Field(description="Times as long or as short, at most.")] = (
        DEFAULT.duration_cap
    )
    waiting_minutes: Annotated[float, Field(description="What a day of waiting costs a request.")] = (
        DEFAULT.waiting_minutes
    )
    service_day_relief: Annotated[float, Field(description="Share of the penalty lost on other days.")] = (
        DEFAULT.service_day_relief
    )
    exploration_share: Annotated[float, Field(description="Of community-weeks, kept neutral.")] = (
        DEFAULT.exploration_share
    )

    @model_validator(mode="after")
    def _usable(self) -> Self:
        self.given()
        return self

    def given(self) -> SignalPolicy:
        """Raises ValueError for what cannot be used."""
        return SignalPolicy(**self.model_dump())


class PolicyIn(In):
    region: UUID
    reason: Annotated[str, Field(min_length=1, max_length=500, description="Why it changes.")]
    policy: PolicyValues
    seen: Annotated[
        int | None,
        Field(
            ge=0,
            description="The version it is to follow, 0 for the default; 412 if there is another by now.",
        ),
    ] = None


class PreviewIn(In):
    region: UUID
    on: Day
    policy: PolicyValues
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1
    iterations: Annotated[int | None, Field(ge=1, le=MOST_ITERATIONS)] = None


class PreviewOut(Out):
    id: UUID
    region_id: UUID
    on: date
    state: str
    progress: Annotated[int, Field(description="Per cent.")]
    against_id: Annotated[
        UUID | None, Field(description="The policy it is compared with; null: the default.")
    ]
    policy: dict[str, Any]
    seed: int
    iterations: int
    result: Annotated[
        dict[str, Any],
        Field(
            description=(
                "Once done: `before` (the region's policy) and `after` (this one), each with travel_minutes, "
                "unassigned, promises (customers told something else), minutes by cost term, csat_added (mean points "
                "that technicians add) and upsell_added_minor; `communities` with visits that move, both ways; "
                "`moved`: who would go elsewhere, and why."
            )
        ),
    ]
    error: str
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, preview: PolicyPreview) -> Self:
        return cls.model_validate(preview, from_attributes=True)


class PolicyOut(Out):
    id: UUID
    region_id: UUID
    version: int
    policy: dict[str, Any]
    reason: str
    author_id: UUID | None
    created_at: datetime

    @classmethod
    def of(cls, policy: Policy) -> Self:
        return cls(
            id=policy.id,
            region_id=policy.region_id,
            version=policy.version,
            policy=asdict(policy_of(policy.content)),
            reason=policy.reason,
            author_id=policy.author_id,
            created_at=policy.created_at,
        )
