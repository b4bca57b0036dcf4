"""The customer books: a service and an address, the windows in which somebody can come, one of them held, then booked.

Nothing personal is in an address: what is typed goes by POST, and a booking has a secret address of its own, where it
is confirmed, changed and cancelled.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from redis import RedisError

from api.errors import RateLimited
from api.limits import attempt, client_address
from communities.access import operator_of
from communities.models import Customer, Organisation
from console.customer.pages import gone, language_for, page
from console.window_field import WindowField, window_value
from core.errors import Invalid
from core.languages import name_in
from dispatch.errors import BookingOver, BookingUnknown, CrewNeeded, TooLateToChange, WindowGone
from dispatch.models import Booking, ServiceType, Visit
from dispatch.selectors.bookings import (
    booking_of_customer,
    booking_profile_of,
    booking_token,
    customer_of_link,
)
from dispatch.selectors.calls import sites_of_customer
from dispatch.selectors.tracking import track_token
from dispatch.services.bookings import (
    booking_cancel,
    booking_confirm,
    booking_move,
    booking_release,
    may_change_until,
    window_hold,
)
from dispatch.services.guests import Guest
from dispatch.services.requests import CustomerGiven, SiteGiven
from dispatch.services.windows import Opening, Wanted, openings_for, windows_find
from dispatch.states import BookingState, RequestState

MOST = {"ask": 30, "hold": 6}
WITHIN_S = 600
"""So often one address may ask for windows, and take one, in so many seconds: nobody holds a day for fun."""


class AskForm(forms.Form):
    """What is wanted where. A known customer chooses one of their own sites."""

    service = forms.CharField(max_length=80)
    address = forms.CharField(max_length=240, required=False)
    unit = forms.CharField(max_length=40, required=False)
    site = forms.UUIDField(required=False)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90)

    def clean(self) -> None:
        if not (self.cleaned_data.get("site") or self.cleaned_data.get("address")):
            self.add_error("address", "an address")


class HoldForm(AskForm):
    window = WindowField()


class ContactForm(forms.Form):
    """Who books. A telephone number is what we recognise them by the next time."""

    name = forms.CharField(max_length=160)
    phone = forms.RegexField(r"\d", max_length=40)
    email = forms.EmailField(max_length=160, required=False)
    description = forms.CharField(max_length=2000, required=False)


class MoveForm(forms.Form):
    window = WindowField()


@dataclass(frozen=True, slots=True)
class WindowShown:
    opening: Opening
    value: str


@dataclass(frozen=True, slots=True)
class DayShown:
    """The windows of a day in their order; `nearby`: we are in that community anyhow."""

    on: date
    nearby: bool
    windows: list[WindowShown]


@csrf_exempt  # nothing is done in anybody's name: everybody may book, from any page
@require_http_methods(["GET", "POST"])
def book(request: HttpRequest, slug: str) -> HttpResponse:
    """The company's page for everybody, where its profile opens it."""
    organisation = Organisation.objects.filter(slug=slug).first()
    if organisation is None or not booking_profile_of(organisation).is_open:
        return gone(request)
    return _limited(request, organisation, lambda: _ask(request, organisation, None))


@csrf_exempt  # who has the address may book, from any page
@require_http_methods(["GET", "POST"])
def book_again(request: HttpRequest, customer_id: UUID, token: str) -> HttpResponse:
    """The same for a customer we know: their sites to choose from, and no question who they are."""
    customer = customer_of_link(customer_id, token)
    if customer is None:
        return gone(request)
    return _limited(request, customer.organisation, lambda: _ask(request, customer.organisation, customer))


@csrf_exempt  # who has the address may change the booking, from any page
@require_http_methods(["GET", "POST"])
def booking(request: HttpRequest, booking_id: UUID, token: str) -> HttpResponse:
    """A window that is held or booked. Acts on POST only, because mail scanners open links."""
    try:
        shown = booking_of_customer(booking_id, token)
    except BookingUnknown:
        return gone(request)
    if request.method == "GET":
        return _booking(request, shown)
    step = next((step for name, step in STEPS.items() if name in request.POST), _booking)
    return _limited(request, shown.organisation, lambda: step(request, shown))


def _limited(
    request: HttpRequest, organisation: Organisation, view: Callable[[], HttpResponse]
) -> HttpResponse:
    """The view, unless too much is asked from this address. Without the counter nothing is searched."""
    if request.method == "GET":
        return view()
    what = "hold" if "window" in request.POST else "ask"
    try:
        attempt(f"book:{what}", client_address(request), most=MOST[what], window_s=WITHIN_S)
    except RateLimited as refusal:
        response = _page(request, organisation, "customer/busy.html", {}, 429)
        response["Retry-After"] = refusal.headers["Retry-After"]
        return response
    except RedisError:
        return _page(request, organisation, "customer/busy.html", {}, 503)
    return view()


def _ask(request: HttpRequest, organisation: Organisation, customer: Customer | None) -> HttpResponse:
    """The question, then the windows, then the hold."""
    if request.method == "GET":
        return _question(request, organisation, customer)
    form = HoldForm(request.POST) if "window" in request.POST else AskForm(request.POST)
    if not form.is_valid():
        return _question(request, organisation, customer, {"problem": "incomplete"}, 422)
    said, now, caller = form.cleaned_data, timezone.now(), operator_of(organisation)
    if said["site"] and not (
        customer and any(said["site"] == site.pk for site in sites_of_customer(customer))
    ):
        return _question(request, organisation, customer, {"problem": "incomplete"}, 422)
    wanted = _wanted(said, customer)
    try:
        if "window" in said:
            held = window_hold(caller=caller, wanted=wanted, window=said["window"], now=now)
            return HttpResponseRedirect(_address(request, held))
        found = windows_find(caller=caller, wanted=wanted, now=now)
    except WindowGone:
        found = windows_find(caller=caller, wanted=wanted, now=now)
        return _question(request, organisation, customer, _choice(found.openings, found.guest, "gone"), 409)
    except (CrewNeeded, Invalid) as refusal:
        return _question(request, organisation, customer, {"problem": refusal.code}, 422)
    return _question(request, organisation, customer, _choice(found.openings, found.guest))


def _wanted(said: dict[str, Any], customer: Customer | None) -> Wanted:
    point = {} if None in (said["lon"], said["lat"]) else {"lon": said["lon"], "lat": said["lat"]}
    site = said["site"] or SiteGiven(address=said["address"], unit=said["unit"], **point)
    return Wanted(service_type_code=said["service"], site=site, customer=customer)


def _choice(openings: Iterable[Opening], guest: Guest, problem: str = "") -> dict[str, object]:
    return {"days": _days(openings), "asked": True, "place": guest.site.point, "problem": problem}


def _days(openings: Iterable[Opening]) -> list[DayShown]:
    by_day = groupby(sorted(openings, key=lambda one: one.from_at), key=lambda one: one.on)
    return [
        DayShown(
            on, any(one.neighbours for one in found), [WindowShown(one, window_value(one)) for one in found]
        )
        for on, found in ((on, list(these)) for on, these in by_day)
    ]


def _question(
    request: HttpRequest,
    organisation: Organisation,
    customer: Customer | None,
    context: dict[str, object] | None = None,
    status: int = 200,
) -> HttpResponse:
    language = language_for(request, organisation.language)
    kinds = ServiceType.objects.filter(organisation=organisation, technicians=1).order_by("name")
    shown = {
        "said": request.POST,
        "services": [(kind.code, name_in(language, kind)) for kind in kinds],
        "sites": sites_of_customer(customer) if customer else [],
        "hold_minutes": booking_profile_of(organisation).hold_minutes,
        **(context or {}),
    }
    return _page(request, organisation, "customer/book.html", shown, status)


def _booking(request: HttpRequest, shown: Booking, status: int = 200, **context: object) -> HttpResponse:
    """The booking as it stands."""
    now = timezone.now()
    language = language_for(request, shown.organisation.language)
    visit = Visit.objects.filter(work_order__request=shown.request_id).order_by("-sequence", "role").first()
    booked = shown.request is not None and shown.request.state != RequestState.CANCELLED
    context = {
        "booking": shown,
        "service": name_in(language, shown.service_type),
        "is_held": shown.state == BookingState.HELD and now < shown.expires_at,
        "is_booked": booked,
        "is_cancelled": shown.request is not None and not booked,
        "until": may_change_until(shown),
        "may_change": booked and now <= may_change_until(shown),
        "track": reverse("track", args=[visit.pk, track_token(visit.pk)]) if booked and visit else "",
        "said": request.POST,
        **context,
    }
    return _page(request, shown.organisation, "customer/booking.html", context, status)


def _confirm(request: HttpRequest, shown: Booking) -> HttpResponse:
    form = ContactForm(request.POST)
    if shown.customer is None and not form.is_valid():
        return _booking(request, shown, 422, problem="incomplete")
    said = form.cleaned_data if shown.customer is None else {}
    who = CustomerGiven(name=said["name"], phone=said["phone"], email=said["email"]) if said else None
    try:
        booking_confirm(
            booking=shown,
            customer=who,
            description=said.get("description", ""),
            language=language_for(request, shown.organisation.language),
            now=timezone.now(),
        )
    except BookingOver:
        return _booking(request, _again(shown), 409)
    return HttpResponseRedirect(_address(request, shown))


def _give_up(request: HttpRequest, shown: Booking) -> HttpResponse:
    try:
        booking_release(booking=shown, now=timezone.now())
    except BookingOver:
        return _booking(request, _again(shown), 409)
    return HttpResponseRedirect(_address(request, shown))


def _change(request: HttpRequest, shown: Booking) -> HttpResponse:
    """The windows there are instead."""
    guest = Guest(site=shown.site, service_type=shown.service_type, customer=shown.customer)
    return _booking(request, shown, days=_days(openings_for(guest, timezone.now()).openings), changing=True)


def _move(request: HttpRequest, shown: Booking) -> HttpResponse:
    form = MoveForm(request.POST)
    if not form.is_valid():
        return _change(request, shown)
    try:
        booking_move(booking=shown, window=form.cleaned_data["window"], by_customer=True, now=timezone.now())
    except WindowGone:
        response = _change(request, shown)
        response.status_code = 409
        return response
    except TooLateToChange:
        return _booking(request, _again(shown), 409, problem="too-late")
    return HttpResponseRedirect(_address(request, shown))


def _cancel(request: HttpRequest, shown: Booking) -> HttpResponse:
    try:
        booking_cancel(booking=shown, now=timezone.now())
    except TooLateToChange:
        return _booking(request, _again(shown), 409, problem="too-late")
    return HttpResponseRedirect(_address(request, shown))


STEPS = {"confirm": _confirm, "release": _give_up, "window": _move, "change": _change, "cancel": _cancel}


def _again(shown: Booking) -> Booking:
    return booking_of_customer(shown.pk, booking_token(shown.pk))


def _address(request: HttpRequest, shown: Booking) -> str:
    """The booking's page, in the language of this one."""
    path = reverse("booking", args=[shown.pk, booking_token(shown.pk)])
    return f"{path}?lang={language_for(request, shown.organisation.language)}"


def _page(
    request: HttpRequest,
    organisation: Organisation,
    template: str,
    context: dict[str, object],
    status: int = 200,
) -> HttpResponse:
    return page(
        request,
        template,
        {"organisation": organisation, **context},
        language=language_for(request, organisation.language),
        zone=organisation.zone,
        status=status,
    )
