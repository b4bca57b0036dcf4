"""Figures of the windows that end today, as far as a caller may see them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from communities.access import Caller
from communities.errors import FigureTooFine
from communities.insight.figures import FIGURES, Figure, Readings
from communities.models import FigureUse, MetricClock, MetricWindow
from communities.selectors.groups import ColumnSums, Group, Key, Part, group_page, group_sums, position_of
from communities.selectors.measures import COLUMNS
from communities.selectors.places import community_list

Grouping = MetricWindow.Grouping
Placed = tuple[str, Key, Readings]
"""A group's position among its like, its key, and its figures."""

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


@dataclass(frozen=True, slots=True)
class Served:
    """A community with its PLACE_COLUMNS: different customers, beside its households where they are known."""

    region_id: UUID
    community_id: UUID
    counts: Sequence[int]

    def key(self, by: Iterable[Dimension]) -> Key:
        return tuple(getattr(self, one.column) for one in by)


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
    def part(self) -> Part | None:
        """Communities are hidden alike whatever region they are asked for of: among all and among those of theirs, for
        the sums of both are figures too."""
        return Part("region_id", self.region_id) if self.by == (Dimension.COMMUNITY,) else None

    @property
    def told_apart(self) -> dict[str, UUID]:
        """The ids that make a group what it is: all but that of its part."""
        part = self.part
        return {one.column: given for one, given in self.ids.items() if not part or one.column != part.column}

    @property
    def is_about_technicians(self) -> bool:
        return Dimension.TECHNICIAN in {*self.by, *self.ids}


@dataclass(frozen=True)
class FigureTable:
    """An answer: the sums of all, and of each group when it is asked for, for there may be thousands.

    Both days belong to the window.
    """

    by: tuple[Dimension, ...]
    first_on: date
    through_on: date
    total: Mapping[str, int]
    hidden_total: Set[str]
    communities: Sequence[Served]
    kept: QuerySet[MetricWindow]
    columns: Sequence[str]
    part: Part | None = None

    def page(self, after: str = "", limit: int | None = None, only: str | None = None) -> list[Placed]:
        """The figures of the groups after a position, or of the `only` one at it, each with its own; hidden where few
        answered, or where the rest would tell of few. Two queries."""
        groups = self._groups(after=after, limit=limit, only=only)
        sums = group_sums(self.kept, self._keys, groups, self.columns) if groups else {}
        return self._read(groups, sums)

    def row(self, key: Key) -> Readings | None:
        """The figures of one group; None where nothing happened."""
        return next((figures for _, _, figures in self.page(only=position_of(key))), None)

    def rows(self) -> list[tuple[Key, Readings]]:
        """The figures of all groups. One query."""
        groups = self._groups(columns=self.columns)
        return [(key, found) for _, key, found in self._read(groups, {one.key: one.sums for one in groups})]

    @property
    def _keys(self) -> list[str]:
        return [one.column for one in self.by]

    def _groups(self, **wanted: Any) -> list[Group]:
        least = settings.INSIGHT_MIN_RESPONDENTS
        return group_page(self.kept, self._keys, least=least, part=self.part, **wanted) if self.by else []

    def _read(self, groups: Iterable[Group], sums: Mapping[Key, Mapping[str, int]]) -> list[Placed]:
        least, places = settings.INSIGHT_MIN_RESPONDENTS, _places(self.communities, self.by)
        counted = ((one, {**sums[one.key], **places.get(one.key, {})}) for one in groups)
        return [(one.position, one.key, Readings(of, least=least, hidden=one.hidden)) for one, of in counted]

    def of_regions(self) -> "FigureTable":
        """What is counted here by community, by region: no question."""
        return replace(self, by=(Dimension.REGION,), part=None)

    @property
    def whole(self) -> Readings:
        """The figures of all groups together."""
        least = settings.INSIGHT_MIN_RESPONDENTS
        return Readings(self.total, least=least, hidden=self.hidden_total)


def figure_table(
    caller: Caller,
    question: Question,
    *,
    figures: Collection[Figure] = FIGURES,
    own_technician_id: UUID | None = None,
) -> FigureTable | None:
    """The answer; None before anything was counted. Five queries at most, whatever there is, two fewer where no figure
    is of places; two for a page, one for all groups.

    Of groups there are only the `figures`, for of some hundred groups the others cost as much; of all together there
    are the others too, but for those of places.
    A technician sees what is their own: `own_technician_id` is who the caller is, which this floor does not know.
    Raises FigureTooFine.
    """
    # All together are the same in the fewest rows that can be asked for them.
    finest, coarsest = (grouping_of(caller, one) for one in (question, replace(question, by=())))
    clock = MetricClock.objects.filter(organisation=caller.organisation).first()
    if clock is None:
        return None
    windows = MetricWindow.objects.filter(
        in_scope(caller, own_technician_id), organisation=caller.organisation, days=question.window
    )
    like = windows.filter(grouping=coarsest)
    together = like.filter(question.filter)
    total = dict(zip(COLUMNS, together.aggregate(sums=ColumnSums(COLUMNS))["sums"], strict=True))
    communities: list[Served] = []
    if finest == Grouping.COMMUNITY and any(figure.is_of_places for figure in figures):
        communities = list(_served(caller, question, together))
        total |= _places(communities, ()).get((), dict.fromkeys(PLACE_COLUMNS, 0))
    return FigureTable(
        by=question.by,
        first_on=clock.through_on - timedelta(days=question.window - 1),
        through_on=clock.through_on,
        total=total,
        hidden_total=_hidden_beside_others(like, question.ids),
        communities=communities,
        kept=windows.filter(grouping=finest).filter(**question.told_apart),
        columns=_columns_of(figures),
        part=question.part,
    )


def _columns_of(figures: Iterable[Figure]) -> list[str]:
    wanted = frozenset[str]().union(*(figure.wanted for figure in figures))
    return [name for name in COLUMNS if name in wanted]


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


def _hidden_beside_others(like: QuerySet[MetricWindow], ids: Mapping[Dimension, UUID]) -> Set[str]:
    """The figures that are hidden of what a question is of, where it is one group among its like: else one would ask
    for the groups one by one."""
    if not ids:
        return frozenset()
    keys, only = [one.column for one in ids], position_of(ids.values())
    part = Question(window=0, by=tuple(ids)).part
    found = group_page(like, keys, least=settings.INSIGHT_MIN_RESPONDENTS, only=only, part=part)
    return next((group.hidden for group in found), frozenset())


def _served(caller: Caller, question: Question, kept: QuerySet[MetricWindow]) -> Iterator[Served]:
    communities = community_list(caller)
    if question.region_id:
        communities = communities.filter(region_id=question.region_id)
    if question.community_id:
        communities = communities.filter(pk=question.community_id)
    counts = kept.values_list("community_id", "customers_active", "customers_returning")
    customers = {community_id: (active, returning) for community_id, active, returning in counts}
    for region_id, community_id, households in communities.values_list("region_id", "pk", "households"):
        active, returning = customers.get(community_id, (0, 0))
        served = 0 if households is None else active
        yield Served(region_id, community_id, (active, returning, served, households or 0))


def _places(communities: Iterable[Served], by: Sequence[Dimension]) -> dict[Key, dict[str, int]]:
    """The communities of each key added up."""
    counted: dict[Key, list[Sequence[int]]] = defaultdict(list)
    for one in communities:
        counted[one.key(by)].append(one.counts)
    return {
        key: dict(zip(PLACE_COLUMNS, map(sum, zip(*counts, strict=True)), strict=True))
        for key, counts in counted.items()
    }


def figure_use_list(caller: Caller) -> QuerySet[FigureUse]:
    """Who read figures of technicians, and what for. For administrators."""
    uses = FigureUse.objects.filter(organisation=caller.organisation).select_related("user")
    return uses if caller.administers else uses.none()
