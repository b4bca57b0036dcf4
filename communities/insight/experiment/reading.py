"""A reading of the experiment: what may be said on a night of each outcome, and of feedback in all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import isfinite

import numpy as np

from communities.insight.experiment.boundary import reach, weeks_until_known
from communities.insight.experiment.effect import (
    Panel,
    Whole,
    chance_alone,
    drawn_again,
    effect_of,
)
from communities.insight.experiment.words import Arm, Finding, Verdict

DRAWS = 999
FEWEST_WEEKS = 4
FEWEST_COMMUNITIES = 6  # in each arm, over all weeks; with fewer the error itself is a guess
MOST_WEEKS = 104  # that are read, and that may be waited for
WIDTH = 2.0  # of the mixture, in effects worth knowing: large harms are found early, small gains hardly later


@dataclass(frozen=True, slots=True)
class Cell:
    """What a community's week came to, as sums; a week in which nothing happened has a cell too, for it was drawn."""

    community: str
    week_on: date
    arm: Arm
    visits: int = 0
    csat_sum: int = 0
    csat_answers: int = 0
    upsell_minor: int = 0
    resolved: int = 0
    resolved_on_time: int = 0
    travel_minutes: float = 0.0
    travelled: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """A quotient of two sums of a cell.

    `worth` is the effect that is worth knowing: in the outcome's unit, or as a part of its level where `relative`.
    `answered`: from what customers said, so that few of them are not shown.
    """

    name: str
    part: str
    of: str
    worth: float
    relative: bool = False
    less_is_better: bool = False
    answered: bool = False


OUTCOMES = (
    Outcome("csat", "csat_sum", "csat_answers", worth=0.2, answered=True),
    Outcome("upsell", "upsell_minor", "visits", worth=0.2, relative=True),
    Outcome("hit_rate", "resolved_on_time", "resolved", worth=0.05),
    Outcome("travel", "travel_minutes", "travelled", worth=0.1, relative=True, less_is_better=True),
)


@dataclass(frozen=True, slots=True)
class ExperimentPolicy:
    """How the experiment is read; ValueError when a number cannot be used.

    Visits of a week's first `settling_days` count for neither arm: what the week before left undone is done in them.
    `alpha` is the probability of any wrong interval at all: for all outcomes together, on all nights. Feedback may cost
    `travel_bound` of the neutral travel. A level of fewer than `min_answers` is not told.
    """

    settling_days: int = 1
    alpha: float = 0.05
    travel_bound: float = 0.03
    min_answers: int = 5

    def __post_init__(self) -> None:
        if not 0 < self.alpha < 1:
            raise ValueError("alpha must be between 0 and 1")
        if not 0 <= self.settling_days < 7 or self.travel_bound < 0:
            raise ValueError("settling_days must be 0 to 6, travel_bound not negative")


@dataclass(frozen=True, slots=True)
class Reading:
    """All outcomes on a night. Feedback harms where it harms one, and helps where it helps one and harms none."""

    weeks: int
    communities: int
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict:
        found = {finding.verdict for finding in self.findings}
        return next((one for one in (Verdict.HARMS, Verdict.HELPS) if one in found), Verdict.UNKNOWN)


def read_experiment(cells: Sequence[Cell], policy: ExperimentPolicy | None = None) -> Reading:
    """What cells of whole weeks say, whatever their order; a community has one cell in a week at most."""
    policy = policy or ExperimentPolicy()
    ordered = sorted(cells, key=lambda cell: (cell.week_on, cell.community))
    return Reading(
        weeks=len({cell.week_on for cell in cells}),
        communities=len({cell.community for cell in cells}),
        findings=tuple(_finding(ordered, outcome, policy) for outcome in OUTCOMES),
    )


def _finding(cells: Sequence[Cell], outcome: Outcome, policy: ExperimentPolicy) -> Finding:
    """One outcome; with the numbers as soon as they can be relied on."""
    counted = [cell for cell in cells if getattr(cell, outcome.of)]
    feedback, neutral = (_told([cell for cell in counted if cell.arm is arm], outcome, policy) for arm in Arm)
    found = Finding(outcome.name, neutral=neutral, feedback=feedback)
    worth = outcome.worth * ((_level(counted, outcome) or 0.0) if outcome.relative else 1.0)
    effect = effect_of(_panel(counted, outcome)) if _enough(counted) and worth > 0 else None
    if effect is None:
        return found
    weeks = len({cell.week_on for cell in counted})
    alpha, width = policy.alpha / len(OUTCOMES), WIDTH * worth
    until = weeks_until_known(effect, weeks, worth=worth, width=width, alpha=alpha, most=MOST_WEEKS)
    found = replace(found, weeks_needed=None if until is None else until - weeks)
    either_way = reach(effect, width=width, alpha=alpha)
    return _judged(found, effect.estimate, either_way, cells, outcome, policy)


def _judged(
    found: Finding,
    effect: float,
    either_way: float,
    cells: Sequence[Cell],
    outcome: Outcome,
    policy: ExperimentPolicy,
) -> Finding:
    """With effect, interval, p-value and verdict; as it was where the interval would have no end."""
    if not isfinite(either_way):
        return found
    low, high = effect - either_way, effect + either_way
    if outcome.less_is_better:
        verdict = _verdict(-high, -low, policy.travel_bound * (found.neutral or 0.0))
    else:
        verdict = _verdict(low, high, 0.0)
    needed = found.weeks_needed if verdict is Verdict.UNKNOWN else None
    p = _p(cells, outcome)
    return replace(found, effect=effect, low=low, high=high, p=p, weeks_needed=needed, verdict=verdict)


def _verdict(least_gain: float, most_gain: float, may_cost: float) -> Verdict:
    if most_gain < -may_cost:
        return Verdict.HARMS
    return Verdict.HELPS if least_gain > 0 else Verdict.UNKNOWN


def _level(cells: Sequence[Cell], outcome: Outcome) -> float | None:
    """The quotient of all cells together, None without anything to divide by."""
    whole = sum(getattr(cell, outcome.of) for cell in cells)
    return float(sum(getattr(cell, outcome.part) for cell in cells)) / whole if whole else None


def _told(cells: Sequence[Cell], outcome: Outcome, policy: ExperimentPolicy) -> float | None:
    """The level, unless so few people answered that it would tell what one of them said."""
    few = outcome.answered and sum(getattr(cell, outcome.of) for cell in cells) < policy.min_answers
    return None if few else _level(cells, outcome)


def _enough(cells: Sequence[Cell]) -> bool:
    weeks = {cell.week_on for cell in cells}
    places = [{cell.community for cell in cells if cell.arm is arm} for arm in Arm]
    return len(weeks) >= FEWEST_WEEKS and min(map(len, places)) >= FEWEST_COMMUNITIES


def _panel(cells: Sequence[Cell], outcome: Outcome) -> Panel:
    weight = np.array([getattr(cell, outcome.of) for cell in cells], dtype=float)
    return Panel(
        community=_numbered([cell.community for cell in cells]),
        week=_numbered([cell.week_on for cell in cells]),
        value=np.array([getattr(cell, outcome.part) for cell in cells], dtype=float) / weight,
        weight=weight,
        feedback=np.array([cell.arm is Arm.FEEDBACK for cell in cells]),
    )


def _numbered(names: Sequence[object]) -> Whole:
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return np.array([numbers[name] for name in names], dtype=np.intp)


def _p(cells: Sequence[Cell], outcome: Outcome) -> float:
    """All communities that were drawn are drawn again; those with something to count are compared."""
    counts = np.array([bool(getattr(cell, outcome.of)) for cell in cells])
    feedback = np.array([cell.arm is Arm.FEEDBACK for cell in cells])
    drawn = drawn_again(_numbered([cell.week_on for cell in cells]), feedback, DRAWS)
    counted = [cell for cell, counted in zip(cells, counts, strict=True) if counted]
    return chance_alone(_panel(counted, outcome), drawn[:, counts])
