"""Invoices as they are paid, and the work orders behind them."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from api.schemas.base import Out
from billing.models import Invoice, PaymentLink
from billing.selectors.invoices import due_listed, link_newest
from billing.services.links import pay_url


class LineOut(Out):
    position: int
    item: Annotated[str | None, Field(description="Null for a period of a membership.")]
    description: str
    quantity: int
    unit_price_minor: int
    discount_minor: int
    discount_by: Annotated[str, Field(description="The maintenance plan that takes it off.")]
    amount_minor: Annotated[int, Field(description="Quantity × unit price, less the discount.")]
    tax_rate_bp: Annotated[int, Field(description="In hundredths of a per cent.")]


class LinkOut(Out):
    state: str
    url: str
    amount_minor: int
    expires_at: datetime
    sent_at: datetime | None

    @classmethod
    def of(cls, link: PaymentLink | None) -> Self | None:
        if link is None:
            return None
        return cls(
            state=link.state,
            url=pay_url(link.invoice_id),
            amount_minor=link.amount_minor,
            expires_at=link.expires_at,
            sent_at=link.sent_at,
        )


class InvoiceOut(Out):
    id: UUID
    number: str
    state: str
    work_order_id: Annotated[UUID | None, Field(description="Null where it is for a membership.")]
    work_order_number: str | None
    visit_id: UUID | None
    membership_id: Annotated[UUID | None, Field(description="Where it is for one of its periods.")]
    customer_name: str | None
    currency: str
    net_minor: int
    tax_minor: int
    total_minor: int
    due_minor: Annotated[int, Field(description="Below zero: what the customer is to get back.")]
    tax_included: bool
    issued_at: datetime
    paid_at: datetime | None
    lines: list[LineOut]
    link: LinkOut | None

    @classmethod
    def of(cls, invoice: Invoice) -> Self:
        return cls(
            id=invoice.id,
            number=invoice.number,
            state=invoice.state,
            work_order_id=invoice.work_order_id,
            work_order_number=invoice.work_order.number if invoice.work_order else None,
            visit_id=invoice.visit_id,
            membership_id=invoice.period.membership_id if invoice.period else None,
            customer_name=invoice.billed_to if invoice.customer else None,
            currency=invoice.currency,
            net_minor=invoice.net_minor,
            tax_minor=invoice.tax_minor,
            total_minor=invoice.total_minor,
            due_minor=due_listed(invoice).minor,
            tax_included=invoice.tax_included,
            issued_at=invoice.issued_at,
            paid_at=invoice.paid_at,
            lines=[
                LineOut(
                    position=line.position,
                    item=line.item.code if line.item else None,
                    description=line.description,
                    quantity=line.quantity,
                    unit_price_minor=line.unit_price_minor,
                    discount_minor=line.discount_minor,
                    discount_by=line.discount_by,
                    amount_minor=line.amount_minor,
                    tax_rate_bp=line.tax_rate_bp,
                )
                for line in invoice.lines.all()
            ],
            link=LinkOut.of(link_newest(invoice)),
        )
