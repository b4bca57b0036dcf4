"""Goals of regions: set, changed with their versions kept, and measured every night."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, Sum

from communities.access import Caller
from communities.errors import GoalImpossible
from communities.insight.goals import AIMS, Aim, Progress, progress
from communities.models import Goal, GoalVersion, MetricDay, Organisation, Region, User
from communities.selectors.goals import goal_get, region_get
from communities.services.signals import NIGHT
from core.errors import Stale

TREND = timedelta(weeks=26)
COLUMNS = sorted({name for aim in AIMS.values() for name in (aim.part, aim.whole)})
TERMS = ("target", "by_on", "owner", "is_dropped")

Days = Mapping[date, Mapping[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalGiven:
    """What somebody says of a goal. None: as it is; for a new goal's owner, whoever sets it."""

    target: Decimal | None = None
    by_on: date | None = None
    owner: str | None = None
    is_dropped: bool | None = None


@transaction.atomic
def goal_set(
    *, caller: Caller, region_id: UUID, measure: Goal.Measure, given: GoalGiven, today: date
) -> Goal:
    """A new goal of a region, measured at once.

    Raises RegionUnknown, GoalImpossible. The database refuses a second goal of a region for a figure.
    """
    region = region_get(caller, region_id)
    goal = Goal(organisation=caller.organisation, region=region, measure=measure)
    owner = caller.user.username if given.owner is None else given.owner
    _given(goal, given, _owner(region, owner), today)
    goal.save()
    _noted(goal, caller)
    goals_measure([goal], today=today)
    return goal_get(caller, goal.pk)


@transaction.atomic
def goal_change(*, caller: Caller, goal_id: UUID, given: GoalGiven, revision: int, today: date) -> Goal:
    """Change what is given, if the goal is still at `revision`; what it said before stays a version.

    Raises GoalUnknown, GoalImpossible, Stale.
    """
    goal = goal_get(caller, goal_id)
    owner = goal.owner if given.owner is None else _owner(goal.region, given.owner)
    _given(goal, given, owner, today)
    goal.revision = revision + 1
    terms = {name: getattr(goal, name) for name in (*TERMS, "revision")}
    if Goal.objects.filter(pk=goal.pk, revision=revision).update(**terms) != 1:
        raise Stale("Somebody changed this goal in the meantime: read it again.")
    _noted(goal, caller)
    goals_measure([goal], today=today)
    return goal_get(caller, goal_id)


def goals_measure(goals: Iterable[Goal], *, today: date) -> None:
    """Write where the goals stand, from the days before `today`. One query for each region, and one for each goal.

    A goal that is changed meanwhile is left to whoever changes it.
    """
    days: dict[UUID, Days] = {}
    for goal in goals:
        if goal.region_id not in days:
            days[goal.region_id] = _days(goal.region_id, today)
        measured = _measured(goal, days[goal.region_id], today)
        Goal.objects.filter(pk=goal.pk, revision=goal.revision).update(progress=measured, measured_on=today)


def goals_measure_due(*, now: datetime) -> None:
    """Each organisation, in the first hours of its own day, sees where its goals stand, once."""
    for organisation in Organisation.objects.all():
        local = now.astimezone(organisation.zone)
        if local.hour in NIGHT:
            today = local.date()
            due = Goal.objects.filter(organisation=organisation, is_dropped=False)
            old = due.filter(Q(measured_on=None) | Q(measured_on__lt=today))
            goals_measure(old.order_by("region_id", "pk"), today=today)


def _given(goal: Goal, given: GoalGiven, owner: User, today: date) -> None:
    """Let the goal say what is given. Raises GoalImpossible for what cannot be reached, or not be waited for."""
    goal.owner = owner
    if given.target is not None:
        goal.target = given.target
    if given.by_on is not None:
        goal.by_on = given.by_on
    if given.is_dropped is not None:
        goal.is_dropped = given.is_dropped
    aim = AIMS[goal.measure]
    if not aim.least < goal.target <= aim.most:
        raise GoalImpossible(
            f"The target of {goal.measure} lies above {aim.least:g} and is {aim.most:g} at most."
        )
    if given.by_on is not None and given.by_on <= today:
        raise GoalImpossible("A goal is for a day after today.")


def _owner(region: Region, username: str) -> User:
    """Who sees to it: an account that sees the region. Raises GoalImpossible."""
    everywhere = Q(role__in=[User.Role.ADMINISTRATOR, User.Role.DISPATCHER])
    able = everywhere | Q(role=User.Role.REGIONAL_MANAGER, managed__region=region)
    found = User.objects.filter(able, organisation=region.organisation_id, username=username, is_active=True)
    owner = found.distinct().first()
    if owner is None:
        raise GoalImpossible("The owner is the username of somebody who sees the region.")
    return owner


def _noted(goal: Goal, caller: Caller) -> None:
    terms = {name: getattr(goal, name) for name in (*TERMS, "revision")}
    GoalVersion.objects.create(organisation=caller.organisation, goal=goal, author=caller.account, **terms)


def _days(region_id: UUID, today: date) -> dict[date, dict[str, int]]:
    """The region's counts by day, as far back as any goal looks: some 270 rows."""
    longest = TREND + timedelta(days=max(aim.settles for aim in AIMS.values()))
    found = (
        MetricDay.objects.filter(community__region_id=region_id, on__gte=today - longest, on__lt=today)
        .values_list("on")
        .annotate(*map(Sum, COLUMNS))
    )
    return {on: dict(zip(COLUMNS, sums, strict=True)) for on, *sums in found}


def _measured(goal: Goal, days: Days, today: date) -> dict[str, Any]:
    """The goal's progress as it is kept: dates as texts, and the weeks that the trend is of."""
    aim = AIMS[goal.measure]
    end = today - timedelta(days=aim.settles)
    count = TREND.days // 7
    starts = [(number, end - timedelta(weeks=count - number)) for number in range(count)]
    figures = [(number, _figure(aim, days, start, 7)) for number, start in starts]
    weeks = [(number, figure) for number, figure in figures if figure is not None]
    current = _figure(aim, days, end - timedelta(days=aim.days), aim.days)
    found = progress(target=float(goal.target), by_on=goal.by_on, today=today, current=current, weeks=weeks)
    return _kept(found) | {"weeks": weeks}


def _figure(aim: Aim, days: Days, start: date, length: int) -> float | None:
    """The figure of `length` days from `start`; None where nothing was counted, or too few answered."""
    counts = [days[on] for on in (start + timedelta(days=day) for day in range(length)) if on in days]
    whole = sum(count[aim.whole] for count in counts)
    least = settings.INSIGHT_MIN_RESPONDENTS if aim.is_asked else 1
    return sum(count[aim.part] for count in counts) / whole if whole >= least else None


def _kept(found: Progress) -> dict[str, Any]:
    expected = found.expected
    return asdict(found) | {
        "expected": expected
        and {
            "on": expected.on.isoformat(),
            "earliest": expected.earliest.isoformat(),
            "latest": expected.latest.isoformat() if expected.latest else None,
        }
    }
