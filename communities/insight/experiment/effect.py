"""What feedback did to one outcome: a difference between arms, how sure it is, and whether chance alone would do it.

The outcome y of community c in week w, the mean of n visits (or answers), is taken to be

    y = level of c + level of w + effect * (planned with feedback) + error,  weighted by n.

Neither a content community nor a week of storms counts for an arm. By the theorem of Frisch, Waugh and Lovell the
effect is found after both levels have been taken out of the outcome and of the arms.

The error comes from leaving out one community after the other (the cluster jackknife CV3), because a community's
weeks resemble one another: MacKinnon, Nielsen and Webb, "Fast and reliable jackknife and bootstrap methods for
cluster-robust inference", Journal of Applied Econometrics 38 (2023) 671-694. It is judged by Student's distribution
with one degree of freedom less than there are communities.

The p-value supposes nothing of the kind: arms are drawn again as they were drawn, and an effect as large as ours is
counted (Fisher, The Design of Experiments, 1935).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]
Whole = NDArray[np.intp]
Flags = NDArray[np.bool_]

TINY = 1e-9  # of a whole: what is left of it is rounding


@dataclass(frozen=True, slots=True)
class Panel:
    """Community-weeks of one outcome, as arrays of equal length; communities and weeks are numbered from 0."""

    community: Whole
    week: Whole
    value: Real
    weight: Real
    feedback: Flags


@dataclass(frozen=True, slots=True)
class Effect:
    """With feedback less without it, in the outcome's unit; its standard error, and the degrees of freedom of that."""

    estimate: float
    error: float
    degrees: int


def effect_of(panel: Panel) -> Effect | None:
    """None where the arms cannot be told from communities and weeks, or there is one community only."""
    levels, root = _levels(panel), np.sqrt(panel.weight)
    arm = _beyond(levels, root * panel.feedback)
    information = float(arm @ arm)
    if information <= TINY * panel.weight.sum() or not panel.community.any():
        return None
    outcome = _beyond(levels, root * panel.value)
    estimate = float(arm @ outcome) / information
    fitted = np.column_stack([levels, arm / np.sqrt(information)])
    shifts = _shifts(panel.community, fitted, arm / information, outcome - estimate * arm)
    groups = len(shifts)
    error = float(np.sqrt((groups - 1) / groups * (shifts @ shifts)))
    return Effect(estimate, error, groups - 1)


def chance_alone(panel: Panel, drawn: Flags) -> float:
    """The p-value: how often arms drawn anew give an effect at least as large, either way; our own counts as one.

    `drawn` has a row for each draw and a column for each row of the panel.
    """
    levels, root = _levels(panel), np.sqrt(panel.weight)
    outcome = _beyond(levels, root * panel.value)
    arms = _beyond(levels, root[:, None] * np.column_stack([panel.feedback, drawn.T]))
    information = (arms * arms).sum(axis=0)
    found = np.abs(outcome @ arms) / np.maximum(information, TINY * panel.weight.sum())
    return float(np.mean(found >= found[0] * (1 - TINY)))


def drawn_again(week: Whole, feedback: Flags, draws: int, seed: int = 0) -> Flags:
    """Arms as the design could have drawn them, a row for each draw: as many held out in each week, others."""
    chance = np.random.default_rng(seed)
    drawn = np.tile(feedback, (draws, 1))
    for one in np.unique(week):
        drawn[:, week == one] = chance.permuted(drawn[:, week == one], axis=1)
    return drawn


def _levels(panel: Panel) -> Real:
    """Orthonormal columns that span what levels of communities and weeks can explain of weighted rows."""
    rows = np.arange(len(panel.week))
    levels = np.zeros((len(rows), panel.community.max() + panel.week.max() + 2))
    root = np.sqrt(panel.weight)
    levels[rows, panel.community] = levels[rows, panel.community.max() + 1 + panel.week] = root
    span, sizes, _ = np.linalg.svd(levels, full_matrices=False)
    kept: Real = span[:, sizes > TINY * sizes[0]]
    return kept


def _beyond(levels: Real, columns: Real) -> Real:
    """What levels cannot explain of weighted columns."""
    beyond: Real = columns - levels @ (levels.T @ columns)
    return beyond


def _shifts(community: Whole, fitted: Real, influence: Real, residual: Real) -> Real:
    """By how much the estimate would fall without each community.

    `fitted` are orthonormal columns of all that is estimated, `influence` what a unit of each row adds to the estimate.
    A community's own level goes with it, hence the pseudoinverse.
    """
    shifts = []
    for one in np.unique(community):
        rows = community == one
        own = np.eye(int(rows.sum())) - fitted[rows] @ fitted[rows].T
        shifts.append(influence[rows] @ np.linalg.pinv(own, rcond=TINY, hermitian=True) @ residual[rows])
    return np.array(shifts)
