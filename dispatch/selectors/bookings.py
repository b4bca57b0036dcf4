"""How a company lets windows be booked, and the windows that are kept."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.crypto import constant_time_compare

from communities.access import Caller
from communities.models import Customer, Organisation, Region
from core.links import link_token
from dispatch.errors import BookingUnknown
from dispatch.models import Booking, BookingProfile
from dispatch.states import BookingState

SHOWN = ("organisation", "site__community", "region", "service_type", "customer", "request__customer")


def booking_profile_of(organisation: Organisation) -> BookingProfile:
    """The company's way, or the usual one, which is in no table."""
    profile = BookingProfile.objects.filter(organisation=organisation).first()
    return profile or BookingProfile(organisation=organisation)


def held(region: Region, now: datetime) -> QuerySet[Booking]:
    """The windows of a region that somebody is still deciding on."""
    return Booking.objects.filter(region=region, state=BookingState.HELD, expires_at__gt=now)


def booking_get(caller: Caller, booking_id: UUID) -> Booking:
    """One booking, for dispatch. Raises BookingUnknown, also for one that is not the caller's."""
    bookings = Booking.objects.filter(organisation=caller.organisation, pk=booking_id).select_related(*SHOWN)
    booking = bookings.first() if caller.runs_dispatch else None
    if booking is None:
        raise BookingUnknown
    return booking


def booking_of_customer(booking_id: UUID, token: str) -> Booking:
    """The booking whose secret address somebody holds. Raises BookingUnknown, also for a wrong token."""
    booking = Booking.objects.filter(pk=booking_id).select_related(*SHOWN).first()
    if booking is None or not constant_time_compare(token, booking_token(booking_id)):
        raise BookingUnknown
    return booking


def customer_of_link(customer_id: UUID, token: str) -> Customer | None:
    """The customer whose own address for booking somebody holds; None for a wrong one."""
    if not constant_time_compare(token, book_token(customer_id)):
        return None
    return Customer.objects.filter(pk=customer_id).select_related("organisation").first()


def book_token(customer_id: UUID) -> str:
    """The secret of a known customer's own page for booking."""
    return link_token("book", customer_id)


def booking_token(booking_id: UUID) -> str:
    """The secret of a booking's page. It follows from the id, so that it need not be kept."""
    return link_token("booking", booking_id)
