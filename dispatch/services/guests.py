"""A visit that nobody has asked for yet, as the planner would see it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from communities.models import Customer, Site
from dispatch.models import Booking, ServiceRequest, ServiceType, WorkOrder
from dispatch.services.continuity import acquaintance_load
from dispatch.services.day import Day
from dispatch.services.problem import visit_of
from dispatch.services.release import first_visit
from dispatch.solver import problem as solver


@dataclass(frozen=True, kw_only=True)
class Guest:
    """Who wants what where; perhaps in which window. The site must have its community; nothing need be stored."""

    site: Site
    service_type: ServiceType
    customer: Customer | None = None
    window: tuple[datetime, datetime] | None = None

    @classmethod
    def of(cls, booking: Booking) -> Self:
        return cls(
            site=booking.site,
            service_type=booking.service_type,
            customer=booking.customer,
            window=(booking.window_from_at, booking.window_until_at),
        )


def guest_visit(day: Day, guest: Guest, name: str, now: datetime) -> solver.Visit:
    """The guest's visit as a part of the day's problem. Two queries where the customer is known."""
    request = ServiceRequest(
        organisation=day.region.organisation,
        site=guest.site,
        customer=guest.customer,
        service_type=guest.service_type,
        resolve_by=resolve_by(guest.service_type, guest.window, now),
    )
    if guest.window:
        request.window_from_at, request.window_until_at = guest.window
    request._state.fields_cache.update(recovery=None, booking=None)  # it has neither: no need to ask
    visit = first_visit(WorkOrder(organisation=day.region.organisation, request=request))
    visit.site = guest.site  # as it was read, or as it would be
    return visit_of(_acquainted(day, guest.customer), name, visit)


def resolve_by(
    service_type: ServiceType, window: tuple[datetime, datetime] | None, now: datetime
) -> datetime:
    """By when a request is to be resolved: as its service type says, or by the end of the window that was chosen."""
    target = now + timedelta(hours=service_type.resolve_within_hours)
    return max(target, window[1]) if window else target


def _acquainted(day: Day, customer: Customer | None) -> Day:
    """The day, with those whom this customer knows."""
    if customer is None:
        return day
    acquaintance = acquaintance_load(
        organisation=day.region.organisation,
        customers={customer.pk},
        technicians={shift.technician_id: code for code, shift in day.shifts.items()},
        on=day.on,
    )
    return replace(day, acquaintance=acquaintance)
