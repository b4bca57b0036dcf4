"""Billing's facts for the ledger: about a visit, or about a membership."""

from datetime import datetime
from typing import Any
from uuid import UUID

from billing.models import Invoice, Membership
from communities.models import ServiceEvent
from communities.services.ledger import Fact, facts_record
from core.money import Money
from dispatch.models import Visit

SHOWN = ("organisation", "site", "work_order__request")  # what a visit must bring along to have a fact told


def visit_fact_record(
    *,
    kind: ServiceEvent.Kind,
    source_id: str,
    visit: Visit,
    occurred_at: datetime,
    amount: Money,
    data: dict[str, Any] | None = None,
) -> None:
    """Append one fact about `visit`: who, where, and how much. Paying for what makes another visit good is marked: it
    is no coming back."""
    if kind == ServiceEvent.Kind.INVOICE_PAID and visit.work_order.request.makes_good:
        data = {**(data or {}), "makes_good": True}
    fact = Fact(
        kind=kind,
        source="billing",
        source_id=source_id,
        occurred_at=occurred_at,
        community_id=visit.site.community_id,
        site_id=visit.site_id,
        customer_id=visit.work_order.request.customer_id,
        technician_id=visit.technician_id,
        visit_id=visit.id,
        work_order_id=visit.work_order_id,
        service_type_id=visit.service_type_id,
        amount=amount,
        data=data or {},
    )
    facts_record(organisation=visit.organisation, facts=[fact])


def membership_fact_record(
    *,
    kind: ServiceEvent.Kind,
    source_id: str,
    membership: Membership,
    occurred_at: datetime,
    amount: Money,
    data: dict[str, Any] | None = None,
) -> None:
    """Append one fact about `membership`: where, for whom, who sold it, and how much."""
    fact = Fact(
        kind=kind,
        source="billing",
        source_id=source_id,
        occurred_at=occurred_at,
        community_id=membership.site.community_id,
        site_id=membership.site_id,
        customer_id=membership.customer_id,
        technician_id=membership.technician_id,
        visit_id=membership.visit_id,
        amount=amount,
        data=data or {},
    )
    facts_record(organisation=membership.organisation, facts=[fact])


def invoice_fact_record(
    *,
    kind: ServiceEvent.Kind,
    source_id: str,
    invoice_id: UUID,
    occurred_at: datetime,
    amount: Money,
    data: dict[str, Any] | None = None,
) -> None:
    """Append one fact about the visit, or the membership, that an invoice is for."""
    visit_paths = (f"visit__{path}" for path in SHOWN)
    invoice = Invoice.objects.select_related(
        *visit_paths, "period__membership__organisation", "period__membership__site"
    ).get(pk=invoice_id)
    if invoice.visit is not None:
        visit_fact_record(
            kind=kind,
            source_id=source_id,
            visit=invoice.visit,
            occurred_at=occurred_at,
            amount=amount,
            data=data,
        )
    elif invoice.period is not None:
        membership_fact_record(
            kind=kind,
            source_id=source_id,
            membership=invoice.period.membership,
            occurred_at=occurred_at,
            amount=amount,
            data=data,
        )
