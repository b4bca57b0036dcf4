"""The page for the telephone: from a number or an address to a booked window, by keyboard alone.

What is typed goes by POST: numbers and addresses of customers do not belong into addresses of pages.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID

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
from dispatch.errors import BookingUnknown, CrewNeeded, WindowGone
from dispatch.explanations import name_in
from dispatch.models import Booking, ServiceType, Visit
from dispatch.selectors.bookings import book_token, booking_get
from dispatch.selectors.calls import customer_of_phone, sites_of_customer, visits_at
from dispatch.services.bookings import booking_confirm, window_hold
from dispatch.services.requests import CustomerGiven, SiteGiven
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


class CallForm(forms.Form):
    """Who calls, from where, and what for: a number that is known, or an address."""

    phone = forms.CharField(max_length=40, required=False)
    address = forms.CharField(max_length=240, required=False)
    unit = forms.CharField(max_length=40, required=False)
    service = forms.CharField(max_length=80)
    site = forms.UUIDField(required=False)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90)


class TakeForm(CallForm):
    """A window, and whom it is for."""

    window = WindowField()
    name = forms.CharField(max_length=160)
    email = forms.EmailField(max_length=160, required=False)
    description = forms.CharField(max_length=4000, required=False)

    def clean(self) -> None:
        if not (any(map(str.isdigit, self.cleaned_data.get("phone", ""))) or self.cleaned_data.get("email")):
            self.add_error("phone", "a telephone number or an e-mail address")


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
    """The empty form, with ?booked= under what has just been booked; by POST the windows, or the booking."""
    if request.method == "GET":
        return _page(request, caller, {"booked": _just_booked(request, caller)})
    if "take" in request.POST:
        return _take(request, caller)
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
    who = CustomerGiven(name=said["name"], phone=said["phone"], email=said["email"])
    booking_confirm(booking=booking, customer=who, description=said["description"], now=now)
    return redirect(f"{reverse('calls')}?booked={booking.pk}")


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
    except (CrewNeeded, Invalid) as refusal:
        return _page(request, caller, context | {"problem": refusal.code}, refusal.status)
    language = language_here(request, caller.organisation.language)
    status = {"gone": 409, "incomplete": 422}.get(problem, 200)
    return _page(request, caller, context | {"place": _place(caller, found, language)}, status)


def _wanted(said: dict[str, Any], customer: Customer | None = None) -> Wanted:
    """At a site of ours, or at an address; where that is we may have found out before."""
    point = {} if None in (said["lon"], said["lat"]) else {"lon": said["lon"], "lat": said["lat"]}
    site = said["site"] or SiteGiven(address=said["address"], unit=said["unit"], **point)
    return Wanted(service_type_code=said["service"], site=site, customer=customer)


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
