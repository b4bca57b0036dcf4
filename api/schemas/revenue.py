"""What the weeks say about service and revenue, and the goals of regions."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from api.schemas.base import Day, In, Out
from communities.models import Goal, LagReading
from communities.services.goals import GoalGiven

Target = Annotated[
    Decimal,
    Field(gt=0, max_digits=16, decimal_places=4, description="In the figure's own unit: shares are 0 to 1."),
]


class NeedOut(Out):
    """What is missing: `have` of them are there, `need` it takes."""

    what: str = Field(examples=["weeks", "communities", "community_weeks", "independent_communities"])
    have: int
    need: int


class BandOut(Out):
    """An estimate for each lag from 0 to 26 weeks, with the 95 % interval of each by itself."""

    value: list[float]
    low: list[float]
    high: list[float]


class AssociationOut(Out):
    """What one step of a measure goes with: a point of CSAT, ten percentage points of a share. An association."""

    weekly: BandOut
    cumulative: BandOut = Field(description="What a lasting step goes with after so many weeks.")
    half_shown: int | None = Field(description="Weeks until half has shown; null when it may be nothing.")


class OutcomeOut(Out):
    communities: int
    weeks: int
    missing: list[NeedOut]
    associations: dict[str, AssociationOut]


class LagReadingOut(Out):
    """`region_id` null: all regions together. `is_borrowed`: the region has too little, and shows that of all.

    `stake_minor` is what a point of CSAT goes with in a year, with its interval.
    """

    id: UUID
    region_id: UUID | None
    through_on: date
    outcomes: dict[str, OutcomeOut]
    is_borrowed: bool
    stake_minor: int | None
    stake_low_minor: int | None
    stake_high_minor: int | None
    currency: str
    inputs_hash: str
    code_version: str
    created_at: datetime

    @classmethod
    def of(cls, reading: LagReading) -> Self:
        return cls.model_validate(reading, from_attributes=True)


class GoalIn(In):
    region: UUID
    measure: Goal.Measure
    target: Target
    by_on: Day
    owner: Annotated[str, Field(max_length=150, description="A username; yours unless given.")] = ""

    def given(self) -> GoalGiven:
        return GoalGiven(target=self.target, by_on=self.by_on, owner=self.owner or None)


class GoalPatch(In):
    """What is given changes; `dropped` ends it, and lets another be set."""

    target: Target | None = None
    by_on: Day | None = None
    owner: Annotated[str | None, Field(max_length=150)] = None
    dropped: bool | None = None

    def given(self) -> GoalGiven:
        return GoalGiven(target=self.target, by_on=self.by_on, owner=self.owner, is_dropped=self.dropped)


class SlopeOut(Out):
    """Change in a week (Theil and Sen), with its 95 % interval."""

    value: float
    low: float
    high: float


class ExpectedOut(Out):
    """When the goal is reached if the trend goes on; `latest` null: the slow end takes more than five years."""

    on: date
    earliest: date
    latest: date | None


class ProgressOut(Out):
    state: str = Field(examples=["on_track", "late", "reached", "unknown"])
    current: float | None
    trend: SlopeOut | None
    expected: ExpectedOut | None = Field(description="Null unless the trend leads there and is clear.")
    weeks: list[tuple[int, float]] = Field(description="Number of the week, and its figure.")


class GoalOut(Out):
    id: UUID
    region_id: UUID
    measure: str
    target: Decimal
    by_on: date
    owner: str
    dropped: bool
    measured_on: date | None
    progress: ProgressOut

    @classmethod
    def of(cls, goal: Goal) -> Self:
        return cls(
            id=goal.id,
            region_id=goal.region_id,
            measure=goal.measure,
            target=goal.target,
            by_on=goal.by_on,
            owner=goal.owner.username,
            dropped=goal.is_dropped,
            measured_on=goal.measured_on,
            progress=ProgressOut.model_validate(goal.progress),
        )
