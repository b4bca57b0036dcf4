"""Figures of the windows that end today, as far as a caller may see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q, QuerySet, Sum

from communities.access import Caller
from communities.errors import FigureTooFine
from communities.insight.figures import Reading, readings, table_hidden
from communities.models import CustomerServed, FigureUse, MetricClock, MetricWindow
from communities.selectors.measures import COLUMNS
from communities.selectors.places import community_list

Grouping = MetricWindow.Grouping
Key = tuple[UUID | None, ...]
"""One id for each dimension that is asked by; None: facts that name none."""

PLACE_COLUMNS = ("active", "returning", "households_served", "households")


class Dimension(StrEnum):
    """What figures can be asked by; any two together."""

    REGION = "region"
    COMMUNITY = "community"
    TECHNICIAN = "technician"
    SERVICE_TYPE = "service_type"

    @property
    def column(self) -> str:
        return f"{self}_id"


@dataclass(frozen=True, kw_only=True)
class Question:
    """Figures over so many days, a row for each combination of `by`, of those with the given ids."""

    window: int
    by: tuple[Dimension, ...] = ()
    region_id: UUID | None = None
    community_id: UUID | None = None
    technician_id: UUID | None = None
    service_type_id: UUID | None = None

    @property
    def ids(self) -> dict[Dimension, UUID]:
        """What is asked of: the ids that are given."""
        return {one: given for one in Dimension if (given := getattr(self, one.column)) is not None}

    @property
    def filter(self) -> Q:
        return Q(**{one.column: given for one, given in self.ids.items()})

    @property
    def is_about_technicians(self) -> bool:
        return Dimension.TECHNICIAN in {*self.by, *self.ids}


@dataclass(frozen=True)
class FigureTable:
    """The sums of each group, in the order of their keys, and of all; both days belong to the window."""

    by: tuple[Dimension, ...]
    first_on: date
    through_on: date
    groups: Mapping[Key, Mapping[str, int]]
    total: Mapping[str, int]

    def rows(self, keys: list[Key]) -> list[tuple[Key, dict[str, Reading]]]:
        """The figures of some of the groups; hidden where few answered, or where the rest would tell of few."""
        least = settings.INSIGHT_MIN_RESPONDENTS
        hidden = table_hidden(self.groups, least)
        return [
            (
                key,
                readings(
                    self.groups[key], least=least, hidden=[name for name in hidden if key in hidden[name]]
                ),
            )
            for key in keys
        ]

    @property
    def whole(self) -> dict[str, Reading]:
        """The figures of all groups together."""
        return readings(self.total, least=settings.INSIGHT_MIN_RESPONDENTS)


def figure_table(
    caller: Caller, question: Question, *, own_technician_id: UUID | None = None
) -> FigureTable | None:
    """The answer; None before anything was counted. Four queries at most, whatever there is.

    A technician sees what is their own: `own_technician_id` is who the caller is, which this floor does not know.
    Raises FigureTooFine.
    """
    grouping = grouping_of(caller, question)
    clock = MetricClock.objects.filter(organisation=caller.organisation).first()
    if clock is None:
        return None
    first_on = clock.through_on - timedelta(days=question.window - 1)
    groups = _groups(caller, question, grouping, own_technician_id)
    total = {name: sum(sums[name] for sums in groups.values()) for name in COLUMNS}
    if grouping == Grouping.COMMUNITY:
        _add_places(caller, question, first_on, groups, total)
    return FigureTable(question.by, first_on, clock.through_on, groups if question.by else {}, total)


def grouping_of(caller: Caller, question: Question) -> Grouping:
    """The kept sums that answer the question. Raises FigureTooFine for a community's technicians by service type."""
    asked = {*question.by, *question.ids}
    if caller.is_technician:
        asked.add(Dimension.TECHNICIAN)
    of_work = asked & {Dimension.TECHNICIAN, Dimension.SERVICE_TYPE}
    if not of_work:
        return Grouping.COMMUNITY
    if Dimension.COMMUNITY not in asked:
        return Grouping.REGION_TECHNICIAN_SERVICE_TYPE
    if len(of_work) > 1:
        raise FigureTooFine
    if Dimension.TECHNICIAN in of_work:
        return Grouping.COMMUNITY_TECHNICIAN
    return Grouping.COMMUNITY_SERVICE_TYPE


def in_scope(caller: Caller, own_technician_id: UUID | None, region: str = "region_id") -> Q:
    """Everything for dispatch, the managed regions for a regional manager, what they did for a technician."""
    if caller.runs_dispatch:
        return Q()
    if caller.is_technician:
        return Q(technician_id=own_technician_id, technician_id__isnull=False)
    return Q(**{f"{region}__in": caller.region_ids})


def _groups(
    caller: Caller, question: Question, grouping: Grouping, own_technician_id: UUID | None
) -> dict[Key, dict[str, int]]:
    kept = MetricWindow.objects.filter(
        in_scope(caller, own_technician_id),
        question.filter,
        organisation=caller.organisation,
        days=question.window,
        grouping=grouping,
    )
    keys = ["organisation_id", *(one.column for one in question.by)]
    found = kept.order_by(*keys).values_list(*keys).annotate(*map(Sum, COLUMNS))
    return {row[1 : len(keys)]: dict(zip(COLUMNS, row[len(keys) :], strict=True)) for row in found}


def _add_places(
    caller: Caller,
    question: Question,
    first_on: date,
    groups: dict[Key, dict[str, int]],
    total: dict[str, int],
) -> None:
    """Different customers, counted in each community for itself, beside its households where they are known."""
    for sums in (*groups.values(), total):
        sums.update(dict.fromkeys(PLACE_COLUMNS, 0))
    communities = community_list(caller)
    if question.region_id:
        communities = communities.filter(region_id=question.region_id)
    if question.community_id:
        communities = communities.filter(pk=question.community_id)
    served = _served(caller, first_on)
    for region_id, community_id, households in communities.values_list("region_id", "pk", "households"):
        active, returning = served.get(community_id, (0, 0))
        counted = (active, returning, 0 if households is None else active, households or 0)
        key = tuple({"region": region_id, "community": community_id}[str(one)] for one in question.by)
        for sums in [total, *([groups[key]] if key in groups else [])]:
            for name, more in zip(PLACE_COLUMNS, counted, strict=True):
                sums[name] += more


def _served(caller: Caller, first_on: date) -> dict[UUID, tuple[int, int]]:
    """Customers served since a day, and of these those served before as well, by community."""
    known = CustomerServed.objects.filter(organisation=caller.organisation, last_on__gte=first_on)
    counted = (
        known.order_by()
        .values_list("community_id")
        .annotate(Count("pk"), Count("pk", filter=Q(first_on__lt=first_on)))
    )
    return {community_id: (active, returning) for community_id, active, returning in counted}


def figure_use_list(caller: Caller) -> QuerySet[FigureUse]:
    """Who read figures of technicians, and what for. For administrators."""
    uses = FigureUse.objects.filter(organisation=caller.organisation).select_related("user")
    return uses if caller.administers else uses.none()
