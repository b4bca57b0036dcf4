"""From a completed work order to an invoice and a payment link."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from billing.errors import PriceMissing
from billing.models import Invoice, InvoiceLine, Offer, PriceItem
from billing.services import books, facts
from billing.services.links import link_issue
from billing.services.standing import invoice_restate
from communities.models import Organisation, ServiceEvent
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


def lines_total(lines: Iterable[Line], currency: str) -> Money:
    """The sum, zero without lines. Raises ValueError for a line in another currency."""
    return sum((line.amount for line in lines), start=Money(0, currency))


def work_order_invoice(*, subject_id: UUID) -> None:
    """Invoice the work order of a completed visit: the service's base price and the accepted offers. Once.

    Follows `visit.completed`. What costs nothing is paid at once; for anything else there is a payment link.
    Raises PriceMissing.
    """
    invoice_issue(visit_id=subject_id, now=timezone.now())


@transaction.atomic
def invoice_issue(*, visit_id: UUID, now: datetime) -> Invoice:
    """The invoice of the visit's work order, made unless it is there already. Raises PriceMissing."""
    visit = Visit.objects.select_related(*facts.SHOWN).get(pk=visit_id)
    lock_all("invoice numbers", [visit.organisation_id])  # one at a time, until the commit: so no gap
    made = Invoice.objects.filter(work_order=visit.work_order_id).first()
    if made is not None:
        return made
    lines = _lines_of(visit)
    total = lines_total(lines, visit.organisation.currency)
    invoice = Invoice.objects.create(
        organisation=visit.organisation,
        number=_next_number(visit.organisation),
        work_order=visit.work_order,
        visit=visit,
        customer_id=visit.work_order.request.customer_id,
        currency=total.currency,
        total_minor=total.minor,
        issued_at=now,
    )
    _lines_save(invoice, lines)
    facts.visit_fact_record(
        kind=ServiceEvent.Kind.INVOICE_ISSUED,
        source_id=f"invoice:{invoice.id}:issued",
        visit=visit,
        occurred_at=now,
        amount=total,
    )
    emit("invoice.issued", invoice.id)
    books.invoice_post(invoice)
    if total.minor:
        link_issue(invoice, total, now=now)
    else:
        invoice_restate(invoice, now=now)
    return invoice


def _next_number(organisation: Organisation) -> str:
    """The number after the last, as eight digits, so that their order as text is their order. Needs the lock."""
    numbers = Invoice.objects.filter(organisation=organisation).order_by("-number")
    last = numbers.values_list("number", flat=True).first()
    return f"{int(last or 0) + 1:08d}"


def _lines_of(visit: Visit) -> list[Line]:
    """Base price first, then what was accepted on any visit of the work order, in that order."""
    currency = visit.organisation.currency
    base = _base_price(visit)
    accepted = Offer.objects.filter(visit__work_order=visit.work_order_id, state=Offer.State.ACCEPTED)
    return [Line(base, 1, Money(base.price_minor, currency))] + [
        Line(offer.item, offer.quantity, Money(offer.unit_price_minor, currency))
        for offer in accepted.select_related("item").order_by("decided_at", "id")
    ]


def _base_price(visit: Visit) -> PriceItem:
    kind = visit.service_type
    base = PriceItem.objects.filter(service_type=kind, kind=PriceItem.Kind.BASE, active=True).first()
    if base is None:
        raise PriceMissing(f"The service type {kind.code!r} needs a price; what is free has the price 0.")
    return base


def _lines_save(invoice: Invoice, lines: list[Line]) -> None:
    english = invoice.organisation.language.startswith("en")
    InvoiceLine.objects.bulk_create(
        InvoiceLine(
            organisation=invoice.organisation,
            invoice=invoice,
            position=position,
            item=line.item,
            description=(line.item.name_en if english else "") or line.item.name,
            quantity=line.quantity,
            unit_price_minor=line.unit_price.minor,
            amount_minor=line.amount.minor,
        )
        for position, line in enumerate(lines, start=1)
    )
