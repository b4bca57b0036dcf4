"""How recoveries follow their visits: planned and open again, done, dropped. Called by whoever changes those."""

from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from communities.models import ServiceEvent
from communities.services.ledger import Fact, facts_record
from dispatch.models import Recovery, Visit
from dispatch.states import RECOVERY, VISIT_TAKING, RecoveryState, before


def recoveries_follow(which: Q) -> None:
    """Let recoveries be planned when a visit of theirs is on somebody's schedule, and open when none is any more."""
    taking = Visit.objects.filter(
        work_order__request=OuterRef("request"), state__in=[str(state) for state in VISIT_TAKING]
    )
    live = Recovery.objects.filter(which)
    live.filter(Exists(taking), state=RecoveryState.OPEN).update(state=RecoveryState.PLANNED)
    live.filter(~Exists(taking), state=RecoveryState.PLANNED).update(state=RecoveryState.OPEN)


def recovery_done(*, request_id: UUID, at: datetime) -> None:
    """The recovery of this request, if it has one that is open, is done; the ledger is told whether in time."""
    _close(Q(request=request_id), RecoveryState.DONE, at)


def recovery_dropped(*, request_id: UUID, reason: str, at: datetime) -> None:
    """The recovery of this request, if it has one that is open, is given up for `reason`."""
    _close(Q(request=request_id), RecoveryState.DROPPED, at, reason)


def recovery_fact(recovery: Recovery, kind: ServiceEvent.Kind, at: datetime, data: dict[str, object]) -> None:
    """Tell the ledger, about the visit that is made good and who was there. That visit's site, request and
    organisation must have been read."""
    visit = recovery.visit
    fact = Fact(
        kind=kind,
        source="dispatch",
        source_id=f"recovery:{recovery.pk}:{kind.value.removeprefix('recovery.')}",
        occurred_at=at,
        community_id=visit.site.community_id,
        site_id=visit.site_id,
        customer_id=visit.work_order.request.customer_id,
        technician_id=recovery.technician_id,
        visit_id=visit.pk,
        work_order_id=visit.work_order_id,
        service_type_id=visit.service_type_id,
        data=data,
    )
    facts_record(organisation=visit.organisation, facts=[fact])


def _close(which: Q, to: RecoveryState, at: datetime, reason: str = "") -> None:
    live = Recovery.objects.filter(which, state__in=before(RECOVERY, to))
    recovery = live.select_related("visit__organisation", "visit__site", "visit__work_order__request").first()
    if recovery is None or live.update(state=to, closed_at=at, reason=reason) != 1:
        return
    on_time = to == RecoveryState.DONE and at <= recovery.due_at
    recovery_fact(recovery, ServiceEvent.Kind.RECOVERY_CLOSED, at, {"on_time": on_time})
