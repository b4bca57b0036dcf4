"""How a customer's relation to us stands, from 0 to 100, and what changed it.

A weighted mean of measures between 0 (bad) and 1 (good), as customer-success scorecards are made. A measure that
says nothing of a customer (no answer, no invoice, no rhythm yet) is left out, and the others weigh more: not to
know is neither good nor bad. Each measure's points are rounded to 0.1 and then added up, so that the changes of
the points are exactly the change of the health.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

RHYTHM_ORDERS = 3  # two intervals: one would be a chance
OVERDUE_RHYTHMS = 3  # silent for so many intervals, the recency is 0
ANSWER_DAYS = 365  # an older answer is not what the customer thinks now
COMPLAINT_DAYS = 180
DISPUTE_DAYS = 365
REOPEN_DAYS = 180
INVOICE_DAYS = 365
MEMBER_DAYS = 365
PAYMENT_DAYS = 14  # as long as a membership may wait for its payment before it lapses
TREND_DAYS = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What the ledger says of a customer on a day. `silent_days` since the last order; `rhythm_days` is the median
    interval between orders, None below RHYTHM_ORDERS of them; counts are of the days named above."""

    orders: int
    silent_days: int | None = None
    rhythm_days: int | None = None
    csat: int | None = None
    complaints_open: int = 0
    disputes: int = 0
    invoices: int = 0
    invoices_late: int = 0
    reopened: int = 0
    is_member: bool = False


@dataclass(frozen=True, slots=True)
class Measure:
    """Its weight, and its value between 0 and 1 for a customer: None where it says nothing."""

    weight: int
    value: Callable[[Condition], float | None]


def _recency(one: Condition) -> float | None:
    """1 up to the customer's own rhythm, then falling evenly to 0 at OVERDUE_RHYTHMS of it."""
    if one.silent_days is None or not one.rhythm_days:
        return None
    overdue = one.silent_days / one.rhythm_days
    return min(1.0, max(0.0, (OVERDUE_RHYTHMS - overdue) / (OVERDUE_RHYTHMS - 1)))


def _satisfaction(one: Condition) -> float | None:
    return None if one.csat is None else (one.csat - 1) / 4


def _payments(one: Condition) -> float | None:
    return 1 - one.invoices_late / one.invoices if one.invoices else None


MEASURES: Mapping[str, Measure] = {
    "recency": Measure(30, _recency),
    "satisfaction": Measure(25, _satisfaction),
    "complaints": Measure(15, lambda one: 0.0 if one.complaints_open else 1.0),
    "disputes": Measure(10, lambda one: 0.0 if one.disputes else 1.0),
    "payments": Measure(10, _payments),
    "reopened": Measure(5, lambda one: 0.0 if one.reopened else 1.0),
    "membership": Measure(5, lambda one: 1.0 if one.is_member else 0.0),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """A measure's points on a day and TREND_DAYS before; None where it said nothing."""

    measure: str
    points: float | None
    before: float | None

    @property
    def change(self) -> float:
        return round((self.points or 0.0) - (self.before or 0.0), 1)


def points(one: Condition) -> dict[str, float]:
    """The points of each measure that says something; none for a customer without orders."""
    if not one.orders:
        return {}
    values = {name: measure.value(one) for name, measure in MEASURES.items()}
    known = {name: value for name, value in values.items() if value is not None}
    whole = sum(MEASURES[name].weight for name in known)
    return {name: round(100 * MEASURES[name].weight * value / whole, 1) for name, value in known.items()}


def health(of: Mapping[str, float]) -> float | None:
    """The sum of a customer's points, 0 to 100; None without any."""
    return min(100.0, round(sum(of.values()), 1)) if of else None


def reasons(now: Mapping[str, float], before: Mapping[str, float]) -> list[Reason]:
    """The measures whose points moved, the largest change first; none where there was no health before."""
    if not now or not before:
        return []
    all_of_them = [Reason(name, now.get(name), before.get(name)) for name in MEASURES]
    moved = [one for one in all_of_them if one.change]
    return sorted(moved, key=lambda one: (-abs(one.change), list(MEASURES).index(one.measure)))


def reasons_told(kept: Iterable[Mapping[str, Any]]) -> list[Reason]:
    """Reasons as they were kept (`asdict`), without measures that are no longer among MEASURES."""
    return [Reason(**one) for one in kept if one["measure"] in MEASURES]
