"""The words of the experiment, as they are stored and sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self


class Arm(StrEnum):
    """How a community's week is planned."""

    FEEDBACK = "feedback"
    NEUTRAL = "neutral"


class Verdict(StrEnum):
    """What feedback does, as far as is known."""

    HELPS = "helps"
    HARMS = "harms"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """One outcome: its level in each arm, and the effect of feedback from `low` to `high`, in the outcome's unit.

    A level is None where nothing was counted; effect, interval and `p` while there is too little to tell.
    `weeks_needed` are how many more weeks it takes to see an effect that is worth knowing; None where that cannot be
    said, where it takes more than two years, and where something has been seen.
    """

    outcome: str
    neutral: float | None
    feedback: float | None
    effect: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    weeks_needed: int | None = None
    verdict: Verdict = Verdict.UNKNOWN

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        """From its fields as JSON keeps them."""
        return cls(**{**stored, "verdict": Verdict(stored["verdict"])})

    @property
    def interval(self) -> tuple[float, float, float] | None:
        """Low end, effect and high end; None while there is too little to tell."""
        if self.low is None or self.effect is None or self.high is None:
            return None
        return self.low, self.effect, self.high
