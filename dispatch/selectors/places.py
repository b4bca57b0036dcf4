"""Where technicians were last, for those who dispatch them."""

from datetime import date, datetime

from django.db.models import QuerySet

from communities.access import Caller
from communities.models import Organisation, Region
from dispatch.models import FieldProfile, Shift, TechnicianPlace
from dispatch.selectors.visits import day_bounds


def place_list(caller: Caller, region: Region, on: date) -> QuerySet[TechnicianPlace]:
    """The last places, of that day, of a region's technicians who still work; the region must be the caller's.

    For dispatch, to whom technicians told them. For all others there are none.
    """
    if not caller.runs_dispatch:
        return TechnicianPlace.objects.none()
    begin, end = day_bounds(caller.organisation, on, on)
    places = TechnicianPlace.objects.filter(
        organisation=caller.organisation, technician__region=region, technician__active=True
    )
    return places.filter(seen_at__gte=begin, seen_at__lt=end).order_by("technician__code")


def shift_of(caller: Caller, now: datetime) -> Shift | None:
    """A technician's own shift that goes on, or that comes next within the day; None without one."""
    today = now.astimezone(caller.organisation.zone).date()
    shifts = Shift.objects.filter(technician__user=caller.user, organisation=caller.organisation, on=today)
    return shifts.filter(ends_at__gt=now).order_by("starts_at").first()


def field_profile_of(organisation: Organisation) -> FieldProfile:
    """What the company wants to know from its technicians, or the usual, which is in no table."""
    profile = FieldProfile.objects.filter(organisation=organisation).first()
    return profile or FieldProfile(organisation=organisation)
