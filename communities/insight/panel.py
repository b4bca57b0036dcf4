"""Communities week by week: what a regression of revenue on service reads.

A week of a community is a row of counts. What is explained (`REVENUE`) and what may explain it (`SERVICE`) are
ratios of two of them. A week in which nothing was counted below the line says nothing: as an outcome it is left
out, as an explanation it stands at the community's own mean and so moves nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

LAST_LAG = 26  # weeks; lag 0 is the same week
WEEKS_SEEN = 26  # weeks of outcomes, each with all its lags, before anything is said
COMMUNITIES_SEEN = 10  # with fewer clusters no interval is worth its name (Cameron, Gelbach and Miller 2008)


@dataclass(frozen=True, slots=True)
class Week:
    """The counts of one community in the week that begins on a Monday."""

    community: str
    monday: date
    csat_sum: int = 0
    csat_answers: int = 0
    arrivals_on_time: int = 0
    arrivals: int = 0
    visits_fixed: int = 0
    first_visits: int = 0
    repurchased: int = 0
    repurchase_base: int = 0
    invoiced_minor: int = 0
    invoices: int = 0


@dataclass(frozen=True, slots=True)
class Ratio:
    """Two counts of a week, one over the other. `step` is the improvement that effects are told for; the ratio is
    known once `settles` weeks have passed."""

    part: str
    whole: str
    step: float = 1.0
    settles: int = 0

    @property
    def weeks_needed(self) -> int:
        """Weeks of history before it can be explained."""
        return LAST_LAG + WEEKS_SEEN + self.settles


SERVICE = {
    "csat": Ratio("csat_sum", "csat_answers"),
    "on_time": Ratio("arrivals_on_time", "arrivals", step=0.1),
    "first_visit_fix": Ratio("visits_fixed", "first_visits", step=0.1),
}
"""What may explain: a point of CSAT, ten points of a percentage."""

REVENUE = {
    "repurchase": Ratio("repurchased", "repurchase_base", settles=13),  # the 90 days have to pass
    "ticket": Ratio("invoiced_minor", "invoices"),
}
"""What is explained: the share of customers served who come back within 90 days, and the average invoice."""


@dataclass(frozen=True, slots=True)
class Need:
    """What is missing before a number can be said: how many there are, and how many it takes."""

    what: str
    have: int
    need: int


@dataclass(frozen=True, slots=True)
class Panel:
    """Counts by name, each an array of communities × consecutive weeks. Both in order, so that the same weeks give
    the same panel however they come."""

    counts: dict[str, Floats]
    communities: int
    weeks: int

    def ratio(self, ratio: Ratio) -> tuple[Floats, Floats]:
        """The ratio, NaN where there is nothing to divide by; and what it is divided by."""
        part, whole = self.counts[ratio.part], self.counts[ratio.whole]
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(whole > 0, part / whole, np.nan), whole

    def around_mean(self, ratio: Ratio) -> Floats:
        """The ratio less the community's own over all weeks, in steps; 0 where nothing is known."""
        found, whole = self.ratio(ratio)
        own = self.counts[ratio.part].sum(axis=1) / np.maximum(whole.sum(axis=1), 1.0)
        around: Floats = np.nan_to_num((found - own[:, None]) / ratio.step)
        return around

    def missing(self, outcome: Ratio) -> tuple[Need, ...]:
        """What the panel lacks to explain `outcome`; nothing when it is enough."""
        needs = (
            Need("weeks", self.weeks, outcome.weeks_needed),
            Need("communities", self._heard(outcome), COMMUNITIES_SEEN),
            Need("community_weeks", self._told(outcome), COMMUNITIES_SEEN * WEEKS_SEEN),
        )
        return tuple(need for need in needs if need.have < need.need)

    def _told(self, outcome: Ratio) -> int:
        """Weeks of communities that have an outcome and all its lags."""
        return int((self.counts[outcome.whole][:, LAST_LAG : self.weeks - outcome.settles] > 0).sum())

    def _heard(self, outcome: Ratio) -> int:
        """Communities with answers, and with at least two weeks of the outcome: one alone is its own mean."""
        told = (self.counts[outcome.whole] > 0).sum(axis=1) >= 2
        answered = self.counts["csat_answers"].sum(axis=1) > 0
        return int((told & answered).sum())


def panel_of(weeks: Sequence[Week]) -> Panel:
    """The panel from the first week to the last; weeks without a row count nothing.

    Raises ValueError when a community's week comes twice, or does not begin on a Monday.
    """
    if any(week.monday.weekday() for week in weeks):
        raise ValueError("a week begins on a Monday")
    if len({(week.community, week.monday) for week in weeks}) < len(weeks):
        raise ValueError("a community's week comes twice")
    rows = {name: row for row, name in enumerate(sorted({week.community for week in weeks}))}
    first = min((week.monday for week in weeks), default=date.min)
    columns = [(week.monday - first).days // 7 for week in weeks]
    shape = (len(rows), max(columns, default=-1) + 1)
    counts = {}
    for name in (name for ratio in (SERVICE | REVENUE).values() for name in (ratio.part, ratio.whole)):
        counts[name] = np.zeros(shape)
        for week, column in zip(weeks, columns, strict=True):
            counts[name][rows[week.community], column] = getattr(week, name)
    return Panel(counts, *shape)
