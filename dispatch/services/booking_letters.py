"""The letter about a booking: when somebody comes, and where to change that."""

from uuid import UUID

from django.conf import settings

from communities.selectors.customers import contact_for_letters
from core.mail import Letter, letter_send
from dispatch.models import Booking, Visit
from dispatch.selectors.bookings import SHOWN, booking_token
from dispatch.selectors.tracking import track_token


def booking_letter_send(*, subject_id: UUID) -> None:
    """Tell the customer the window, and the addresses of the booking's page and of the page for the day. Follows
    `booking.made`.

    Without somebody who agreed to messages and has an e-mail address nothing is sent. A crash after sending sends the
    same letter again, under the same Message-ID.
    """
    booking = Booking.objects.select_related(*SHOWN).get(pk=subject_id)
    contact = contact_for_letters(booking.customer_id)
    if contact is None:
        return
    visit = Visit.objects.filter(work_order__request=booking.request_id).order_by("sequence", "role").first()
    assert visit is not None  # booked together with it
    letter_send(
        Letter(
            to=contact.email,
            sender=booking.organisation.name,
            language=contact.language,
            zone=booking.organisation.zone,
            template="customer/mail/booking.txt",
            context={
                "contact": contact,
                "booking": booking,
                "url": booking_url(booking),
                "track_url": f"{settings.PUBLIC_URL}/track/{visit.pk}/{track_token(visit.pk)}",
            },
            reference=f"booking.{booking.id}",
        )
    )


def booking_url(booking: Booking) -> str:
    return f"{settings.PUBLIC_URL}/booking/{booking.pk}/{booking_token(booking.pk)}"
