"""Reading the experiment: what the community-weeks came to, as an immutable row each night that has news."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from communities.insight.experiment.arms import week_of
from communities.insight.experiment.reading import (
    MOST_WEEKS,
    Cell,
    ExperimentPolicy,
    Reading,
    read_experiment,
)
from communities.insight.experiment.words import Arm, Verdict
from communities.models import CommunityWeek, ExperimentReading, FeedbackSuspension, Organisation, Region
from communities.services.signals import NIGHT
from communities.services.suspensions import feedback_suspend, feedback_suspended

CODE_VERSION = "1"  # to be raised whenever the same cells would give another reading
WEEK = timedelta(weeks=1)

# What is said of a visit counts in the week of the visit, whenever it is said; a request in the week it was resolved.
OUTCOMES = """
WITH visit AS (
    SELECT visit_id, community_id, occurred_on FROM communities_serviceevent
    WHERE organisation_id = %(organisation)s AND community_id = ANY(%(communities)s)
      AND occurred_on BETWEEN %(first)s AND %(last)s AND extract(isodow FROM occurred_on) > %(settling)s
      AND kind IN ('visit.completed', 'visit.could_not_complete') AND visit_id IS NOT NULL
), fact AS (
    SELECT visit.community_id, visit.occurred_on, said.kind, said.data,
        CASE WHEN said.currency = organisation.currency THEN said.amount_minor END AS amount_minor
    FROM visit
    JOIN communities_serviceevent AS said ON said.visit_id = visit.visit_id AND said.occurred_on >= %(first)s
    JOIN communities_organisation AS organisation ON organisation.id = said.organisation_id
    WHERE said.kind IN ('visit.completed', 'visit.could_not_complete', 'survey.answered', 'offer.accepted')
    UNION ALL
    SELECT community_id, occurred_on, kind, data, NULL FROM communities_serviceevent
    WHERE organisation_id = %(organisation)s AND community_id = ANY(%(communities)s)
      AND occurred_on BETWEEN %(first)s AND %(last)s AND extract(isodow FROM occurred_on) > %(settling)s
      AND kind = 'request.resolved'
)
SELECT community_id, occurred_on - (extract(isodow FROM occurred_on)::int - 1) AS week_on,
    count(*) FILTER (WHERE kind IN ('visit.completed', 'visit.could_not_complete')) AS visits,
    coalesce(sum((data->>'csat')::int) FILTER (WHERE kind = 'survey.answered'), 0) AS csat_sum,
    count(*) FILTER (WHERE kind = 'survey.answered') AS csat_answers,
    coalesce(sum(amount_minor) FILTER (WHERE kind = 'offer.accepted'), 0)::bigint AS upsell_minor,
    count(*) FILTER (WHERE kind = 'request.resolved') AS resolved,
    count(*) FILTER (WHERE kind = 'request.resolved' AND (data->>'on_time')::boolean) AS resolved_on_time,
    coalesce(sum((data->>'travel_minutes')::float) FILTER (WHERE kind = 'visit.completed'), 0) AS travel_minutes,
    count(data->>'travel_minutes') FILTER (WHERE kind = 'visit.completed') AS travelled
FROM fact GROUP BY community_id, week_on
"""


@transaction.atomic
def reading_take(*, region: Region, now: datetime) -> ExperimentReading | None:
    """Read a region's whole weeks up to last Sunday; where feedback harms, suspend it.

    When cells and policy are those of the newest reading, that one is the answer. None while feedback is suspended,
    and before the first whole week with arms. Two queries about facts and a second of arithmetic for a year of fifty
    communities.
    """
    Region.objects.select_for_update(no_key=True).get(pk=region.pk)  # one reading at a time
    weeks = [] if feedback_suspended(region) else _weeks(region, now)
    if not weeks:
        return None
    policy = ExperimentPolicy(min_answers=settings.INSIGHT_MIN_RESPONDENTS)
    cells = _cells(weeks, policy)
    inputs_hash = _hash(cells, policy)
    newest = ExperimentReading.objects.filter(region=region).order_by("-pk").first()
    if newest is not None and newest.inputs_hash == inputs_hash:
        return newest
    reading = ExperimentReading.objects.create(
        organisation_id=region.organisation_id,
        region=region,
        first_on=cells[0].week_on,
        through_on=cells[-1].week_on + WEEK - timedelta(days=1),
        policy=asdict(policy),
        inputs_hash=inputs_hash,
        code_version=CODE_VERSION,
        **_figures(read_experiment(cells, policy)),
    )
    if reading.verdict == Verdict.HARMS:
        feedback_suspend(reading, now)
    return reading


def readings_refresh_due(*, now: datetime) -> None:
    """Each region with arms, in the first hours of its own day, is read; on most nights there is news from answers."""
    for organisation in Organisation.objects.all():
        if now.astimezone(organisation.zone).hour in NIGHT:
            for region in Region.objects.filter(organisation=organisation).select_related("organisation"):
                reading_take(region=region, now=now)


def _weeks(region: Region, now: datetime) -> list[CommunityWeek]:
    """The drawn community-weeks that are over, the last two years of them, by week and community.

    Not the week in which feedback began, or began again: it was planned partly without.
    """
    this_week = week_of(now.astimezone(region.organisation.zone).date())
    begun_on = _begun_on(region)
    if begun_on is None:
        return []
    drawn = CommunityWeek.objects.filter(
        region=region, week_on__gt=begun_on, week_on__gte=this_week - MOST_WEEKS * WEEK, week_on__lt=this_week
    )
    return list(drawn.order_by("week_on", "community_id"))


def _begun_on(region: Region) -> date | None:
    """The Monday of the week in which the region was first planned with feedback, or was again."""
    last = (
        FeedbackSuspension.objects.filter(region=region, ended_at__isnull=False).order_by("ended_at").last()
    )
    if last is not None and last.ended_at is not None:
        return week_of(last.ended_at.astimezone(region.organisation.zone).date())
    first = CommunityWeek.objects.filter(region=region).order_by("week_on").values_list("week_on", flat=True)
    return first.first()


def _cells(weeks: list[CommunityWeek], policy: ExperimentPolicy) -> list[Cell]:
    sums = _sums(weeks, policy)
    return [
        Cell(
            community=str(week.community_id),
            week_on=week.week_on,
            arm=Arm(week.arm),
            **sums.get((week.community_id, week.week_on), {}),
        )
        for week in weeks
    ]


def _sums(weeks: list[CommunityWeek], policy: ExperimentPolicy) -> dict[tuple[UUID, date], dict[str, Any]]:
    """The sums of each community-week in which something happened."""
    asked: dict[str, Any] = {
        "organisation": weeks[0].organisation_id,
        "communities": list({week.community_id for week in weeks}),
        "first": weeks[0].week_on,
        "last": weeks[-1].week_on + WEEK - timedelta(days=1),
        "settling": policy.settling_days,
    }
    with connection.cursor() as cursor:
        cursor.execute(OUTCOMES, asked)
        names = [column.name for column in cursor.description][2:]
        return {(place, on): dict(zip(names, sums, strict=True)) for place, on, *sums in cursor.fetchall()}


def _hash(cells: Iterable[Cell], policy: ExperimentPolicy) -> str:
    content = [CODE_VERSION, asdict(policy), [asdict(cell) for cell in cells]]
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


def _figures(reading: Reading) -> dict[str, Any]:
    """As it is stored: rounded, so that the last bits of two machines do not differ."""
    return {
        "weeks": reading.weeks,
        "communities": reading.communities,
        "verdict": reading.verdict,
        "findings": [
            {
                name: round(value, 4) if isinstance(value, float) else value
                for name, value in asdict(finding).items()
            }
            for finding in reading.findings
        ],
    }
