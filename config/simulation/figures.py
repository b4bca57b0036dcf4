"""What runs came to, and how one policy differs from another in the same worlds."""

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from config.simulation.counting import Tally

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a run. A gain is `up` or down; `relative` differences are in per cent of the base."""

    name: str
    unit: str
    of: Callable[[Tally], float]
    up: bool = True
    relative: bool = False


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with its interval of 95 %, over `seeds` pairs of runs."""

    mean: float
    low: float
    high: float
    seeds: int

    @property
    def excludes_zero(self) -> bool:
        """Whether the interval lies on one side of zero."""
        return self.low > 0 or self.high < 0


def share(part: str, whole: str, scale: float = 1.0) -> Callable[[Tally], float]:
    """One count over another, of the whole run."""
    return lambda run: scale * run.total(part) / max(1, run.total(whole))


def spread(part: str, whole: str, scale: float = 1.0) -> Callable[[Tally], float]:
    """Equity: the standard deviation between communities of each one's share or mean over the whole run, every
    community weighing the same. 0 is perfect equity."""
    return lambda run: scale * float(np.std(_by_community(run, part, whole)))


def lowest(part: str, whole: str) -> Callable[[Tally], float]:
    """Equity: what the community has that has least."""
    return lambda run: float(np.min(_by_community(run, part, whole)))


def _by_community(run: Tally, part: str, whole: str) -> npt.NDArray[np.float64]:
    parts, wholes = (run.counts[name].sum(axis=0) for name in (part, whole))
    return np.asarray(parts[wholes > 0] / wholes[wholes > 0])


def weekly(name: str) -> Callable[[Tally], float]:
    """The mean week's sum."""
    return lambda run: run.total(name) / run.weeks


FIGURES = (
    Figure("CSAT felt", "points", share("csat", "visits")),
    Figure("CSAT answered", "points", share("said_csat", "said")),
    Figure("upsell revenue", "TWD a week", weekly("upsell_minor"), relative=True),
    Figure("options accepted", "% of visits", share("accepted", "visits", 100)),
    Figure("travel", "min a week", lambda run: float(run.travel_s.mean()) / 60, up=False, relative=True),
    Figure(
        "travel per visit",
        "min",
        lambda run: float(run.travel_s.sum()) / 60 / max(1, run.total("visits")),
        up=False,
        relative=True,
    ),
    Figure("targets kept", "%", share("hit", "due", 100)),
    Figure("fixed at the first visit", "%", share("first_fixed", "first", 100)),
    Figure("on time", "%", share("punctual", "visits", 100)),
    Figure("visits", "a week", weekly("visits"), relative=True),
    Figure("CSAT, spread between communities", "points", spread("csat", "visits"), up=False),
    Figure("CSAT, lowest community", "points", lowest("csat", "visits")),
    Figure("targets kept, spread between communities", "%", spread("hit", "due", 100), up=False),
)


def paired(figure: Figure, base: Sequence[Tally], other: Sequence[Tally]) -> Interval:
    """How the other runs differ from the base's, world by world."""
    pairs = [(figure.of(a), figure.of(b)) for a, b in zip(base, other, strict=True)]
    if figure.relative:
        return interval([100 * (b / a - 1) for a, b in pairs])
    return interval([b - a for a, b in pairs])


def interval(values: Sequence[float]) -> Interval:
    """Mean ± t(n - 1) * s / sqrt(n) (Student, "The probable error of a mean", Biometrika 6, 1908); without bounds
    where there is one value only."""
    mean = statistics.fmean(values)
    if len(values) < 2:
        return Interval(mean, -math.inf, math.inf, len(values))
    from scipy.stats import t  # type: ignore[import-untyped]  # half a second that a run of one seed does without

    reach = (
        float(t.ppf((1 + CONFIDENCE) / 2, len(values) - 1))
        * statistics.stdev(values)
        / math.sqrt(len(values))
    )
    return Interval(mean, mean - reach, mean + reach, len(values))
