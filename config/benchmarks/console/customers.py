"""One of each page that a customer sees without an account, as its address."""

from collections.abc import Mapping
from datetime import timedelta

from django.utils import timezone

from billing.models import PriceItem
from billing.services.invoices import invoice_issue
from billing.services.offers import LineGiven, OfferGiven, OptionGiven, offer_make
from billing.services.price_items import PriceRow, price_items_save
from communities.access import caller_of
from communities.models import Contact, Customer
from communities.services.surveys import VisitDone, survey_invite, survey_token
from config.benchmarks.storm.company import Company, company_make, visit_make
from core.links import link_token
from dispatch.models import Booking, BookingProfile, Visit
from dispatch.states import VisitState


def pages_make() -> Mapping[str, str]:
    """Addresses by what one does there, in a company of their own."""
    company = company_make()
    organisation = company.organisation
    BookingProfile.objects.create(organisation=organisation, is_open=True)
    customer = Customer.objects.create(organisation=organisation, key="c", name="王小明")
    done, doing, planned = (
        visit_make(company, number, state)
        for number, state in enumerate((VisitState.COMPLETED, VisitState.STARTED, VisitState.SCHEDULED))
    )
    invoice, booking = invoice_issue(visit_id=done.pk, now=timezone.now()), _booking(company)
    return {
        "book": f"/book/{organisation.slug}",
        "book again": f"/book/{customer.pk}/{link_token('book', customer.pk)}",
        "booking": f"/booking/{booking.pk}/{link_token('booking', booking.pk)}",
        "follow the technician": f"/track/{planned.pk}/{link_token('track', planned.pk)}",
        "offer": _offer(company, doing),
        "pay": f"/pay/{invoice.pk}/{link_token('pay', invoice.pk)}",
        "rate": _survey(company, customer, done),
    }


def _booking(company: Company) -> Booking:
    begin = timezone.now() + timedelta(days=1)
    return Booking.objects.create(
        organisation=company.organisation,
        region=company.technician.region,
        on=begin.date(),
        site=company.site,
        service_type=company.kinds[0],
        window_from_at=begin,
        window_until_at=begin + timedelta(hours=2),
        expires_at=begin,
    )


def _offer(company: Company, visit: Visit) -> str:
    spare = PriceRow(code="spare", name="備用濾心", kind=PriceItem.Kind.ADD_ON, price_minor=750)
    price_items_save(organisation=company.organisation, rows=[spare])
    assert company.technician.user is not None
    caller = caller_of(company.technician.user)
    assert caller is not None
    now = timezone.now()
    given = OfferGiven(name="Protection", options=[OptionGiven(lines=[LineGiven(item_code="spare")])])
    offer = offer_make(caller=caller, visit_id=visit.pk, given=given, happened_at=now, now=now)
    return f"/offer/{offer.pk}/{link_token('offer', offer.pk)}"


def _survey(company: Company, customer: Customer, visit: Visit) -> str:
    assert company.site.community is not None
    assert visit.technician_id is not None
    contact = Contact.objects.create(
        organisation=company.organisation, customer=customer, name=customer.name, email="wang@example.com"
    )
    about = VisitDone(
        community=company.site.community,
        visit_id=visit.pk,
        work_order_id=visit.work_order_id,
        technician_id=visit.technician_id,
        service_type_id=visit.service_type_id,
    )
    return f"/r/{survey_token(survey_invite(contact=contact, visit=about, now=timezone.now()))}"
