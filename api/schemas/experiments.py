"""The experiment: readings of a region, and where it stands."""

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field

from api.schemas.base import In, Out
from communities.insight.experiment.sentences import meaning
from communities.insight.experiment.words import Finding
from communities.insight.sentences import Language
from communities.models import ExperimentReading, FeedbackSuspension, Region
from communities.selectors.experiment import standing_of

Reason = Annotated[str, Field(min_length=1, max_length=500)]


class FindingOut(Out):
    """One outcome: `csat` (1 to 5), `upsell` (minor units a visit), `hit_rate` (0 to 1), `travel` (minutes a visit)."""

    outcome: str
    neutral: float | None = Field(description="The level without feedback; null where nothing was counted.")
    feedback: float | None
    effect: float | None = Field(
        description="With feedback less without it; null while there is too little to tell."
    )
    low: float | None = Field(
        description="The interval of the effect, which holds for all outcomes and all nights."
    )
    high: float | None
    p: float | None = Field(description="How often arms drawn by chance alone differ as much.")
    weeks_needed: int | None = Field(description="About how many more weeks it takes to see a useful effect.")
    verdict: str
    meaning: str = Field(description="In words, in the language asked for.")

    @classmethod
    def of(cls, finding: Finding, language: Language) -> Self:
        return cls(
            outcome=finding.outcome,
            neutral=finding.neutral,
            feedback=finding.feedback,
            effect=finding.effect,
            low=finding.low,
            high=finding.high,
            p=finding.p,
            weeks_needed=finding.weeks_needed,
            verdict=finding.verdict,
            meaning=meaning(finding, language),
        )


class ReadingOut(Out):
    id: UUID
    region_id: UUID
    read_at: datetime
    first_on: date
    through_on: date
    weeks: int
    communities: int
    findings: list[FindingOut]
    verdict: str = Field(description="helps, harms or unknown.")
    policy: dict[str, Any]
    inputs_hash: str
    code_version: str

    @classmethod
    def of(cls, reading: ExperimentReading, language: Language) -> Self:
        return cls(
            id=reading.id,
            region_id=reading.region_id,
            read_at=reading.created_at,
            first_on=reading.first_on,
            through_on=reading.through_on,
            weeks=reading.weeks,
            communities=reading.communities,
            findings=[FindingOut.of(finding, language) for finding in reading.found],
            verdict=reading.verdict,
            policy=reading.policy,
            inputs_hash=reading.inputs_hash,
            code_version=reading.code_version,
        )


class SuspensionOut(Out):
    """A time in which a region is planned without feedback, because a reading says that it harms."""

    id: UUID
    region_id: UUID
    reading_id: UUID
    began_at: datetime
    ended_at: datetime | None
    ended_reason: str

    @classmethod
    def of(cls, suspension: FeedbackSuspension) -> Self:
        return cls.model_validate(suspension, from_attributes=True)


class ExperimentOut(Out):
    """Where a region stands: its newest reading, and whether it is planned without feedback meanwhile."""

    region_id: UUID
    region_code: str
    reading: ReadingOut | None = Field(description="Null before the first whole week with arms.")
    suspension: SuspensionOut | None = Field(description="Null while the region is planned with feedback.")

    @classmethod
    def of(cls, region: Region, language: Language) -> Self:
        """Of a region that `experiment_list` gave."""
        reading, suspension = standing_of(region)
        return cls(
            region_id=region.id,
            region_code=region.code,
            reading=ReadingOut.of(reading, language) if reading else None,
            suspension=SuspensionOut.of(suspension) if suspension else None,
        )


class ResumeIn(In):
    reason: Reason
