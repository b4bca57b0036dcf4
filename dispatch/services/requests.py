"""Service requests taken one at a time, by telephone or through the API. Files come in by request_import."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from communities.access import Caller
from communities.models import Community, Customer, Organisation, ServiceEvent, Site
from communities.services.customers import customer_ensure
from communities.services.ledger import Fact, facts_record, ledger_analyse, possible_times
from communities.services.sites import SiteTold, site_ensure
from core.outbox import emit
from dispatch.errors import (
    CommunityUnknown,
    NotForYourRole,
    RequestKnown,
    ServiceTypeUnknown,
    SiteUnknown,
    StepOutOfOrder,
)
from dispatch.models import RECOVERY_SOURCE, ServiceRequest, ServiceType, Visit, WorkOrder
from dispatch.selectors.requests import request_get
from dispatch.services.clocks import clocks_restart
from dispatch.services.facts import SOURCE as SOURCE_OF_FACTS
from dispatch.services.recovery_states import recovery_dropped
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
MAINTENANCE = "maintenance"  # the source of those that nobody made: they fell due
PAGE = 2000  # facts told in one transaction

# By id, which is by age: what was told drops out, what is told in between does no harm.
UNTOLD = """
SELECT request.id, request.requested_at, request.customer_id, request.site_id, request.service_type_id,
       site.community_id, request.reopens_id IS NOT NULL OR request.source = %(recovery)s
FROM dispatch_servicerequest AS request
JOIN communities_site AS site ON site.id = request.site_id
-- Looked up one by one, by the index: a join would read all keys for each page.
LEFT JOIN LATERAL (
    SELECT true AS known
    FROM communities_factkey
    WHERE digest = fact_digest(request.organisation_id, %(source)s, 'request:' || request.id || ':received')
    LIMIT 1
) AS told ON true
WHERE request.organisation_id = %(organisation)s AND site.community_id IS NOT NULL
  AND (%(site)s::uuid IS NULL OR request.site_id = %(site)s::uuid)
  AND (%(after)s::uuid IS NULL OR request.id > %(after)s::uuid)
  AND request.requested_at BETWEEN %(earliest)s AND %(latest)s
  AND told.known IS NULL
ORDER BY request.id
LIMIT %(limit)s
"""


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


@dataclass(frozen=True, kw_only=True)
class RequestGiven:
    """What is asked for, as the caller says it: at a place, or at a site of ours by its id. The service should start
    inside the window, if there is one."""

    reference: str
    service_type_code: str
    site: SiteGiven | UUID
    customer: CustomerGiven | None = None
    description: str = ""
    window_from_at: datetime | None = None
    window_until_at: datetime | None = None


def request_create(*, caller: Caller, given: RequestGiven, now: datetime) -> ServiceRequest:
    """Take a request and find its community. An address that none of our sites has is looked up after the commit;
    the site stays unplaced, with the reason, where that fails.

    Raises NotForYourRole, ServiceTypeUnknown, CommunityUnknown, SiteUnknown, RequestKnown.
    """
    if not caller.runs_dispatch:
        raise NotForYourRole("Requests are taken by dispatchers and administrators.")
    try:
        return _create(caller, given, now)
    except IntegrityError as error:
        if "request_once" in str(error):
            raise RequestKnown(f"The reference {given.reference!r} has been used.") from error
        raise


@transaction.atomic
def _create(caller: Caller, given: RequestGiven, now: datetime) -> ServiceRequest:
    kind = ServiceType.objects.filter(organisation=caller.organisation, code=given.service_type_code).first()
    if kind is None:
        raise ServiceTypeUnknown(f"There is no service type {given.service_type_code!r}.")
    place = (
        site_known(caller.organisation, given.site)
        if isinstance(given.site, UUID)
        else site_given_ensure(caller=caller, given=given.site)
    )
    request = ServiceRequest.objects.create(
        organisation=caller.organisation,
        source=SOURCE,
        reference=given.reference,
        site=place,
        customer=customer_given_ensure(caller=caller, given=given.customer, address=place.address)
        if given.customer
        else None,
        service_type=kind,
        description=given.description,
        requested_at=now,
        respond_by=now + timedelta(hours=kind.respond_within_hours),
        resolve_by=now + timedelta(hours=kind.resolve_within_hours),
        window_from_at=given.window_from_at,
        window_until_at=given.window_until_at,
    )
    requests_tell(organisation=caller.organisation, site_id=place.pk)
    return request


def request_follow_up(
    *,
    request: ServiceRequest,
    service_type: ServiceType,
    reference: str,
    extra_minutes: int = 0,
    now: datetime,
) -> ServiceRequest:
    """Another request of the same customer at the same site, once for its reference, in the caller's transaction."""
    follow_up, is_new = ServiceRequest.objects.get_or_create(
        organisation_id=request.organisation_id,
        source=SOURCE,
        reference=reference,
        defaults={
            "site_id": request.site_id,
            "customer_id": request.customer_id,
            "service_type": service_type,
            "extra_minutes": extra_minutes,
            "requested_at": now,
            "respond_by": now + timedelta(hours=service_type.respond_within_hours),
            "resolve_by": now + timedelta(hours=service_type.resolve_within_hours),
        },
    )
    if is_new:
        requests_tell(organisation=follow_up.organisation, site_id=follow_up.site_id)
    return follow_up


def maintenance_request(
    *,
    site: Site,
    customer: Customer,
    service_type: ServiceType,
    reference: str,
    window: tuple[datetime, datetime],
    now: datetime,
) -> ServiceRequest:
    """A request that nobody had to make, to be resolved by the end of its window: once for its reference, in the
    caller's transaction."""
    begins, until = window
    request, is_new = ServiceRequest.objects.get_or_create(
        organisation_id=site.organisation_id,
        source=MAINTENANCE,
        reference=reference,
        defaults={
            "site": site,
            "customer": customer,
            "service_type": service_type,
            "requested_at": now,
            "respond_by": until,
            "resolve_by": until,
            "window_from_at": begins,
            "window_until_at": until,
        },
    )
    if is_new:
        requests_tell(organisation=site.organisation, site_id=site.pk)
    return request


def customer_given_ensure(*, caller: Caller, given: CustomerGiven, address: str) -> Customer:
    """The customer that is meant, made when new."""
    return customer_ensure(
        organisation=caller.organisation,
        name=given.name,
        phone=given.phone,
        email=given.email,
        address=address,
    )


def site_given_ensure(*, caller: Caller, given: SiteGiven) -> Site:
    """The site that is meant, made when new. Raises CommunityUnknown."""
    told = site_told(organisation=caller.organisation, given=given)
    return site_ensure(organisation=caller.organisation, told=told)


def site_known(organisation: Organisation, site_id: UUID) -> Site:
    """Raises SiteUnknown."""
    sites = Site.objects.filter(organisation=organisation).select_related(
        "organisation", "community__region__organisation"
    )
    site = sites.filter(pk=site_id).first()
    if site is None:
        raise SiteUnknown
    return site


def site_told(*, organisation: Organisation, given: SiteGiven) -> SiteTold:
    """The same in communities' words. Raises CommunityUnknown."""
    community = _community_named(organisation, given.community_code)
    return SiteTold(
        address=given.address,
        unit=given.unit,
        lon=given.lon,
        lat=given.lat,
        community_id=community.pk if community else None,
    )


def _community_named(organisation: Organisation, code: str) -> Community | None:
    if not code:
        return None
    community = Community.objects.filter(organisation=organisation, code=code).first()
    if community is None:
        raise CommunityUnknown(f"There is no community {code!r}.")
    return community


def site_requests_tell(*, subject_id: UUID) -> None:
    """Tell the ledger of the requests that waited for their site's community. Follows `site.placed`."""
    site = Site.objects.select_related("organisation").get(pk=subject_id)
    requests_tell(organisation=site.organisation, site_id=site.pk)


def requests_tell(*, organisation: Organisation, site_id: UUID | None = None) -> int:
    """Tell the ledger of requests it has not heard of, of one site or of all; how many.

    Only of those whose site has a community: a fact keeps the community it was told with, and without one it
    would count nowhere. Not of one that is dated in the future, before its day has come.
    """
    told, after, next_look = 0, None, PAGE
    while facts := _untold(organisation, site_id, after):
        facts_record(organisation=organisation, facts=facts.values())
        told, after = told + len(facts), max(facts)
        if told >= next_look:
            ledger_analyse()
            next_look *= 2
    return told


def _untold(organisation: Organisation, site_id: UUID | None, after: UUID | None) -> dict[UUID, Fact]:
    """The next page of facts, by their request's id."""
    earliest, latest = possible_times(timezone.now())
    values = {
        "organisation": organisation.pk,
        "site": site_id,
        "after": after,
        "source": SOURCE_OF_FACTS,
        "earliest": earliest,
        "latest": latest,
        "recovery": RECOVERY_SOURCE,
        "limit": PAGE,
    }
    with connection.cursor() as cursor:
        cursor.execute(UNTOLD, values)
        return {request_id: _received(request_id, *more) for request_id, *more in cursor.fetchall()}


def _received(
    request_id: UUID,
    requested_at: datetime,
    customer_id: UUID | None,
    site_id: UUID,
    service_type_id: UUID,
    community_id: UUID,
    makes_good: bool,
) -> Fact:
    return Fact(
        kind=ServiceEvent.Kind.REQUEST_RECEIVED,
        source=SOURCE_OF_FACTS,
        source_id=f"request:{request_id}:received",
        occurred_at=requested_at,
        community_id=community_id,
        site_id=site_id,
        customer_id=customer_id,
        service_type_id=service_type_id,
        data={"makes_good": True} if makes_good else {},
    )


@transaction.atomic
def request_cancel(*, caller: Caller, request_id: UUID, reason: str, now: datetime) -> ServiceRequest:
    """Cancel a request with its open work order and its visits that nobody has set off to.

    Raises RequestUnknown, NotForYourRole, and StepOutOfOrder when it is closed or a technician is on the way.
    """
    request = request_get(caller, request_id)
    if not caller.runs_dispatch:
        raise NotForYourRole("Requests are cancelled by dispatchers and administrators.")
    # Work orders first, like everybody who changes visits: a step being reported ends before we look.
    orders = list(WorkOrder.objects.select_for_update(no_key=True).filter(request=request).order_by("pk"))
    changed = ServiceRequest.objects.filter(pk=request.pk, state__in=before(REQUEST, RequestState.CANCELLED))
    if changed.update(state=RequestState.CANCELLED, closed_at=max(now, request.requested_at)) != 1:
        raise StepOutOfOrder(f"The request is {request.get_state_display().lower()}.")
    _visits_cancel(request, reason)
    clocks_restart(request=request, at=now)
    recovery_dropped(request_id=request.pk, reason=reason, at=max(now, request.requested_at))
    for order in orders:
        if order.state in before(WORK_ORDER, WorkOrderState.CANCELLED):
            WorkOrder.objects.filter(pk=order.pk).update(state=WorkOrderState.CANCELLED)
            emit("work_order.cancelled", order.pk)
    return request_get(caller, request_id)


def _visits_cancel(request: ServiceRequest, reason: str) -> None:
    for visit in (
        Visit.objects.select_for_update(no_key=True).filter(work_order__request=request).order_by("pk")
    ):
        if visit.state in before(VISIT, VisitState.CANCELLED):
            visit.state, visit.outcome, visit.revision = VisitState.CANCELLED, reason, visit.revision + 1
            visit.save(update_fields=["state", "outcome", "revision", "updated_at"])
        elif visit.state not in {VisitState.NOT_COMPLETED, VisitState.CANCELLED}:
            raise StepOutOfOrder(
                f"A visit is {visit.get_state_display().lower()}: tell the technician first."
            )
