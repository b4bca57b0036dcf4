"""Reads of offers, invoices, links and settlements, scoped to a caller, or to the holder of a customer's secret
address."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet, Sum
from django.utils.crypto import constant_time_compare

from billing.errors import InvoiceUnknown, OfferUnknown, SettlementFileUnknown
from billing.gateways.base import PaymentState, RefundState
from billing.models import (
    Checkout,
    CreditNote,
    Dispute,
    Entry,
    Inquiry,
    Invoice,
    InvoiceLine,
    Offer,
    OfferLine,
    OfferOption,
    Payment,
    PaymentLink,
    Refund,
    SettlementFile,
    SettlementLine,
    TaxLine,
)
from communities.access import Caller
from communities.models import SurveyInvitation
from core.links import link_token
from core.money import Money
from dispatch.models import Visit
from dispatch.selectors.visits import visit_get, visit_list


def invoice_list(caller: Caller) -> QuerySet[Invoice]:
    """All for dispatch, those of their regions for managers, those of their own visits for technicians."""
    return (
        Invoice.objects.filter(_in_scope(caller), organisation=caller.organisation)
        .select_related("work_order", "customer")
        .prefetch_related(
            Prefetch("lines", queryset=InvoiceLine.objects.order_by("position").select_related("item")),
            Prefetch("links", queryset=PaymentLink.objects.order_by("-created_at")),
        )
    )


def invoice_get(caller: Caller, invoice_id: UUID) -> Invoice:
    """One invoice. Raises InvoiceUnknown, also for one that is not the caller's."""
    invoice = invoice_list(caller).filter(pk=invoice_id).first()
    if invoice is None:
        raise InvoiceUnknown
    return invoice


def link_newest(invoice: Invoice) -> PaymentLink | None:
    """The link to pay `invoice` with, or that it was paid with. None when there was nothing to pay."""
    return max(invoice.links.all(), key=lambda link: link.created_at, default=None)


def offer_list(caller: Caller, visit_id: UUID) -> QuerySet[Offer]:
    """What was offered on a visit. Raises VisitUnknown, also for a visit that is not the caller's."""
    visit = visit_get(caller, visit_id)
    return _offers().filter(visit=visit).order_by("offered_at", "id")


def offer_get(caller: Caller, offer_id: UUID) -> Offer:
    """One offer. Raises OfferUnknown, also for one on a visit that is not the caller's."""
    offer = _offers().filter(pk=offer_id, visit__in=visit_list(caller)).first()
    if offer is None:
        raise OfferUnknown
    return offer


def _offers() -> QuerySet[Offer]:
    lines = OfferLine.objects.order_by("position").select_related("item")
    options = OfferOption.objects.order_by("position").prefetch_related(Prefetch("lines", lines))
    return Offer.objects.select_related("approval").prefetch_related(Prefetch("options", options))


def offer_of_customer(offer_id: UUID, token: str) -> Offer:
    """The offer whose secret address somebody holds. Raises OfferUnknown, also for a wrong token."""
    offers = _offers().select_related("organisation", "visit__service_type", "technician")
    offer = offers.filter(pk=offer_id).first()
    if offer is None or not constant_time_compare(token, link_token("offer", offer_id)):
        raise OfferUnknown
    return offer


def payment_list(caller: Caller) -> QuerySet[Payment]:
    """Payments of the invoices one may see."""
    payments = Payment.objects.filter(invoice__in=invoice_list(caller)).select_related("invoice")
    return payments.prefetch_related(
        Prefetch("refunds", Refund.objects.order_by("happened_at")),
        Prefetch("disputes", Dispute.objects.order_by("opened_at")),
    )


def credit_note_list(caller: Caller) -> QuerySet[CreditNote]:
    """Credit notes of the invoices one may see."""
    return CreditNote.objects.filter(invoice__in=invoice_list(caller))


def settlement_file_list(caller: Caller) -> QuerySet[SettlementFile]:
    """For administrators."""
    files = SettlementFile.objects.filter(organisation=caller.organisation)
    return files if caller.administers else files.none()


def settlement_line_list(caller: Caller, file_id: UUID) -> QuerySet[SettlementLine]:
    """The lines that came with a file. Raises SettlementFileUnknown, also for one that is not the caller's."""
    file = settlement_file_list(caller).filter(pk=file_id).first()
    if file is None:
        raise SettlementFileUnknown
    return SettlementLine.objects.filter(file=file).select_related(
        "payment", "refund__payment", "dispute__payment"
    )


def payment_unsettled_list(caller: Caller, account: str, until: datetime) -> QuerySet[Payment]:
    """Payments that came through an account until then and are in none of its settlement files. For administrators."""
    payments = Payment.objects.filter(
        organisation=caller.organisation,
        checkout__link__account=account,
        state=PaymentState.SUCCEEDED,
        happened_at__lte=until,
        settlement_lines=None,
    )
    return payments.select_related("invoice") if caller.administers else payments.none()


def refund_unsettled_list(caller: Caller, account: str, until: datetime) -> QuerySet[Refund]:
    """Refunds, likewise."""
    refunds = Refund.objects.filter(
        organisation=caller.organisation,
        payment__checkout__link__account=account,
        state=RefundState.SUCCEEDED,
        happened_at__lte=until,
        settlement_lines=None,
    )
    return refunds.select_related("payment__invoice") if caller.administers else refunds.none()


@dataclass(frozen=True, slots=True)
class PayerView:
    """An invoice as its payer sees it. `due` and `owed_back` are None where there is nothing to pay or give back;
    `codes`: a payment at a bank or a shop is on its way; `is_asking`: the provider is being asked."""

    invoice: Invoice
    lines: list[InvoiceLine]
    taxes: list[TaxLine]
    credit_notes: list[CreditNote]
    due: Money | None
    owed_back: Money | None
    link: PaymentLink | None
    codes: bool
    is_asking: bool


def invoice_of_payer(invoice_id: UUID, token: str) -> PayerView:
    """The invoice whose secret address somebody holds. Raises InvoiceUnknown, also for a wrong token."""
    invoices = Invoice.objects.select_related("customer", "organisation")
    invoice = invoices.filter(pk=invoice_id).first()
    if invoice is None or not constant_time_compare(token, link_token("pay", invoice_id)):
        raise InvoiceUnknown
    owed = due(invoice)
    return PayerView(
        invoice=invoice,
        lines=list(invoice.lines.order_by("position")),
        taxes=list(invoice.taxes.order_by("-rate_bp")),
        credit_notes=list(invoice.credit_notes.order_by("issued_at")),
        due=owed if owed.minor > 0 else None,
        owed_back=owed * -1 if owed.minor < 0 else None,
        link=invoice.links.filter(state=PaymentLink.State.OPEN).first(),
        codes=invoice.payments.filter(state=PaymentState.PENDING).exists(),
        is_asking=Inquiry.objects.filter(
            checkout__link__invoice=invoice, reason=Inquiry.Reason.RETURNED, answered_at=None
        ).exists(),
    )


def checkout_of_payer(invoice_id: UUID, token: str, checkout_id: UUID) -> Checkout:
    """A checkout of that invoice. Raises InvoiceUnknown, also for a wrong token."""
    checkouts = Checkout.objects.select_related("link", "organisation")
    checkout = checkouts.filter(pk=checkout_id, link__invoice=invoice_id).first()
    if checkout is None or not constant_time_compare(token, link_token("pay", invoice_id)):
        raise InvoiceUnknown
    return checkout


def due(invoice: Invoice) -> Money:
    """What the customer still owes of the invoice; below zero, what we owe the customer."""
    return owed_by_currency(invoice).get(invoice.currency, Money(0, invoice.currency))


def owed_by_currency(invoice: Invoice) -> dict[str, Money]:
    """The same in every currency in which something was paid: a payment in another one settles nothing."""
    entries = Entry.objects.filter(posting__invoice=invoice, account=Entry.Account.RECEIVABLE)
    sums = entries.values_list("posting__currency").annotate(owed=Sum("amount_minor"))
    return {currency: Money(owed, currency) for currency, owed in sums}


@dataclass(frozen=True, slots=True)
class VisitShown:
    """What a customer recognises a visit by."""

    service: str
    on: date
    address: str


def visit_of_survey(invitation: SurveyInvitation, language: str) -> VisitShown:
    """The visit that an invitation asks about, in the customer's language."""
    visit = Visit.objects.select_related("service_type", "site", "organisation").get(pk=invitation.visit_id)
    service = visit.service_type
    when = visit.finished_at or visit.starts_at or invitation.created_at
    return VisitShown(
        service=(service.name_en if language.startswith("en") else "") or service.name,
        on=when.astimezone(visit.organisation.zone).date(),
        address=str(visit.site) if visit.site.address else "",
    )


def _in_scope(caller: Caller) -> Q:
    if caller.runs_dispatch:
        return Q()
    if caller.is_technician:
        return Q(visit__technician__user=caller.user)
    return Q(visit__site__community__region_id__in=caller.region_ids)
