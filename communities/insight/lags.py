"""From service to revenue: how long after a better week customers come back more, or spend more.

Method. For community i and week t

    outcome(i, t) = community(i) + week(t) + sum over measures m and lags l = 0..26 of beta(m, l) x(m, i, t - l) + error

by least squares, weighted by what the outcome is a ratio of. Communities' own levels and everything that happens to
all of them in a week (season, prices, advertising) are taken out by the fixed effects. Twenty-seven free lags would be
noise, so the betas of a measure are a smooth curve of its lag: a cubic spline with one knot, five numbers. Almon's
polynomial ("The distributed lag between capital appropriations and expenditures", Econometrica 33 (1965) 178-196) is
the same without the knot, which lets the curve be quick at first and slow later: it stands in the middle of the lags'
logarithms (Gasparrini, "Distributed lag linear and non-linear models in R", J. Stat. Software 43 (2011) 8).

The sum of the betas up to a lag is what a lasting improvement by one step goes with after so many weeks. Intervals hold
for each lag by itself, with 95 %, and are those of communities.insight.clustered.

What it is not. It is an association: who improves service in a community may do other things there as well. Weeks with
few answers measure satisfaction badly, which draws the figures towards zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from communities.insight.clustered import LEAST_FREEDOM, spread
from communities.insight.panel import (
    LAST_LAG,
    REVENUE,
    SERVICE,
    Floats,
    Need,
    Panel,
    Ratio,
    Week,
    Whole,
    panel_of,
)

CONFIDENCE = 0.95
KNOT = (LAST_LAG + 1) ** 0.5 - 1.0
STILL = 1e-9  # variance below which a measure has not moved


@dataclass(frozen=True, slots=True)
class Band:
    """An estimate for each lag, with its interval."""

    value: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Association:
    """What one step of a measure goes with. `half_shown` is the first lag by which half of the whole has shown; None
    when the whole cannot be told from nothing."""

    weekly: Band
    cumulative: Band
    half_shown: int | None

    @property
    def whole(self) -> tuple[float, float, float]:
        """What a lasting step goes with in the end: the estimate, and its interval."""
        return self.cumulative.value[-1], self.cumulative.low[-1], self.cumulative.high[-1]


@dataclass(frozen=True, slots=True)
class OutcomeReading:
    """What the weeks say about one outcome. With something `missing`, there are no associations; a measure that never
    moved has none, and an outcome that never moved has none at all."""

    communities: int
    weeks: int
    missing: tuple[Need, ...] = ()
    associations: Mapping[str, Association] = field(default_factory=dict)


def read_lags(weeks: Sequence[Week]) -> dict[str, OutcomeReading]:
    """The reading of each outcome of `REVENUE`, from weeks in any order."""
    panel = panel_of(weeks)
    return {name: read_outcome(panel, outcome) for name, outcome in REVENUE.items()}


def read_outcome(panel: Panel, outcome: Ratio) -> OutcomeReading:
    """What the panel says about one outcome."""
    missing = panel.missing(outcome)
    if missing:
        return OutcomeReading(panel.communities, panel.weeks, missing)
    measures = {name: panel.around_mean(ratio) for name, ratio in SERVICE.items()}
    moving = {name: values for name, values in measures.items() if _moves(values)}
    if not moving or not _moves(panel.around_mean(outcome)):
        return OutcomeReading(panel.communities, panel.weeks)
    return _associated(panel, outcome, moving)


def _moves(values: Floats) -> bool:
    """Whether communities differ in how their weeks lie around their own mean."""
    return bool((values - values.mean(axis=0)).var() > STILL)


def lag_basis() -> Floats:
    """Curves (lags × 5) that every curve of lags is a sum of: cubic B-splines on 0..26 with a knot at 4.2."""
    from scipy.interpolate import BSpline  # type: ignore[import-untyped]

    knots = np.r_[[0.0] * 4, KNOT, [float(LAST_LAG)] * 4]
    basis: Floats = BSpline.design_matrix(np.arange(LAST_LAG + 1.0), knots, 3).toarray()
    return basis


def _associated(panel: Panel, outcome: Ratio, measures: Mapping[str, Floats]) -> OutcomeReading:
    """The regression; without enough independent communities behind it, what is missing is said instead."""
    basis = lag_basis()
    contrasts = np.vstack([basis, basis.cumsum(axis=0)])
    estimates, errors, freedom = _fitted(panel, outcome, list(measures.values()), basis, contrasts)
    if freedom.min(initial=np.inf) < LEAST_FREEDOM:
        few = Need("independent_communities", int(freedom.min()), int(LEAST_FREEDOM))
        return OutcomeReading(panel.communities, panel.weeks, (few,))
    bands = _bands(estimates, errors, freedom)
    pairs = zip(bands[::2], bands[1::2], strict=True)
    found = {
        name: Association(weekly, cumulative, half_shown(cumulative))
        for name, (weekly, cumulative) in zip(measures, pairs, strict=True)
    }
    return OutcomeReading(panel.communities, panel.weeks, associations=found)


def _fitted(
    panel: Panel, outcome: Ratio, measures: Sequence[Floats], basis: Floats, contrasts: Floats
) -> tuple[Floats, Floats, Floats]:
    """Estimates, standard errors and degrees of freedom of all contrasts of all measures, measure by measure."""
    from scipy.linalg import orth  # type: ignore[import-untyped]
    from statsmodels.regression.linear_model import OLS

    values, counted = (array[:, LAST_LAG : panel.weeks - outcome.settles] for array in panel.ratio(outcome))
    community, week = np.nonzero(counted)
    scale = np.sqrt(counted[community, week])[:, None]
    lagged = [_lagged(measure, basis)[community, week] for measure in measures]
    rows = _within(np.column_stack([values[community, week], *lagged]) * scale, scale, community)
    weeks = orth(_within(_dummies(week) * scale, scale, community))
    rows -= weeks @ (weeks.T @ rows)
    fitted = OLS(rows[:, 0], rows[:, 1:]).fit()
    every = np.kron(np.eye(len(measures)), contrasts)
    seen = spread(
        np.column_stack([weeks, orth(rows[:, 1:])]),
        fitted.resid,
        fitted.model.pinv_wexog.T @ every.T,
        clusters=community,
    )
    return every @ fitted.params, seen.errors, seen.freedom


def _lagged(measure: Floats, basis: Floats) -> Floats:
    """Communities × weeks from the first with all its lags × curves: the measure's past, seen through each curve."""
    past = sliding_window_view(measure, LAST_LAG + 1, axis=1)[..., ::-1]
    seen: Floats = past @ basis
    return seen


def _dummies(week: Whole) -> Floats:
    """A column for each week that occurs."""
    _, number = np.unique(week, return_inverse=True)
    return np.eye(number.max() + 1)[number]


def _within(rows: Floats, scale: Floats, community: Whole) -> Floats:
    """Rows, already scaled, without what a level of each community explains."""
    starts = np.flatnonzero(np.r_[True, np.diff(community) != 0])
    levels = np.add.reduceat(rows * scale, starts) / np.add.reduceat(scale**2, starts)
    _, number = np.unique(community, return_inverse=True)
    within: Floats = rows - levels[number] * scale
    return within


def _bands(estimates: Floats, errors: Floats, freedom: Floats) -> list[Band]:
    """The contrasts, as many at a time as there are lags."""
    from scipy.stats import t  # type: ignore[import-untyped]

    half = t.ppf((1 + CONFIDENCE) / 2, freedom) * errors
    ends = np.stack([estimates, estimates - half, estimates + half]).reshape(3, -1, LAST_LAG + 1)
    return [Band(*(tuple(map(_rounded, line)) for line in ends[:, band])) for band in range(ends.shape[1])]


def _rounded(value: float) -> float:
    """Six significant digits: the last ones of a float differ from machine to machine."""
    return float(f"{value:.6g}")


def half_shown(cumulative: Band) -> int | None:
    """The first lag at which half of what shows in the end has shown; None when the interval of that holds zero."""
    if cumulative.low[-1] <= 0.0 <= cumulative.high[-1]:
        return None
    whole = cumulative.value[-1]
    return next(lag for lag, value in enumerate(cumulative.value) if value / whole >= 0.5)
