"""Figures of the windows that end today, as far as a caller may see them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, Count, Q, QuerySet
from django.db.models.expressions import RawSQL

from communities.access import Caller
from communities.errors import FigureTooFine
from communities.insight.figures import ASKED, Reading, readings, table_hidden
from communities.models import CustomerServed, FigureUse, MetricClock, MetricWindow
from communities.selectors.measures import COLUMNS
from communities.selectors.places import community_list

Grouping = MetricWindow.Grouping
Key = tuple[UUID | None, ...]
"""One id for each dimension that is asked by; None: facts that name none."""

EVERY = slice(None)
ASKED_COLUMNS = tuple(sorted({name for figure in ASKED for name in figure.denominator}))
PLACE_COLUMNS = ("active", "returning", "households_served", "households")


class Sums(RawSQL):
    """Columns of windows added up, as one array: Django takes longer to write forty sums than PostgreSQL to find
    them."""

    contains_aggregate = True

    def __init__(self, columns: Iterable[str]) -> None:
        table = MetricWindow._meta.db_table
        sums = ", ".join(f'coalesce(sum("{table}"."{name}"), 0)' for name in columns)
        super().__init__(f"ARRAY[{sums}]::bigint[]", (), ArrayField(BigIntegerField()))

    def get_group_by_cols(self) -> list[Any]:
        return []


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
    """An answer: the groups there are, in the order of their keys, what is hidden of them, and the sums of all.

    Both days belong to the window. The groups' sums are read when they are shown, for there may be thousands.
    """

    by: tuple[Dimension, ...]
    first_on: date
    through_on: date
    keys: Sequence[Key]
    hidden: Mapping[str, Set[Key]]
    total: Mapping[str, int]
    hidden_total: Set[str]
    places: Mapping[Key, Mapping[str, int]]
    kept: QuerySet[MetricWindow]

    def rows(self, part: slice = EVERY) -> list[tuple[Key, dict[str, Reading]]]:
        """The figures of some of the groups; hidden where few answered, or where the rest would tell of few."""
        if not self.keys:
            return []
        return [(key, self._figures(key, sums)) for key, sums in _sums(self.kept, self.by, COLUMNS, part)]

    @property
    def whole(self) -> dict[str, Reading]:
        """The figures of all groups together."""
        least = settings.INSIGHT_MIN_RESPONDENTS
        return readings(self.total, least=least, hidden=self.hidden_total)

    def _figures(self, key: Key, sums: Mapping[str, int]) -> dict[str, Reading]:
        return readings(
            {**sums, **self.places.get(key, {})},
            least=settings.INSIGHT_MIN_RESPONDENTS,
            hidden=[name for name, keys in self.hidden.items() if key in keys],
        )


def figure_table(
    caller: Caller, question: Question, *, own_technician_id: UUID | None = None
) -> FigureTable | None:
    """The answer; None before anything was counted. Six queries at most, whatever there is, and one for the rows.

    A technician sees what is their own: `own_technician_id` is who the caller is, which this floor does not know.
    Raises FigureTooFine.
    """
    grouping = grouping_of(caller, question)
    clock = MetricClock.objects.filter(organisation=caller.organisation).first()
    if clock is None:
        return None
    first_on = clock.through_on - timedelta(days=question.window - 1)
    seen = MetricWindow.objects.filter(
        in_scope(caller, own_technician_id),
        organisation=caller.organisation,
        days=question.window,
        grouping=grouping,
    )
    kept = seen.filter(question.filter)
    answers = dict(_sums(kept, question.by, ASKED_COLUMNS)) if question.by else {}
    total = dict(zip(COLUMNS, kept.aggregate(sums=Sums(COLUMNS))["sums"], strict=True))
    places: dict[Key, dict[str, int]] = {}
    if grouping == Grouping.COMMUNITY:
        places = _places(caller, question, first_on)
        total |= _added_up(places.values())
    return FigureTable(
        by=question.by,
        first_on=first_on,
        through_on=clock.through_on,
        keys=list(answers),
        hidden=table_hidden(answers, settings.INSIGHT_MIN_RESPONDENTS),
        total=total,
        hidden_total=_hidden_beside_others(seen, question.ids),
        places=places,
        kept=kept,
    )


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


def _hidden_beside_others(seen: QuerySet[MetricWindow], ids: Mapping[Dimension, UUID]) -> set[str]:
    """The figures that are hidden of what a question is of, where it is one group among its like: else one would ask
    for the groups one by one."""
    if not ids:
        return set()
    like = dict(_sums(seen, tuple(ids), ASKED_COLUMNS))
    hidden = table_hidden(like, settings.INSIGHT_MIN_RESPONDENTS)
    return {name for name, keys in hidden.items() if tuple(ids.values()) in keys}


def _sums(
    kept: QuerySet[MetricWindow], by: tuple[Dimension, ...], columns: Sequence[str], part: slice = EVERY
) -> Iterator[tuple[Key, dict[str, int]]]:
    """The columns added up for each group of at least one dimension, in the order of the keys."""
    keys = [one.column for one in by]
    for *key, sums in kept.order_by(*keys).values_list(*keys).annotate(sums=Sums(columns))[part]:
        yield tuple(key), dict(zip(columns, sums, strict=True))


def _places(caller: Caller, question: Question, first_on: date) -> dict[Key, dict[str, int]]:
    """Different customers, counted in each community for itself, beside its households where they are known."""
    communities = community_list(caller)
    if question.region_id:
        communities = communities.filter(region_id=question.region_id)
    if question.community_id:
        communities = communities.filter(pk=question.community_id)
    served = _served(caller, first_on)
    found: dict[Key, dict[str, int]] = {}
    for region_id, community_id, households in communities.values_list("region_id", "pk", "households"):
        active, returning = served.get(community_id, (0, 0))
        counted = (active, returning, 0 if households is None else active, households or 0)
        key = tuple({"region": region_id, "community": community_id}[str(one)] for one in question.by)
        found[key] = _added_up([found.get(key, {}), dict(zip(PLACE_COLUMNS, counted, strict=True))])
    return found


def _added_up(places: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """The sums of places; of no place, nothing."""
    given = [place for place in places if place]
    return {name: sum(place[name] for place in given) for name in PLACE_COLUMNS}


def _served(caller: Caller, first_on: date) -> dict[UUID, tuple[int, int]]:
    """Customers served since a day, and of these those served before as well, by community."""
    known = CustomerServed.objects.filter(organisation=caller.organisation, last_on__gte=first_on)
    counted = (
        known.order_by()
        .values_list("community_id")
        .annotate(active=Count("pk"), returning=Count("pk", filter=Q(first_on__lt=first_on)))
    )
    return {community_id: (active, returning) for community_id, active, returning in counted}


def figure_use_list(caller: Caller) -> QuerySet[FigureUse]:
    """Who read figures of technicians, and what for. For administrators."""
    uses = FigureUse.objects.filter(organisation=caller.organisation).select_related("user")
    return uses if caller.administers else uses.none()
