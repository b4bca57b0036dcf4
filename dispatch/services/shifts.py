"""Shifts made from the technicians' working hours."""

from datetime import date, datetime, time

from django.db import transaction

from communities.models import Region
from dispatch.models import Shift, WorkingHours


@transaction.atomic
def shifts_ensure(*, region: Region, on: date) -> None:
    """Give every active technician of the region who works that weekday a shift, if they have none that day."""
    hours = WorkingHours.objects.filter(
        organisation=region.organisation,
        technician__region=region,
        technician__active=True,
        weekday=on.isoweekday(),
    ).exclude(technician__shifts__on=on)
    Shift.objects.bulk_create(
        [_shift(one, on) for one in hours.select_related("technician", "organisation")], ignore_conflicts=True
    )


def _shift(hours: WorkingHours, on: date) -> Shift:
    def at(local: time) -> datetime:
        return datetime.combine(on, local, hours.organisation.zone)

    return Shift(
        organisation=hours.organisation,
        technician=hours.technician,
        on=on,
        starts_at=at(hours.starts),
        ends_at=at(hours.ends),
        start_point=hours.technician.home,
        end_point=hours.technician.home,
        break_minutes=hours.break_minutes,
        break_from_at=at(hours.break_from) if hours.break_from else None,
        break_until_at=at(hours.break_until) if hours.break_until else None,
    )
