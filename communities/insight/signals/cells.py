"""The figures that signals are read from, as rows and as columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import numpy as np
import numpy.typing as npt

from communities.insight.scores import csat_mean

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Counts and sums of one technician in one community for one service type on one day, `age_days` ago.

    `technician` and `service_type` are None where the facts name none. A day may come in several cells: they are
    added up. ValueError for what cannot be.
    """

    community: str
    technician: str | None = None
    service_type: str | None = None
    age_days: int = 0
    first_visits: int = 0
    visits_completed: int = 0
    visits_fixed: int = 0
    resolved: int = 0
    resolved_on_time: int = 0
    csat_answers: int = 0
    csat_sum: int = 0
    csat_squares: int = 0
    offers: int = 0
    offers_accepted: int = 0
    upsell_minor: int = 0
    work_minutes: int = 0

    def __post_init__(self) -> None:
        csat_mean(self.csat_sum, self.csat_answers)
        check_share(self.visits_fixed, self.first_visits)
        check_share(self.resolved_on_time, self.resolved)
        if min(self.age_days, *map(self.__getattribute__, COUNTS)) < 0:
            raise ValueError("a cell's counts, sums and age must not be negative")


def check_share(part: int, whole: int) -> None:
    """Raise ValueError when the part exceeds the whole."""
    if part > whole:
        raise ValueError(f"{part} of {whole} is not a share")


COUNTS = (
    "first_visits",
    "visits_completed",
    "visits_fixed",
    "resolved",
    "resolved_on_time",
    "csat_answers",
    "csat_sum",
    "csat_squares",
    "offers",
    "offers_accepted",
    "upsell_minor",
    "work_minutes",
)


@dataclass(frozen=True)
class Factor:
    """Names in order, and for each row which of them it has."""

    names: tuple[str | None, ...]
    of: Ints

    @property
    def size(self) -> int:
        return len(self.names)


@dataclass(frozen=True)
class Table:
    """Cells as columns: one row for each technician, community, service type and age, in this order.

    The order of the cells, and how a row's counts were spread over several of them, has no influence.
    """

    technician: Factor
    community: Factor
    service_type: Factor
    age_days: Ints
    counts: Mapping[str, Floats]

    def weight(self, half_life_days: float) -> Floats:
        """What an answer of each row's age counts: 1 today, a half after a half-life."""
        return np.exp2(-self.age_days / half_life_days)


def table_of(cells: Iterable[Cell]) -> Table:
    """The cells, added up."""
    rows = list(cells)
    factors = [_factor(rows, name) for name in ("technician", "community", "service_type")]
    ages = np.fromiter(map(attrgetter("age_days"), rows), dtype=np.int64, count=len(rows))
    sizes = [*(max(1, factor.size) for factor in factors), int(ages.max(initial=0)) + 1]
    keys, of = np.unique(
        np.ravel_multi_index((*(one.of for one in factors), ages), sizes), return_inverse=True
    )
    *parts, age_days = np.unravel_index(keys, sizes)
    technician, community, service_type = (
        Factor(factor.names, np.asarray(part)) for factor, part in zip(factors, parts, strict=True)
    )
    counts = {name: _sums(rows, name, of, len(keys)) for name in COUNTS}
    return Table(technician, community, service_type, np.asarray(age_days), counts)


def _factor(rows: list[Cell], name: str) -> Factor:
    values = [*map(attrgetter(name), rows)]
    names = tuple(sorted(set(values), key=lambda one: (one is not None, one)))
    place = {one: i for i, one in enumerate(names)}
    return Factor(names, np.fromiter(map(place.__getitem__, values), dtype=np.int64, count=len(rows)))


def _sums(rows: list[Cell], name: str, of: npt.NDArray[Any], size: int) -> Floats:
    """Whole numbers below 2**53: exact, in whatever order they are added."""
    values = np.fromiter(map(attrgetter(name), rows), dtype=np.float64, count=len(rows))
    return np.bincount(of, values, minlength=size).astype(np.float64)
