"""Everybody's fair share of the paid time to come, so that hours even out over weeks and not only today."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from dispatch.solver.shift import Shift
from dispatch.solver.validation import check_whole, check_wholes

Hours = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fairness:
    """What is to be shared out among shifts: `target_s` and `paid_before_s` of `fair_shares`."""

    target_s: int
    paid_before_s: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_whole("fairness.target_s", self.target_s, minimum=0)
        check_wholes("fairness.paid_before_s", self.paid_before_s, minimum=0)

    def shared(self, shifts: Sequence[Shift]) -> tuple[Shift, ...]:
        """The shifts with their fair shares; what one has already stands."""
        shares = fair_shares(shifts, self.paid_before_s, self.target_s)
        return tuple(
            replace(shift, fair_s=shares[shift.id]) if shift.fair_s is None else shift for shift in shifts
        )


def fair_shares(shifts: Sequence[Shift], paid_before_s: Mapping[str, int], target_s: int) -> dict[str, int]:
    """Shift → its `fair_s`: how `target_s` of paid time are best shared out.

    Paid hours, those before included, are to stand in proportion to the time each technician offers now: work
    goes where least has been paid per hour offered until all are level, as water fills a vessel. Nobody gets
    more than he offers; one who is ahead already gets none. A technician's share is spread over his shifts in
    proportion to their lengths, breaks not counted.

    - `paid_before_s`: technician → paid seconds of the weeks looked at; unnamed technicians have none.
    - `target_s`: paid seconds to share; beyond what all shifts hold, every shift is filled.

    Each share is rounded to the second by itself.

    Raises:
        ProblemError: a negative or broken number.
    """
    Fairness(target_s, paid_before_s)
    offered: dict[str, int] = defaultdict(int)
    for shift in shifts:
        offered[shift.technician] += _length_s(shift)
    able = [technician for technician, seconds in offered.items() if seconds]
    shares = _levelled(
        np.array([paid_before_s.get(technician, 0) for technician in able], dtype=np.float64),
        np.array([offered[technician] for technician in able], dtype=np.float64),
        float(target_s),
    )
    used = dict(zip(able, shares / [offered[technician] for technician in able], strict=True))
    return {shift.id: round(_length_s(shift) * used.get(shift.technician, 0.0)) for shift in shifts}


def _length_s(shift: Shift) -> int:
    """The time a shift can be paid for."""
    return max(0, shift.latest_s - shift.earliest_s - sum(pause.duration_s for pause in shift.breaks))


def _levelled(paid: Hours, offered: Hours, target: float) -> Hours:
    """The shares that sum to `target` and level (paid + share) / offered.

    What fits below a level rises with it in straight lines between the levels at which somebody begins to take
    part or is full, so the right one is found by interpolation.
    """
    if not len(offered):
        return offered
    levels = np.unique(np.concatenate([paid / offered, paid / offered + 1]))
    below = np.array([_below(level, paid, offered).sum() for level in levels])
    level = float(np.interp(target, below, levels))
    return _below(level, paid, offered)


def _below(level: float, paid: Hours, offered: Hours) -> Hours:
    """What each takes on below a level of paid seconds per second offered."""
    share: Hours = np.clip(level * offered - paid, 0, offered)
    return share
