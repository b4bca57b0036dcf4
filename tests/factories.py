"""One small function for each kind of row. What is not given is plain and the same every time."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.contrib.gis.geos import MultiPolygon, Point, Polygon

from communities.models import (
    Community,
    Contact,
    Customer,
    Organisation,
    Region,
    ServiceEvent,
    Site,
    User,
)
from communities.services.ledger import Fact, facts_record
from dispatch.models import (
    ServiceRequest,
    ServiceType,
    ServiceTypeSkill,
    Shift,
    Skill,
    Technician,
    TechnicianSkill,
    Visit,
    WorkOrder,
)
from dispatch.states import RequestState, VisitState
from tests.log_watch import secret

_numbers = count(1)
PASSWORD = secret("correct horse battery staple")


def organisation(slug: str) -> Organisation:
    return Organisation.objects.create(slug=slug, name=slug.title(), time_zone="Asia/Taipei", currency="TWD")


def user(organisation: Organisation, username: str, role: User.Role) -> User:
    return User.objects.create_user(username, password=PASSWORD, organisation=organisation, role=role)


def region(organisation: Organisation, code: str) -> Region:
    return Region.objects.create(organisation=organisation, code=code, name=code.title())


def square(lon: float, lat: float, half: float = 0.005) -> MultiPolygon:
    """A square of 2·half degrees around a point."""
    return MultiPolygon(
        Polygon.from_bbox((lon - half, lat - half, lon + half, lat + half)), srid=4326
    )  # fmt: skip


def community(region: Region, code: str, lon: float = 121.55, lat: float = 25.03) -> Community:
    """A community with a square boundary of 0.01 degrees around the point."""
    return Community.objects.create(
        organisation=region.organisation,
        region=region,
        code=code,
        name=f"{code}里",
        name_en=f"{code} village",
        boundary=square(lon, lat),
        boundary_source=Community.Boundary.GIVEN,
        area_m2=1_100_000,
        centre=Point(lon, lat, srid=4326),
    )


def site(community: Community, lon: float | None = None, lat: float | None = None) -> Site:
    """A site inside the community: at its centre unless said otherwise."""
    assert community.centre is not None
    number = next(_numbers)
    return Site.objects.create(
        organisation=community.organisation,
        key=f"site-{number}",
        address=f"{number} Example Road",
        point=Point(lon or community.centre.x, lat or community.centre.y, srid=4326),
        community=community,
        placement=Site.Placement.INSIDE,
    )


def customer(organisation: Organisation, name: str = "Ms Wang") -> Customer:
    """A customer with one contact who agreed to messages and surveys."""
    number = next(_numbers)
    customer = Customer.objects.create(organisation=organisation, key=f"customer-{number}", name=name)
    Contact.objects.create(
        organisation=organisation, customer=customer, name=name, email=f"customer{number}@example.com"
    )
    return customer


def technician(region: Region, code: str, user: User | None = None, lon: float = 121.54) -> Technician:
    return Technician.objects.create(
        organisation=region.organisation,
        region=region,
        code=code,
        name=f"Technician {code}",
        user=user,
        home=Point(lon, 25.03, srid=4326),
    )


def skill(organisation: Organisation, code: str) -> Skill:
    return Skill.objects.get_or_create(organisation=organisation, code=code, defaults={"name": code})[0]


def able(technician: Technician, code: str, level: int = 1) -> None:
    """Give the technician a skill."""
    TechnicianSkill.objects.create(
        organisation=technician.organisation,
        technician=technician,
        skill=skill(technician.organisation, code),
        level=level,
    )


def shift(technician: Technician, starts_at: datetime, hours: float = 8) -> Shift:
    """A shift from and to the technician's home, without a break."""
    return Shift.objects.create(
        organisation=technician.organisation,
        technician=technician,
        on=starts_at.astimezone(technician.organisation.zone).date(),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=hours),
        start_point=technician.home,
        end_point=technician.home,
    )


def service_type(
    organisation: Organisation, code: str = "filter", minutes: int = 30, needs: str = ""
) -> ServiceType:
    """A type of service; `needs` names one skill at level 1."""
    kind, made = ServiceType.objects.get_or_create(
        organisation=organisation, code=code, defaults={"name": code, "duration_minutes": minutes}
    )
    if made and needs:
        ask_for(kind, needs)
    return kind


def ask_for(kind: ServiceType, code: str) -> None:
    """Let a type of service need a skill, at level 1."""
    ServiceTypeSkill.objects.create(
        organisation=kind.organisation, service_type=kind, skill=skill(kind.organisation, code)
    )


def request(
    site: Site,
    requested_at: datetime,
    service_type: ServiceType | None = None,
    customer: Customer | None = None,
) -> ServiceRequest:
    """A received request, to be answered within a day and resolved within three."""
    kind = service_type or globals()["service_type"](site.organisation)
    return ServiceRequest.objects.create(
        organisation=site.organisation,
        source="test",
        reference=f"R{next(_numbers)}",
        site=site,
        customer=customer,
        service_type=kind,
        requested_at=requested_at,
        respond_by=requested_at + timedelta(days=1),
        resolve_by=requested_at + timedelta(days=3),
    )


def visit(
    site: Site,
    requested_at: datetime,
    *,
    technician: Technician | None = None,
    starts_at: datetime | None = None,
    state: VisitState = VisitState.UNSCHEDULED,
    service_type: ServiceType | None = None,
    customer: Customer | None = None,
) -> Visit:
    """The first visit of an accepted request; with a technician and a time it can be scheduled or further on."""
    asked = request(site, requested_at, service_type, customer)
    ServiceRequest.objects.filter(pk=asked.pk).update(state=RequestState.ACCEPTED)
    order = WorkOrder.objects.create(
        organisation=site.organisation, number=f"W{next(_numbers)}", request=asked
    )
    minutes = asked.service_type.duration_minutes
    return Visit.objects.create(
        organisation=site.organisation,
        work_order=order,
        site=site,
        service_type=asked.service_type,
        duration_minutes=minutes,
        state=state,
        technician=technician,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes) if starts_at else None,
    )


def along(lead: Visit, technician: Technician | None = None) -> Visit:
    """The visit of somebody who goes along with another one's, planned as that is if it is said who goes; that is a
    crew's of two from now on."""
    lead.crew_size = 2
    lead.save(update_fields=["crew_size"])
    return Visit.objects.create(
        organisation=lead.organisation,
        work_order=lead.work_order,
        role=1,
        crew_size=2,
        site=lead.site,
        service_type=lead.service_type,
        duration_minutes=lead.duration_minutes,
        state=lead.state if technician else VisitState.UNSCHEDULED,
        technician=technician,
        starts_at=lead.starts_at if technician else None,
        ends_at=lead.ends_at if technician else None,
    )


def fact(organisation: Organisation, kind: str, occurred_at: datetime, **more: Any) -> None:
    """One fact in the ledger, through its door."""
    facts_record(
        organisation=organisation,
        facts=[
            Fact(
                kind=ServiceEvent.Kind(kind),
                source="test",
                source_id=str(next(_numbers)),
                occurred_at=occurred_at,
                **more,
            )
        ],
    )
