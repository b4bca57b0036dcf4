"""Weeks of communities in which satisfaction moves repurchase by a known curve, or by none."""

from datetime import date, timedelta

import numpy as np

from communities.insight.panel import LAST_LAG, Floats, Panel, Week

MONDAY = date(2023, 1, 2)
LAGS = np.arange(LAST_LAG + 1.0)
NOTHING = 0.0 * LAGS
RISE_AND_FALL = LAGS * np.exp(-LAGS / 3)
CURVE = 0.2 * RISE_AND_FALL / RISE_AND_FALL.sum()
"""In the end a lasting point of CSAT brings back 20 of 100 more; it is strongest after three weeks."""


def panel(seed: int, curve: Floats, *, communities: int = 15, length: int = 78) -> Panel:
    """Counts of `communities` over `length` weeks.

    The share who come back has the community's level, the week's, the curve's effect, and an error. Satisfaction and
    error last from week to week, so that a community's weeks are not independent.
    """
    chance = np.random.default_rng(seed)
    shape = (communities, length)
    satisfaction = 4.0 + 0.25 * _lasting(chance, shape)
    lasting = 0.03 * _lasting(chance, shape)
    share = (
        0.4
        + 0.05 * chance.standard_normal((communities, 1))
        + 0.03 * chance.standard_normal((1, length))
        + lasting
    )
    for lag, effect in enumerate(curve):
        share[:, lag:] += effect * (satisfaction - 4.0)[:, : length - lag]
    served, answers, visits = (chance.poisson(mean, shape) for mean in (60, 20, 60))
    counts = {
        "csat_sum": np.round(answers * satisfaction),
        "csat_answers": answers,
        "arrivals_on_time": chance.binomial(visits, 0.8),
        "arrivals": visits,
        "visits_fixed": chance.binomial(visits, 0.7),
        "first_visits": visits,
        "repurchased": chance.binomial(served, np.clip(share, 0.0, 1.0)),
        "repurchase_base": served,
        "invoiced_minor": 1000 * served,
        "invoices": served,
    }
    return Panel({name: array.astype(float) for name, array in counts.items()}, *shape)


def _lasting(chance: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """Noise with an autocorrelation of 0.7."""
    noise = chance.standard_normal(shape)
    for week in range(1, shape[1]):
        noise[:, week] += 0.7 * noise[:, week - 1]
    return noise


def weeks(seed: int, curve: Floats, *, communities: int, length: int) -> list[Week]:
    """The same as rows."""
    made = panel(seed, curve, communities=communities, length=length)
    return [
        Week(
            f"c{community:02d}",
            MONDAY + timedelta(weeks=week),
            **{name: int(array[community, week]) for name, array in made.counts.items()},
        )
        for community in range(communities)
        for week in range(length)
    ]
