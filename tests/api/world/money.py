"""Offers, invoices and all that becomes of them."""

from datetime import date
from typing import Any
from uuid import UUID

from billing.gateways.base import PaymentState
from billing.models import (
    Checkout,
    CommissionLine,
    CommissionMonth,
    CommissionRule,
    CommissionStatement,
    CreditLine,
    CreditNote,
    Invoice,
    InvoiceLine,
    MaintenancePlan,
    Membership,
    Offer,
    OfferLine,
    OfferOption,
    OptionSet,
    Payment,
    PaymentLink,
    PlanInclusion,
    Posting,
    PriceItem,
    PriceItemPart,
    PriceList,
    PriceListEntry,
    Refund,
    SetOption,
    SetOptionLine,
    SettlementFile,
    SettlementLine,
    Tax,
    VisitShare,
)
from billing.services import books
from billing.services.periods import period_begin, period_invoice_issue
from dispatch.models import Visit
from tests import factories
from tests.api.world.ground import Ground, tomorrow_at


class Money(Ground):
    """`base` is the price of the one service."""

    def __post_init__(self) -> None:
        super().__post_init__()
        kind = factories.service_type(self.company, "filter")
        self.base = self._item("base", PriceItem.Kind.BASE, service_type=kind)

    def _offer(self, visit_id: Any) -> Offer:
        """One option of one line, not yet decided on."""
        offer = Offer.objects.create(
            organisation=self.company,
            visit_id=visit_id,
            technician=self.technician,
            offered_at=self.now,
            expires_at=tomorrow_at(12),  # the API reads the clock, so that it has to be real
        )
        option = OfferOption.objects.create(
            organisation=self.company,
            offer=offer,
            position=1,
            name="Add-on",
            total_minor=500,
            currency="TWD",
        )
        OfferLine.objects.create(
            organisation=self.company,
            option=option,
            position=1,
            item=self._item(f"add-on-{self.rows}", PriceItem.Kind.ADD_ON),
            quantity=1,
            unit_price_minor=500,
        )
        return offer

    def _invoice(self, visit: Visit) -> Invoice:
        invoice = Invoice.objects.create(
            organisation=self.company,
            number=f"I{self.rows}",
            work_order=visit.work_order,
            visit=visit,
            customer=visit.work_order.request.customer,
            currency="TWD",
            net_minor=800,
            tax_minor=0,
            total_minor=800,
            issued_at=self.now,
        )
        InvoiceLine.objects.create(
            organisation=self.company,
            invoice=invoice,
            position=1,
            item=self.base,
            description="Filter",
            quantity=1,
            unit_price_minor=800,
            amount_minor=800,
        )
        link = PaymentLink.objects.create(
            organisation=self.company,
            invoice=invoice,
            account="sandbox",
            amount_minor=800,
            currency="TWD",
            expires_at=self.now,
        )
        self._settlement(Checkout.objects.create(organisation=self.company, link=link, expires_at=self.now))
        return invoice

    def _payment(self, invoice: Invoice) -> Payment:
        """Half of it, in cash."""
        payment = Payment.objects.create(
            organisation=self.company,
            invoice=invoice,
            way=Payment.Way.CASH,
            state=PaymentState.SUCCEEDED,
            amount_minor=400,
            currency="TWD",
            happened_at=self.now,
        )
        books.invoice_post(invoice)
        books.capture_post(payment)
        return payment

    def _credit_note(self, invoice_id: str | UUID) -> None:
        """A dollar of an invoice."""
        note = CreditNote.objects.create(
            organisation=self.company,
            invoice_id=invoice_id,
            number=f"CN{self.rows}",
            reason="The filter leaked.",
            net_minor=1,
            tax_minor=0,
            total_minor=1,
            currency="TWD",
            issued_at=self.now,
        )
        line = InvoiceLine.objects.get(invoice=invoice_id)
        CreditLine.objects.create(organisation=self.company, credit_note=note, line=line, amount_minor=1)

    def _membership(self, visit: Visit) -> Membership:
        """A plan of its own, sold at the visit's site, with an invoice and two included visits."""
        plan = MaintenancePlan.objects.create(
            organisation=self.company,
            code=f"plan-{self.rows}",
            name="Plan",
            price_minor=1200,
            period_months=12,
        )
        PlanInclusion.objects.create(
            organisation=self.company, plan=plan, service_type=visit.service_type, visits=2
        )
        customer = visit.work_order.request.customer
        assert customer is not None
        membership = Membership.objects.create(
            organisation=self.company,
            plan=plan,
            site=visit.site,
            customer=customer,
            starts_on=date(2026, 3, 2),
            ends_on=date(2027, 3, 2),
            sold_at=self.now,
        )
        period_begin(membership, 1)
        period_invoice_issue(period_id=membership.periods.get().pk, now=self.now)
        return membership

    def _settlement(self, checkout: Checkout) -> None:
        """A payment and a refund that no file has, and one more line in the first file."""
        paid = {
            "organisation": self.company,
            "provider_ref": f"pi_{self.rows}",
            "state": "succeeded",
            "amount_minor": 800,
            "currency": "TWD",
            "happened_at": self.now,
        }
        payment = Payment.objects.create(invoice=checkout.link.invoice, checkout=checkout, **paid)
        Refund.objects.create(payment=payment, **paid)
        file = SettlementFile.objects.create(
            organisation=self.company, account="sandbox", sha256=f"{self.rows}", imported_at=self.now
        )
        self.names.setdefault("settlement", str(file.pk))
        SettlementLine.objects.create(
            organisation=self.company,
            file_id=self.names["settlement"],
            account="sandbox",
            line_id=f"txn_{self.rows}",
            number=self.rows,
            kind="payment",
            currency="TWD",
            gross_minor=1,
            fee_minor=0,
            net_minor=1,
            happened_at=self.now,
            finding="settled_twice",
            payment=None,
        )

    def _commission(self, visit: Visit, payment: Payment) -> None:
        """A rule, a month with a statement, one more line of the first, and one more who shares the first visit."""
        rule = CommissionRule.objects.create(
            organisation=self.company, kind="share", item=self._item(f"ruled-{self.rows}", PriceItem.Kind.ADD_ON),
            rate_bp=1000, valid_from=date(2026, 1, 1),
        )  # fmt: skip
        month = CommissionMonth.objects.create(organisation=self.company, month=date(2026, self.rows, 1))
        statement = CommissionStatement.objects.create(
            organisation=self.company, month=month, technician=self.technician, currency="TWD"
        )
        self.names.setdefault("rule", str(rule.pk))
        self.names.setdefault("statement", str(statement.pk))
        CommissionLine.objects.create(
            organisation=self.company,
            statement_id=self.names["statement"],
            technician=self.technician,
            kind="share",
            rule=rule,
            visit=visit,
            posting=Posting.objects.get(payment=payment),
            invoice_line=payment.invoice.lines.get(),
            happened_at=self.now,
            base_minor=400,
            parts=1,
            of_parts=1,
            amount_minor=40,
        )
        sharer = factories.technician(self.region, f"S{self.rows}")
        first = self.names.setdefault("shared", str(visit.pk))
        VisitShare.objects.create(organisation=self.company, visit_id=first, technician=sharer)

    def _price_book(self) -> None:
        """A taxed item with a part, a price list that has it, an option set that offers it."""
        company, code = self.company, f"pump-{self.rows}"
        tax = Tax.objects.create(organisation=company, code=f"vat-{self.rows}", name="Tax", rate_bp=500)
        item = self._item(code, PriceItem.Kind.ADD_ON, tax=tax)
        PriceItemPart.objects.create(organisation=company, item=item, part="seal")
        price_list = PriceList.objects.create(
            organisation=company,
            code=f"list-{self.rows}",
            name="List",
            valid_from=date(2020, self.rows, 1),
            valid_until=date(2020, self.rows, 2),
        )
        PriceListEntry.objects.create(organisation=company, price_list=price_list, item=item, price_minor=700)
        option_set = OptionSet.objects.create(organisation=company, code=f"set-{self.rows}", name="Set")
        option = SetOption.objects.create(
            organisation=company, option_set=option_set, position=1, name="Good"
        )
        SetOptionLine.objects.create(organisation=company, option=option, item=item)
