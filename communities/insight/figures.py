"""The figures: what each is called, what it divides by what, and how it reads. One table for API, pages and tests.

Numerators and denominators are sums of the columns of a metric (communities.models.metrics); a minus takes off. The
glossary has the same table in words.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TypeVar

from communities.insight.scores import Interval, mean_interval, net_promoter_interval, ratio, share_interval

Sums = Mapping[str, int]
GroupT = TypeVar("GroupT")


class Unit(StrEnum):
    """How a value reads."""

    COUNT = "count"
    SHARE = "share"
    """0 to 1; beyond where numerator and denominator need not be of the same days."""
    SCORE = "score"
    """1 to 5."""
    POINTS = "points"
    """-100 to 100."""
    MONEY = "money"
    """Minor units of the organisation's currency."""


@dataclass(frozen=True)
class Figure:
    """`numerator` ÷ `denominator`, or the numerator alone.

    `is_asked`: it comes from what people answered, so that it is not shown of few of them; its denominator counts them.
    `is_of_places`: it counts different customers, which can be said of communities and what is made of them alone.
    `is_part`: the numerator counts some of what the denominator counts, so that the two are enough for an interval;
    `spread` are the columns that another interval takes beside them.
    """

    name: str
    unit: Unit
    numerator: tuple[str, ...]
    denominator: tuple[str, ...] = ()
    is_asked: bool = False
    is_of_places: bool = False
    is_part: bool = False
    spread: tuple[str, ...] = ()

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """What it is made of."""
        return tuple(name.removeprefix("-") for name in self.numerator + self.denominator)

    @cached_property
    def needed(self) -> frozenset[str]:
        """The columns without which it cannot be said."""
        return frozenset(self.columns)

    @property
    def wanted(self) -> frozenset[str]:
        """Those, and what else its interval takes."""
        return self.needed.union(self.spread)

    @property
    def scale(self) -> int:
        """What the quotient is multiplied by."""
        return 100 if self.unit == Unit.POINTS else 1


@dataclass(frozen=True, slots=True)
class Reading:
    """A figure's value. `value` is None where there is nothing to divide by, or where it is hidden."""

    value: float | None
    numerator: int | None
    denominator: int | None
    interval: Interval | None = None
    is_hidden: bool = False


HIDDEN = Reading(None, None, None, is_hidden=True)

EARNED = ("revenue_minor", "-refunded_minor")

FIGURES = (
    Figure("requests", Unit.COUNT, ("requests",)),
    Figure("visits", Unit.COUNT, ("visits",)),
    Figure("csat", Unit.SCORE, ("csat_sum",), ("csat_answers",), is_asked=True, spread=("csat_squares",)),
    Figure("satisfied", Unit.SHARE, ("csat_satisfied",), ("csat_answers",), is_asked=True, is_part=True),
    Figure("nps", Unit.POINTS, ("nps_promoters", "-nps_detractors"), ("nps_answers",), is_asked=True),
    Figure("response_rate", Unit.SHARE, ("csat_answers",), ("surveys_sent",)),
    Figure("first_visit_fix", Unit.SHARE, ("visits_fixed",), ("first_visits",), is_part=True),
    Figure("on_time", Unit.SHARE, ("arrivals_on_time",), ("arrivals",), is_part=True),
    Figure("respond_hit_rate", Unit.SHARE, ("responded_on_time",), ("responded",), is_part=True),
    Figure("resolve_hit_rate", Unit.SHARE, ("resolved_on_time",), ("resolved",), is_part=True),
    Figure("reopen_rate", Unit.SHARE, ("reopened",), ("visits_completed",)),
    Figure("complaint_rate", Unit.SHARE, ("complaints",), ("visits_completed",)),
    Figure("referral_rate", Unit.SHARE, ("referrals",), ("visits_completed",)),
    Figure("repurchase", Unit.SHARE, ("repurchased",), ("repurchase_base",), is_part=True),
    Figure("active_customers", Unit.COUNT, ("active",), is_of_places=True),
    Figure("returning_customers", Unit.COUNT, ("returning",), is_of_places=True),
    Figure("households_served", Unit.SHARE, ("households_served",), ("households",), is_of_places=True),
    Figure("revenue", Unit.MONEY, EARNED),
    Figure("gross_margin", Unit.MONEY, (*EARNED, "-labour_minor", "-travel_minor", "-parts_minor")),
    Figure("average_ticket", Unit.MONEY, ("invoiced_minor",), ("invoices",)),
    Figure("value_added_share", Unit.SHARE, ("upsell_minor",), ("invoiced_minor",)),
    Figure("acceptance", Unit.SHARE, ("offers_accepted",), ("offers",), is_part=True),
)
BY_NAME = {figure.name: figure for figure in FIGURES}
ASKED = tuple(figure for figure in FIGURES if figure.is_asked)


def reading(figure: Figure, sums: Sums) -> Reading:
    """The figure of these sums, whoever may see it."""
    numerator = signed_sum(figure.numerator, sums)
    if not figure.denominator:
        return Reading(numerator, numerator, None)
    denominator = signed_sum(figure.denominator, sums)
    return Reading(quotient(figure, numerator, denominator), numerator, denominator, interval(figure, sums))


def quotient(figure: Figure, numerator: int, denominator: int) -> float | None:
    """One over the other; money to the nearest minor unit, for no float touches an amount."""
    if figure.unit == Unit.MONEY:
        return (2 * numerator + denominator) // (2 * denominator) if denominator else None
    return ratio(figure.scale * numerator, denominator)


def interval(figure: Figure, sums: Sums) -> Interval | None:
    """The 95 % interval of points, of a part of a whole, and of a mean whose spread is among the sums; the others have
    none."""
    if figure.is_part:
        return share_interval(*(sums[name] for name in figure.columns))
    if figure.spread and all(name in sums for name in figure.spread):
        return mean_interval(*(sums[name] for name in figure.columns + figure.spread))
    if figure.unit == Unit.POINTS:
        return net_promoter_interval(*(sums[name] for name in figure.columns))
    return None


def signed_sum(names: Iterable[str], sums: Sums) -> int:
    """The columns added up, those with a minus taken off."""
    total = 0
    for name in names:
        total += -sums[name[1:]] if name[0] == "-" else sums[name]
    return total


def respondents(figure: Figure, sums: Sums) -> int:
    """How many answered, for a figure that is asked."""
    return signed_sum(figure.denominator, sums)


def hidden_groups(answers: Mapping[GroupT, int], least: int) -> set[GroupT]:
    """The groups of which an answered figure must not be shown beside the figure of all of them together.

    A group of fewer than `least` respondents, and then the next smallest until those left out are `least` together:
    the total less the rest would else be the figure of a few. Groups without an answer have nothing to hide. Of windows
    the database says the same (communities.selectors.groups).
    """
    heard = sorted(
        (count, position, group) for position, (group, count) in enumerate(answers.items()) if count
    )
    hidden: set[GroupT] = set()
    left_out = 0
    for count, _, group in heard:
        if count >= least and (left_out == 0 or left_out >= least):
            break
        hidden.add(group)
        left_out += count
    return hidden


class Readings(Mapping[str, Reading]):
    """The figures of one group by name, each read when somebody asks for it: of some hundred groups a page shows a few
    figures each.

    Those named in `hidden`, and those of fewer than `least` respondents, are without value. A figure whose columns are
    not among the sums cannot be said of the group, and is not there.
    """

    __slots__ = ("_hidden", "_least", "_sums")

    def __init__(self, sums: Sums, *, least: int, hidden: Container[str] = ()) -> None:
        self._sums, self._least, self._hidden = sums, least, hidden

    def __getitem__(self, name: str) -> Reading:
        figure, sums = BY_NAME[name], self._sums
        if not self._can_say(figure):
            raise KeyError(name)
        if name in self._hidden or is_too_few(figure, sums, self._least):
            return HIDDEN
        return reading(figure, sums)

    def __iter__(self) -> Iterator[str]:
        return (figure.name for figure in FIGURES if self._can_say(figure))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _can_say(self, figure: Figure) -> bool:
        return figure.needed <= self._sums.keys()


def is_too_few(figure: Figure, sums: Sums, least: int) -> bool:
    """Whether fewer than `least`, and somebody, answered."""
    return figure.is_asked and 0 < respondents(figure, sums) < least
