"""What is counted on the way: sums by week and community, as the metrics have them by day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from config.simulation.demand import Request
from config.simulation.outcomes import Visited
from config.simulation.town import DAYS_A_WEEK

Counts = npt.NDArray[np.int64]

COUNTED = (
    *("visits", "csat", "said", "said_csat", "punctual", "first", "first_fixed"),
    *("accepted", "upsell_minor", "due", "hit"),
)
"""Visits, the sum of what was felt, answers and their sum, visits on time, first visits and those that fixed it,
options accepted and what they brought, targets that fell due and those that were kept."""


@dataclass(frozen=True)
class Tally:
    """Sums of one run: each of `COUNTED` → [week, community]; seconds of driving → [week]."""

    counts: Mapping[str, Counts]
    travel_s: Counts

    @classmethod
    def empty(cls, weeks: int, communities: int) -> "Tally":
        """Nothing has been counted yet."""
        zeros = {name: np.zeros((weeks, communities), np.int64) for name in COUNTED}
        return cls(zeros, np.zeros(weeks, np.int64))

    @property
    def weeks(self) -> int:
        """How many there are."""
        return len(self.travel_s)

    def total(self, name: str) -> int:
        """The sum of one count over everything."""
        return int(self.counts[name].sum())

    def within(self, first: int, end: int) -> "Tally":
        """The weeks from one until before another."""
        return Tally(
            {name: count[first:end] for name, count in self.counts.items()}, self.travel_s[first:end]
        )

    def drove(self, day: int, seconds: int) -> None:
        """A day's driving."""
        self.travel_s[day // DAYS_A_WEEK] += seconds

    def visited(self, one: Visited) -> None:
        """A visit, on the day it was made; the target is decided by the one that fixes the matter."""
        request = one.visit.request
        first = one.visit.number == 0
        self._add(
            *(one.day, request),
            visits=1,
            csat=one.csat,
            said=one.said is not None,
            said_csat=one.said or 0,
            punctual=not one.is_late,
            first=first,
            first_fixed=first and one.is_fixed,
            accepted=one.is_accepted,
            upsell_minor=one.upsell_minor,
            due=one.is_fixed,
            hit=one.is_fixed and one.day <= request.due_on,
        )

    def left_open(self, requests: Iterable[Request]) -> None:
        """What is still open at the end: a target that is over was missed."""
        last = self.weeks * DAYS_A_WEEK - 1
        for request in requests:
            self._add(last, request, due=request.due_on < last)

    def _add(self, day: int, request: Request, **counts: int) -> None:
        for name, count in counts.items():
            self.counts[name][day // DAYS_A_WEEK, request.community] += count

    def by_week(self) -> dict[str, list[int]]:
        """The sums over all communities."""
        sums = {name: counts.sum(axis=1).tolist() for name, counts in self.counts.items()}
        return sums | {"travel_s": self.travel_s.tolist()}
