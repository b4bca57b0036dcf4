"""How many make a visit that is not begun: one alone, or all of the crew."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import F

from dispatch.models import Visit
from dispatch.services.edits.forbidding import Broken, forbidden
from dispatch.states import VISIT, VISIT_BEGUN, VisitState, WorkOrderState, before


def crew_part(*, lead: str, along: Collection[str], now: datetime) -> None:
    """Let whoever leads go alone. By the ids of visits. Raises EditForbidden once somebody has begun."""
    _lock(lead, along)
    states = before(VISIT, VisitState.CANCELLED)
    Visit.objects.filter(pk__in=along, state__in=states).update(
        state=VisitState.CANCELLED, revision=F("revision") + 1, updated_at=now
    )
    _size_set(lead, 1, now)


def crew_join(*, lead: str, along: Collection[str], now: datetime) -> None:
    """Let the others go along again, as far as there is anything to be done still. Raises EditForbidden once whoever
    leads has begun."""
    _lock(lead, along)
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


def _lock(lead: str, along: Collection[str]) -> None:
    """In a statement of its own, so that the next one sees what whoever held them has done."""
    rows = Visit.objects.filter(pk__in=[lead, *along]).select_for_update(no_key=True, of=("self",))
    for visit in rows.select_related("work_order").order_by("pk"):
        if visit.state in VISIT_BEGUN:
            raise forbidden([Broken.of_visit("begun", visit)])


def _size_set(lead: str, size: int, now: datetime) -> None:
    Visit.objects.filter(pk=lead).update(crew_size=size, revision=F("revision") + 1, updated_at=now)
