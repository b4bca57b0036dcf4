"""Effects of technicians, communities and service types on a figure, shrunk as far as the data ask for.

Model. The outcome of a visit is the region's mean plus one effect for every level it belongs to (its service
type, its community, its technician, the pair of the two, …) plus noise. Effects of a level are drawn around
zero with a variance of their own. A technician's effect is what is left when type and community are allowed
for, so nobody gains or loses by the visits he is given (case mix).

Variances come from the data. Noise is the variance within the finest groups. The levels' variances follow from
sums of squares between groups whose expectation is linear in them: Henderson, "Estimation of variance and
covariance components", Biometrics 9 (1953) 226-252, method 1; a level whose share comes out negative is left
out and the rest estimated again. For one level this is the moment estimator of DerSimonian and Laird,
"Meta-analysis in clinical trials", Controlled Clinical Trials 7 (1986) 177-188, with the weights of DerSimonian
and Kacker, Contemporary Clinical Trials 28 (2007) 105-114.

Effects are then the best linear unbiased predictions, all levels at once: Henderson, "Best linear unbiased
estimation and prediction under a selection model", Biometrics 31 (1975) 423-447; Robinson, "That BLUP is a good
thing", Statistical Science 6 (1991) 15-32. For one level that is the empirical-Bayes mean of Morris,
"Parametric empirical Bayes inference", JASA 78 (1983) 47-55: n / (n + noise / variance) of the difference.

Old answers: each counts w = 2^(-age / half-life). In the moments, the noise of a weighted mean is exact, noise
* sum(w^2) / sum(w)^2. In the prediction a group knows as much as sum(w) answers of today would tell (the power
prior of Ibrahim and Chen, Statistical Science 15 (2000) 46-60), so that what nobody has confirmed fades.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from communities.insight.signals.cells import Floats, Ints, Table

SCEPTICISM = 10.0
"""Degrees of freedom with which the total variance counts as noise, so that two equal answers are no proof that
answers have no noise."""
TOLERANCE = 1e-10
MOST_STEPS = 1000


@dataclass(frozen=True)
class Level:
    """A way of grouping rows: for each row its group."""

    of: Ints
    size: int

    def sum(self, values: Floats) -> Floats:
        """Per group."""
        return np.bincount(self.of, values, minlength=self.size).astype(np.float64)


@dataclass(frozen=True)
class Design:
    """The rows that are told apart (technician × community × service type), and their groups at every level."""

    table: Table
    finest: Level

    @classmethod
    def of(cls, table: Table) -> Design:
        return cls(table, _crossed([table.technician.of, table.community.of, table.service_type.of]))

    @cached_property
    def levels(self) -> Mapping[str, Level]:
        """By name; rows are those of `finest`."""
        technician, community, service_type = (
            one.of[self._rows]
            for one in (self.table.technician, self.table.community, self.table.service_type)
        )
        return {
            "service_type": Level(service_type, self.table.service_type.size),
            "community": Level(community, self.table.community.size),
            "technician": Level(technician, self.table.technician.size),
            "pair": _crossed([technician, community]),
            "triple": Level(np.arange(self.finest.size), self.finest.size),
        }

    @cached_property
    def _rows(self) -> Ints:
        """A row of the table for each finest group."""
        return first_of(self.finest)

    def key(self, level: str, group: int) -> tuple[str | None, str | None, str | None]:
        """Technician, community and service type of a group; what its level does not tell apart is None."""
        row = self._rows[self.first[level][group]]
        told = {"technician": (1, 0, 0), "pair": (1, 1, 0), "triple": (1, 1, 1)}[level]
        factors = (self.table.technician, self.table.community, self.table.service_type)
        technician, community, service_type = (
            factor.names[factor.of[row]] if known else None
            for factor, known in zip(factors, told, strict=True)
        )
        return technician, community, service_type

    @cached_property
    def first(self) -> Mapping[str, Ints]:
        """For each group of each level the first row that is in it."""
        return {name: first_of(level) for name, level in self.levels.items()}


def first_of(level: Level) -> Ints:
    """For each group the first row that is in it."""
    first = np.zeros(level.size, dtype=np.int64)
    first[level.of[::-1]] = np.arange(len(level.of))[::-1]
    return first


def _crossed(parts: list[Ints]) -> Level:
    """The groups that agree in every part, numbered in the order of the parts."""
    sizes = [int(part.max(initial=0)) + 1 for part in parts]
    keys, of = np.unique(np.ravel_multi_index(parts, sizes), return_inverse=True)
    return Level(of, len(keys))


@dataclass(frozen=True)
class Measure:
    """A figure, by row of the table: how many outcomes, their sum, their sum of squares.

    Where single outcomes are not known but only a row's sum, `squares` is sum² / count and the row counts as one
    degree of freedom (`pooled`).
    """

    count: Floats
    total: Floats
    squares: Floats
    pooled: bool = False

    @classmethod
    def of_sums(cls, count: Floats, total: Floats) -> Measure:
        """Of which only sums are known."""
        return cls(count, total, ratio(total**2, count), pooled=True)

    @classmethod
    def of_events(cls, count: Floats, happened: Floats) -> Measure:
        """Of outcomes that are 0 or 1."""
        return cls(count, happened, happened)


@dataclass(frozen=True)
class Fit:
    """What a figure is made of: the region's mean, an effect for each group of each level, and the variances."""

    mean: float
    noise: float
    variances: Mapping[str, float]
    effects: Mapping[str, Floats]


@dataclass(frozen=True)
class _Rows:
    """Sums by finest group: discounted count, the sum of squared discounts, discounted mean."""

    weight: Floats
    squared: Floats
    mean: Floats


def fit(design: Design, measure: Measure, levels: tuple[str, ...], half_life_days: float) -> Fit:
    """The figure's mean, variances and effects. Without any outcome all is zero."""
    groups = {name: design.levels[name] for name in levels}
    rows = _rows(design, measure, half_life_days)
    none = {name: np.zeros(level.size) for name, level in groups.items()}
    if not rows.weight.any():
        return Fit(0.0, 0.0, dict.fromkeys(levels, 0.0), none)
    noise = noise_of(design, measure)
    variances = variances_of(rows, groups, noise)
    mean, effects = _predicted(rows, groups, noise, variances)
    return Fit(mean, noise, variances, none | effects)


def _rows(design: Design, measure: Measure, half_life_days: float) -> _Rows:
    age = design.table.weight(half_life_days)
    weight = design.finest.sum(age * measure.count)
    total = design.finest.sum(age * measure.total)
    return _Rows(weight, design.finest.sum(age**2 * measure.count), ratio(total, weight))


def noise_of(design: Design, measure: Measure) -> float:
    """Variance of an outcome within the finest groups, with some of the total variance mixed in."""
    known = measure.count > 0
    freedom = float(known.sum() if measure.pooled else measure.count.sum())
    count, total = design.finest.sum(measure.count), design.finest.sum(measure.total * known)
    squares = float(measure.squares[known].sum())
    within = squares - float(ratio(total**2, count).sum())
    overall = squares - float(total.sum()) ** 2 / float(count.sum())
    groups = float((count > 0).sum())
    spread = max(0.0, overall) / max(1.0, freedom - 1)
    return (max(0.0, within) + SCEPTICISM * spread) / (max(0.0, freedom - groups) + SCEPTICISM)


def variances_of(rows: _Rows, levels: Mapping[str, Level], noise: float) -> dict[str, float]:
    """Henderson's method 1: as many sums of squares between groups as levels, each with its expectation."""
    whole = float(rows.weight.sum())
    names = list(levels)
    left, right = np.zeros((len(names), len(names))), np.zeros(len(names))
    centre = float((rows.weight * rows.mean).sum()) / whole
    for i, name in enumerate(names):
        level = levels[name]
        weight = level.sum(rows.weight)
        between = ratio(level.sum(rows.weight * (rows.mean - centre)) ** 2, weight).sum()
        chance = ratio(level.sum(rows.squared), weight).sum() - rows.squared.sum() / whole
        right[i] = (between - noise * chance) / whole
        for j, other in enumerate(levels.values()):
            left[i, j] = (
                _overlap(rows.weight, level, other) - (other.sum(rows.weight) ** 2).sum() / whole
            ) / whole
    return dict(zip(names, map(float, _solved_at_zero_or_above(left, right)), strict=True))


def _overlap(weight: Floats, level: Level, other: Level) -> float:
    """Sum over the level's groups of (squared weights of the other's groups in it) / (its weight)."""
    both = _crossed([level.of, other.of])
    inside = both.sum(weight)
    home = np.zeros(both.size, dtype=np.int64)
    home[both.of] = level.of
    return float(ratio(inside**2, level.sum(weight)[home]).sum())


def _solved_at_zero_or_above(left: Floats, right: Floats) -> Floats:
    """Least squares; the most negative unknown is set to zero, and the rest solved again, until none is left."""
    kept = list(range(len(right)))
    answer = np.zeros(len(right))
    while kept:
        found = np.linalg.lstsq(left[np.ix_(kept, kept)], right[kept], rcond=1e-9)[0]
        if found.min() >= 0:
            answer[kept] = found
            break
        del kept[int(found.argmin())]
    return answer


def _predicted(
    rows: _Rows, levels: Mapping[str, Level], noise: float, variances: Mapping[str, float]
) -> tuple[float, dict[str, Floats]]:
    """Mean and effects from Henderson's mixed-model equations. Levels without variance have no effects."""
    varying = {name: level for name, level in levels.items() if variances[name] > 0}
    whole = Level(np.zeros(len(rows.weight), dtype=np.int64), 1)
    groups = [whole, *varying.values()]
    ends = np.cumsum([level.size for level in groups])
    ridge = np.concatenate(
        [np.zeros(1), *(np.full(level.size, noise / variances[name]) for name, level in varying.items())]
    )

    def spread(effects: Floats) -> Floats:
        parts = np.split(effects, ends[:-1])
        summed: Floats = np.sum([part[one.of] for part, one in zip(parts, groups, strict=True)], axis=0)
        return summed

    def gathered(values: Floats) -> Floats:
        return np.concatenate([level.sum(rows.weight * values) for level in groups])

    solution = conjugate_gradient(
        lambda effects: gathered(spread(effects)) + ridge * effects,
        gathered(rows.mean),
        gathered(np.ones_like(rows.mean)) + ridge,
    )
    mean, *effects = np.split(solution, ends[:-1])
    return float(mean[0]), dict(zip(varying, effects, strict=True))


def conjugate_gradient(times: Callable[[Floats], Floats], right: Floats, diagonal: Floats) -> Floats:
    """Solve a symmetric positive semidefinite system by products with it, preconditioned by its diagonal.

    Hestenes and Stiefel, Journal of Research of the National Bureau of Standards 49 (1952) 409-436.
    """
    scale = np.where(diagonal > 0, diagonal, 1.0)
    answer, rest = np.zeros_like(right), right
    step = eased = rest / scale
    size = float(rest @ eased)
    goal = TOLERANCE**2 * size
    for _ in range(MOST_STEPS):
        if size <= goal:
            break
        product = times(step)
        length = size / float(step @ product)
        answer, rest = answer + length * step, rest - length * product
        eased = rest / scale
        size, before = float(rest @ eased), size
        step = eased + size / before * step
    return answer


def ratio(part: Floats, whole: Floats) -> Floats:
    """Division where there is something to divide by, else zero."""
    return np.divide(part, whole, out=np.zeros(part.shape), where=whole > 0)
