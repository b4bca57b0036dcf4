"""The page for the telephone: from a number or an address to a booked window, by keyboard alone; or, where there is
none, to a request that the next plan finds a time for.

What is typed goes by POST: numbers and addresses of customers do not belong into addresses of pages.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from communities.access import Caller
from communities.insight.figures import BY_NAME
from communities.insight.sentences import Language
from communities.models import Community, Contact, Customer, Site
from communities.selectors.figures import Dimension, Question, figure_table
from console.office import figure_words
from console.office.insight import NOTHING
from console.office.pages import View, language_here, office_page, signed_in
from console.office.words import VISIT_STATES
from console.window_field import WindowField, window_value
from core.errors import Invalid
from dispatch.errors import BookingUnknown, CrewNeeded, RequestUnknown, WindowGone
from dispatch.explanations import name_in
from dispatch.models import Booking, ServiceRequest, ServiceType, Visit
from dispatch.selectors.bookings import book_token, booking_get
from dispatch.selectors.calls import customer_of_phone, sites_of_customer, visits_at
from dispatch.selectors.requests import request_get
from dispatch.services.bookings import booking_confirm, window_hold
from dispatch.services.requests import CustomerGiven, RequestGiven, SiteGiven, request_create
from dispatch.services.windows import Opening, Openings, Wanted, windows_find

MOST = 12  # windows on the page: the ones that cost least
FOUR_WEEKS = 28  # days
FIGURES = tuple(BY_NAME[name] for name in ("visits", "csat", "on_time", "first_visit_fix", "complaint_rate"))

PROBLEMS: dict[str, Promise] = {
    "unclear": _("Please look at what you have typed."),
    "gone": _("Somebody was quicker: this window is taken. These are left."),
    "incomplete": _("A name, and a telephone number or an e-mail address, are needed."),
    "unknown-number": _("Nobody with this number yet. Where do they call from?"),
    "nowhere-to-go": _("This address is not known, or lies in none of our communities."),
    "crew-needed": _(
        "This work takes several technicians, and windows are offered for one. Take the request without a window: the "
        "plan finds a time for all of them."
    ),
    "service-type-unknown": _("Please choose a service."),
    "site-unknown": _("This address is not known, or lies in none of our communities."),
}
STATUSES = {"gone": 409, "incomplete": 422}


class CallForm(forms.Form):
    """Who calls, from where, and what for: a number that is known, or an address."""

    phone = forms.CharField(max_length=40, required=False)
    address = forms.CharField(max_length=240, required=False)
    unit = forms.CharField(max_length=40, required=False)
    service = forms.CharField(max_length=80)
    site = forms.UUIDField(required=False)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90)


class AskForm(CallForm):
    """Whom it is for."""

    name = forms.CharField(max_length=160)
    email = forms.EmailField(max_length=160, required=False)
    description = forms.CharField(max_length=4000, required=False)

    def clean(self) -> None:
        if not (any(map(str.isdigit, self.cleaned_data.get("phone", ""))) or self.cleaned_data.get("email")):
            self.add_error("phone", "a telephone number or an e-mail address")


class TakeForm(AskForm):
    """And in which window."""

    window = WindowField()


@dataclass(frozen=True, slots=True)
class WindowShown:
    """A window in words; `value` is what the form sends back."""

    opening: Opening
    value: str
    technician: str


@dataclass(frozen=True, slots=True)
class History:
    """A visit in a line."""

    visit: Visit
    service: str
    state: Promise
    technician: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where the call is from: the community with its last four weeks, what was done at the address, and the windows for
    it."""

    address: str
    site: Site
    community: Community
    community_name: str
    figures: list[tuple[Promise, str | Promise]]
    history: list[History]
    windows: list[WindowShown]


def for_dispatch(view: View) -> View:
    """Everybody else has other pages."""

    @wraps(view)
    def guarded(request: HttpRequest, caller: Caller, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, caller, *args, **kwargs) if caller.runs_dispatch else redirect("day")

    return guarded


@csrf_protect
@require_http_methods(["GET", "POST"])
@signed_in
@for_dispatch
def calls(request: HttpRequest, caller: Caller) -> HttpResponse:
    """The empty form, above it what has just been booked (?booked=) or asked for (?asked=); by POST the windows, the
    booking, or the request without a window."""
    if request.method == "GET":
        booked, asked = _just_booked(request, caller), _just_asked(request, caller)
        return _page(request, caller, {"booked": booked, "asked": asked})
    if "take" in request.POST:
        return _take(request, caller)
    if "ask" in request.POST:
        return _ask(request, caller)
    return _found(request, caller, CallForm(request.POST))


def _take(request: HttpRequest, caller: Caller) -> HttpResponse:
    form = TakeForm(request.POST)
    if not form.is_valid():
        return _found(request, caller, CallForm(request.POST), problem="incomplete")
    said, now = form.cleaned_data, timezone.now()
    try:
        booking = window_hold(caller=caller, wanted=_wanted(said), window=said["window"], now=now)
    except WindowGone:
        return _found(request, caller, form, problem="gone")
    except (CrewNeeded, Invalid) as refusal:
        return _page(request, caller, {"said": said, "problem": refusal.code}, refusal.status)
    booking_confirm(booking=booking, customer=_who(said), description=said["description"], now=now)
    return redirect(f"{reverse('calls')}?booked={booking.pk}")


def _ask(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Whoever plans finds the time."""
    form = AskForm(request.POST)
    if not form.is_valid():
        return _found(request, caller, CallForm(request.POST), problem="incomplete")
    try:
        asked = request_create(caller=caller, given=_asked(caller, form.cleaned_data), now=timezone.now())
    except Invalid as refusal:
        return _page(request, caller, {"said": form.cleaned_data, "problem": refusal.code}, refusal.status)
    return redirect(f"{reverse('calls')}?asked={asked.pk}")


def _asked(caller: Caller, said: dict[str, Any]) -> RequestGiven:
    now = timezone.now().astimezone(caller.organisation.zone)
    return RequestGiven(
        reference=f"C{now:%y%m%d}-{uuid4().hex[-8:].upper()}",
        service_type_code=said["service"],
        site=_where(said),
        customer=_who(said),
        description=said["description"],
    )


def _who(said: dict[str, Any]) -> CustomerGiven:
    return CustomerGiven(name=said["name"], phone=said["phone"], email=said["email"])


def _found(request: HttpRequest, caller: Caller, form: forms.Form, *, problem: str = "") -> HttpResponse:
    """The form with the customer and the place that it names, and the windows there are."""
    if not form.is_valid():
        return _page(request, caller, {"problem": "unclear", "said": request.POST}, 422)
    said = form.cleaned_data
    customer = customer_of_phone(caller, said["phone"])
    sites = sites_of_customer(customer) if customer else []
    if not (said["site"] or said["address"]) and sites:
        said["site"] = sites[0].pk
    context: dict[str, object] = {"said": said, "customer": customer, "sites": sites, "problem": problem}
    if customer:
        context["contact"] = Contact.objects.filter(customer=customer).order_by("created_at").first()
        context["own_page"] = reverse("book-again", args=[customer.pk, book_token(customer.pk)])
    if not (said["site"] or said["address"]):
        return _page(request, caller, context | {"problem": "unknown-number"})
    try:
        found = windows_find(caller=caller, wanted=_wanted(said, customer), now=timezone.now())
    except CrewNeeded as refusal:
        context |= {"problem": problem or refusal.code, "without_window": True}
        return _page(request, caller, context, STATUSES.get(problem, refusal.status))
    except Invalid as refusal:
        return _page(request, caller, context | {"problem": refusal.code}, refusal.status)
    language = language_here(request, caller.organisation.language)
    context["place"] = _place(caller, found, language)
    return _page(request, caller, context, STATUSES.get(problem, 200))


def _wanted(said: dict[str, Any], customer: Customer | None = None) -> Wanted:
    return Wanted(service_type_code=said["service"], site=_where(said), customer=customer)


def _where(said: dict[str, Any]) -> UUID | SiteGiven:
    """At a site of ours, or at an address; where that is we may have found out before."""
    point = {} if None in (said["lon"], said["lat"]) else {"lon": said["lon"], "lat": said["lat"]}
    return said["site"] or SiteGiven(address=said["address"], unit=said["unit"], **point)


def _place(caller: Caller, found: Openings, language: Language) -> Place:
    site = found.guest.site
    assert site.community is not None  # else there are no windows
    return Place(
        address=str(site),
        site=site,
        community=site.community,
        community_name=name_in(site.community, language),
        figures=list(_figures(caller, site.community)),
        history=list(_history(caller, site, language)),
        windows=[
            WindowShown(
                opening=one,
                value=window_value(one),
                technician=name_in(one.technician, language),
            )
            for one in found.openings[:MOST]
        ],
    )


def _figures(caller: Caller, community: Community) -> Iterator[tuple[Promise, str | Promise]]:
    """Titles and figures of the community's last four weeks; none before anything was counted."""
    question = Question(window=FOUR_WEEKS, by=(Dimension.COMMUNITY,), region_id=community.region_id)
    table = figure_table(caller, question, figures=FIGURES)
    if table is not None:
        readings = table.row((community.pk,)) or NOTHING
        for figure in FIGURES:
            title = figure_words.TITLES[figure.name]
            yield title, figure_words.said(figure, readings[figure.name], caller.organisation.currency)


def _history(caller: Caller, site: Site, language: Language) -> Iterator[History]:
    for visit in visits_at(caller, site.pk):
        yield History(
            visit=visit,
            service=name_in(visit.service_type, language),
            state=VISIT_STATES[visit.state],
            technician=name_in(visit.technician, language) if visit.technician else "",
        )


def _just_booked(request: HttpRequest, caller: Caller) -> Booking | None:
    try:
        return booking_get(caller, UUID(request.GET.get("booked", "")))
    except (ValueError, BookingUnknown):
        return None


def _just_asked(request: HttpRequest, caller: Caller) -> ServiceRequest | None:
    try:
        return request_get(caller, UUID(request.GET.get("asked", "")))
    except (ValueError, RequestUnknown):
        return None


def _page(
    request: HttpRequest, caller: Caller, context: dict[str, object], status: int = 200
) -> HttpResponse:
    language = language_here(request, caller.organisation.language)
    kinds = ServiceType.objects.filter(organisation=caller.organisation).order_by("name")
    problem = str(context.get("problem", ""))
    shown = {
        "services": [(kind.code, name_in(kind, language)) for kind in kinds],
        "said_problem": PROBLEMS.get(problem, ""),
        "ask_address": problem in {"unknown-number", "nowhere-to-go"},
        **context,
    }
    response = office_page(request, caller, "office/calls.html", shown)
    response.status_code = status
    return response
