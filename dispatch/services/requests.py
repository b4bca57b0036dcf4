"""Service requests taken one at a time, by telephone or through the API. Files come in by request_import."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.gis.geos import Point
from django.db import IntegrityError, transaction

from communities.access import Caller
from communities.models import Community, Contact, Customer, ServiceEvent, Site
from communities.services.geocoding import place_known
from communities.services.ledger import Fact, facts_record
from communities.services.placement import site_key, sites_place
from core.outbox import emit
from dispatch.errors import (
    CommunityUnknown,
    NotForYourRole,
    RequestKnown,
    ServiceTypeUnknown,
    StepOutOfOrder,
)
from dispatch.models import ServiceRequest, ServiceType, Visit, WorkOrder
from dispatch.selectors.requests import request_get
from dispatch.states import (
    REQUEST,
    VISIT,
    WORK_ORDER,
    RequestState,
    VisitState,
    WorkOrderState,
    before,
)

SOURCE = "linli"  # of requests that no other system has numbered


@dataclass(frozen=True, kw_only=True)
class SiteGiven:
    """Where, as the caller says it: a point, or an address to be looked up; perhaps the community's code."""

    address: str = ""
    unit: str = ""
    lon: float | None = None
    lat: float | None = None
    community_code: str = ""


@dataclass(frozen=True, kw_only=True)
class CustomerGiven:
    """Who asks. A telephone number or an e-mail address recognises them the next time."""

    name: str
    phone: str = ""
    email: str = ""


def request_create(
    *,
    caller: Caller,
    reference: str,
    service_type_code: str,
    site: SiteGiven,
    customer: CustomerGiven | None,
    description: str,
    window_from_at: datetime | None,
    window_until_at: datetime | None,
    now: datetime,
) -> ServiceRequest:
    """Take a request and find its community. An address that none of our sites has is looked up after the commit;
    the site stays unplaced, with the reason, where that fails.

    Raises NotForYourRole, ServiceTypeUnknown, CommunityUnknown, RequestKnown.
    """
    if not caller.runs_dispatch:
        raise NotForYourRole("Requests are taken by dispatchers and administrators.")
    try:
        return _create(
            caller,
            reference,
            service_type_code,
            site,
            customer,
            description,
            window_from_at,
            window_until_at,
            now,
        )
    except IntegrityError as error:
        if "request_once" in str(error):
            raise RequestKnown(f"The reference {reference!r} has been used.") from error
        raise


@transaction.atomic
def _create(
    caller: Caller,
    reference: str,
    service_type_code: str,
    site: SiteGiven,
    customer: CustomerGiven | None,
    description: str,
    window_from_at: datetime | None,
    window_until_at: datetime | None,
    now: datetime,
) -> ServiceRequest:
    kind = ServiceType.objects.filter(organisation=caller.organisation, code=service_type_code).first()
    if kind is None:
        raise ServiceTypeUnknown(f"There is no service type {service_type_code!r}.")
    place = _site_ensure(caller, site)
    request = ServiceRequest.objects.create(
        organisation=caller.organisation,
        source=SOURCE,
        reference=reference,
        site=place,
        customer=_customer_ensure(caller, customer) if customer else None,
        service_type=kind,
        description=description,
        requested_at=now,
        respond_by=now + timedelta(hours=kind.respond_within_hours),
        resolve_by=now + timedelta(hours=kind.resolve_within_hours),
        window_from_at=window_from_at,
        window_until_at=window_until_at,
    )
    facts_record(organisation=caller.organisation, facts=[received_fact(request, place)])
    return request


def received_fact(request: ServiceRequest, site: Site) -> Fact:
    return Fact(
        kind=ServiceEvent.Kind.REQUEST_RECEIVED,
        source="dispatch",
        source_id=f"request:{request.pk}:received",
        occurred_at=request.requested_at,
        community_id=site.community_id,
        site_id=site.pk,
        customer_id=request.customer_id,
        service_type_id=request.service_type_id,
    )


def _site_ensure(caller: Caller, given: SiteGiven) -> Site:
    """The site with this address and unit, or at this point; placed in its community as far as that is known."""
    named = _community_named(caller, given.community_code)
    site, new = Site.objects.get_or_create(
        organisation=caller.organisation,
        key=site_key(address=given.address, unit=given.unit, lon=given.lon, lat=given.lat),
        defaults={
            "address": given.address,
            "unit": given.unit,
            "point": _point(caller, given),
            "community": named,
            "placement": Site.Placement.NAMED if named else Site.Placement.UNPLACED,
        },
    )
    if new and site.point is None and site.address:
        emit("site.unlocated", site.pk)
    sites_place(organisation=caller.organisation, site_ids=[site.pk])
    site.refresh_from_db()
    return site


def _point(caller: Caller, given: SiteGiven) -> Point | None:
    if given.lon is not None and given.lat is not None:
        return Point(given.lon, given.lat, srid=4326)
    known = place_known(given.address, caller.organisation)
    return Point(known.lon, known.lat, srid=4326) if known else None


def _community_named(caller: Caller, code: str) -> Community | None:
    if not code:
        return None
    community = Community.objects.filter(organisation=caller.organisation, code=code).first()
    if community is None:
        raise CommunityUnknown(f"There is no community {code!r}.")
    return community


def _customer_ensure(caller: Caller, given: CustomerGiven) -> Customer:
    """The customer with this telephone number or e-mail address, made with a contact when new."""
    customer, new = Customer.objects.get_or_create(
        organisation=caller.organisation,
        key=customer_key(given),
        defaults={"name": given.name},
    )
    if new and (given.phone or given.email):
        Contact.objects.create(
            organisation=caller.organisation,
            customer=customer,
            name=given.name,
            phone=given.phone,
            email=given.email,
            language=caller.organisation.language,
        )
    return customer


def customer_key(given: CustomerGiven) -> str:
    """What recognises a customer: digits of the telephone, else the e-mail address, else the name."""
    digits = "".join(filter(str.isdigit, given.phone))
    return digits or given.email.lower() or given.name.strip()


@transaction.atomic
def request_cancel(*, caller: Caller, request_id: UUID, reason: str, now: datetime) -> ServiceRequest:
    """Cancel a request with its open work order and its visits that nobody has set off to.

    Raises RequestUnknown, NotForYourRole, and StepOutOfOrder when it is closed or a technician is on the way.
    """
    request = request_get(caller, request_id)
    if not caller.runs_dispatch:
        raise NotForYourRole("Requests are cancelled by dispatchers and administrators.")
    changed = ServiceRequest.objects.filter(pk=request.pk, state__in=before(REQUEST, RequestState.CANCELLED))
    if changed.update(state=RequestState.CANCELLED, closed_at=max(now, request.requested_at)) != 1:
        raise StepOutOfOrder(f"The request is {request.get_state_display().lower()}.")
    _visits_cancel(request, reason)
    WorkOrder.objects.filter(request=request, state__in=before(WORK_ORDER, WorkOrderState.CANCELLED)).update(
        state=WorkOrderState.CANCELLED
    )
    return request_get(caller, request_id)


def _visits_cancel(request: ServiceRequest, reason: str) -> None:
    for visit in Visit.objects.select_for_update().filter(work_order__request=request):
        if visit.state in before(VISIT, VisitState.CANCELLED):
            visit.state, visit.outcome, visit.revision = VisitState.CANCELLED, reason, visit.revision + 1
            visit.save(update_fields=["state", "outcome", "revision", "updated_at"])
        elif visit.state not in {VisitState.NOT_COMPLETED, VisitState.CANCELLED}:
            raise StepOutOfOrder(
                f"A visit is {visit.get_state_display().lower()}: tell the technician first."
            )
