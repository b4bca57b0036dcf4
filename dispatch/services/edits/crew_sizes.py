"""How many make a visit that is not begun: one alone, or all of the crew."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import F

from dispatch.models import Visit
from dispatch.states import VISIT, VisitState, WorkOrderState, before


def crew_part(*, lead: str, along: Collection[str], now: datetime) -> None:
    """Let whoever leads go alone. By the ids of visits, which must be locked."""
    states = before(VISIT, VisitState.CANCELLED)
    Visit.objects.filter(pk__in=along, state__in=states).update(
        state=VisitState.CANCELLED, revision=F("revision") + 1, updated_at=now
    )
    _size_set(lead, 1, now)


def crew_join(*, lead: str, along: Collection[str], now: datetime) -> None:
    """Let the others go along again, as far as there is anything to be done still."""
    gone = Visit.objects.filter(
        pk__in=along, state=VisitState.CANCELLED, work_order__state=WorkOrderState.OPEN
    )
    back = gone.update(
        state=VisitState.UNSCHEDULED,
        technician=None,
        starts_at=None,
        ends_at=None,
        revision=F("revision") + 1,
        updated_at=now,
    )
    _size_set(lead, 1 + back, now)


def _size_set(lead: str, size: int, now: datetime) -> None:
    Visit.objects.filter(pk=lead).update(crew_size=size, revision=F("revision") + 1, updated_at=now)
