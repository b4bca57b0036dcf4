"""From a completed work order to an invoice and a payment link."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from billing.errors import PriceMissing
from billing.models import Invoice, Offer, OfferLine, PriceItem
from billing.services.issuing import Line, billing_lock, invoice_make, item_line
from billing.services.member_terms import lines_for_member
from billing.services.pricing import prices_on
from billing.services.recoveries import for_nothing, is_free
from core.money import Money
from dispatch.models import Visit


def work_order_invoice(*, subject_id: UUID) -> None:
    """Invoice the work order of a completed visit: the service's base price and what was accepted. Once.

    Follows `visit.completed`. What costs nothing is paid at once; for anything else there is a payment link.
    Raises PriceMissing.
    """
    invoice_issue(visit_id=subject_id, now=timezone.now())


@transaction.atomic
def invoice_issue(*, visit_id: UUID, now: datetime) -> Invoice:
    """The invoice of the visit's work order, made unless it is there already. Raises PriceMissing."""
    visit = Visit.objects.select_related(
        "organisation", "service_type", "site__community", "work_order__request"
    ).get(pk=visit_id)
    billing_lock(visit.work_order_id)
    made = Invoice.objects.filter(work_order=visit.work_order_id).first()
    if made is not None:
        return made
    invoice = Invoice(
        organisation=visit.organisation,
        work_order=visit.work_order,
        visit=visit,
        customer_id=visit.work_order.request.customer_id,
    )
    return invoice_make(invoice, lines_for_member(visit, _lines_of(visit, now), now=now), now=now)


def _lines_of(visit: Visit, now: datetime) -> list[Line]:
    """What was accepted for the request, with the service's base price before it unless an option has one. A visit that
    makes another good costs nothing but what was accepted."""
    accepted = (
        OfferLine.objects.filter(
            option__in=Offer.objects.filter(fulfilled_by=visit.work_order.request_id).values("accepted")
        )
        .select_related("item__tax", "item__organisation", "option__offer")
        .order_by("option__offer__decided_at", "option__offer_id", "position")
    )
    lines = [
        item_line(line.item, line.quantity, Money(line.unit_price_minor, line.option.currency), line)
        for line in accepted
    ]
    if any(line.item.kind == PriceItem.Kind.BASE for line in accepted):
        return lines
    base = _base(visit, now)
    return [for_nothing(base, visit) if is_free(visit) else base, *lines]


def _base(visit: Visit, now: datetime) -> Line:
    kind = visit.service_type
    bases = PriceItem.objects.filter(service_type=kind, kind=PriceItem.Kind.BASE, active=True)
    base = bases.select_related("tax", "organisation").first()
    if base is None:
        raise PriceMissing(f"The service type {kind.code!r} needs a price; what is free has the price 0.")
    community = visit.site.community
    prices = prices_on(
        organisation=visit.organisation,
        items=[base],
        region_id=community.region_id if community else None,
        on=now.astimezone(visit.organisation.zone).date(),
    )
    return item_line(base, 1, prices[base.id])
