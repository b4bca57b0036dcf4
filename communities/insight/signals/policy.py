"""What a company wants of its signals: how much each is worth, and how far it may go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import inf

PLANNERS_CAP = 30.0
"""No more minutes of affinity count in the planner (`dispatch.solver.weights.Weights`)."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a number may be: finite, from `least` to `most`, these two included unless the bounds are open."""

    least: float
    most: float = inf
    is_open: bool = False

    def admit(self, value: float) -> bool:
        within = self.least < value < self.most if self.is_open else self.least <= value <= self.most
        return within and value < inf

    def __str__(self) -> str:
        if self.most < inf:
            return f"lie between {self.least:g} and {self.most:g}"
        if self.is_open:
            return f"be above {self.least:g}"
        return f"be at least {self.least:g}" if self.least else "not be negative"


@dataclass(frozen=True, slots=True)
class SignalPolicy:
    """How figures become minutes of travel; ValueError when a number cannot be used.

    - `target_csat` and `target_hit_rate` (share of requests resolved in time): a community below them comes first.
    - `min_answers`: fewer answers (for first-visit fix, visits; for upsell, offers) say nothing at all.
    - `half_life_days`: after so long, an answer counts half.
    - Of a technician: minutes for a point of satisfaction, for a first-visit fix (its whole probability), and
      for what he sells, at `minor_per_minute` (minor units of the organisation's currency that are worth a
      minute of travel) times `upsell_weight`; each capped, and together at most what the planner counts.
    - Of a community: minutes for a point of satisfaction, and for the whole of a hit rate, that are missing;
      capped together.
    - `equity_bound`: by so many minutes at most expected sales lift one community's visits above another's.
    - `duration_weight`: 0 plans with the durations of the service types, 1 with learned ones at
      `duration_quantile`, at most `duration_cap` times as long or as short.
    - `waiting_minutes`: what a day of waiting for the community's next service day costs a request;
      `service_day_relief`: the share of its penalty that a visit loses on other days, if it can wait.
    - `exploration_share`: of a region's community-weeks, those kept neutral for comparison.
    """

    target_csat: float = 4.2
    target_hit_rate: float = 0.9
    min_answers: int = 5
    half_life_days: float = 120.0
    csat_minutes: float = 4.0
    csat_cap: float = 12.0
    fix_minutes: float = 20.0
    fix_cap: float = 6.0
    upsell_weight: float = 1.0
    upsell_cap: float = 12.0
    minor_per_minute: float = 75.0
    priority_csat_minutes: float = 8.0
    priority_hit_minutes: float = 30.0
    priority_cap: float = 15.0
    equity_bound: float = 10.0
    duration_weight: float = 1.0
    duration_quantile: float = 0.5
    duration_cap: float = 1.5
    waiting_minutes: float = 10.0
    service_day_relief: float = 0.5
    exploration_share: float = 0.2

    def __post_init__(self) -> None:
        for name, bounds in BOUNDS.items():
            if not bounds.admit(getattr(self, name)):
                raise ValueError(f"{name} must {bounds}")
        if self.affinity_cap > PLANNERS_CAP:
            raise ValueError(f"the caps must not exceed {PLANNERS_CAP:g} together")

    @property
    def affinity_cap(self) -> float:
        """No technician is worth more minutes to a visit, nor fewer than minus as many."""
        return self.csat_cap + self.fix_cap + self.upsell_cap

    def neutral(self) -> SignalPolicy:
        """The same with every weight at zero: a plan made with it is the plan without signals."""
        return replace(
            self,
            csat_minutes=0.0,
            fix_minutes=0.0,
            upsell_weight=0.0,
            priority_csat_minutes=0.0,
            priority_hit_minutes=0.0,
            duration_weight=0.0,
            service_day_relief=0.0,
        )


AMOUNTS = (
    "csat_minutes",
    "csat_cap",
    "fix_minutes",
    "fix_cap",
    "upsell_weight",
    "upsell_cap",
    "priority_csat_minutes",
    "priority_hit_minutes",
    "priority_cap",
    "equity_bound",
    "waiting_minutes",
)

SHARES = ("target_hit_rate", "duration_weight", "service_day_relief", "exploration_share")
BOUNDS: Mapping[str, Bounds] = {
    "target_csat": Bounds(1, 5),
    "min_answers": Bounds(1),
    "half_life_days": Bounds(0, is_open=True),
    "minor_per_minute": Bounds(0, is_open=True),
    "duration_quantile": Bounds(0, 1, is_open=True),
    "duration_cap": Bounds(1),
    **dict.fromkeys(SHARES, Bounds(0, 1)),
    **dict.fromkeys(AMOUNTS, Bounds(0)),
}
"""What each field of a policy may be by itself."""
