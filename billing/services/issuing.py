"""Issuing an invoice, whatever it is for: number, lines, taxes, books, and the link to pay it with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from billing.models import Invoice, InvoiceLine, OfferLine, PriceItem, Series, TaxLine
from billing.services import books, facts
from billing.services.links import link_issue
from billing.services.numbering import number_take
from billing.services.profiles import profile_of
from billing.services.standing import invoice_restate
from billing.taxes import Taxed, TaxSum, tax_sums
from communities.models import ServiceEvent
from core.languages import name_in
from core.locks import lock_all
from core.money import Money
from core.outbox import emit


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """So many of something at a price, less `discount` in minor units, taken off by the plan called `discount_by`; and
    what it was accepted as, if it was offered."""

    item: PriceItem | None
    description: str
    quantity: int
    unit_price: Money
    rate_bp: int
    discount: int = 0
    discount_by: str = ""
    offer_line: OfferLine | None = None

    @property
    def amount(self) -> int:
        return self.unit_price.minor * self.quantity - self.discount


def item_line(item: PriceItem, quantity: int, unit_price: Money, offer_line: OfferLine | None = None) -> Line:
    """So many of an item, whose tax and organisation must have been read."""
    return Line(
        item=item,
        description=name_in(item.organisation.language, item),
        quantity=quantity,
        unit_price=unit_price,
        rate_bp=item.tax.rate_bp if item.tax else 0,
        offer_line=offer_line,
    )


def invoice_make(invoice: Invoice, lines: Sequence[Line], *, now: datetime) -> Invoice:
    """Issue an unsaved invoice that says whom and what it is for, in the caller's transaction.

    What costs nothing is paid at once; for anything else there is a payment link.
    """
    _save(invoice, lines, now)
    facts.invoice_fact_record(
        kind=ServiceEvent.Kind.INVOICE_ISSUED,
        source_id=f"invoice:{invoice.id}:issued",
        invoice_id=invoice.id,
        occurred_at=now,
        amount=invoice.total,
        data={"parts_minor": sum(line.quantity * line.item.cost_minor for line in lines if line.item)},
    )
    emit("invoice.issued", invoice.id)
    books.invoice_post(invoice)
    if invoice.total_minor:
        link_issue(invoice, invoice.total, now=now)
    else:
        invoice_restate(invoice, now=now)
    return invoice


def billing_lock(work_order_id: UUID) -> None:
    """Wait until nobody else bills a work order, or sells something that belongs on its invoice."""
    lock_all("invoice of a work order", [work_order_id])


def _save(invoice: Invoice, lines: Sequence[Line], now: datetime) -> None:
    included = profile_of(invoice.organisation).prices_include_tax
    taxes = tax_sums([Taxed(line.amount, line.rate_bp) for line in lines], included=included)
    invoice.number = number_take(invoice.organisation, Series.Kind.INVOICE)
    invoice.currency = invoice.organisation.currency
    invoice.net_minor, invoice.tax_minor = sum(one.net for one in taxes), sum(one.tax for one in taxes)
    invoice.total_minor = invoice.net_minor + invoice.tax_minor
    invoice.tax_included, invoice.issued_at = included, now
    invoice.save(force_insert=True)
    _lines_save(invoice, lines)
    _taxes_save(invoice, taxes)


def _lines_save(invoice: Invoice, lines: Sequence[Line]) -> None:
    InvoiceLine.objects.bulk_create(
        InvoiceLine(
            organisation=invoice.organisation,
            invoice=invoice,
            position=position,
            item=line.item,
            offer_line=line.offer_line,
            description=line.description,
            quantity=line.quantity,
            unit_price_minor=line.unit_price.minor,
            discount_minor=line.discount,
            discount_by=line.discount_by,
            amount_minor=line.amount,
            tax_rate_bp=line.rate_bp,
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
