"""What a minute of each term is worth, in minutes of travel."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dispatch.solver.validation import check_number


@dataclass(frozen=True, slots=True)
class Term:
    """One cost term: `weight` minutes of travel per unit (a minute; where there is nothing to measure, a
    case), counted up to `cap_min` units a time."""

    weight: float = 1.0
    cap_min: float | None = None

    def __post_init__(self) -> None:
        check_number("weights.weight", self.weight, minimum=0)
        if self.cap_min is not None:
            check_number("weights.cap_min", self.cap_min, minimum=0)

    def price(self, units: float) -> int:
        """So many units of this term as whole seconds of travel; the cap holds on both sides of zero."""
        if self.cap_min is not None:
            units = max(-self.cap_min, min(self.cap_min, units))
        return round(self.weight * units * 60)

    def prices(self, units: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
        """`price` of every element, equal to it to the unit."""
        if self.cap_min is not None:
            units = np.clip(units, -self.cap_min, self.cap_min)
        return np.rint(self.weight * units * 60).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Weights:
    """Every soft term, in the order in which a score lists them.

    Waiting is cheap because the technician is paid either way. A promise moved by an hour weighs as much as
    half an hour of driving, and another technician as much as a move by half an hour (`objective`).
    """

    travel: Term = Term()
    distance: Term = Term()
    waiting: Term = Term(weight=0.1)
    unassigned: Term = Term()
    community_entry: Term = Term()
    affinity: Term = Term(cap_min=30)
    preference: Term = Term(weight=10)
    continuity: Term = Term(weight=10)
    lateness: Term = Term(weight=0.5, cap_min=240)
    disturbance: Term = Term(weight=0.5, cap_min=120)
    overtime: Term = Term(weight=1.5)
    fairness: Term = Term(weight=0.25, cap_min=240)
    labour: Term = Term()
    shift_use: Term = Term()
