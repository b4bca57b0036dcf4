"""How far an estimate may lie from the truth, though somebody looks every night and stops when it suits.

An interval of 95 % is for one look; of a hundred looks at nothing, many would find something. The boundary here holds
for all looks together: Robbins' normal mixture, as a confidence sequence (Howard, Ramdas, McAuliffe and Sekhon,
"Time-uniform, nonparametric, nonasymptotic confidence sequences", Annals of Statistics 49 (2021) 1055-1080; for
estimates that are normal only in the long run, Waudby-Smith et al., Annals of Statistics 52 (2024) 2613-2640). With a
standard error s and a mixture of width r it lies at

    s * sqrt((1 + s²/r²) * log((1 + r²/s²) / alpha²)).

It is tightest for effects about as large as r. The standard error is itself an estimate from few communities: the
normal quantile that the factor is gives way to Student's of the same probability.
"""

from __future__ import annotations

from math import inf, log, sqrt

from communities.insight.experiment.effect import Effect

POWER_QUANTILE = 0.8416  # of the normal distribution: an effect is found with a probability of 80 %
COARSEST = 2.0  # widths; with a larger standard error nothing sensible can be said


def reach(effect: Effect, *, width: float, alpha: float) -> float:
    """How far below and above the estimate the truth may lie, at all looks with probability 1 - alpha; may be infinite.

    `width` is the size of effects for which it is to be tight, in the outcome's unit, above 0.
    """
    from scipy.special import ndtr, stdtrit  # type: ignore[import-untyped]

    if effect.error == 0:
        return 0.0
    if effect.error > COARSEST * width:
        return inf
    information = (width / effect.error) ** 2
    normal = sqrt((1 + 1 / information) * log((1 + information) / alpha**2))
    return effect.error * -float(stdtrit(effect.degrees, ndtr(-normal)))


def weeks_until_known(
    effect: Effect, weeks: int, *, worth: float, width: float, alpha: float, most: int
) -> int | None:
    """After how many weeks in all an effect of `worth` would be seen, with a probability of 80 %; None: not in `most`.

    The error is taken to fall with the square root of the weeks.
    """
    for later in range(weeks, most + 1):
        then = Effect(effect.estimate, effect.error * sqrt(weeks / later), effect.degrees)
        if reach(then, width=width, alpha=alpha) + POWER_QUANTILE * then.error <= worth:
            return later
    return None
