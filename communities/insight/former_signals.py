"""What customers' answers tell the next plan, in minutes of travel.

Method. A mean of few answers says little, so it is drawn towards the mean of its surroundings. With answers
normal around a true mean, and true means normal around a prior mean m, the posterior mean after n answers of
mean y is

    m + n / (n + k) * (y - m)  =  (sum of answers + k * m) / (n + k)

where k is the variance of an answer over the variance of the true means. m is estimated from the answers (the
empirical part of empirical Bayes); k, the prior's weight in answers, is set by the policy. Sources: Efron and
Morris, "Data analysis using Stein's estimator and its generalizations", JASA 70 (1975) 311-319; Casella, "An
introduction to empirical Bayes data analysis", The American Statistician 39 (1985) 83-87.

Priority of a community: m is its region's mean. Each point by which the posterior mean stays below the target
makes leaving one of its visits out dearer by `minutes_per_point`.

Affinity of a technician and a community: what others would achieve there is the community's posterior mean
with this technician's answers removed, drawn towards the region's mean without them. The technician's own
answers there are drawn towards that expectation by the same formula, and each point of the difference that is
left is worth `minutes_per_point`. It contains the technician's general quality, because a plan asks who
should go there.

Both are capped, and are zero while answers are fewer than `min_answers`; for an affinity that holds for the
technician's answers there and for the others' answers in the region. Sums are whole numbers, so the order of
the input has no influence; minutes are rounded to 0.01 so that equal knowledge gives equal signals.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from communities.insight.scores import csat_mean


@dataclass(frozen=True, slots=True)
class Answers:
    """Satisfaction answers (CSAT 1 to 5) about one technician's visits in one community.

    Raises ValueError when the sum cannot come from that many answers.
    """

    technician: str
    community: str
    region: str
    csat_sum: int
    answers: int

    def __post_init__(self) -> None:
        csat_mean(self.csat_sum, self.answers)


@dataclass(frozen=True, slots=True)
class SignalPolicy:
    """How answers become minutes; ValueError when a number cannot be used."""

    target_csat: float = 4.2
    min_answers: int = 2
    prior_answers: float = 3.0
    minutes_per_point: float = 8.0
    cap_minutes: float = 15.0

    def __post_init__(self) -> None:
        if self.min_answers < 1 or self.prior_answers <= 0:
            raise ValueError("min_answers must be at least 1 and prior_answers above 0")
        if self.minutes_per_point < 0 or self.cap_minutes < 0:
            raise ValueError("minutes_per_point and cap_minutes must not be negative")


@dataclass(frozen=True, slots=True)
class Evidence:
    """The plain means and counts behind a signal; a community's own signal has no technician's."""

    community_csat: float
    community_answers: int
    region_csat: float
    technician_csat: float | None = None
    technician_answers: int = 0


@dataclass(frozen=True, slots=True)
class CommunityPriority:
    """Minutes added to the price of leaving out a visit in the community; 0 or more."""

    community: str
    region: str
    minutes: float
    estimated_csat: float
    target_csat: float
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class TechnicianAffinity:
    """Minutes of travel that sending the technician to the community is worth; negative where it is a loss.

    `expected_csat` is what others would achieve there; None when no one else has answers in the region.
    """

    technician: str
    community: str
    region: str
    minutes: float
    expected_csat: float | None
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Signals:
    """All signals of one reading, ordered by community and technician; zeros are kept for their evidence."""

    policy: SignalPolicy
    community_priority: tuple[CommunityPriority, ...]
    technician_affinity: tuple[TechnicianAffinity, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """A sum of scores and how many there are."""

    total: int = 0
    count: int = 0

    def plus(self, other: Tally) -> Tally:
        return Tally(self.total + other.total, self.count + other.count)

    def minus(self, other: Tally) -> Tally:
        return Tally(self.total - other.total, self.count - other.count)

    @property
    def mean(self) -> float:
        return self.total / self.count

    def shrunk(self, prior_mean: float, prior_answers: float) -> float:
        """The posterior mean (see the module's formula)."""
        return (self.total + prior_answers * prior_mean) / (self.count + prior_answers)


def tallies() -> defaultdict[Any, Tally]:
    return defaultdict(Tally)


@dataclass(slots=True)
class Totals:
    """Answers added up by pair, community, region, and technician within region."""

    region_of: dict[str, str] = field(default_factory=dict)
    pair: defaultdict[tuple[str, str], Tally] = field(default_factory=tallies)
    community: defaultdict[str, Tally] = field(default_factory=tallies)
    region: defaultdict[str, Tally] = field(default_factory=tallies)
    technician: defaultdict[tuple[str, str], Tally] = field(default_factory=tallies)

    def add(self, row: Answers) -> None:
        if self.region_of.setdefault(row.community, row.region) != row.region:
            raise ValueError(f"community {row.community} appears in two regions")
        more = Tally(row.csat_sum, row.answers)
        pair, technician = (row.community, row.technician), (row.region, row.technician)
        self.pair[pair] = self.pair[pair].plus(more)
        self.community[row.community] = self.community[row.community].plus(more)
        self.region[row.region] = self.region[row.region].plus(more)
        self.technician[technician] = self.technician[technician].plus(more)


def read_signals(rows: Iterable[Answers], policy: SignalPolicy | None = None) -> Signals:
    """The signals that answers give under a policy.

    Rows of the same pair are added up and rows without answers ignored.
    Raises ValueError when a community appears in two regions.
    """
    policy = policy or SignalPolicy()
    totals = Totals()
    for row in rows:
        if row.answers:
            totals.add(row)
    return Signals(
        policy=policy,
        community_priority=tuple(community_priority(totals, one, policy) for one in sorted(totals.community)),
        technician_affinity=tuple(
            technician_affinity(totals, community, technician, policy)
            for community, technician in sorted(totals.pair)
        ),
    )


def community_priority(totals: Totals, community: str, policy: SignalPolicy) -> CommunityPriority:
    """The signal of one community that has answers."""
    region = totals.region_of[community]
    own = totals.community[community]
    estimate = own.shrunk(totals.region[region].mean, policy.prior_answers)
    heard = own.count >= policy.min_answers
    return CommunityPriority(
        community=community,
        region=region,
        minutes=minutes(max(0.0, policy.target_csat - estimate), policy) if heard else 0.0,
        estimated_csat=round(estimate, 2),
        target_csat=policy.target_csat,
        evidence=evidence(totals, community),
    )


def technician_affinity(
    totals: Totals, community: str, technician: str, policy: SignalPolicy
) -> TechnicianAffinity:
    """The signal of one pair that has answers."""
    region = totals.region_of[community]
    own = totals.pair[community, technician]
    others_there = totals.community[community].minus(own)
    others_around = totals.region[region].minus(totals.technician[region, technician])
    expected = gain = None
    if others_around.count:
        expected = others_there.shrunk(others_around.mean, policy.prior_answers)
        gain = own.shrunk(expected, policy.prior_answers) - expected
    heard = min(own.count, others_around.count) >= policy.min_answers
    return TechnicianAffinity(
        technician=technician,
        community=community,
        region=region,
        minutes=minutes(gain, policy) if heard and gain is not None else 0.0,
        expected_csat=None if expected is None else round(expected, 2),
        evidence=evidence(totals, community, own),
    )


def evidence(totals: Totals, community: str, own: Tally | None = None) -> Evidence:
    """The means and counts behind a signal, rounded to 0.01."""
    there = totals.community[community]
    return Evidence(
        community_csat=round(there.mean, 2),
        community_answers=there.count,
        region_csat=round(totals.region[totals.region_of[community]].mean, 2),
        technician_csat=round(own.mean, 2) if own else None,
        technician_answers=own.count if own else 0,
    )


def minutes(points: float, policy: SignalPolicy) -> float:
    """Points of satisfaction as minutes of travel, capped on both sides."""
    capped = max(-policy.cap_minutes, min(policy.cap_minutes, policy.minutes_per_point * points))
    return round(capped, 2) + 0.0  # adding zero turns -0.0 into 0.0
