"""Visits: all for dispatch, those of their regions for managers, their own for technicians."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from communities.access import Caller
from communities.models import Organisation
from communities.selectors.places import unshown
from core.links import digest
from dispatch.errors import CalendarUnknown, VisitUnknown
from dispatch.models import Technician, Visit
from dispatch.states import VISIT_ON_SCHEDULE, VisitState

CALENDAR_DAYS = timedelta(
    days=30
)  # cancelled visits stay that long, because clients keep what merely vanishes
SHOWN = ("site__community", "service_type", "work_order__request__customer")
UNSHOWN = unshown("site__community__")

Trip = tuple[UUID, int]
"""Of all of a crew: `Visit.trip`."""


def visit_list(caller: Caller) -> QuerySet[Visit]:
    """Every visit the caller may see, with what is shown of it."""
    return (
        Visit.objects.filter(_in_scope(caller), organisation=caller.organisation)
        .select_related(*SHOWN)
        .defer(*UNSHOWN)
    )


def visit_get(caller: Caller, visit_id: UUID) -> Visit:
    """One visit. Raises VisitUnknown, also for a visit that is not the caller's."""
    visit = visit_list(caller).filter(pk=visit_id).first()
    if visit is None:
        raise VisitUnknown
    return visit


def schedule(caller: Caller, first: date, last: date) -> list[Visit]:
    """The assigned visits of the local days `first`..`last`, in the order they are driven."""
    visits = _scheduled(caller, first, last).select_related(*SHOWN).defer(*UNSHOWN)
    return list(visits.order_by("starts_at", "id"))


def crews_of(caller: Caller, visits: Iterable[Visit]) -> dict[Trip, list[Visit]]:
    """Everybody's visits of the crews among these, by their trips and in them by role, with their technicians: also of
    those whose schedule the caller may not see. One query, none without a crew."""
    trips = {visit.trip for visit in visits if visit.crew_size > 1}
    crews: dict[Trip, list[Visit]] = defaultdict(list)
    if trips:
        orders = {order for order, _ in trips}
        rows = Visit.objects.filter(organisation=caller.organisation, work_order__in=orders, crew_size__gt=1)
        for one in rows.select_related("technician").order_by("role"):
            crews[one.trip].append(one)
    return {trip: crews[trip] for trip in trips}


def nearest_visit_day(caller: Caller, today: date) -> date | None:
    """Of the local days with a visit on the schedule: `today` or the next one, else the last; None without any."""
    begin, _ = day_bounds(caller.organisation, today, today)
    scheduled = _visible(caller).filter(state__in=[str(state) for state in VISIT_ON_SCHEDULE])
    starts = scheduled.values_list("starts_at", flat=True)
    upcoming = starts.filter(starts_at__gte=begin).order_by("starts_at").first()
    nearest = upcoming or starts.filter(starts_at__lt=begin).order_by("-starts_at").first()
    return nearest.astimezone(caller.organisation.zone).date() if nearest else None


# By hand, because every technician's telephone asks for it all day: Django would take twice as long to write
# this sentence as PostgreSQL takes to answer it.
SCHEDULE_TAG = """
    SELECT count(*), coalesce(sum(visit.revision), 0), coalesce(extract(epoch FROM max(visit.updated_at)), 0)
    FROM dispatch_visit AS visit JOIN dispatch_technician AS technician ON technician.id = visit.technician_id
    WHERE visit.organisation_id = %s AND technician.user_id = %s AND visit.state = ANY(%s)
      AND visit.starts_at >= %s AND visit.starts_at < %s
"""


def schedule_tag(caller: Caller, first: date, last: date) -> str:
    """Of a technician's own schedule, and changes whenever that does: a visit that comes brings its moment, one
    that goes changes the number."""
    begin, end = day_bounds(caller.organisation, first, last)
    states = [str(state) for state in VISIT_ON_SCHEDULE]
    with connection.cursor() as cursor:
        cursor.execute(SCHEDULE_TAG, [caller.organisation.pk, caller.user.pk, states, begin, end])
        return "-".join(map(str, cursor.fetchone()))


def calendar(secret: str, now: datetime) -> tuple[Technician, list[Visit]]:
    """Whose calendar a secret address is, and the visits to show in it. Raises CalendarUnknown."""
    technician = (
        Technician.objects.filter(calendar_digest=digest(secret), active=True)
        .select_related("organisation")
        .first()
    )
    if technician is None:
        raise CalendarUnknown
    visits = Visit.objects.filter(technician=technician, starts_at__gte=now - CALENDAR_DAYS)
    return technician, list(visits.select_related(*SHOWN).defer(*UNSHOWN).order_by("starts_at", "id"))


def day_bounds(organisation: Organisation, first: date, last: date) -> tuple[datetime, datetime]:
    """The instants at which the local day `first` begins and `last` is over."""
    zone = organisation.zone
    return (
        datetime.combine(first, time.min, zone),
        datetime.combine(last + timedelta(days=1), time.min, zone),
    )


def _scheduled(caller: Caller, first: date, last: date) -> QuerySet[Visit]:
    begin, end = day_bounds(caller.organisation, first, last)
    return _visible(caller).filter(
        state__in=[str(state) for state in VISIT_ON_SCHEDULE], starts_at__gte=begin, starts_at__lt=end
    )


def _visible(caller: Caller) -> QuerySet[Visit]:
    return Visit.objects.filter(_in_scope(caller), organisation=caller.organisation)


def _in_scope(caller: Caller) -> Q:
    if caller.runs_dispatch:
        return Q()
    if caller.is_technician:
        return Q(technician__user=caller.user) & ~Q(state=VisitState.UNSCHEDULED)
    return Q(site__community__region_id__in=caller.region_ids)
