"""A day of many visits in an invented town, planned and published: what is changed by hand, and looked at."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import product
from random import Random

from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.db import connection
from django.utils import timezone

from communities.access import Caller, caller_of
from communities.models import Community, Organisation, Region, Site, User
from communities.services.organisations import organisation_create
from communities.services.people import user_create
from dispatch.models import (
    PlanVersion,
    ServiceRequest,
    ServiceType,
    ServiceTypeSkill,
    Skill,
    Technician,
    Visit,
    WorkingHours,
    WorkOrder,
)
from dispatch.services.planning import plan_publish, plan_request
from dispatch.services.shifts import shifts_ensure
from dispatch.services.solving import version_solve
from dispatch.states import PlanState, RequestState

SIDE = 8
"""Communities along each side of the town, squares of CELL degrees from CORNER on."""
CELL, CORNER = 0.0125, (121.5, 25.0)
MINUTES = 35
SEARCH = 20  # moves: any sound plan will do
WINDOWED = 4  # each fourth visit was promised for a morning or an afternoon
UNABLE = 50  # for each fiftieth nobody has the skill: it is left out


@dataclass(frozen=True)
class BenchDay:
    """A region's day tomorrow, its published plan, and the dispatcher who works on it."""

    region: Region
    on: date
    version: PlanVersion
    caller: Caller


def day_make(visits: int, technicians: int, password: str = "") -> BenchDay:
    """Make a company, `bench`, whose dispatcher `bench` has this password, and plan its day."""
    organisation = organisation_create(slug="bench", name="Bench", language="en")
    user = user_create(
        organisation=organisation, username="bench", password=password, role=User.Role.DISPATCHER
    )
    region = Region.objects.create(organisation=organisation, code="r", name="Region")
    on = timezone.now().astimezone(organisation.zone).date() + timedelta(days=1)
    draw = Random(1)  # noqa: S311 - a town, not a secret
    _technicians(region, technicians, on, draw)
    _visits(region, visits, on, draw)
    shifts_ensure(region=region, on=on)
    caller = caller_of(user)
    assert caller is not None
    version = _published(caller, region, on)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as autovacuum does a minute after a company's first day is planned
    return BenchDay(region, on, version, caller)


def _published(caller: Caller, region: Region, on: date) -> PlanVersion:
    version = plan_request(caller=caller, region_id=region.pk, on=on, iterations=SEARCH)
    version_solve(version_id=version.pk)
    plan_publish(caller=caller, version_id=version.pk, plan_revision=1, now=timezone.now())
    version = PlanVersion.objects.select_related("plan__region__organisation").get(pk=version.pk)
    assert version.state == PlanState.PUBLISHED, version.error
    return version


def _technicians(region: Region, count: int, on: date, draw: Random) -> None:
    organisation = region.organisation
    people = [
        Technician(
            organisation=organisation,
            region=region,
            code=f"T{n:03}",
            name=f"Technician {n}",
            home=_within(draw, *CORNER, SIDE * CELL),
        )
        for n in range(count)
    ]
    Technician.objects.bulk_create(people)
    hours = {"starts": "08:00", "ends": "18:00", "break_minutes": 45}
    midday = {"break_from": "11:30", "break_until": "13:30"}
    WorkingHours.objects.bulk_create(
        WorkingHours(organisation=organisation, technician=one, weekday=on.isoweekday(), **hours, **midday)
        for one in people
    )


def _visits(region: Region, count: int, on: date, draw: Random) -> None:
    organisation, now = region.organisation, timezone.now()
    filters, pumps = _kinds(organisation)
    communities = _communities(region)
    sites = [_site(draw.choice(communities), n, draw) for n in range(count)]
    Site.objects.bulk_create(sites)
    requests = [_request(site, pumps if n % UNABLE == 0 else filters, n, now) for n, site in enumerate(sites)]
    ServiceRequest.objects.bulk_create(requests)
    orders = [
        WorkOrder(organisation=organisation, request=one, number=f"{one.reference}-1") for one in requests
    ]
    WorkOrder.objects.bulk_create(orders)
    Visit.objects.bulk_create(_visit(order, n, on) for n, order in enumerate(orders))


def _kinds(organisation: Organisation) -> tuple[ServiceType, ServiceType]:
    """What everybody can do, and what nobody can."""
    filters, pumps = (
        ServiceType.objects.create(
            organisation=organisation, code=code, name=name, name_en=english, duration_minutes=MINUTES
        )
        for code, name, english in (("filter", "濾心", "Filter"), ("pump", "泵浦", "Pump"))
    )
    skill = Skill.objects.create(organisation=organisation, code="pump", name="泵浦")
    ServiceTypeSkill.objects.create(organisation=organisation, service_type=pumps, skill=skill)
    return filters, pumps


def _communities(region: Region) -> list[Community]:
    return Community.objects.bulk_create(
        _community(region, column, row) for column, row in product(range(SIDE), repeat=2)
    )


def _community(region: Region, column: int, row: int) -> Community:
    west, south = CORNER[0] + column * CELL, CORNER[1] + row * CELL
    square = Polygon.from_bbox((west, south, west + CELL, south + CELL))
    return Community(
        organisation=region.organisation,
        region=region,
        code=f"c{column}{row}",
        name=f"社區{column}{row}",
        name_en=f"Community {column}{row}",
        boundary=MultiPolygon(square, srid=4326),
        boundary_source=Community.Boundary.GIVEN,
        centre=Point(west + CELL / 2, south + CELL / 2, srid=4326),
    )


def _site(community: Community, number: int, draw: Random) -> Site:
    assert community.centre is not None
    west, south = community.centre.x - CELL / 2, community.centre.y - CELL / 2
    return Site(
        organisation=community.organisation,
        key=f"s{number}",
        address=f"{number} Long Road",
        point=_within(draw, west, south, CELL),
        community=community,
        placement=Site.Placement.INSIDE,
    )


def _request(site: Site, kind: ServiceType, number: int, now: datetime) -> ServiceRequest:
    return ServiceRequest(
        organisation=site.organisation,
        source="bench",
        reference=f"R{number}",
        site=site,
        service_type=kind,
        state=RequestState.ACCEPTED,
        requested_at=now - timedelta(days=1),
        respond_by=now + timedelta(days=1),
        resolve_by=now + timedelta(days=2),
    )


def _visit(order: WorkOrder, number: int, on: date) -> Visit:
    window: dict[str, datetime] = {}
    if number % WINDOWED == 0:
        zone, hour = order.organisation.zone, 8 if number % (2 * WINDOWED) else 13
        begin = datetime.combine(on, time(hour), zone)
        window = {"window_from_at": begin, "window_until_at": begin + timedelta(hours=4)}
    return Visit(
        organisation=order.organisation,
        work_order=order,
        site=order.request.site,
        service_type=order.request.service_type,
        duration_minutes=MINUTES,
        **window,
    )


def _within(draw: Random, west: float, south: float, width: float) -> Point:
    return Point(round(west + draw.random() * width, 6), round(south + draw.random() * width, 6), srid=4326)
