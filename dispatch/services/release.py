"""Requests become work orders and visits when a day is planned: the most urgent first, until the day is full.

Planning a day in the past replays it: a request that its source closed only later counts as open that day.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet, Sum

from communities.models import Region
from dispatch.models import ServiceRequest, Shift, Visit, WorkOrder
from dispatch.selectors.visits import day_bounds
from dispatch.states import RequestState, VisitState

FILL = 1.5
"""Service time offered to a day's plan, as a share of its working time: enough for the planner to choose from
without carrying a whole backlog through every search."""


_SOMEWHERE = Q(site__point__isnull=False) | Q(site__community__centre__isnull=False)


@transaction.atomic
def requests_release(*, region: Region, on: date) -> int:
    """Accept open requests of the region for a day; the number accepted.

    Only one such run per region at a time (row lock on the region), so that no request is accepted twice.
    """
    Region.objects.select_for_update().get(pk=region.pk)
    chosen = list(_until_full(_open_requests(region, on), _minutes_left(region, on)))
    orders = [_work_order(request) for request in chosen]
    WorkOrder.objects.bulk_create(orders)
    Visit.objects.bulk_create([_first_visit(order) for order in orders])
    ServiceRequest.objects.filter(pk__in=[request.pk for request in chosen]).update(
        state=RequestState.ACCEPTED, closed_at=None
    )
    return len(chosen)


def _open_requests(region: Region, on: date) -> QuerySet[ServiceRequest]:
    """Asked for before the day began and not closed by then, most urgent first."""
    begin, end = day_bounds(region.organisation, on, on)
    return (
        ServiceRequest.objects.filter(
            Q(state=RequestState.RECEIVED) | Q(state=RequestState.CLOSED, closed_at__gte=begin),
            Q(window_from_at=None) | Q(window_from_at__lt=end, window_until_at__gt=begin),
            _SOMEWHERE,
            organisation=region.organisation,
            site__community__region=region,
            requested_at__lt=begin,
        )
        .exclude(work_orders__state="completed")  # what we did ourselves stays done
        .select_related("service_type")
        .annotate(orders=Count("work_orders"))
        .order_by("resolve_by", "source", "reference")
    )


def _minutes_left(region: Region, on: date) -> float:
    """Minutes of service that the day's plan can still be offered."""
    shifts = Shift.objects.filter(technician__region=region, on=on)
    working = shifts.aggregate(total=Sum(F("ends_at") - F("starts_at")))["total"]
    offered = open_visits(region, on).aggregate(total=Sum("duration_minutes"))["total"]
    return FILL * (working.total_seconds() / 60 if working else 0) - (offered or 0)


def open_visits(region: Region, on: date) -> QuerySet[Visit]:
    """The visits that a plan of this region and day is about: waiting ones that may happen then, and its own."""
    begin, end = day_bounds(region.organisation, on, on)
    waiting = Q(state=VisitState.UNSCHEDULED) & (
        Q(window_from_at=None) | Q(window_from_at__lt=end, window_until_at__gt=begin)
    )
    ours = Q(starts_at__gte=begin, starts_at__lt=end) & ~Q(
        state__in=[VisitState.UNSCHEDULED, VisitState.CANCELLED]
    )
    return Visit.objects.filter(
        waiting | ours,
        _SOMEWHERE,
        organisation=region.organisation,
        site__community__region=region,
        work_order__request__requested_at__lt=end,
    )


def _until_full(requests: Iterable[ServiceRequest], minutes: float) -> Iterator[ServiceRequest]:
    for request in requests:
        minutes -= request.service_type.duration_minutes
        if minutes < 0:
            return
        yield request


def _work_order(request: ServiceRequest) -> WorkOrder:
    number = f"{request.reference}-{request.orders + 1}"  # type: ignore[attr-defined]  # annotated above
    return WorkOrder(organisation_id=request.organisation_id, request=request, number=number)


def _first_visit(order: WorkOrder) -> Visit:
    request = order.request
    return Visit(
        organisation_id=order.organisation_id,
        work_order=order,
        site_id=request.site_id,
        service_type=request.service_type,
        duration_minutes=request.service_type.duration_minutes,
        window_from_at=request.window_from_at,
        window_until_at=request.window_until_at,
    )
