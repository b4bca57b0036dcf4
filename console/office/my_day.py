"""A technician's day, on a telephone: the page, and what lets it work without a connection."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from communities.access import Caller
from communities.insight.sentences import Language
from communities.models import Contact, SurveyAnswer
from communities.selectors.surveys import last_answers
from console.customer.pages import Policy
from console.office.day import VisitShown, day_asked, day_to_show, visit_shown
from console.office.on_site import money_of, told_of
from console.office.pages import language_here, office_page, signed_in
from console.office.words import VISIT_STATES
from console.templatetags.modules import family_of
from dispatch.explanations import name_in
from dispatch.models import Visit
from dispatch.selectors.visits import crews_of, schedule
from dispatch.states import VisitState

ASSETS = (
    "console/base.css",
    "console/office.css",
    "console/my_day/my_day.css",
    "console/my_day/icon.svg",
)
SCRIPT = "console/my_day/page.js"
STEPS: dict[str, Promise] = {
    "en-route": _("I am on my way"),
    "arrive": _("I am there"),
    "start": _("Begin the work"),
    "complete": _("Done"),
    "could-not-complete": _("It cannot be done"),
}
NET: dict[str, Promise] = {
    "kept": _("No connection. What waits to be sent:"),
    "sending": _("Being sent:"),
    "sent": _("Everything is sent"),
    "signed_out": _("Sign in again to send what waits:"),
    "refused": _("The office has changed this visit:"),
    "leave": _("Not everything is sent yet. Sign out all the same, and lose it?"),
    "dismiss": _("I have seen it"),
}
SITE: dict[str, Promise] = {
    "accepted_here": _("Accepted here"),
    "answer": _("Checklist"),
    "at_least": _("At least {lowest} {unit}"),
    "at_most": _("At most {highest} {unit}"),
    "between": _("Between {lowest} and {highest} {unit}"),
    "checklist": _("Checklist"),
    "decision": _("Offer"),
    "letter": _("Offer"),
    "no": _("No"),
    "not_wanted": _("Not wanted"),
    "offer": _("Offer"),
    "offer_accepted": _("accepted"),
    "offer_expired": _("expired"),
    "offer_offered": _("offered"),
    "offer_refused": _("not wanted"),
    "offer_sent": _("sent to the customer"),
    "offers": _("What can be offered"),
    "optional": _("(optional)"),
    "photo": _("Photo"),
    "photo_trouble": _("This photo cannot be kept on this telephone."),
    "photos": _("Photos"),
    "recommended": _("recommended"),
    "removal": _("Removing a photo"),
    "remove_photo": _("Remove the photo"),
    "remove_photo_sure": _("Remove this photo? It cannot be brought back."),
    "send_offer": _("Send to the customer"),
    "sign": _("Sign"),
    "sign_here": _("Sign here with a finger"),
    "signature": _("Signature"),
    "signed_by": _("Signed by {name}"),
    "still_open": _("Still open: {points}"),
    "take_photo": _("Take a photo"),
    "yes": _("Yes"),
}
"""What the page's scripts say of being on site; {gaps} are filled there."""


@dataclass(frozen=True, slots=True)
class OwnVisit:
    """A visit as its technician needs it: whom to call, where to go, and what the customer said last time."""

    shown: VisitShown
    contacts: list[Contact]
    place: tuple[float, float] | None  # latitude, longitude
    last_said: SurveyAnswer | None
    leader: str  # who leads the crew, for whoever goes along
    along: list[str]  # who goes along, for whoever leads


@require_safe
@signed_in
def my_day(request: HttpRequest, caller: Caller) -> HttpResponse:
    """A day of ?on=, else the one to look at; for technicians, all others have other pages."""
    if not caller.is_technician:
        return redirect("day")
    now = timezone.now()
    on = day_asked(request) or day_to_show(caller, now)
    language = language_here(request, caller.organisation.language)
    visits = own_visits(caller, on, language)
    context = {
        "on": on,
        "before": on - timedelta(days=1),
        "after": on + timedelta(days=1),
        "today": now.astimezone(caller.organisation.zone).date(),
        "visits": visits,
        "words": {
            "states": VISIT_STATES,
            "steps": STEPS,
            "net": NET,
            "site": SITE,
            "money": money_of(caller),
        },
        "told": told_of(caller, [one.shown.visit for one in visits], _reachable(visits), language, now),
    }
    return office_page(request, caller, "office/my_day.html", context, policy=Policy.APP)


def own_visits(caller: Caller, on: date, language: Language) -> list[OwnVisit]:
    """A technician's visits in the order they are driven. Three queries, and one more with a crew among them."""
    visits = schedule(caller, on, on)
    crews = crews_of(caller, visits)
    contacts = _contacts(visits)
    said = last_answers(caller, contacts)
    return [_own(visit, crews.get(visit.trip, []), contacts, said, language) for visit in visits]


def _reachable(visits: Iterable[OwnVisit]) -> set[UUID]:
    """The visits whose customer can be written to."""
    return {
        one.shown.visit.pk
        for one in visits
        if any(contact.may_message and contact.email for contact in one.contacts)
    }


def _own(
    visit: Visit,
    crew: Iterable[Visit],
    contacts: Mapping[UUID, list[Contact]],
    said: Mapping[UUID, SurveyAnswer],
    language: Language,
) -> OwnVisit:
    customer, point = visit.work_order.request.customer_id, visit.site.point
    others = [one for one in crew if one.pk != visit.pk]
    return OwnVisit(
        shown=visit_shown(visit, language),
        contacts=contacts.get(customer, []) if customer else [],
        place=(point.y, point.x) if point else None,
        last_said=said.get(customer) if customer else None,
        leader=next(iter(_names([one for one in others if one.leads], language)), ""),
        along=_names(others if visit.leads else [], language),
    )


def _names(visits: Iterable[Visit], language: Language) -> list[str]:
    """Of the technicians who make them."""
    return [name_in(one.technician, language) for one in visits if one.technician]


def _contacts(visits: Iterable[Visit]) -> dict[UUID, list[Contact]]:
    """By customer. Those of visits that are over are not needed any more, and not sent to a telephone."""
    over = {VisitState.COMPLETED, VisitState.NOT_COMPLETED}
    customers = {visit.work_order.request.customer_id for visit in visits if visit.state not in over}
    found: dict[UUID, list[Contact]] = {}
    for contact in Contact.objects.filter(customer__in=customers - {None}).order_by("created_at", "id"):
        found.setdefault(contact.customer_id, []).append(contact)
    return found


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker (W3C Service Workers): keeps the page and what it consists of for when there is no
    connection."""
    context = {"assets": [static(name) for name in (*ASSETS, *family_of(SCRIPT))]}
    response = render(request, "office/my_day_worker.js", context, content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """What a telephone needs to keep the page like an application of its own (W3C Web Application Manifest)."""
    told = {
        "name": str(_("My day")),
        "short_name": "鄰里 Linli",
        "start_url": "/my-day",
        "scope": "/my-day",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#0b6157",
        "icons": [icon | {"purpose": purpose} for icon in _icons() for purpose in ("any", "maskable")],
    }
    return JsonResponse(told, content_type="application/manifest+json")


def _icons() -> list[dict[str, str]]:
    """The drawing, and pictures of it for systems that draw none."""
    drawing = {"src": static("console/my_day/icon.svg"), "sizes": "any", "type": "image/svg+xml"}
    pictures = [
        {"src": static(f"console/my_day/icon-{side}.png"), "sizes": f"{side}x{side}", "type": "image/png"}
        for side in (192, 512)
    ]
    return [drawing, *pictures]
