"""Shifts: made from the technicians' working hours, and those that a day's plan can count on."""

from collections.abc import Collection
from datetime import date, datetime, time
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from communities.models import Region
from dispatch.models import Shift, TechnicianSkill, Visit, WorkingHours
from dispatch.selectors.visits import day_bounds
from dispatch.states import VISIT_TAKING


@transaction.atomic
def shifts_ensure(*, region: Region, on: date) -> None:
    """Give every active technician of the region who works that weekday a shift, if they have none that day.

    A shift that is there stays as it is, also when working hours or the home have changed since.
    """
    hours = _hours_without_a_shift(region, on)
    Shift.objects.bulk_create(
        [_shift(one, on) for one in hours.select_related("technician", "organisation")], ignore_conflicts=True
    )


def shifts_expected(region: Region, on: date) -> list[Shift]:
    """The shifts of that day, and those that planning it would make, which are not stored; by technician's code."""
    skills = Prefetch("technician__skills", TechnicianSkill.objects.select_related("skill"))
    hours = _hours_without_a_shift(region, on).select_related("technician", "organisation")
    to_come = [_shift(one, on) for one in hours.prefetch_related(skills)]
    return sorted([*shifts_of(region, on), *to_come], key=lambda shift: shift.technician.code)


def shifts_of(region: Region, on: date) -> list[Shift]:
    """The shifts of the region's active technicians that day, by technician's code, with their skills.

    Whoever is on the schedule of another region that day (moved here since) is that region's for the day.
    """
    return _with_skills(_at_work(region, on))


def shifts_of_these(technicians: Collection[UUID], on: date) -> list[Shift]:
    """The shifts of some technicians that day, by technician's code, with their skills."""
    return _with_skills(Shift.objects.filter(technician__in=technicians, on=on))


def codes_at_work(region: Region, on: date) -> dict[UUID, str]:
    """The codes of all who have a shift of the region that day (`shifts_of`), by technician's id."""
    return dict(_at_work(region, on).values_list("technician_id", "technician__code"))


def _with_skills(shifts: QuerySet[Shift]) -> list[Shift]:
    skills = Prefetch("technician__skills", TechnicianSkill.objects.select_related("skill"))
    return list(shifts.select_related("technician").prefetch_related(skills).order_by("technician__code"))


def _at_work(region: Region, on: date) -> QuerySet[Shift]:
    begin, end = day_bounds(region.organisation, on, on)
    elsewhere = Visit.objects.filter(
        technician=OuterRef("technician"),
        state__in=[str(state) for state in VISIT_TAKING],
        starts_at__gte=begin,
        starts_at__lt=end,
    ).exclude(site__community__region=region)
    return Shift.objects.filter(~Exists(elsewhere), technician__region=region, technician__active=True, on=on)


def _hours_without_a_shift(region: Region, on: date) -> QuerySet[WorkingHours]:
    return WorkingHours.objects.filter(
        organisation=region.organisation,
        technician__region=region,
        technician__active=True,
        weekday=on.isoweekday(),
    ).exclude(technician__shifts__on=on)


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
