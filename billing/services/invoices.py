"""From a completed work order to an invoice and a payment link."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from billing.errors import PriceMissing
from billing.models import Invoice, InvoiceLine, Offer, OfferLine, PriceItem, Series, TaxLine
from billing.services import books, facts
from billing.services.links import link_issue
from billing.services.numbering import number_take
from billing.services.pricing import prices_on
from billing.services.profiles import profile_of
from billing.services.standing import invoice_restate
from billing.taxes import Taxed, TaxSum, tax_sums
from communities.models import ServiceEvent
from core.languages import name_in
from core.locks import lock_all
from core.money import Money
from core.outbox import emit
from dispatch.models import Visit


@dataclass(frozen=True, slots=True)
class Line:
    """So many of an item, at a price."""

    item: PriceItem
    quantity: int
    unit_price: Money

    @property
    def amount(self) -> Money:
        return self.unit_price * self.quantity

    @property
    def taxed(self) -> Taxed:
        return Taxed(self.amount.minor, self.item.tax.rate_bp if self.item.tax else 0)


def work_order_invoice(*, subject_id: UUID) -> None:
    """Invoice the work order of a completed visit: the service's base price and what was accepted. Once.

    Follows `visit.completed`. What costs nothing is paid at once; for anything else there is a payment link.
    Raises PriceMissing.
    """
    invoice_issue(visit_id=subject_id, now=timezone.now())


@transaction.atomic
def invoice_issue(*, visit_id: UUID, now: datetime) -> Invoice:
    """The invoice of the visit's work order, made unless it is there already. Raises PriceMissing."""
    visit = Visit.objects.select_related(*facts.SHOWN, "site__community").get(pk=visit_id)
    lock_all("invoice of a work order", [visit.work_order_id])
    made = Invoice.objects.filter(work_order=visit.work_order_id).first()
    if made is not None:
        return made
    invoice = _save(visit, _lines_of(visit, now), now)
    facts.visit_fact_record(
        kind=ServiceEvent.Kind.INVOICE_ISSUED,
        source_id=f"invoice:{invoice.id}:issued",
        visit=visit,
        occurred_at=now,
        amount=invoice.total,
    )
    emit("invoice.issued", invoice.id)
    books.invoice_post(invoice)
    if invoice.total_minor:
        link_issue(invoice, invoice.total, now=now)
    else:
        invoice_restate(invoice, now=now)
    return invoice


def _save(visit: Visit, lines: Sequence[Line], now: datetime) -> Invoice:
    included = profile_of(visit.organisation).prices_include_tax
    taxes = tax_sums([line.taxed for line in lines], included=included)
    net, tax = sum(one.net for one in taxes), sum(one.tax for one in taxes)
    invoice = Invoice.objects.create(
        organisation=visit.organisation,
        number=number_take(visit.organisation, Series.Kind.INVOICE),
        work_order=visit.work_order,
        visit=visit,
        customer_id=visit.work_order.request.customer_id,
        currency=visit.organisation.currency,
        net_minor=net,
        tax_minor=tax,
        total_minor=net + tax,
        tax_included=included,
        issued_at=now,
    )
    _lines_save(invoice, lines)
    _taxes_save(invoice, taxes)
    return invoice


def _lines_of(visit: Visit, now: datetime) -> list[Line]:
    """What was accepted for the request, with the service's base price before it unless an option has one."""
    accepted = [
        Line(line.item, line.quantity, Money(line.unit_price_minor, line.option.currency))
        for line in OfferLine.objects.filter(
            option__in=Offer.objects.filter(fulfilled_by=visit.work_order.request_id).values("accepted")
        )
        .select_related("item__tax", "option__offer")
        .order_by("option__offer__decided_at", "option__offer_id", "position")
    ]
    if any(line.item.kind == PriceItem.Kind.BASE for line in accepted):
        return accepted
    return [_base(visit, now), *accepted]


def _base(visit: Visit, now: datetime) -> Line:
    kind = visit.service_type
    bases = PriceItem.objects.filter(service_type=kind, kind=PriceItem.Kind.BASE, active=True)
    base = bases.select_related("tax").first()
    if base is None:
        raise PriceMissing(f"The service type {kind.code!r} needs a price; what is free has the price 0.")
    community = visit.site.community
    prices = prices_on(
        organisation=visit.organisation,
        items=[base],
        region_id=community.region_id if community else None,
        on=now.astimezone(visit.organisation.zone).date(),
    )
    return Line(base, 1, prices[base.id])


def _lines_save(invoice: Invoice, lines: Sequence[Line]) -> None:
    InvoiceLine.objects.bulk_create(
        InvoiceLine(
            organisation=invoice.organisation,
            invoice=invoice,
            position=position,
            item=line.item,
            description=name_in(invoice.organisation.language, line.item),
            quantity=line.quantity,
            unit_price_minor=line.unit_price.minor,
            amount_minor=line.amount.minor,
            tax_rate_bp=line.taxed.rate_bp,
        )
        for position, line in enumerate(lines, start=1)
    )


def _taxes_save(invoice: Invoice, taxes: Sequence[TaxSum]) -> None:
    TaxLine.objects.bulk_create(
        TaxLine(
            organisation=invoice.organisation,
            invoice=invoice,
            rate_bp=one.rate_bp,
            net_minor=one.net,
            tax_minor=one.tax,
        )
        for one in taxes
        if one.rate_bp
    )
