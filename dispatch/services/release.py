"""Requests become work orders and visits when a day is planned: the most urgent first, until the day is full.

Planning a day in the past replays it: a request that its source closed only later counts as open that day.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from communities.models import Organisation, Region
from dispatch.models import (
    RequestPause,
    ServiceRequest,
    ServiceType,
    ServiceTypeSkill,
    Shift,
    Visit,
    WorkOrder,
)
from dispatch.selectors.visits import day_bounds
from dispatch.services.shifts import shifts_of
from dispatch.states import REQUEST, VISIT_BEGUN, RequestState, VisitState, before

FILL = 1.5
"""Service time offered to a day's plan, as a share of its working time: enough for the planner to choose from
without carrying a whole backlog through every search."""

SOMEWHERE = Q(site__point__isnull=False) | Q(site__community__centre__isnull=False)
WAITING = RequestPause.objects.filter(ended_at=None)
NEEDS = Prefetch("service_type__skills", ServiceTypeSkill.objects.select_related("skill"))


def as_of(organisation: Organisation, on: date, now: datetime) -> datetime:
    """From when a day is planned, and what was known then counts: now, for today; its beginning, for another day."""
    begin, end = day_bounds(organisation, on, on)
    return now if begin <= now < end else begin


@transaction.atomic
def requests_release(*, region: Region, on: date, now: datetime) -> int:
    """Accept open requests of the region for a day; the number accepted.

    Only one such run per region at a time (row lock on the region), so that no request is accepted twice.
    """
    Region.objects.select_for_update(no_key=True).get(pk=region.pk)
    chosen = requests_lock(_until_full(_open_requests(region, on, now), *_room(region, on, now)))
    orders = [_work_order(request) for request in chosen]
    WorkOrder.objects.bulk_create(orders)
    Visit.objects.bulk_create(visit for order in orders for visit in first_trip(order))
    ServiceRequest.objects.filter(pk__in=[request.pk for request in chosen]).update(
        state=RequestState.ACCEPTED, closed_at=None
    )
    return len(chosen)


def open_visits(region: Region, on: date, now: datetime) -> QuerySet[Visit]:
    """The visits that a plan of this region and day is about: its own that nobody has begun, waiting ones that may
    happen then, and those of days before that nobody went to. None of a request that is paused, or that is pinned to
    a later day."""
    begin, end = day_bounds(region.organisation, on, on)
    left_over = Q(state=VisitState.SCHEDULED, ends_at__lte=min(begin, now))
    waiting = (
        (Q(state=VisitState.UNSCHEDULED) | left_over)
        & (Q(window_from_at=None) | Q(window_from_at__lt=end, window_until_at__gt=begin))
        & (Q(pinned_start_at=None) | Q(pinned_start_at__lt=end))
    )
    ours = Q(state=VisitState.SCHEDULED, starts_at__gte=begin, starts_at__lt=end)
    return Visit.objects.filter(
        waiting | ours,
        SOMEWHERE,
        ~Exists(WAITING.filter(request=OuterRef("work_order__request"))),
        organisation=region.organisation,
        site__community__region=region,
        work_order__state="open",
        work_order__request__requested_at__lt=end,
    )


def promised_visits(region: Region, on: date) -> QuerySet[Visit]:
    """What a region's technicians have to do that day whatever else is planned: the visits on their schedules that
    nobody has begun, and the waiting ones whose window lies in it."""
    begin, end = day_bounds(region.organisation, on, on)
    return Visit.objects.filter(
        Q(state=VisitState.SCHEDULED, starts_at__gte=begin, starts_at__lt=end)
        | Q(state=VisitState.UNSCHEDULED, window_from_at__gte=begin, window_until_at__lte=end),
        SOMEWHERE,
        ~Exists(WAITING.filter(request=OuterRef("work_order__request"))),
        organisation=region.organisation,
        site__community__region=region,
        work_order__state="open",
    )


def begun_visits(region: Region, on: date, shifts: Iterable[Shift]) -> QuerySet[Visit]:
    """What the technicians of these shifts have begun or done that day."""
    begin, end = day_bounds(region.organisation, on, on)
    return Visit.objects.filter(
        technician__in=[shift.technician_id for shift in shifts],
        state__in=[str(state) for state in VISIT_BEGUN],
        starts_at__gte=begin,
        starts_at__lt=end,
    )


def _open_requests(region: Region, on: date, now: datetime) -> QuerySet[ServiceRequest]:
    """Asked for and not closed by then, most urgent first."""
    begin, end = day_bounds(region.organisation, on, on)
    known = as_of(region.organisation, on, now)
    return (
        ServiceRequest.objects.filter(
            Q(state=RequestState.RECEIVED) | Q(state=RequestState.CLOSED, closed_at__gte=known),
            Q(window_from_at=None) | Q(window_from_at__lt=end, window_until_at__gt=begin),
            SOMEWHERE,
            ~Exists(WAITING.filter(request=OuterRef("pk"))),
            organisation=region.organisation,
            site__community__region=region,
            requested_at__lt=known,
        )
        .exclude(work_orders__state="completed")  # what we did ourselves stays done
        .select_related("service_type")
        .prefetch_related(NEEDS)
        .annotate(orders=Count("work_orders"))
        .order_by("resolve_by", "source", "reference")
    )


def _room(region: Region, on: date, now: datetime) -> tuple[Callable[[ServiceType], bool], dict[bool, float]]:
    """Who is able to do what that day, and the minutes of service that its plan can still be offered: for what
    somebody can do, and apart from it for what nobody can, so that this does not crowd that out."""
    shifts = shifts_of(region, on)
    able = _ability(shifts)
    working = sum((shift.ends_at - shift.starts_at).total_seconds() / 60 for shift in shifts)
    room = {True: FILL * working, False: FILL * working}
    for visit in open_visits(region, on, now).select_related("service_type").prefetch_related(NEEDS):
        room[able(visit.service_type)] -= visit.duration_minutes
    begun = begun_visits(region, on, shifts)
    room[True] -= sum(visit.duration_minutes for visit in begun)
    return able, room


def _ability(shifts: Iterable[Shift]) -> Callable[[ServiceType], bool]:
    """Whether enough are at work for a service type, and one of them has every skill that it needs."""
    teams = [{held.skill_id: held.level for held in shift.technician.skills.all()} for shift in shifts]

    def able(kind: ServiceType) -> bool:
        needs = [(need.skill_id, need.level) for need in kind.skills.all()]
        leads = any(all(skills.get(skill, 0) >= level for skill, level in needs) for skills in teams)
        return leads and kind.technicians <= len(teams)

    return able


def _until_full(
    requests: Iterable[ServiceRequest], able: Callable[[ServiceType], bool], room: dict[bool, float]
) -> Iterator[ServiceRequest]:
    for request in requests:
        possible = able(request.service_type)
        room[possible] -= request.minutes * request.service_type.technicians
        if room[possible] >= 0:
            yield request
        elif max(room.values()) < 0:
            return


def requests_lock(requests: Iterable[ServiceRequest]) -> list[ServiceRequest]:
    """Those of the requests, read before, that nobody cancelled since, and that nobody can until we are done."""
    chosen = {request.pk: request for request in requests}
    locked = (
        ServiceRequest.objects.select_for_update(no_key=True)
        .filter(pk__in=chosen, state__in=before(REQUEST, RequestState.ACCEPTED))
        .order_by("pk")
    )
    kept = set(locked.values_list("pk", flat=True))
    return [request for pk, request in chosen.items() if pk in kept]


def _work_order(request: ServiceRequest) -> WorkOrder:
    number = f"{request.reference}-{request.orders + 1}"  # type: ignore[attr-defined]  # annotated above
    return WorkOrder(organisation_id=request.organisation_id, request=request, number=number)


def first_trip(order: WorkOrder) -> list[Visit]:
    """The visits of the first trip for a work order, not yet stored: of whoever leads, then of those who go along. Its
    request and service type must have been read."""
    return [_visit(order, role) for role in range(order.request.service_type.technicians)]


def first_visit(order: WorkOrder) -> Visit:
    """That of whoever leads."""
    return first_trip(order)[0]


def _visit(order: WorkOrder, role: int) -> Visit:
    request = order.request
    return Visit(
        organisation_id=order.organisation_id,
        work_order=order,
        role=role,
        crew_size=request.service_type.technicians,
        site_id=request.site_id,
        service_type=request.service_type,
        duration_minutes=request.minutes,
        window_from_at=request.window_from_at,
        window_until_at=request.window_until_at,
    )
