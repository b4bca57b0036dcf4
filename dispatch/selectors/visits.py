"""Visits: all for dispatch, those of their regions for managers, their own for technicians."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet, Sum

from communities.access import Caller
from communities.models import Organisation
from core.links import digest
from dispatch.errors import CalendarUnknown, VisitUnknown
from dispatch.models import Technician, Visit
from dispatch.states import VISIT_ASSIGNED, VisitState

CALENDAR_DAYS = timedelta(
    days=30
)  # cancelled visits stay that long, because clients keep what merely vanishes
SHOWN = ("site__community", "service_type", "work_order__request__customer")
UNSHOWN = (  # heavy, and on no list: without them a schedule is read in a third of the time
    "site__community__boundary",
    "site__community__centre",
    "site__community__attributes",
)


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
    return list(_scheduled(caller, first, last).order_by("starts_at", "id"))


def schedule_tag(caller: Caller, first: date, last: date) -> str:
    """What tag_of would say of this schedule: one small query."""
    rows = _scheduled(caller, first, last).select_related(None).defer(None)
    found = rows.aggregate(visits=Count("id"), revisions=Sum("revision"), changed=Max("updated_at"))
    return _tag(found["visits"], found["revisions"] or 0, found["changed"])


def tag_of(visits: list[Visit]) -> str:
    """Changes whenever a schedule does: a visit that comes brings its moment, one that goes changes the number."""
    changed = max((visit.updated_at for visit in visits), default=None)
    return _tag(len(visits), sum(visit.revision for visit in visits), changed)


def _tag(visits: int, revisions: int, changed: datetime | None) -> str:
    return f"{visits}-{revisions}-{changed.timestamp() if changed else 0}"


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
    return technician, list(visits.select_related(*SHOWN).order_by("starts_at", "id"))


def day_bounds(organisation: Organisation, first: date, last: date) -> tuple[datetime, datetime]:
    """The instants at which the local day `first` begins and `last` is over."""
    zone = organisation.zone
    return (
        datetime.combine(first, time.min, zone),
        datetime.combine(last + timedelta(days=1), time.min, zone),
    )


def _scheduled(caller: Caller, first: date, last: date) -> QuerySet[Visit]:
    begin, end = day_bounds(caller.organisation, first, last)
    return visit_list(caller).filter(
        state__in=[str(state) for state in VISIT_ASSIGNED], starts_at__gte=begin, starts_at__lt=end
    )


def _in_scope(caller: Caller) -> Q:
    if caller.runs_dispatch:
        return Q()
    if caller.is_technician:
        return Q(technician__user=caller.user) & ~Q(state=VisitState.UNSCHEDULED)
    return Q(site__community__region_id__in=caller.region_ids)
