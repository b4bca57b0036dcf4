"""A fault that came back: another request and work order for what a completed visit was for."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from communities.access import Caller
from communities.models import ServiceEvent
from communities.services.ledger import facts_record
from core.outbox import emit
from dispatch.errors import NotForYourRole, StepOutOfOrder, VisitReopened
from dispatch.models import ServiceRequest, Visit, WorkOrder
from dispatch.selectors.visits import visit_get
from dispatch.services.execution import check_leads
from dispatch.services.facts import visit_fact
from dispatch.services.release import first_trip
from dispatch.services.requests import SOURCE, requests_tell
from dispatch.states import RequestState, VisitState


@transaction.atomic
def visit_reopen(*, caller: Caller, visit_id: UUID, reason: str, now: datetime) -> ServiceRequest:
    """Make an accepted request for the same service at the same site, with its work order and first visit to plan.

    The ledger learns that the old visit was reopened; it counts for the technician who was there. Raises
    VisitUnknown, NotForYourRole, NotLeading, StepOutOfOrder for a visit that is not completed, and VisitReopened for
    one that was reopened before: then the visit that followed it is the one to reopen.
    """
    visit = visit_get(caller, visit_id)
    if not caller.runs_dispatch:
        raise NotForYourRole("Visits are reopened by dispatchers and administrators.")
    check_leads(visit)
    if visit.state != VisitState.COMPLETED:
        raise StepOutOfOrder(
            f"The visit is {visit.get_state_display().lower()}: only a completed one is reopened."
        )
    Visit.objects.select_for_update(no_key=True).get(pk=visit.pk)  # of two who reopen it, one is later
    if ServiceRequest.objects.filter(reopens=visit).exists():
        raise VisitReopened
    request = _request(visit, reason, now)
    order = WorkOrder.objects.create(
        organisation=caller.organisation, request=request, number=f"{request.reference}-1"
    )
    Visit.objects.bulk_create(first_trip(order))
    reopened = visit_fact(
        kind=ServiceEvent.Kind.VISIT_REOPENED,
        source_id=f"visit:{visit.pk}:reopened",
        visit=visit,
        occurred_at=now,
    )
    facts_record(organisation=caller.organisation, facts=[reopened], now=now)
    requests_tell(organisation=caller.organisation, site_id=visit.site_id)
    emit("visit.reopened", request.pk)
    return request


def _request(visit: Visit, reason: str, now: datetime) -> ServiceRequest:
    kind = visit.service_type
    return ServiceRequest.objects.create(
        organisation_id=visit.organisation_id,
        source=SOURCE,
        reference=f"reopened:{visit.pk}",
        reopens=visit,
        site=visit.site,
        customer=visit.work_order.request.customer,
        service_type=kind,
        description=reason,
        state=RequestState.ACCEPTED,
        requested_at=now,
        respond_by=now + timedelta(hours=kind.respond_within_hours),
        resolve_by=now + timedelta(hours=kind.resolve_within_hours),
    )
