"""Parts of a community's page: what is bought there, who works there, what is at stake, goals, and what is owed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise

from communities.access import Caller
from communities.insight.figures import BY_NAME, Reading
from communities.insight.sentences import Language
from communities.insight.stakes import part_of
from communities.models import Community, FigureUse
from communities.selectors.figures import Dimension, Question, figure_table
from communities.selectors.goals import goal_list, lag_reading_list
from communities.services.figure_uses import figure_use_record
from console.office.figure_words import TITLES, said
from console.office.goal_words import GoalShown, goal_shown
from console.office.recoveries import RecoveryShown, recovery_shown
from core.money import Money
from dispatch.explanations import name_in
from dispatch.models import ServiceType, Technician
from dispatch.selectors.recoveries import recovery_list
from dispatch.states import RECOVERY_LIVE

OFFERED = ("requests", "visits", "first_visit_fix", "acceptance", "value_added_share", "revenue")
WORKED = ("visits", "on_time", "first_visit_fix", "csat", "acceptance")
MOST = 20

Cells = list[str | Promise]


@dataclass(frozen=True, slots=True)
class Group:
    """Figures of a service type or a technician; the name is empty for facts that name none."""

    name: str
    cells: Cells


@dataclass(frozen=True, slots=True)
class Groups:
    titles: list[Promise]
    rows: list[Group]


@dataclass(frozen=True, slots=True)
class StakeHere:
    """What a point of CSAT goes with in a year: in the region with its interval, and what of it falls to the community
    by its visits; None where nobody can say."""

    region: Money
    low: Money
    high: Money
    here: Money | None


@dataclass(frozen=True, slots=True)
class GoalHere:
    """A region's goal beside the figure of the community; None for a figure that communities do not have."""

    shown: GoalShown
    here: str | Promise | None


def offers_here(caller: Caller, place: Community, window: int, language: Language) -> Groups:
    """By service type. Six queries."""
    question = Question(window=window, by=(Dimension.SERVICE_TYPE,), community_id=place.pk)
    kinds = ServiceType.objects.filter(organisation=caller.organisation)
    names = {kind.pk: name_in(kind, language) for kind in kinds}
    return _groups(caller, question, names, OFFERED)


def technicians_here(
    caller: Caller, place: Community, window: int, purpose: FigureUse.Purpose, language: Language
) -> Groups:
    """By technician; that it was read, and what for, is noted. Eight queries."""
    question = Question(window=window, by=(Dimension.TECHNICIAN,), community_id=place.pk)
    figure_use_record(caller=caller, purpose=purpose, question=question)
    there = Technician.objects.filter(organisation=caller.organisation)
    names = {one.pk: f"{one.code} {name_in(one, language)}" for one in there}
    return _groups(caller, question, names, WORKED)


def _groups(caller: Caller, question: Question, names: Mapping[UUID, str], shown: Iterable[str]) -> Groups:
    table = figure_table(caller, question)
    figures = [BY_NAME[name] for name in shown]
    currency = caller.organisation.currency
    rows = [
        Group(
            names.get(key, "") if key else "",
            [said(figure, of[figure.name], currency) for figure in figures],
        )
        for (key,), of in (table.rows() if table else [])
    ]
    return Groups(
        [TITLES[one.name] for one in figures], sorted(rows, key=lambda row: (not row.name, row.name))
    )


def stake_here(
    caller: Caller, place: Community, own: Mapping[str, Reading], region: Mapping[str, Reading]
) -> StakeHere | None:
    """None while the region has no reading that says what a point is worth. One query."""
    reading = lag_reading_list(caller).filter(region=place.region_id).first()
    if reading is None or reading.stake_minor is None:
        return None
    visits, of = own["visits"].numerator or 0, region["visits"].numerator or 0
    here = part_of(reading.stake_minor, visits, of)

    def money(minor: int | None) -> Money:
        return Money(minor or 0, reading.currency)

    return StakeHere(
        region=money(reading.stake_minor),
        low=money(reading.stake_low_minor),
        high=money(reading.stake_high_minor),
        here=None if here is None else money(here),
    )


def goals_here(
    caller: Caller, place: Community, own: Mapping[str, Reading], language: Language
) -> list[GoalHere]:
    """The goals of the community's region. One query."""
    currency = caller.organisation.currency
    goals = goal_list(caller).filter(region=place.region_id).order_by("measure")
    return [
        GoalHere(
            goal_shown(goal, language, currency),
            said(BY_NAME[goal.measure], own[goal.measure], currency) if goal.measure in BY_NAME else None,
        )
        for goal in goals
    ]


def recoveries_here(
    caller: Caller, place: Community, language: Language, now: datetime
) -> list[RecoveryShown]:
    """Those that are not over, due first first. Three queries."""
    live = recovery_list(caller).filter(state__in=RECOVERY_LIVE, request__site__community=place)
    return [recovery_shown(one, language, now) for one in live.order_by("due_at", "pk")[:MOST]]
