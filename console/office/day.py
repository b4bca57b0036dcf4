"""What the page of a day shows: the published plan of each region."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.contrib.gis.db.models.functions import SnapToGrid
from django.contrib.gis.geos import Point
from django.db.models import F
from django.http import HttpRequest
from django.utils.functional import Promise

from communities.access import Caller
from communities.insight.sentences import Language
from communities.selectors.places import community_list
from console.office.map import Area, Dot, Drawing, Line, Place, draw
from console.office.words import PLAN_STATES, VISIT_STATES, hours, last_step_at
from dispatch.explanations import (
    Affinities,
    name_in,
    stop_sentences,
    unassigned_sentence,
    version_affinities,
)
from dispatch.left_out import left_out_sentences
from dispatch.models import PlanVersion, Route, Stop, UnassignedVisit, Visit
from dispatch.selectors.plans import plan_list, version_list, version_routes, version_unassigned
from dispatch.selectors.visits import nearest_visit_day

COLOURS = 8
GRID_DEGREES = 0.0001  # about 10 m: neighbours snap alike, so that their borders stay one


@dataclass(frozen=True, slots=True)
class VisitShown:
    """A visit in words."""

    visit: Visit
    community: str
    service: str
    state: Promise
    reported_at: datetime | None


@dataclass(frozen=True, slots=True)
class StopShown:
    stop: Stop
    shown: VisitShown
    why: list[str]


@dataclass(frozen=True, slots=True)
class RouteShown:
    route: Route
    colour: int
    technician: str
    travel: str
    stops: list[StopShown]


@dataclass(frozen=True, slots=True)
class LeftOut:
    shown: VisitShown
    reason: str
    more: list[str]


@dataclass(frozen=True, slots=True)
class RegionDay:
    """One region's published plan."""

    name: str
    version: PlanVersion
    travel: str
    routes: list[RouteShown]
    left_out: list[LeftOut]
    drawing: Drawing | None


@dataclass(frozen=True, slots=True)
class Unpublished:
    """A region whose day has no published plan, and how far the newest version is."""

    name: str
    number: int
    state: Promise


def day_asked(request: HttpRequest) -> date | None:
    """What ?on= says; None for what is no day, or one at the very edge of the calendar."""
    try:
        asked = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return None
    return asked if date.min.year < asked.year < date.max.year else None


def day_to_show(caller: Caller, now: datetime) -> date:
    """The day to look at when none is asked for: today if something is planned, else the next day with a plan,
    else the last one that had any, else today. For technicians a plan is a visit of their own."""
    today = now.astimezone(caller.organisation.zone).date()
    if caller.is_technician:
        return nearest_visit_day(caller, today) or today
    days = plan_list(caller).exclude(published=None).values_list("on", flat=True)
    upcoming = days.filter(on__gte=today).order_by("on").first()
    return upcoming or days.filter(on__lt=today).order_by("-on").first() or today


def region_days(caller: Caller, on: date, language: Language) -> list[RegionDay]:
    """The regions with a published plan of that day: six queries for each, whatever the number of routes."""
    versions = version_list(caller).filter(plan__on=on, plan__published=F("pk"))
    return [
        _region_day(caller, version, language) for version in versions.order_by("plan__region__code", "pk")
    ]


def unpublished(caller: Caller, on: date, language: Language) -> list[Unpublished]:
    """The regions that somebody began to plan."""
    versions = version_list(caller).filter(plan__on=on, plan__published=None)
    return [
        Unpublished(name_in(version.plan.region, language), version.number, PLAN_STATES[version.state])
        for version in versions.order_by("plan__region__code", "plan_id", "-number").distinct(
            "plan__region__code", "plan_id"
        )
    ]


def visit_shown(visit: Visit, language: Language) -> VisitShown:
    """The visit's site, community and service type must have been read."""
    community = visit.site.community
    return VisitShown(
        visit=visit,
        community=name_in(community, language) if community else "",
        service=name_in(visit.service_type, language),
        state=VISIT_STATES[visit.state],
        reported_at=last_step_at(visit),
    )


def _region_day(caller: Caller, version: PlanVersion, language: Language) -> RegionDay:
    affinities = version_affinities(version)
    routes = [
        _route_shown(route, index % COLOURS, affinities, language)
        for index, route in enumerate(version_routes(version).select_related("technician", "shift"))
    ]
    return RegionDay(
        name=name_in(version.plan.region, language),
        version=version,
        travel=hours(version.travel_s),
        routes=routes,
        left_out=[_left_out(left, language) for left in version_unassigned(version)],
        drawing=draw(
            _areas(caller, version, routes, language),
            [_line(route, caller.organisation.zone) for route in routes],
        ),
    )


def _route_shown(route: Route, colour: int, affinities: Affinities, language: Language) -> RouteShown:
    return RouteShown(
        route=route,
        colour=colour,
        technician=name_in(route.technician, language),
        travel=hours(route.travel_s),
        stops=[
            StopShown(stop, visit_shown(stop.visit, language), stop_sentences(stop, affinities, language))
            for stop in route.stops.all()
        ],
    )


def _left_out(left: UnassignedVisit, language: Language) -> LeftOut:
    return LeftOut(
        visit_shown(left.visit, language),
        unassigned_sentence(left, language),
        left_out_sentences(left, language),
    )


def _areas(caller: Caller, version: PlanVersion, routes: list[RouteShown], language: Language) -> list[Area]:
    visited = {stop.stop.visit.site.community_id for route in routes for stop in route.stops}
    communities = community_list(caller).filter(region_id=version.plan.region_id, boundary__isnull=False)
    outlined = communities.annotate(outline=SnapToGrid("boundary", GRID_DEGREES)).defer("boundary")
    return [
        Area(name_in(community, language), community.outline, community.pk in visited)
        for community in outlined.order_by("code")
    ]


def _line(route: RouteShown, zone: ZoneInfo) -> Line:
    return Line(
        colour=route.colour,
        title=f"{route.route.technician.code} {route.technician}",
        start=_place(route.route.shift.start_point),
        end=_place(route.route.shift.end_point),
        dots=list(_dots(route, zone)),
    )


def _dots(route: RouteShown, zone: ZoneInfo) -> Iterator[Dot]:
    for one in route.stops:
        point = one.stop.visit.site.point
        if point is not None:
            start = f"{one.stop.start_at.astimezone(zone):%H:%M}"
            words = [route.route.technician.code, start, one.shown.community, one.shown.service]
            yield Dot(" · ".join(filter(None, words)), _place(point), one.stop.pk)


def _place(point: Point) -> Place:
    return point.x, point.y
