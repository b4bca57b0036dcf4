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
from communities.insight.goals import AIMS, CountedAim, FittedAim, Progress, progress
from communities.insight.trends import Slope, drift, slope
from communities.models import Goal, GoalVersion, MetricDay, Organisation, Region, RetentionFit, User
from communities.selectors.goals import goal_get, region_get
from communities.services.signals import NIGHT
from core.errors import Stale

TREND = timedelta(weeks=26)
WEEKS = TREND.days // 7
COUNTED = [aim for aim in AIMS.values() if isinstance(aim, CountedAim)]
COLUMNS = sorted({name for aim in COUNTED for name in (aim.part, aim.whole)})
TERMS = ("target", "by_on", "owner", "is_dropped")

Days = Mapping[date, Mapping[str, int]]
Week = tuple[int, float]
"""Its number, from 0 half a year ago, and its figure."""


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
    """Write where the goals stand, from the days before `today`. Two queries for each region, and one for each goal.

    A goal that is changed meanwhile is left to whoever changes it.
    """
    histories: dict[UUID, _History] = {}
    for goal in goals:
        if goal.region_id not in histories:
            histories[goal.region_id] = _history(goal.region_id, today)
        measured = _measured(goal, histories[goal.region_id], today)
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
            f"The target of {goal.measure} lies above {aim.least:g} and is {aim.most:,.12g} at most."
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


@dataclass(frozen=True)
class _History:
    """A region's counts by day, and its readings of how soon customers order again, oldest first."""

    days: Days
    fits: Iterable[RetentionFit]


def _history(region_id: UUID, today: date) -> _History:
    """As far back as any goal looks: some 270 days, and 180 nights."""
    longest = TREND + timedelta(days=max(aim.settles for aim in COUNTED))
    found = (
        MetricDay.objects.filter(community__region_id=region_id, on__gte=today - longest, on__lt=today)
        .values_list("on")
        .annotate(*map(Sum, COLUMNS))
    )
    fits = RetentionFit.objects.filter(
        region=region_id, segment="", through_on__gte=today - TREND, through_on__lt=today
    )
    days = {on: dict(zip(COLUMNS, sums, strict=True)) for on, *sums in found}
    return _History(days, fits.order_by("through_on").only("through_on", "curve", "lifetime_minor"))


def _measured(goal: Goal, history: _History, today: date) -> dict[str, Any]:
    """The goal's progress as it is kept: dates as texts, and the weeks that the trend is of."""
    aim = AIMS[goal.measure]
    current, weeks, trend = (
        _read(aim, history.fits, today) if isinstance(aim, FittedAim) else _counted(aim, history.days, today)
    )
    found = progress(target=float(goal.target), by_on=goal.by_on, today=today, current=current, trend=trend)
    return _kept(found) | {"weeks": weeks}


def _counted(aim: CountedAim, days: Days, today: date) -> tuple[float | None, list[Week], Slope | None]:
    """The figure of the aim's last days, its weeks, and their slope."""
    end = today - timedelta(days=aim.settles)
    starts = [(number, end - timedelta(weeks=WEEKS - number)) for number in range(WEEKS)]
    figures = [(number, _figure(aim, days, start, 7)) for number, start in starts]
    weeks = [(number, figure) for number, figure in figures if figure is not None]
    return _figure(aim, days, end - timedelta(days=aim.days), aim.days), weeks, slope(weeks)


def _figure(aim: CountedAim, days: Days, start: date, length: int) -> float | None:
    """The figure of `length` days from `start`; None where nothing was counted, or too few answered."""
    counts = [days[on] for on in (start + timedelta(days=day) for day in range(length)) if on in days]
    whole = sum(count[aim.whole] for count in counts)
    least = settings.INSIGHT_MIN_RESPONDENTS if aim.is_asked else 1
    return sum(count[aim.part] for count in counts) / whole if whole >= least else None


def _read(
    aim: FittedAim, fits: Iterable[RetentionFit], today: date
) -> tuple[float | None, list[Week], Slope | None]:
    """The newest figure, the last of each week, and their drift: each contains what was read before."""
    read = {(fit.through_on - today + TREND).days // 7: getattr(fit, aim.figure) for fit in fits}
    weeks = [(number, float(figure)) for number, figure in read.items() if figure is not None]
    return weeks[-1][1] if weeks else None, weeks, drift(weeks)


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
