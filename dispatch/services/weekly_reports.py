"""The letter on Monday morning: what of the week a regional manager should know, and nothing when there is nothing.

A report is a row first, one for each manager and week; its letter follows `weekly_report.due`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from communities.insight.weekly import TOTALS, WEEKS_BEFORE, Change, Counts, changes
from communities.models import Goal, MetricDay, Organisation, Region, User
from core.languages import name_in
from core.links import link_token
from core.mail import Letter, letter_send
from core.money import Money
from core.outbox import emit
from dispatch.explanations import decided_by_answers
from dispatch.models import Recovery, Stop, WeeklyReport
from dispatch.selectors.visits import day_bounds
from dispatch.states import RECOVERY_LIVE, PlanState, RecoveryState

MORNING = time(7)
PATIENCE = timedelta(days=2)  # a report that could not be sent by then comes too late to be of use
WEEK = timedelta(days=7)
COLUMNS = (
    "requests", "first_visits", "visits_fixed", "arrivals", "arrivals_on_time", "csat_answers", "csat_sum",
    "nps_answers", "nps_promoters", "nps_detractors", "offers", "offers_accepted", "revenue_minor",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RegionWeek:
    """What is worth telling of a region's week. `recoveries_late` are past their deadline; `decided` are the visits
    of the week's plans that went to somebody else for what customers had answered."""

    region: Region
    changes: list[Change]
    recoveries_open: int
    recoveries_late: int
    recoveries_done: int
    decided: int
    planned: int
    goals: list[Goal]

    @property
    def is_quiet(self) -> bool:
        late = any(goal.progress.get("state") == "late" for goal in self.goals)
        return not (self.changes or self.recoveries_open or self.recoveries_done or self.decided or late)


def weekly_reports_sweep(*, now: datetime) -> int:
    """Want every report whose Monday morning has come in the organisation's time zone; how many."""
    return sum(_wanted(organisation, now) for organisation in Organisation.objects.all())


@transaction.atomic
def _wanted(organisation: Organisation, now: datetime) -> int:
    local = now.astimezone(organisation.zone)
    monday = local.date() - timedelta(days=local.weekday())
    begins = datetime.combine(monday, MORNING, organisation.zone)
    if not begins <= now < begins + PATIENCE:
        return 0
    week_on = monday - WEEK
    readers = _readers().filter(organisation=organisation).exclude(weekly_reports__week_on=week_on)
    reports = [WeeklyReport(organisation=organisation, user=user, week_on=week_on) for user in readers]
    WeeklyReport.objects.bulk_create(reports, ignore_conflicts=True)
    kept = WeeklyReport.objects.filter(pk__in=[report.pk for report in reports]).values_list("pk", flat=True)
    for report_id in kept:
        emit("weekly_report.due", report_id)
    return len(kept)


def weekly_report_send(*, subject_id: UUID) -> None:
    """Write to the manager what the week had, or nothing when it was quiet. Follows `weekly_report.due`; a second time
    sends nothing, and a crash after sending the same letter again, under the same Message-ID."""
    report = WeeklyReport.objects.select_related("organisation", "user").get(pk=subject_id)
    if report.state != WeeklyReport.State.WANTED:
        return
    reader = _readers().filter(pk=report.user_id).first()
    weeks = list(_weeks(report, timezone.now())) if reader else []
    told = [week for week in weeks if not week.is_quiet]
    if reader and told:
        letter_send(_letter(report, reader, told))
    state = WeeklyReport.State.SENT if told else WeeklyReport.State.QUIET
    WeeklyReport.objects.filter(pk=report.pk, state=WeeklyReport.State.WANTED).update(state=state)


def weekly_report_url(user_id: UUID) -> str:
    """Where a manager ends these letters, without signing in."""
    return f"{settings.PUBLIC_URL}/weekly-report/{user_id}/{link_token('weekly-report', user_id)}"


def _readers() -> QuerySet[User]:
    """Managers who want the letter, and can be written to."""
    return (
        User.objects.filter(
            role=User.Role.REGIONAL_MANAGER, weekly_report=True, is_active=True, managed__isnull=False
        )
        .exclude(email="")
        .distinct()
        .order_by("id")
    )


def _weeks(report: WeeklyReport, now: datetime) -> Iterator[RegionWeek]:
    """The regions of a report's reader, by code: eight queries for each."""
    regions = Region.objects.filter(managers__user=report.user_id, organisation=report.organisation_id)
    for region in regions.select_related("organisation").order_by("code"):
        yield region_week(region, report.week_on, now)


def region_week(region: Region, week_on: date, now: datetime) -> RegionWeek:
    """A region's week from Monday `week_on`, with the recoveries that are open `now`."""
    begin, end = day_bounds(region.organisation, week_on, week_on + WEEK - timedelta(days=1))
    counts = [_counts(region, week_on - back * WEEK) for back in range(WEEKS_BEFORE + 1)]
    recoveries = Recovery.objects.filter(request__site__community__region=region).aggregate(
        open=Count("pk", filter=Q(state__in=RECOVERY_LIVE)),
        late=Count("pk", filter=Q(state__in=RECOVERY_LIVE, due_at__lt=now)),
        done=Count("pk", filter=Q(state=RecoveryState.DONE, closed_at__gte=begin, closed_at__lt=end)),
    )
    stops = Stop.objects.filter(
        version__state=PlanState.PUBLISHED,
        version__plan__region=region,
        version__plan__on__range=(week_on, week_on + WEEK - timedelta(days=1)),
        begun=False,
        visit__role=0,
    )
    decided = [decided_by_answers(why) for why in stops.values_list("explanation", flat=True)]
    return RegionWeek(
        region=region,
        changes=changes(counts[0], counts[1:], least=settings.INSIGHT_MIN_RESPONDENTS),
        recoveries_open=recoveries["open"],
        recoveries_late=recoveries["late"],
        recoveries_done=recoveries["done"],
        decided=sum(decided),
        planned=len(decided),
        goals=list(Goal.objects.filter(region=region, is_dropped=False).order_by("by_on", "measure")),
    )


def _counts(region: Region, monday: date) -> Counts:
    days = MetricDay.objects.filter(
        community__region=region, on__range=(monday, monday + WEEK - timedelta(days=1))
    )
    return {
        name: value or 0 for name, value in days.aggregate(**{name: Sum(name) for name in COLUMNS}).items()
    }


def _letter(report: WeeklyReport, reader: User, weeks: list[RegionWeek]) -> Letter:
    language = reader.language or report.organisation.language
    stop = weekly_report_url(reader.pk)
    return Letter(
        to=reader.email,
        sender=report.organisation.name,
        language=language,
        zone=report.organisation.zone,
        template="office/mail/weekly_report.txt",
        html="office/mail/weekly_report.html",
        context={
            "organisation": report.organisation,
            "first_on": report.week_on,
            "last_on": report.week_on + WEEK - timedelta(days=1),
            "regions": [_shown(week, language) for week in weeks],
            "url": settings.PUBLIC_URL,
            "stop": stop,
        },
        reference=f"weekly-report.{report.id}",
        headers={"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    )


def _shown(week: RegionWeek, language: str) -> dict[str, object]:
    currency = week.region.organisation.currency
    figures = [
        {
            "figure": one.figure,
            "now": _value(one.figure, one.now, currency),
            "before": _value(one.figure, one.before, currency),
            "rose": one.now > one.before,
        }
        for one in week.changes
    ]
    goals = [_goal_shown(goal, currency) for goal in week.goals]
    return {"name": name_in(language, week.region), "week": week, "figures": figures, "goals": goals}


def _goal_shown(goal: Goal, currency: str) -> dict[str, object]:
    """Where a goal stood in the night; `current` is None while nobody can say."""
    current = goal.progress.get("current")
    return {
        "figure": goal.measure,
        "target": _value(goal.measure, float(goal.target), currency),
        "current": None if current is None else _value(goal.measure, current, currency),
        "by_on": goal.by_on,
        "state": goal.progress.get("state", "unknown"),
    }


def _value(figure: str, value: float, currency: str) -> str:
    """A figure as it is written: money, a number, per cent, a mean to one decimal."""
    if figure == "revenue":
        return str(Money(round(value), currency))
    if figure in TOTALS or figure == "nps":
        return f"{value:.0f}"
    return f"{value:.2f}" if figure == "csat" else f"{100 * value:.0f} %"
