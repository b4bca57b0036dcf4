"""Reads of offers, invoices and links, scoped to a caller, or to the holder of a customer's secret address."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet
from django.utils.crypto import constant_time_compare

from billing.errors import InvoiceUnknown, PaymentLinkUnknown
from billing.models import Invoice, InvoiceLine, Offer, PaymentLink
from communities.access import Caller
from communities.models import SurveyInvitation
from core.links import link_token
from dispatch.models import Visit
from dispatch.selectors.visits import visit_get


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
    return Offer.objects.filter(visit=visit).select_related("item").order_by("offered_at", "id")


def link_returned_to(link_id: UUID, token: str) -> PaymentLink:
    """The link whose payer comes back with `token`. Raises PaymentLinkUnknown, also for a wrong token."""
    found = PaymentLink.objects.select_related("invoice__customer", "organisation").filter(pk=link_id).first()
    if found is None or not constant_time_compare(token, link_token("paid", link_id)):
        raise PaymentLinkUnknown
    return found


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
