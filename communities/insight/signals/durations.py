"""How long work takes: by service type, technician and community.

The logarithm of the minutes on site is taken as normal, as work times usually are (Limpert, Stahel and Abbt,
"Log-normal distributions across the sciences", BioScience 51 (2001) 341-352): a mean for the service type, an
effect of the technician and one of the community, each shrunk (`shrinkage`), and a spread around them. A visit is
planned with the policy's quantile, exp(mean + effects + z * spread). A row of several visits gives the logarithm
of its mean, which errs a little to the long side.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, sqrt
from statistics import NormalDist

import numpy as np

from communities.insight.signals.cells import Factor, Floats
from communities.insight.signals.policy import SignalPolicy
from communities.insight.signals.shrinkage import Design, Fit, Measure, fit

LEVELS = ("service_type", "technician", "community")


@dataclass(frozen=True, slots=True)
class LearnedDuration:
    """Of a service type: `minutes` planned at the policy's quantile, mean and spread of their logarithm.

    Of a technician or a community (the one that is named): `minutes` more or less than usual for a visit of the
    region, and `log_mean` to be added to the service type's. `visits` is what it rests on.
    """

    minutes: float
    log_mean: float
    spread: float
    visits: int
    service_type: str | None = None
    technician: str | None = None
    community: str | None = None


def durations(design: Design, policy: SignalPolicy) -> Iterator[LearnedDuration]:
    """One for each service type, technician and community with enough completed visits, in order."""
    counts = design.table.counts
    timed = counts["visits_completed"] * (counts["work_minutes"] > 0)
    mean = np.divide(counts["work_minutes"], timed, out=np.ones_like(timed), where=timed > 0)
    found = fit(design, Measure.of_sums(timed, timed * np.log(mean)), LEVELS, policy.half_life_days)
    spread = sqrt(found.noise)
    usual = exp(found.mean)
    for level in LEVELS:
        visits = design.levels[level].sum(design.finest.sum(timed))
        for name, effect, n in _named(getattr(design.table, level), found, level, visits):
            if n < policy.min_answers:
                continue
            of_type = level == "service_type"
            log_mean = found.mean + effect if of_type else effect
            minutes = quantile(log_mean, spread, policy) if of_type else usual * (exp(effect) - 1)
            yield LearnedDuration(
                round(minutes, 2) + 0.0, round(log_mean, 6) + 0.0, round(spread, 6), int(n), **{level: name}
            )


def quantile(log_mean: float, spread: float, policy: SignalPolicy) -> float:
    """Minutes that are not exceeded with the policy's probability."""
    return exp(log_mean + NormalDist().inv_cdf(policy.duration_quantile) * spread)


def _named(factor: Factor, found: Fit, level: str, visits: Floats) -> Iterator[tuple[str, float, float]]:
    for name, effect, n in zip(factor.names, found.effects[level].tolist(), visits.tolist(), strict=True):
        if name is not None:
            yield name, effect, n
