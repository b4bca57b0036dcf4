"""Target clocks: a request has a time to be answered by and one to be resolved by, less what it waits for others.

While it is paused nobody is sent to it. When the pause is over, both targets move on by as long as it lasted.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from communities.access import Caller
from communities.models import ServiceEvent
from communities.services.ledger import facts_record
from dispatch.errors import NotForYourRole, RequestNotPaused, RequestPaused, StepOutOfOrder
from dispatch.models import RequestPause, ServiceRequest, Visit, WorkOrder
from dispatch.selectors.requests import request_get
from dispatch.services.facts import request_fact
from dispatch.states import REQUEST, VISIT, RequestState, VisitState, before

UNDER_WAY = (VisitState.EN_ROUTE, VisitState.ARRIVED, VisitState.STARTED)


@transaction.atomic
def request_pause(
    *, caller: Caller, request_id: UUID, reason: RequestPause.Reason, now: datetime
) -> ServiceRequest:
    """Stop a request's clocks: it waits for the customer, or for parts. Drafts of plans with its visits become stale.

    Raises RequestUnknown, NotForYourRole, RequestPaused, and StepOutOfOrder when it is over or a technician is on
    the way or there.
    """
    request = _request_locked(caller, request_id)
    visits = Visit.objects.filter(work_order__request=request)
    if request.state not in before(REQUEST, RequestState.CANCELLED):
        raise StepOutOfOrder(f"The request is {request.get_state_display().lower()}.")
    if visits.filter(state__in=UNDER_WAY).exists():
        raise StepOutOfOrder("A technician is on the way or there: wait for the report.")
    if request.pauses.filter(ended_at=None).exists():
        raise RequestPaused
    pause = RequestPause.objects.create(
        organisation=caller.organisation, request=request, reason=reason, began_at=now
    )
    visits.filter(state__in=before(VISIT, VisitState.CANCELLED)).update(
        revision=F("revision") + 1, updated_at=now
    )
    paused = request_fact(
        kind=ServiceEvent.Kind.REQUEST_PAUSED,
        source_id=f"pause:{pause.pk}:began",
        request=request,
        occurred_at=now,
        reason=pause.reason,
    )
    facts_record(organisation=caller.organisation, facts=[paused])
    return request_get(caller, request_id)


@transaction.atomic
def request_resume(*, caller: Caller, request_id: UUID, now: datetime) -> ServiceRequest:
    """Let the clocks go on: both targets are later by as long as the pause lasted.

    Raises RequestUnknown, NotForYourRole, RequestNotPaused.
    """
    request = _request_locked(caller, request_id)
    if not clocks_restart(request=request, at=now):
        raise RequestNotPaused
    return request_get(caller, request_id)


def clocks_restart(*, request: ServiceRequest, at: datetime) -> bool:
    """End the pause of a request, whose site must have been read, if there is one; whether there was. In the caller's
    transaction. `request` has its new targets."""
    pause = request.pauses.select_for_update().filter(ended_at=None).first()
    if pause is None:
        return False
    ended_at = max(at, pause.began_at)
    paused = ended_at - pause.began_at
    RequestPause.objects.filter(pk=pause.pk).update(ended_at=ended_at)
    ServiceRequest.objects.filter(pk=request.pk).update(
        respond_by=F("respond_by") + paused, resolve_by=F("resolve_by") + paused
    )
    request.refresh_from_db(fields=["respond_by", "resolve_by"])
    resumed = request_fact(
        kind=ServiceEvent.Kind.REQUEST_RESUMED,
        source_id=f"pause:{pause.pk}:ended",
        request=request,
        occurred_at=ended_at,
        minutes=round(paused.total_seconds() / 60),
    )
    facts_record(organisation=request.organisation, facts=[resumed])
    return True


def _request_locked(caller: Caller, request_id: UUID) -> ServiceRequest:
    """The request, for dispatch. Its work orders are locked first, like by everybody who changes visits."""
    request = request_get(caller, request_id)
    if not caller.runs_dispatch:
        raise NotForYourRole("Requests are paused by dispatchers and administrators.")
    list(WorkOrder.objects.select_for_update(no_key=True).filter(request=request).order_by("pk"))
    ServiceRequest.objects.select_for_update(no_key=True).get(pk=request.pk)
    request.refresh_from_db(fields=["state", "respond_by", "resolve_by"])
    return request
