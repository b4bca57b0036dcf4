"""Bookings: a window held while somebody decides, then booked with its request, changed, or cancelled.

Two who want the last place: both see it on their desk, and both try to write a hold. Who writes takes the lock of the
region's day and finds the day's stamp to be that of the desk it was seen on, or looks again. So one has it, and the
other hears so, with what is left.

What is booked is a request, accepted, with a work order and a visit whose window lies in that day: it goes into the
plan that is published (seating.py), or the next plan places it before ordinary visits; and a plan made without it
cannot be published any more (planning.py).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from communities.access import Caller, operator_of
from communities.models import Customer, Organisation, Site
from communities.services.customers import customer_ensure, customer_key
from communities.services.ledger import facts_record
from communities.services.sites import site_ensure
from communities.services.suspensions import signal_set_in_force
from core.outbox import emit
from dispatch.errors import BookingOver, NotForYourRole, TooLateToChange, WindowGone
from dispatch.models import Booking, BookingProfile, ServiceRequest, Visit, WorkOrder
from dispatch.selectors.bookings import booking_profile_of
from dispatch.services.day import day_lock
from dispatch.services.desks import WarmDesk, day_stamps, desks_of
from dispatch.services.facts import responded_fact
from dispatch.services.guests import Guest, resolve_by
from dispatch.services.release import first_trip
from dispatch.services.requests import (
    SOURCE,
    CustomerGiven,
    request_cancel,
    requests_tell,
    site_known,
    site_told,
)
from dispatch.services.windows import (
    Opening,
    Wanted,
    Window,
    check_reachable,
    days_within_reach,
    grid,
    openings_for,
    openings_on,
    region_of,
    service_type_of,
    told,
)
from dispatch.states import BOOKING, REQUEST, VISIT, BookingState, RequestState, VisitState, before

ATTEMPTS = 3  # at a day that others write to while we look


@dataclass(frozen=True, kw_only=True)
class ProfileGiven:
    """How a company lets windows be booked."""

    is_open: bool
    window_minutes: int
    days: int
    hold_minutes: int
    change_hours: int


@transaction.atomic
def booking_profile_save(*, caller: Caller, given: ProfileGiven) -> BookingProfile:
    """Say how windows are booked from now on. What is held or booked stays. Raises NotForYourRole."""
    if not caller.administers:
        raise NotForYourRole("How windows are booked is for administrators to say.")
    profile = booking_profile_of(caller.organisation)
    for name in given.__dataclass_fields__:
        setattr(profile, name, getattr(given, name))
    profile.save()
    return profile


@transaction.atomic
def window_hold(*, caller: Caller, wanted: Wanted, window: Window, now: datetime) -> Booking:
    """Keep a window that is offered, for as long as the company's profile says: nobody else can have it meanwhile.

    Raises NotForYourRole, WindowGone with the windows that are left, ServiceTypeUnknown, CrewNeeded, CommunityUnknown,
    SiteUnknown, and NowhereToGo: an address that is not known here is never looked up on the network.
    """
    if not caller.runs_dispatch:
        raise NotForYourRole("Windows are offered and booked by dispatchers and administrators.")
    organisation = caller.organisation
    kind = service_type_of(organisation, wanted.service_type_code)
    guest = Guest(site=_site(organisation, wanted), service_type=kind, customer=wanted.customer)
    with _window_taken(guest, window, now) as opening:
        return Booking.objects.create(
            organisation=organisation,
            region=region_of(guest),
            on=opening.on,
            site=guest.site,
            service_type=kind,
            customer=wanted.customer,
            window_from_at=opening.from_at,
            window_until_at=opening.until_at,
            expires_at=now + timedelta(minutes=booking_profile_of(organisation).hold_minutes),
            held_by=caller.account,
        )


@transaction.atomic
def booking_confirm(
    *,
    booking: Booking,
    customer: CustomerGiven | None,
    now: datetime,
    description: str = "",
    language: str = "",
) -> Booking:
    """Book the window that is held: its request is accepted and promised. Tells `booking.made`.

    `customer` is for a hold that knows none. Raises BookingOver.
    """
    Booking.objects.select_for_update(no_key=True).get(pk=booking.pk)
    live = Booking.objects.filter(
        pk=booking.pk, state__in=before(BOOKING, BookingState.BOOKED), expires_at__gt=now
    )
    if not live.exists():
        raise BookingOver
    who = booking.customer or _customer(booking, customer, language)
    request = _request(booking, who, description, now)
    live.update(state=BookingState.BOOKED, request=request, customer=who)
    booking.refresh_from_db()
    emit("booking.made", booking.pk)
    return booking


def booking_release(*, booking: Booking, now: datetime) -> None:
    """Give a hold up. Raises BookingOver for one that is over or booked."""
    held = Booking.objects.filter(pk=booking.pk, state__in=before(BOOKING, BookingState.RELEASED))
    if held.update(state=BookingState.RELEASED, expires_at=now) != 1:
        raise BookingOver


def may_change_until(booking: Booking) -> datetime:
    """Up to when the customer may change or cancel."""
    hours = booking_profile_of(booking.organisation).change_hours
    return booking.window_from_at - timedelta(hours=hours)


@transaction.atomic
def booking_move(*, booking: Booking, window: Window, by_customer: bool, now: datetime) -> Booking:
    """Promise another window that is offered. The visit goes off the schedule it is on, and the next plan of its day
    has it.

    Raises TooLateToChange when somebody has set off, or the customer's limit is over; WindowGone with the windows left.
    """
    request = _changeable(booking, by_customer, now)
    guest = Guest(site=booking.site, service_type=booking.service_type, customer=booking.customer)
    with _window_taken(guest, window, now) as opening:
        _rewindow(request, opening, now)
        booking.on, booking.region = opening.on, region_of(guest)
        booking.window_from_at, booking.window_until_at = opening.window
        booking.save(update_fields=["on", "region", "window_from_at", "window_until_at"])
    return booking


@transaction.atomic
def booking_cancel(*, booking: Booking, now: datetime) -> None:
    """Cancel the request of a booking as its customer wants. Raises TooLateToChange."""
    request = _changeable(booking, True, now)
    request_cancel(
        caller=operator_of(booking.organisation),
        request_id=request.pk,
        reason="Cancelled by the customer.",
        now=now,
    )


def bookings_expire(*, now: datetime) -> int:
    """Let the holds go whose time is over; how many. They count no more from that moment, with or without this."""
    over = Booking.objects.filter(state__in=before(BOOKING, BookingState.EXPIRED), expires_at__lte=now)
    return over.update(state=BookingState.EXPIRED)


@contextmanager
def _window_taken(guest: Guest, window: Window, now: datetime) -> Iterator[Opening]:
    """The opening that is this window, with the region's day locked and as it was when the opening was found.

    Raises WindowGone.
    """
    region = region_of(guest)
    on = window[0].astimezone(region.organisation.zone).date()
    attempts = ATTEMPTS if on in days_within_reach(region.organisation, now) else 0
    for _ in range(attempts):
        [warm] = desks_of(region=region, days=[on], signal_set=signal_set_in_force(region), now=now)
        opening = _opening(warm, guest, window, now)
        if opening is None:
            break
        day_lock(region, on)
        if day_stamps(region=region, days=[on], now=now)[on] == warm.stamp:
            yield opening
            return
    raise WindowGone(windows=told(openings_for(guest, now).openings))


def _opening(warm: WarmDesk, guest: Guest, window: Window, now: datetime) -> Opening | None:
    windows = grid(booking_profile_of(warm.day.region.organisation), warm, now)
    near = [(begin, until) for begin, until in windows if begin <= window[0] and window[1] <= until]
    return next((one for one in openings_on(warm, guest, near, now) if one.window == window), None)


def _site(organisation: Organisation, wanted: Wanted) -> Site:
    if isinstance(wanted.site, UUID):
        site = site_known(organisation, wanted.site)
    else:
        made = site_ensure(
            organisation=organisation, told=site_told(organisation=organisation, given=wanted.site)
        )
        site = site_known(organisation, made.pk)
    check_reachable(site)
    return site


def _customer(booking: Booking, given: CustomerGiven | None, language: str) -> Customer:
    """The customer meant. Of one we know, strangers on our own page teach us nothing: else whoever types somebody's
    number would be written to in their place."""
    if given is None:
        raise ValueError("a hold without a customer needs one")
    key = customer_key(name=given.name, phone=given.phone, email=given.email, address=booking.site.address)
    known = Customer.objects.filter(organisation=booking.organisation, key=key).first()
    if known is not None and booking.held_by_id is None:
        return known
    return customer_ensure(
        organisation=booking.organisation,
        name=given.name,
        phone=given.phone,
        email=given.email,
        address=booking.site.address,
        language=language,
    )


def _request(booking: Booking, customer: Customer, description: str, now: datetime) -> ServiceRequest:
    """The request, its work order and its visit; the ledger learns that it was made, and answered by a window."""
    kind, window = booking.service_type, (booking.window_from_at, booking.window_until_at)
    request = ServiceRequest.objects.create(
        organisation=booking.organisation,
        source=SOURCE,
        reference=f"B{booking.on:%y%m%d}-{booking.pk.hex[-8:].upper()}",
        site=booking.site,
        customer=customer,
        service_type=kind,
        description=description,
        state=RequestState.ACCEPTED,
        requested_at=now,
        respond_by=now + timedelta(hours=kind.respond_within_hours),
        resolve_by=resolve_by(kind, window, now),
        window_from_at=window[0],
        window_until_at=window[1],
    )
    order = WorkOrder.objects.create(
        organisation=booking.organisation, request=request, number=f"{request.reference}-1"
    )
    [visit, *_] = Visit.objects.bulk_create(first_trip(order))
    requests_tell(organisation=booking.organisation, site_id=booking.site_id)
    facts_record(
        organisation=booking.organisation, facts=[responded_fact(visit=visit, occurred_at=now)], now=now
    )
    return request


def _changeable(booking: Booking, by_customer: bool, now: datetime) -> ServiceRequest:
    """The request of a booking that may still be changed. Its work orders are locked first, like by everybody who
    changes visits."""
    request = booking.request
    if request is None or (by_customer and now > may_change_until(booking)):
        raise TooLateToChange
    list(WorkOrder.objects.select_for_update(no_key=True).filter(request=request).order_by("pk"))
    request.refresh_from_db(fields=["state", "resolve_by"])
    open_states = before(VISIT, VisitState.CANCELLED)
    if request.state not in before(REQUEST, RequestState.CANCELLED) or (
        Visit.objects.filter(work_order__request=request).exclude(state__in=open_states).exists()
    ):
        raise TooLateToChange
    return request


def _rewindow(request: ServiceRequest, opening: Opening, now: datetime) -> None:
    """Give the request and its visit another window; the visit is to be planned anew."""
    from_at, until_at = opening.window
    ServiceRequest.objects.filter(pk=request.pk).update(
        window_from_at=from_at, window_until_at=until_at, resolve_by=max(request.resolve_by, until_at)
    )
    Visit.objects.filter(work_order__request=request, state__in=before(VISIT, VisitState.CANCELLED)).update(
        state=VisitState.UNSCHEDULED,
        technician=None,
        starts_at=None,
        ends_at=None,
        window_from_at=from_at,
        window_until_at=until_at,
        revision=F("revision") + 1,
        updated_at=now,
    )
