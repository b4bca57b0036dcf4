"""Service days: the weekdays on which opening a community is worth its entry cost.

A request that comes in on one day can be served from the next. If the community is open on the weekdays S, it
waits for the first of them, and everything that has gathered by then is served in one stay. A week then costs

    sum over d in S of  entry * P(something has gathered since the opening before d)
    + waiting * sum over all days d of  requests(d) * (days from d + 1 to the next day in S)

A short week of few requests opens seldom, a busy community every day. It is the old balance of set-up against
holding (a clearing system; Stidham, "Stochastic clearing systems", Stochastic Processes and their Applications
2 (1974) 85-113), with only 2^7 - 1 answers, so all are tried: the cheapest is exact; of equals the one with more
days.

Demand is Poisson. A community's weekly rate is Gamma, with mean and variance over the region's communities by
moments (the Gamma-Poisson model of Greenwood and Yule, Journal of the Royal Statistical Society 83 (1920)
255-279); the weekdays' shares are the region's. With n requests in w weeks the rate is Gamma(a + n, b + w), and
nothing gathers in a share s of a week with probability ((b + w) / (b + w + s)) ^ (a + n).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean, variance

from communities.insight.signals.policy import SignalPolicy

WEEK = range(1, 8)
ALIKE = 1e6
"""Weeks that the region's rate counts for where communities differ by chance alone."""


@dataclass(frozen=True, slots=True)
class Demand:
    """A community's requests by weekday of asking (Monday first) over so many weeks, and what one stay there costs
    to get in, in minutes. ValueError for what cannot be."""

    community: str
    requests: tuple[int, int, int, int, int, int, int]
    weeks: float
    entry_minutes: float

    def __post_init__(self) -> None:
        if len(self.requests) != len(WEEK) or min(*self.requests, self.entry_minutes) < 0 or self.weeks <= 0:
            raise ValueError("seven counts that are not negative, over more than no weeks")


@dataclass(frozen=True, slots=True)
class ServiceDays:
    """The ISO weekdays on which a community should be opened, and what a week costs in minutes with them
    (`cost`) and with every working day (`daily_cost`)."""

    community: str
    weekdays: tuple[int, ...]
    cost: float
    daily_cost: float
    weekly_requests: float
    entry_minutes: float

    @property
    def minutes(self) -> float:
        """What keeping to them saves a week."""
        return round(self.daily_cost - self.cost, 2)


@dataclass(frozen=True)
class _Rate:
    """A weekly rate: Gamma(shape, rate)."""

    shape: float
    rate: float

    @property
    def mean(self) -> float:
        return self.shape / self.rate

    def none_in(self, share: float) -> float:
        """The probability that nothing comes in such a share of a week."""
        return float((self.rate / (self.rate + share)) ** self.shape)


def service_days(
    demands: Iterable[Demand], policy: SignalPolicy, workdays: Sequence[int] = WEEK
) -> Iterator[ServiceDays]:
    """For each community with enough requests, in order. On other days nobody works."""
    rows = sorted(demands, key=lambda one: one.community)
    shares, prior = _shares(rows), _prior(rows)
    every = tuple(sorted(workdays))
    for row in rows:
        if sum(row.requests) < policy.min_answers or not every:
            continue
        rate = _Rate(prior.shape + sum(row.requests), prior.rate + row.weeks)
        costs = {
            days: round(weekly_cost(days, rate, shares, row.entry_minutes, policy.waiting_minutes), 6)
            for size in range(len(every), 0, -1)
            for days in combinations(every, size)
        }
        best = min(costs, key=costs.__getitem__)
        yield ServiceDays(
            row.community,
            best,
            round(costs[best], 2),
            round(costs[every], 2),
            round(rate.mean, 2),
            row.entry_minutes,
        )


def weekly_cost(
    days: tuple[int, ...], rate: _Rate, shares: Sequence[float], entry_minutes: float, waiting_minutes: float
) -> float:
    """The formula above, in minutes. `shares`: of a week's requests, by weekday, Monday first."""
    cost = 0.0
    for i, day in enumerate(days):
        before = days[i - 1]  # the last of the week before, for the first
        gap = (day - before - 1) % 7 + 1
        gathering = [shares[(day - 1 - back) % 7] for back in range(1, gap + 1)]
        waited = sum(share * (back - 1) for back, share in enumerate(gathering, start=1))
        cost += entry_minutes * (1 - rate.none_in(sum(gathering))) + waiting_minutes * rate.mean * waited
    return cost


def _shares(rows: Sequence[Demand]) -> list[float]:
    """Of a week's requests, by weekday: the region's, as if one more had come in on every day."""
    counts = [1 + sum(row.requests[day] for row in rows) for day in range(7)]
    return [count / sum(counts) for count in counts]


def _prior(rows: Sequence[Demand]) -> _Rate:
    """Gamma with the mean of the communities' rates, and their variance beyond what chance explains."""
    rates = [sum(row.requests) / row.weeks for row in rows]
    mean = fmean(rates) if rates else 0.0
    chance = mean * fmean(1 / row.weeks for row in rows) if rows else 0.0
    apart = variance(rates) - chance if len(rates) > 1 else 0.0
    rate = min(mean / apart, ALIKE) if apart > 0 else ALIKE
    return _Rate(mean * rate, rate)
