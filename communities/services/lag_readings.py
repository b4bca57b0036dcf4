"""Readings of service and revenue: what the weeks say, kept once a week for each region and for all together."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Sum
from django.db.models.functions import TruncWeek

from communities.insight.lags import OutcomeReading, read_lags
from communities.insight.panel import LAST_LAG, Week
from communities.insight.stakes import Stake, stake
from communities.models import LagReading, MetricDay, Organisation, Region
from communities.services.signals import NIGHT

HISTORY = timedelta(weeks=104 + LAST_LAG)  # two years to be explained, and what went before them
CODE_VERSION = "2"  # to be raised whenever the same weeks would give another reading
COLUMNS = [field.name for field in fields(Week)][2:]  # after community and Monday

Outcomes = Mapping[str, OutcomeReading]


@dataclass(frozen=True)
class History:
    """An organisation's weeks, and which region each community is in."""

    weeks: list[Week]
    region_of: Mapping[str, UUID]

    def of(self, region: Region) -> list[Week]:
        return [week for week in self.weeks if self.region_of[week.community] == region.pk]


def lag_readings_compute(*, organisation: Organisation, through_on: date) -> None:
    """Read the weeks up to `through_on`, a Sunday: one row for all regions together and one for each.

    A region that has too little for itself shows the reading of all. Where the weeks are those of a reading that is
    there already, nothing is written. The arithmetic, 0.1 s for 30 communities and two years, is outside any
    transaction. Raises ValueError for another day of the week.
    """
    if through_on.isoweekday() != 7:
        raise ValueError(f"{through_on} is no Sunday")
    history = _history(organisation, through_on)
    inputs_hash = _hash(organisation, through_on, history)
    if LagReading.objects.filter(
        organisation=organisation, through_on=through_on, inputs_hash=inputs_hash
    ).exists():
        return
    every = read_lags(history.weeks)
    rows = [_row(None, every, history.weeks)]
    for region in Region.objects.filter(organisation=organisation).order_by("code"):
        weeks = history.of(region)
        own = read_lags(weeks)
        is_borrowed = any(reading.missing for reading in own.values())
        rows.append(_row(region, every if is_borrowed else own, weeks, is_borrowed=is_borrowed))
    for row in rows:
        row.organisation, row.currency, row.through_on = organisation, organisation.currency, through_on
        row.inputs_hash, row.code_version = inputs_hash, CODE_VERSION
    LagReading.objects.bulk_create(rows, ignore_conflicts=True)


def lag_readings_refresh_due(*, now: datetime) -> None:
    """Each organisation, in the first hours of its own day, gets the reading of the week that ended last, once."""
    for organisation in Organisation.objects.all():
        local = now.astimezone(organisation.zone)
        sunday = local.date() - timedelta(days=local.isoweekday())
        known = LagReading.objects.filter(organisation=organisation, through_on=sunday)
        if local.hour in NIGHT and not known.exists():
            lag_readings_compute(organisation=organisation, through_on=sunday)


def _history(organisation: Organisation, through_on: date) -> History:
    """One query over the metrics of `HISTORY`; a row for each community and week in which something was counted."""
    found = (
        MetricDay.objects.filter(organisation=organisation, on__gt=through_on - HISTORY, on__lte=through_on)
        .annotate(monday=TruncWeek("on"))
        .values_list("community_id", "community__region_id", "monday")
        .annotate(*map(Sum, COLUMNS))
        .order_by("community_id", "monday")
    )
    weeks, region_of = [], {}
    for community, region, monday, *sums in found:
        weeks.append(Week(str(community), monday, *sums))
        region_of[str(community)] = region
    return History(weeks, region_of)


def _hash(organisation: Organisation, through_on: date, history: History) -> str:
    regions = sorted((community, str(region)) for community, region in history.region_of.items())
    told = [CODE_VERSION, through_on, organisation.currency]
    content = [told, regions, [asdict(week) for week in history.weeks]]
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


def _row(
    region: Region | None, outcomes: Outcomes, weeks: Sequence[Week], *, is_borrowed: bool = False
) -> LagReading:
    worth = _stake(outcomes, weeks)
    return LagReading(
        region=region,
        outcomes={name: asdict(outcome) for name, outcome in outcomes.items()},
        is_borrowed=is_borrowed,
        stake_minor=worth.minor if worth else None,
        stake_low_minor=worth.low_minor if worth else None,
        stake_high_minor=worth.high_minor if worth else None,
    )


def _stake(outcomes: Outcomes, weeks: Sequence[Week]) -> Stake | None:
    satisfaction = outcomes["repurchase"].associations.get("csat")
    return stake(weeks, satisfaction) if satisfaction else None
