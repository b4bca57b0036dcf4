"""Service requests and work orders: all for dispatch, those of their regions for managers."""

from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery

from communities.access import Caller
from communities.selectors.places import unshown
from dispatch.errors import RequestUnknown, WorkOrderUnknown
from dispatch.models import RequestPause, ServiceRequest, WorkOrder


def request_list(caller: Caller) -> QuerySet[ServiceRequest]:
    """Every request the caller may see, with `paused_at` while it waits for others."""
    waiting = RequestPause.objects.filter(request=OuterRef("pk"), ended_at=None)
    return (
        ServiceRequest.objects.annotate(paused_at=Subquery(waiting.values("began_at")))
        .filter(_in_scope(caller, "site"), organisation=caller.organisation)
        .select_related("site__community", "customer", "service_type")
        .defer(*unshown("site__community__"))
    )


def request_get(caller: Caller, request_id: UUID) -> ServiceRequest:
    """One request. Raises RequestUnknown, also for one that is not the caller's."""
    request = request_list(caller).filter(pk=request_id).first()
    if request is None:
        raise RequestUnknown
    return request


def work_order_get(caller: Caller, work_order_id: UUID) -> WorkOrder:
    """One work order with its request. Raises WorkOrderUnknown, also for one that is not the caller's."""
    orders = WorkOrder.objects.filter(_in_scope(caller, "request__site"), organisation=caller.organisation)
    order = orders.filter(pk=work_order_id).select_related("request__site", "request__service_type").first()
    if order is None:
        raise WorkOrderUnknown
    return order


def _in_scope(caller: Caller, site: str) -> Q:
    """A technician has visits, not requests: for them there are none here."""
    if caller.runs_dispatch:
        return Q()
    return Q(**{f"{site}__community__region_id__in": caller.region_ids})
