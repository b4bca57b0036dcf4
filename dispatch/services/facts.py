"""Dispatch's facts for the ledger: about a visit, or about the request it is for."""

from datetime import datetime
from typing import Any
from uuid import UUID

from communities.models import ServiceEvent
from communities.services.ledger import Fact
from dispatch.models import ServiceRequest, Visit

SOURCE = "dispatch"

_Kind = ServiceEvent.Kind


def visit_fact(
    *,
    kind: ServiceEvent.Kind,
    source_id: str,
    visit: Visit,
    occurred_at: datetime,
    technician_id: UUID | None = None,
    data: dict[str, Any] | None = None,
) -> Fact:
    """A fact about a visit, whose site, work order and request must have been read; about its own technician unless
    another is named."""
    return Fact(
        kind=kind,
        source=SOURCE,
        source_id=source_id,
        occurred_at=occurred_at,
        community_id=visit.site.community_id,
        site_id=visit.site_id,
        customer_id=visit.work_order.request.customer_id,
        technician_id=technician_id or visit.technician_id,
        visit_id=visit.pk,
        work_order_id=visit.work_order_id,
        service_type_id=visit.service_type_id,
        data=data or {},
    )


def request_fact(
    *, kind: ServiceEvent.Kind, source_id: str, request: ServiceRequest, occurred_at: datetime, **data: Any
) -> Fact:
    """A fact about a request, whose site must have been read."""
    return Fact(
        kind=kind,
        source=SOURCE,
        source_id=source_id,
        occurred_at=occurred_at,
        community_id=request.site.community_id,
        site_id=request.site_id,
        customer_id=request.customer_id,
        service_type_id=request.service_type_id,
        data=data,
    )


def responded_fact(*, visit: Visit, occurred_at: datetime, technician_id: UUID | None = None) -> Fact:
    """That the request of a visit has its answer: a visit is planned, or somebody sets off. The first one counts.

    On time: by the request's `respond_by`, which pauses have moved.
    """
    request = visit.work_order.request
    return visit_fact(
        kind=_Kind.REQUEST_RESPONDED,
        source_id=f"request:{request.pk}:responded",
        visit=visit,
        occurred_at=occurred_at,
        technician_id=technician_id,
        data={"on_time": occurred_at <= request.respond_by},
    )


def resolved_fact(*, visit: Visit, occurred_at: datetime) -> Fact:
    """That the work order of a visit is done. On time: by the request's `resolve_by`, which pauses have moved."""
    request = visit.work_order.request
    return visit_fact(
        kind=_Kind.REQUEST_RESOLVED,
        source_id=f"request:{request.pk}:resolved",
        visit=visit,
        occurred_at=occurred_at,
        data={"on_time": occurred_at <= request.resolve_by},
    )
