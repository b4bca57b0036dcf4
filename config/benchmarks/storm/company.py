"""A company with invoices to be paid: made by its own services where money is concerned."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.gis.geos import Point
from django.utils import timezone

from billing.models import PriceItem
from billing.services.checkouts import checkout_begin
from billing.services.invoices import invoice_issue
from billing.services.price_items import PriceRow, price_items_save
from communities.models import Community, Organisation, Region, Site, User
from communities.services.organisations import organisation_create
from communities.services.people import user_create
from config.benchmarks.storm.stories import Page
from dispatch.models import ServiceRequest, ServiceType, Technician, Visit, WorkOrder
from dispatch.states import RequestState, VisitState

PRICES = (501, 733, 800, 1_249, 1_999, 2_400, 3_607)
"""Dollars of Taiwan; no two sums of a few of them are the same."""
DURATION = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Company:
    """Who serves, where, and what for; visits are counted back from when it was made."""

    organisation: Organisation
    technician: Technician
    site: Site
    kinds: tuple[ServiceType, ...]
    made_at: datetime


def company_make() -> Company:
    """One technician, one site, and a kind of service for each price."""
    organisation = organisation_create(slug="storm", name="Storm")
    region = Region.objects.create(organisation=organisation, code="r", name="Region")
    home = Point(121.54, 25.03, srid=4326)
    user = user_create(organisation=organisation, username="storm", password="", role=User.Role.TECHNICIAN)
    technician = Technician.objects.create(
        organisation=organisation, user=user, region=region, code="T1", name="One", home=home
    )
    community = Community.objects.create(organisation=organisation, region=region, code="c", name="社區")
    site = Site.objects.create(
        organisation=organisation,
        key="s",
        address="台北市大安區和平東路1號",
        point=home,
        community=community,
        placement=Site.Placement.NAMED,
    )
    return Company(organisation, technician, site, _kinds(organisation), timezone.now())


def visit_make(company: Company, number: int, state: VisitState) -> Visit:
    """The company's visit of that number: half an hour each, one after the other, the first the latest."""
    organisation = company.organisation
    kind = company.kinds[number % len(company.kinds)]
    starts_at = company.made_at - (number + 1) * DURATION
    request = ServiceRequest.objects.create(
        organisation=organisation,
        source="storm",
        reference=f"{state.value}-{number}",
        site=company.site,
        service_type=kind,
        state=RequestState.ACCEPTED,
        requested_at=starts_at,
        respond_by=company.made_at,
        resolve_by=company.made_at,
    )
    order = WorkOrder.objects.create(
        organisation=organisation, request=request, number=f"{state.value}-{number}"
    )
    return Visit.objects.create(
        organisation=organisation,
        work_order=order,
        site=company.site,
        service_type=kind,
        duration_minutes=30,
        state=state,
        technician=company.technician,
        starts_at=starts_at,
        ends_at=starts_at + DURATION,
    )


def pages_open(company: Company, count: int, progress: Callable[[int], None]) -> list[Page]:
    """So many invoices of visits that are done, each with its page open at the provider."""
    pages = []
    for number in range(count):
        visit = visit_make(company, number, VisitState.COMPLETED)
        invoice = invoice_issue(visit_id=visit.pk, now=timezone.now())
        checkout = checkout_begin(invoice_id=invoice.pk, language="en", now=timezone.now())
        pages.append(Page(invoice.pk, checkout.provider_ref, invoice.total_minor))
        progress(number + 1)
    return pages


def _kinds(organisation: Organisation) -> tuple[ServiceType, ...]:
    kinds = tuple(
        ServiceType.objects.create(organisation=organisation, code=f"k{price}", name="冷氣保養")
        for price in PRICES
    )
    price_items_save(
        organisation=organisation,
        rows=[
            PriceRow(
                code=kind.code,
                name=kind.name,
                kind=PriceItem.Kind.BASE,
                price_minor=price,
                service_type_code=kind.code,
            )
            for kind, price in zip(kinds, PRICES, strict=True)
        ],
    )
    return kinds
