"""The one door into the ledger of facts."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from communities.models import DayChanged, Organisation, ServiceEvent
from core.money import Money


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


@transaction.atomic
def facts_record(*, organisation: Organisation, facts: Iterable[Fact]) -> None:
    """Append facts, and mark the communities' days that they change. Facts already told are left as they are."""
    events = [_event(organisation, fact) for fact in facts]
    ServiceEvent.objects.bulk_create(events, ignore_conflicts=True, batch_size=2000)
    days = {(event.community_id, event.occurred_on) for event in events if event.community_id is not None}
    DayChanged.objects.bulk_create(
        [DayChanged(organisation=organisation, community_id=place, on=on) for place, on in sorted(days)]
    )


def _event(organisation: Organisation, fact: Fact) -> ServiceEvent:
    return ServiceEvent(
        organisation=organisation,
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
        cursor.execute(f"ANALYZE {ServiceEvent._meta.db_table}")
