"""Figures of days that are over: a community's weeks beside those of its region, and the days before a window.

They are added up from the cells, and hidden as those of windows are: where few answered, and where the region's sum
less the rest would tell what few said.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from django.conf import settings
from django.db.models import DateField, ExpressionWrapper, F, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Trunc

from communities.access import Caller
from communities.insight.figures import (
    HIDDEN,
    Figure,
    Reading,
    Readings,
    Sums,
    hidden_groups,
    is_too_few,
    quotient,
    reading,
    signed_sum,
)
from communities.models import Community, MetricDay
from communities.models.metrics import ANSWERED
from communities.selectors.groups import ANSWERS, ColumnSums, figures_of
from communities.selectors.measures import COLUMNS, KNOWN_LATER, REPURCHASE_DAYS
from communities.selectors.places import community_list

Step = Literal["day", "week"]
Period = tuple[date, date]
"""The first day and the last; both belong to it."""

COLUMNS_AT_ONCE = tuple(name for name in COLUMNS if name not in KNOWN_LATER)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A figure over some weeks from a Monday on: a community's own, and its region's. A count or an amount of the
    region is that of its communities on average."""

    on: date
    own: Reading
    region: Reading


def community_trend(
    caller: Caller, community_id: UUID, first: date, last: date, step: Step
) -> list[tuple[date, Readings]]:
    """A community's figures for each day or week (by its Monday) from `first` to `last`, both included. Three queries.

    Steps in which nothing happened are left out. What is known later counts on the day it is known, as in windows.
    """
    own = community_list(caller).filter(pk=community_id)
    sums = _all_columns(_cells(own), (first, last), step)
    beside = community_list(caller).filter(region__in=own.values("region"))
    hidden = _hidden(_cells(beside), community_id, (first, last), step)
    least = settings.INSIGHT_MIN_RESPONDENTS
    return [(on, Readings(sums[on], least=least, hidden=hidden.get(on, ()))) for on in sorted(sums)]


def figures_before(caller: Caller, community: Community, first: date, days: int) -> Readings:
    """A community's figures over the `days` days before `first`. Three queries."""
    period = (first - timedelta(days=days), first - timedelta(days=1))
    own = community_list(caller).filter(pk=community.pk)
    sums = _all_columns(_cells(own), period).get(period[0], dict.fromkeys(COLUMNS, 0))
    beside = community_list(caller).filter(region=community.region_id)
    hidden = _hidden(_cells(beside), community.pk, period).get(period[0], ())
    return Readings(sums, least=settings.INSIGHT_MIN_RESPONDENTS, hidden=hidden)


def figure_weeks(
    caller: Caller, community: Community, figure: Figure, first: date, last: date, each: int = 1
) -> list[Stretch]:
    """A figure of a community beside that of its region, from the Monday `first` to the Sunday `last`, in stretches of
    `each` so many weeks. One query, over the region's cells of these weeks."""
    beside = community_list(caller).filter(region=community.region_id)
    counted = _stepped(_cells(beside), figure.wanted, (first, last), "week")
    places = len({place for groups in counted.values() for place in groups})
    mondays = [first + timedelta(weeks=week) for week in range((last - first).days // 7 + 1)]
    stretches = [mondays[at : at + each] for at in range(0, len(mondays), each)]
    return [
        _stretch(weeks[0], _together(counted.get(on, {}) for on in weeks), community.pk, figure, places)
        for weeks in stretches
    ]


def _together(weeks: Iterable[dict[UUID, dict[str, int]]]) -> dict[UUID, dict[str, int]]:
    """The sums of each community over some weeks."""
    found: dict[UUID, dict[str, int]] = {}
    for groups in weeks:
        for place, sums in groups.items():
            before = found.get(place, {})
            found[place] = {name: before.get(name, 0) + count for name, count in sums.items()}
    return found


def _stretch(
    on: date, groups: dict[UUID, dict[str, int]], community_id: UUID, figure: Figure, places: int
) -> Stretch:
    least = settings.INSIGHT_MIN_RESPONDENTS
    nothing = dict.fromkeys(figure.wanted, 0)
    region = {name: sum(sums[name] for sums in groups.values()) for name in nothing}
    return Stretch(
        on,
        own=HIDDEN
        if _is_hidden(figure, groups, community_id)
        else reading(figure, groups.get(community_id, nothing)),
        region=HIDDEN if is_too_few(figure, region, least) else _on_average(figure, region, places),
    )


def _on_average(figure: Figure, sums: Sums, places: int) -> Reading:
    """A region's figure; of what is added up, that of one of its places."""
    whole = reading(figure, sums)
    if figure.denominator or not places:
        return whole
    return Reading(quotient(figure, signed_sum(figure.numerator, sums), places), None, None)


def _cells(communities: QuerySet[Community]) -> QuerySet[MetricDay]:
    return MetricDay.objects.filter(community__in=communities.values("pk")).order_by()


def _all_columns(
    own: QuerySet[MetricDay], period: Period, step: Step | None = None
) -> dict[date, dict[str, int]]:
    """Every column of one community, for each step."""
    sums: dict[date, dict[str, int]] = {}
    for names in (COLUMNS_AT_ONCE, KNOWN_LATER):
        for on, groups in _stepped(own, names, period, step).items():
            for counted in groups.values():
                sums.setdefault(on, dict.fromkeys(COLUMNS, 0)).update(counted)
    return sums


def _hidden(
    beside: QuerySet[MetricDay], community_id: UUID, period: Period, step: Step | None = None
) -> dict[date, frozenset[str]]:
    """The figures of a community that are hidden in each step."""
    return {
        on: figures_of({name for name in ANSWERS if _is_few(name, groups, community_id)})
        for on, groups in _stepped(beside.filter(ANSWERED), ANSWERS, period, step).items()
    }


def _is_hidden(figure: Figure, groups: Mapping[UUID, Sums], community_id: UUID) -> bool:
    """Whether what the groups of a region said must not be shown of this one."""
    return figure.is_asked and any(_is_few(name, groups, community_id) for name in figure.denominator)


def _is_few(answers: str, groups: Mapping[UUID, Sums], community_id: UUID) -> bool:
    """Whether a column of ANSWERS counts too few of this one, or of those to be hidden with it."""
    if not groups.get(community_id, {}).get(answers):
        return False
    heard = {group: sums[answers] for group, sums in groups.items()}
    return community_id in hidden_groups(heard, settings.INSIGHT_MIN_RESPONDENTS)


def _stepped(
    cells: QuerySet[MetricDay], names: Iterable[str], period: Period, step: Step | None = None
) -> dict[date, dict[UUID, dict[str, int]]]:
    """The sums of each community for each step, or for all days together under the first. What is known later counts on
    the day it is known."""
    names = sorted(names)
    late = timedelta(days=REPURCHASE_DAYS if KNOWN_LATER.issuperset(names) else 0)
    first, last = period
    known_on: Combinable = Value(first, DateField())
    if step:
        known_on = Trunc(ExpressionWrapper(F("on") + late, DateField()), step, output_field=DateField())
    found = cells.filter(on__range=(first - late, last - late)).values_list(known_on, "community_id")
    steps: dict[date, dict[UUID, dict[str, int]]] = {}
    for on, community_id, sums in found.annotate(sums=ColumnSums(names, MetricDay)):
        steps.setdefault(on, {})[community_id] = dict(zip(names, sums, strict=True))
    return steps
