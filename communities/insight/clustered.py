"""Intervals from few clusters.

Weeks of one community resemble each other, so they are one cluster, and there may be a dozen. The usual clustered
covariance is then too small. CR2 corrects each cluster's residuals for the leverage its own rows have on the fit, and
a t distribution with Satterthwaite's degrees of freedom replaces the normal one, for each contrast by itself.

Sources: Bell and McCaffrey, "Bias reduction in standard errors for linear regression with multi-stage samples",
Survey Methodology 28 (2002) 169-181; Imbens and Kolesár, "Robust standard errors in small samples", Review of
Economics and Statistics 98 (2016) 701-712; Pustejovsky and Tipton, "Small-sample methods for cluster-robust variance
estimation and hypothesis testing in fixed effects models", JBES 36 (2018) 672-683. The working model is independent
errors of variance 1/weight, under which fixed effects of the clusters may be taken out beforehand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from communities.insight.panel import Floats, Whole

# Below it Satterthwaite's approximation is not to be relied on (Pustejovsky and Tipton 2018).
LEAST_FREEDOM = 4.0
SPENT = 1e-10  # a direction in which a cluster's rows fit themselves


@dataclass(frozen=True, slots=True)
class Spread:
    """Standard error and degrees of freedom, one of each for a contrast."""

    errors: Floats
    freedom: Floats


def spread(basis: Floats, residuals: Floats, weights: Floats, *, clusters: Whole) -> Spread:
    """How far contrasts of a least-squares fit may be off.

    `basis` (rows × columns, orthonormal) spans the regressors, `residuals` are the fit's, `weights` (rows × contrasts)
    make contrasts of outcomes: contrast = weights' y. `clusters` numbers each row's cluster; rows come in its order.
    """
    starts = np.flatnonzero(np.r_[True, np.diff(clusters) != 0])
    corrected = np.empty_like(weights)
    for rows in np.split(np.arange(len(clusters)), starts[1:]):
        corrected[rows] = _lifted(basis[rows], weights[rows])
    scores = np.add.reduceat(corrected * residuals[:, None], starts)
    # Under the working model a contrast's variance estimate is a quadratic form with the matrix `gram`; the chi-square
    # with the same mean and variance has trace² / trace of the square degrees of freedom.
    own = np.add.reduceat(corrected**2, starts)
    freedom = np.empty(weights.shape[1])
    for contrast, column in enumerate(corrected.T):
        shared = np.add.reduceat(basis * column[:, None], starts)
        gram = np.diag(own[:, contrast]) - shared @ shared.T
        freedom[contrast] = np.trace(gram) ** 2 / (gram**2).sum()
    return Spread(np.sqrt((scores**2).sum(axis=0)), freedom)


def _lifted(own: Floats, weights: Floats) -> Floats:
    """(I - own own')^(-1/2) weights: what a cluster's residuals lose to its own leverage is given back."""
    left, singular, _ = np.linalg.svd(own, full_matrices=False)
    rest = 1.0 - singular**2
    factor = np.where(rest > SPENT, 1.0 / np.sqrt(np.maximum(rest, SPENT)), 0.0)
    lifted: Floats = weights + left @ ((factor - 1.0)[:, None] * (left.T @ weights))
    return lifted
