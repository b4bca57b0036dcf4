"""Windows: the days that end today, added up for each group, so that a page reads a few rows (docs/adr/0016)."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db import connection, transaction

from communities.models import Community, MetricClock, MetricWindow, Organisation
from communities.selectors.measures import COLUMNS, KNOWN_LATER, REPURCHASE_DAYS
from core.locks import lock_all

WINDOWS = (1, 7, 28, 90, 365)
"""Days, today's among them."""


def _total(column: str) -> str:
    kind = "late" if column in KNOWN_LATER else "plain"
    return f"coalesce(sum(cell.{column}) FILTER (WHERE part.kind = '{kind}'), 0) AS {column}"


# A cell counts in a window by its day; what is known later, by the day on which it is known. `cells` is MetricDay, or
# what has changed in it.
ADD = f"""
INSERT INTO communities_metricwindow AS kept (
    organisation_id, days, grouping, region_id, community_id, technician_id, service_type_id, {", ".join(COLUMNS)})
SELECT cell.organisation_id, windows.days,
    GROUPING(cell.community_id, cell.technician_id, cell.service_type_id),
    community.region_id, cell.community_id, cell.technician_id, cell.service_type_id,
    {", ".join(map(_total, COLUMNS))}
FROM communities_metricclock AS clock
CROSS JOIN unnest(%s::int[]) AS windows (days)
CROSS JOIN (VALUES ('plain', 0), ('late', {REPURCHASE_DAYS})) AS part (kind, days)
JOIN {{cells}} AS cell ON cell.organisation_id = clock.organisation_id
    AND cell."on" > clock.through_on - windows.days - part.days
    AND cell."on" <= clock.through_on - part.days
    AND (part.kind = 'plain' OR cell.repurchase_base > 0 OR cell.repurchased > 0)
JOIN communities_community AS community ON community.id = cell.community_id
WHERE clock.organisation_id = coalesce(%s, clock.organisation_id)
GROUP BY cell.organisation_id, windows.days, community.region_id, GROUPING SETS (
    (cell.community_id), (cell.community_id, cell.technician_id), (cell.community_id, cell.service_type_id),
    (cell.technician_id, cell.service_type_id))
ON CONFLICT (organisation_id, days, grouping, region_id, community_id, technician_id, service_type_id) DO UPDATE SET
    {", ".join(f"{column} = kept.{column} + EXCLUDED.{column}" for column in COLUMNS)}
"""  # noqa: S608 - the columns are ours

# Customers by how long ago they were served last and first, as the number of windows that are too short to reach it;
# then added up for each window: one pass over the customers, whatever windows there are.
COUNT_SERVED = f"""
UPDATE communities_metricwindow AS kept
SET customers_active = counted.active, customers_returning = counted.returned
FROM (
    SELECT community_id, windows.days, sum(customers) AS active,
        coalesce(sum(customers) FILTER (WHERE since_first >= windows.number), 0) AS returned
    FROM (
        SELECT served.community_id, count(*) AS customers,
            width_bucket(clock.through_on - served.last_on, %(windows)s::int[]) AS since_last,
            width_bucket(clock.through_on - served.first_on, %(windows)s::int[]) AS since_first
        FROM communities_customerserved AS served
        JOIN communities_metricclock AS clock ON clock.organisation_id = served.organisation_id
        WHERE served.community_id = ANY(%(communities)s::uuid[])
        GROUP BY served.community_id, since_last, since_first
    ) AS spans
    JOIN unnest(%(windows)s::int[]) WITH ORDINALITY AS windows (days, number) ON since_last < windows.number
    GROUP BY community_id, windows.days
) AS counted
WHERE kept.grouping = {MetricWindow.Grouping.COMMUNITY.value}
    AND kept.community_id = counted.community_id AND kept.days = counted.days
"""  # noqa: S608 - the number is ours


def windows_turn(*, now: datetime) -> int:
    """Make the windows anew of every organisation whose day has turned, or that has none; how many there were.

    Costs a year of such an organisation's cells, once a day.
    """
    through = dict(MetricClock.objects.values_list("organisation_id", "through_on"))
    today = {one: now.astimezone(one.zone).date() for one in Organisation.objects.all()}
    turned = [one for one, on in today.items() if through.get(one.pk) != on]
    for organisation in turned:
        windows_make(organisation=organisation, through_on=today[organisation])
    return len(turned)


@transaction.atomic
def windows_make(*, organisation: Organisation, through_on: date) -> None:
    """Add the windows that end with a day up from the cells, in the place of those there are."""
    counting_lock()
    MetricClock.objects.update_or_create(organisation=organisation, defaults={"through_on": through_on})
    MetricWindow.objects.filter(organisation=organisation).delete()
    with connection.cursor() as cursor:
        cursor.execute(ADD.format(cells="communities_metricday"), add_parameters(organisation.pk))
    served_count(Community.objects.filter(organisation=organisation).values_list("pk", flat=True))


def served_count(community_ids: Iterable[UUID]) -> None:
    """Count the different customers of these communities anew, in the windows there are."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT_SERVED, {"windows": list(WINDOWS), "communities": list(community_ids)})


def windows_forget(*, organisation: Organisation) -> None:
    """Have the windows made anew by the next refresh: a community has gone to another region."""
    MetricClock.objects.filter(organisation=organisation).delete()


def add_parameters(organisation_id: UUID | None = None) -> tuple[list[int], UUID | None]:
    """What ADD needs; for one organisation or for all."""
    return list(WINDOWS), organisation_id


def counting_lock() -> None:
    """One count at a time: of two, the one with the older view could write last."""
    lock_all("metrics", [UUID(int=0)])
