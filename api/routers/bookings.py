"""Windows in which somebody can come, held and booked."""

from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Router

from api.answers import answer
from api.auth import Request
from api.idempotency import idempotent
from api.schemas.bookings import (
    BookingIn,
    BookingOut,
    BookingProfileIn,
    BookingProfileOut,
    ConfirmIn,
    WindowIn,
    WindowsIn,
    WindowsOut,
)
from dispatch.selectors.bookings import booking_get, booking_profile_of
from dispatch.services.bookings import (
    booking_confirm,
    booking_move,
    booking_profile_save,
    booking_release,
    window_hold,
)
from dispatch.services.windows import windows_find

router = Router(tags=["Bookings"])


@router.post("/windows", response=WindowsOut)
def windows_post(request: Request, body: WindowsIn) -> WindowsOut:
    """The windows in which somebody can come, the cheapest first. Nothing is held, and nothing written."""
    found = windows_find(
        caller=request.auth, wanted=body.wanted(), first_on=body.first_on, days=body.days, now=timezone.now()
    )
    return WindowsOut.of(found)


@router.post("/bookings", response={201: BookingOut})
@idempotent
def booking_post(request: Request, body: BookingIn) -> HttpResponse:
    """Take a window that is offered: booked with its request where the customer is given, else held. When somebody was
    quicker it is 409, with the `windows` that are left."""
    now = timezone.now()
    booking = window_hold(caller=request.auth, wanted=body.wanted(), window=body.window.given(), now=now)
    if body.customer:
        booking_confirm(
            booking=booking, customer=body.customer.given(), description=body.description, now=now
        )
    shown = BookingOut.of(booking_get(request.auth, booking.pk))
    return answer(shown, 201, {"Location": f"{request.path}/{booking.pk}"})


@router.get("/bookings/{uuid:booking_id}", response=BookingOut)
def booking_read(request: Request, booking_id: UUID) -> BookingOut:
    return BookingOut.of(booking_get(request.auth, booking_id))


@router.post("/bookings/{uuid:booking_id}/confirm", response=BookingOut)
@idempotent
def booking_confirm_post(request: Request, booking_id: UUID, body: ConfirmIn) -> HttpResponse:
    """Book a window that is held: its request is accepted, with a work order and a visit."""
    booking_confirm(
        booking=booking_get(request.auth, booking_id),
        customer=body.customer.given(),
        description=body.description,
        now=timezone.now(),
    )
    return answer(BookingOut.of(booking_get(request.auth, booking_id)))


@router.post("/bookings/{uuid:booking_id}/move", response=BookingOut)
def booking_move_post(request: Request, booking_id: UUID, body: WindowIn) -> BookingOut:
    """Promise another window that is offered, as long as nobody has set off."""
    booking_move(
        booking=booking_get(request.auth, booking_id),
        window=body.given(),
        by_customer=False,
        now=timezone.now(),
    )
    return BookingOut.of(booking_get(request.auth, booking_id))


@router.delete("/bookings/{uuid:booking_id}", response={204: None})
def booking_delete(request: Request, booking_id: UUID) -> HttpResponse:
    """Give a window up that is held. What is booked is cancelled with its request."""
    booking_release(booking=booking_get(request.auth, booking_id), now=timezone.now())
    return HttpResponse(status=204)


@router.get("/booking-profile", response=BookingProfileOut)
def booking_profile_read(request: Request) -> BookingProfileOut:
    """How the company lets windows be booked."""
    return BookingProfileOut.of(booking_profile_of(request.auth.organisation))


@router.put("/booking-profile", response=BookingProfileOut)
def booking_profile_put(request: Request, body: BookingProfileIn) -> BookingProfileOut:
    """Say how windows are booked from now on. What is held or booked stays."""
    return BookingProfileOut.of(booking_profile_save(caller=request.auth, given=body.given()))
