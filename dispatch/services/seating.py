"""A booked visit goes onto the schedules of a day whose plan is published already, just where it was offered.

That follows the booking, so that no customer waits for it. What cannot be seated keeps its promise: it is tried again,
and the next plan of the day has it.
"""

from datetime import datetime
from uuid import UUID

import structlog
from django.db.models import Exists, OuterRef
from django.utils import timezone

from communities.access import operator_of
from communities.services.suspensions import signal_set_in_force
from core.errors import DomainError
from dispatch.models import Booking, Plan, Visit
from dispatch.selectors.bookings import SHOWN
from dispatch.services.desks import desks_of
from dispatch.services.edits.trying import Wish
from dispatch.services.plan_edits import plan_edit
from dispatch.states import BookingState, VisitState

log = structlog.get_logger(__name__)


def booking_seat(*, subject_id: UUID, now: datetime | None = None) -> None:
    """Put a booking's visit into the published plan of its day, as a version of its own. Follows `booking.made`.

    Where the day has no published plan, or nobody has room any more, nothing happens.
    """
    now = now or timezone.now()
    booking = Booking.objects.select_related(*SHOWN).get(pk=subject_id)
    plan = Plan.objects.filter(region=booking.region, on=booking.on).exclude(published=None).first()
    visits = Visit.objects.filter(work_order__request=booking.request_id, state=VisitState.UNSCHEDULED)
    visit = visits.first()
    wish = _wish(booking, visit, now) if plan and visit else None
    if plan is None or plan.published_id is None or wish is None:
        return
    try:
        plan_edit(
            caller=operator_of(booking.organisation),
            version_id=plan.published_id,
            plan_revision=plan.revision,
            wish=wish,
            now=now,
        )
    except DomainError as refusal:  # somebody else changed the plan, or a rule forbids it after all
        log.warning("a booked visit is not seated", booking=str(booking.pk), why=refusal.code)


def bookings_seat(*, now: datetime) -> None:
    """Seat what was booked or moved into a published day and is on nobody's schedule yet. The guarantee behind the
    outbox, which tells of each booking once."""
    published = Plan.objects.filter(region=OuterRef("region"), on=OuterRef("on")).exclude(published=None)
    unseated = Visit.objects.filter(work_order__request=OuterRef("request"), state=VisitState.UNSCHEDULED)
    waiting = Booking.objects.filter(
        Exists(published), Exists(unseated), state=BookingState.BOOKED, window_until_at__gt=now
    )
    for booking_id in list(waiting.order_by("pk").values_list("pk", flat=True)):
        booking_seat(subject_id=booking_id, now=now)


def _wish(booking: Booking, visit: Visit, now: datetime) -> Wish | None:
    """With whom the desk has the visit, and before which other one."""
    region = booking.region
    [warm] = desks_of(region=region, days=[booking.on], signal_set=signal_set_in_force(region), now=now)
    names = {name for name, row in warm.day.visits.items() if row.pk == visit.pk}
    if warm.desk is None or not names:
        return None
    [name] = names
    with warm.lock:
        routes = warm.desk.plan.routes
    for route in routes:
        order = [stop.visit for stop in route.stops]
        if name in order:
            after = (warm.day.visits.get(one) for one in order[order.index(name) + 1 :])
            next_one = next((row for row in after if row is not None and row.starts_at is not None), None)
            return Wish(
                visit_id=visit.pk,
                technician_id=warm.day.shifts[route.shift].technician_id,
                before_id=next_one.pk if next_one else None,
            )
    return None
