"""The one door into the ledger of facts."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from communities.errors import FactImpossible
from communities.models import DayChanged, FactKey, Organisation, ServiceEvent
from core.money import Money
from core.times import FIRST

EARLY = timedelta(days=1)  # how far a clock may be ahead of ours
MONTHS_AHEAD = 2

KEYS = """
INSERT INTO communities_factkey (digest, fact_id, occurred_on)
SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::date[])
ON CONFLICT DO NOTHING
RETURNING digest
"""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """Something that happened, as its source tells it. (source, source_id) names it: told twice, it counts once."""

    kind: ServiceEvent.Kind
    source: str
    source_id: str
    occurred_at: datetime
    community_id: UUID | None = None
    site_id: UUID | None = None
    customer_id: UUID | None = None
    technician_id: UUID | None = None
    visit_id: UUID | None = None
    work_order_id: UUID | None = None
    service_type_id: UUID | None = None
    amount: Money | None = None
    data: dict[str, Any] = field(default_factory=dict)


def facts_record(*, organisation: Organisation, facts: Iterable[Fact], now: datetime | None = None) -> int:
    """Append facts, learned `now`, and mark the communities' days that they change; how many were new.

    Facts already told are left as they are, also where they are told differently. However many facts, four
    statements, and one for each further two thousand. What happened is taken also
    where a clock is ahead of ours: money that has come may not be refused for a provider's. Whoever hears from
    outside asks `fact_check_time` before; the database refuses what was before 2000.
    """
    return len(facts_append(organisation=organisation, facts=facts, now=now))


@transaction.atomic
def facts_append(
    *, organisation: Organisation, facts: Iterable[Fact], now: datetime | None = None
) -> set[tuple[str, str]]:
    """As facts_record; the (source, source_id) of those that were new."""
    now = now or timezone.now()
    told: dict[UUID, ServiceEvent] = {}
    for fact in facts:
        told.setdefault(
            fact_digest(organisation.pk, fact.source, fact.source_id), _event(organisation, fact, now)
        )
    if not told:
        return set()
    new = _keys_take(told)
    events = [event for digest, event in told.items() if digest in new]
    months_ensure(days={event.occurred_on for event in events})
    ServiceEvent.objects.bulk_create(events, batch_size=2000)
    days = {(event.community_id, event.occurred_on) for event in events if event.community_id is not None}
    DayChanged.objects.bulk_create(
        [DayChanged(organisation=organisation, community_id=place, on=on) for place, on in sorted(days)]
    )
    return {(event.source, event.source_id) for event in events}


def fact_digest(organisation_id: UUID, source: str, source_id: str) -> UUID:
    """What `FactKey` knows a fact by: half of a SHA-256, so that a name of any length takes 16 bytes.

    The database has the same function.
    """
    name = f"{organisation_id}:{source}:{source_id}"
    return UUID(bytes=hashlib.sha256(name.encode()).digest()[:16])


def possible_times(now: datetime) -> tuple[datetime, datetime]:
    """The earliest and the latest moment that a fact may have: from 2000, in every time zone, to a day from now."""
    return FIRST + EARLY, now + EARLY


def fact_check_time(occurred_at: datetime, now: datetime) -> None:
    """Raises FactImpossible for a time before 2000, or more than a day after `now`."""
    earliest, latest = possible_times(now)
    if occurred_at > latest:
        raise FactImpossible(f"{occurred_at.isoformat()} is in the future.")
    if occurred_at < earliest:
        raise FactImpossible(f"{occurred_at.isoformat()} is before {FIRST.year}.")


def facts_named(
    *, organisation: Organisation, source: str, source_ids: Iterable[str]
) -> QuerySet[ServiceEvent]:
    """The facts that a source calls so, from their months alone."""
    digests = [fact_digest(organisation.pk, source, source_id) for source_id in source_ids]
    keys = FactKey.objects.filter(pk__in=digests).values_list("fact_id", "occurred_on")
    ids, days = zip(*keys, strict=True) if keys else ((), ())
    return ServiceEvent.objects.filter(pk__in=ids, occurred_on__in=set(days))


def months_ensure(*, days: Collection[date]) -> None:
    """Make the ledger's months of these days, where there are none yet. Writers of other months go on meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT facts_month_ensure(day) FROM unnest(%s::date[]) AS day",
            [sorted({on.replace(day=1) for on in days})],
        )


def months_ensure_ahead(*, now: datetime) -> None:
    """Make this month and those after it, so that nobody who tells a fact has to."""
    months = [now.date().replace(day=1)]
    for _ in range(MONTHS_AHEAD):
        months.append((months[-1] + timedelta(days=31)).replace(day=1))
    months_ensure(days=months)


def _keys_take(told: dict[UUID, ServiceEvent]) -> set[UUID]:
    """The digests of what nobody told before. Always in the same order: two who tell the same wait in a line."""
    digests = sorted(told)
    ids, days = zip(*((told[one].pk, told[one].occurred_on) for one in digests), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(KEYS, [digests, list(ids), list(days)])
        return {digest for (digest,) in cursor.fetchall()}


def _event(organisation: Organisation, fact: Fact, now: datetime) -> ServiceEvent:
    return ServiceEvent(
        organisation=organisation,
        created_at=now,
        kind=fact.kind,
        source=fact.source,
        source_id=fact.source_id,
        occurred_at=fact.occurred_at,
        occurred_on=fact.occurred_at.astimezone(organisation.zone).date(),
        community_id=fact.community_id,
        site_id=fact.site_id,
        customer_id=fact.customer_id,
        technician_id=fact.technician_id,
        visit_id=fact.visit_id,
        work_order_id=fact.work_order_id,
        service_type_id=fact.service_type_id,
        amount_minor=fact.amount.minor if fact.amount else None,
        currency=fact.amount.currency if fact.amount else "",
        data=fact.data,
    )


def ledger_analyse() -> None:
    """Tell the database how full the ledger is now, in the middle of filling it: plans made for an empty table read
    it from end to end."""
    with connection.cursor() as cursor:
        for table in ("communities_serviceevent", "communities_factkey"):
            cursor.execute(f"ANALYZE {table}")
