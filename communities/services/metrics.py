"""Metrics: counted from the ledger, for the communities' days that have new facts (docs/adr/0010, docs/adr/0016)."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, QuerySet, Sum
from django.db.models.expressions import RawSQL
from django.db.models.fields import BooleanField
from django.db.models.functions import Coalesce

from communities.models import CustomerServed, MetricClock, MetricDay, Organisation, ServiceEvent
from communities.selectors.measures import BUYING, COLUMNS, MEASURES, REPURCHASE_DAYS, SERVED
from communities.services.windows import (
    ADD,
    add_parameters,
    counting_lock,
    served_count,
    windows_forget,
    windows_make,
)

BATCH = 500  # community-days in one transaction

Days = set[tuple[UUID, UUID, date]]
"""Organisation, community, day."""

CLAIM = """
DELETE FROM communities_daychanged WHERE (community_id, "on") IN (
    SELECT community_id, "on" FROM communities_daychanged
    GROUP BY community_id, "on" ORDER BY min(id) LIMIT %s)
RETURNING organisation_id, community_id, "on"
"""

# The days on which customers were served who bought on one of those given: whether they came back is counted there.
REOPENED = """
SELECT DISTINCT served.organisation_id, served.community_id, served.occurred_on
FROM unnest(%s::uuid[], %s::uuid[], %s::date[]) AS day (organisation_id, community_id, "on")
JOIN communities_serviceevent AS bought ON bought.organisation_id = day.organisation_id
    AND bought.community_id = day.community_id AND bought.occurred_on = day."on" AND bought.kind = ANY(%s)
JOIN communities_serviceevent AS served ON served.customer_id = bought.customer_id
    AND served.kind = 'visit.completed' AND served.community_id IS NOT NULL
    AND served.occurred_on >= bought.occurred_on - %s AND served.occurred_on < bought.occurred_on
"""

NOTE_SERVED = """
INSERT INTO communities_customerserved AS known (organisation_id, community_id, customer_id, first_on, last_on)
SELECT organisation_id, community_id, customer_id, min(occurred_on), max(occurred_on) FROM ({served}) AS served
GROUP BY organisation_id, community_id, customer_id
ON CONFLICT (community_id, customer_id) DO UPDATE SET
    first_on = least(known.first_on, EXCLUDED.first_on), last_on = greatest(known.last_on, EXCLUDED.last_on)
WHERE EXCLUDED.first_on < known.first_on OR EXCLUDED.last_on > known.last_on
"""

LISTED_DAYS = """
(communities_serviceevent.organisation_id, communities_serviceevent.community_id, communities_serviceevent.occurred_on)
IN (SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::date[]))
"""

CELL = ("organisation_id", "community_id", "technician_id", "service_type_id")
TOTALS = {one.name: Coalesce(Sum(one.adds, filter=one.facts), 0) for one in MEASURES}
WHO = ("organisation_id", "community_id", "customer_id", "occurred_on")
KEYS = ("organisation_id", "community_id", "on", "technician_id", "service_type_id")
LISTED = ", ".join(f'"{name}"' for name in (*KEYS, *COLUMNS))

# Cells are only ever added to, for facts are: what was counted before is counted again.
STORE = f"""
WITH counted AS MATERIALIZED ({{counted}}),
changed AS MATERIALIZED (
    SELECT counted.*, {", ".join(f"counted.{name} - coalesce(old.{name}, 0) AS more_{name}" for name in COLUMNS)}
    FROM counted
    LEFT JOIN communities_metricday AS old
      ON old.community_id = counted.community_id AND old."on" = counted."on"
     AND old.technician_id IS NOT DISTINCT FROM counted.technician_id
     AND old.service_type_id IS NOT DISTINCT FROM counted.service_type_id
    WHERE ({", ".join(f"counted.{name}" for name in COLUMNS)})
        IS DISTINCT FROM ({", ".join(f"old.{name}" for name in COLUMNS)})
), stored AS (
    INSERT INTO communities_metricday ({LISTED}) SELECT {LISTED} FROM changed
    ON CONFLICT (community_id, "on", technician_id, service_type_id) DO UPDATE SET
        ({", ".join(COLUMNS)}) = ({", ".join(f"EXCLUDED.{name}" for name in COLUMNS)})
), more AS (
    SELECT {", ".join(f'"{name}"' for name in KEYS)}, {", ".join(f"more_{name} AS {name}" for name in COLUMNS)}
    FROM changed
)
{ADD.format(cells="more")}
"""  # noqa: S608 - the columns are ours


def metrics_refresh() -> int:
    """Count anew every community's day that has new facts; how many there were.

    Costs the days that changed, not the history. Several may run at once: they take turns.
    """
    days = 0
    while counted := _batch():
        days += counted
    return days


@transaction.atomic
def _batch() -> int:
    counting_lock()
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [BATCH])
        days: Days = set(cursor.fetchall())
        if days:
            cursor.execute(REOPENED, [*_arrays(days), list(BUYING), REPURCHASE_DAYS])
            days |= set(cursor.fetchall())
            _count(_facts_of(days))
            served_count({community_id for _, community_id, _ in days})
    return len(days)


@transaction.atomic
def metrics_rebuild(*, organisation: Organisation, progress: Callable[[date], None]) -> None:
    """Count every day of an organisation anew from nothing but the ledger. Readers see the old counts until the end.

    `progress` is told of each month that is done, by its first day.
    """
    counting_lock()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # or a million checks wait in memory for the end
    clock = MetricClock.objects.filter(organisation=organisation).first()
    windows_forget(organisation=organisation)
    MetricDay.objects.filter(organisation=organisation).delete()
    CustomerServed.objects.filter(organisation=organisation).delete()
    facts = ServiceEvent.objects.filter(organisation=organisation, community__isnull=False)
    for month in _months(facts):
        _count(facts.filter(occurred_on__gte=month, occurred_on__lt=_month_after(month)))
        progress(month)
    if clock is not None:
        windows_make(organisation=organisation, through_on=clock.through_on)


def _months(facts: QuerySet[ServiceEvent]) -> list[date]:
    """The first day of each month that has facts."""
    return list(facts.dates("occurred_on", "month"))


def _month_after(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


def _count(facts: QuerySet[ServiceEvent]) -> None:
    """Write the cells that `facts` make, all the facts of each, with what it changes in windows, and who was served."""
    cells = facts.order_by().values(*CELL, on=F("occurred_on")).annotate(**TOTALS)
    counted, of_counted = cells.query.sql_with_params()
    served, of_served = facts.filter(SERVED).values(*WHO).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(STORE.format(counted=counted), (*of_counted, *add_parameters()))
        cursor.execute(NOTE_SERVED.format(served=served), of_served)


def _facts_of(days: Days) -> QuerySet[ServiceEvent]:
    on = {on for _, _, on in days}  # named beside the list, so that only their months are planned for
    listed = RawSQL(LISTED_DAYS, _arrays(days), output_field=BooleanField())  # noqa: S611 - no text but ours
    return ServiceEvent.objects.filter(listed, occurred_on__range=(min(on), max(on)))


def _arrays(days: Days) -> list[list[object]]:
    """Organisations, communities and days, each a list."""
    return [list(column) for column in zip(*days, strict=True)]
