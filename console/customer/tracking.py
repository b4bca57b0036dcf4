"""The customer follows a visit on its day: how it stands, who comes, and how far away that is."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from console.customer.pages import gone, language_for, page
from core.languages import name_in
from dispatch.errors import VisitUnknown
from dispatch.models import Technician
from dispatch.selectors.tracking import Tracked, visit_of_customer
from dispatch.states import VisitState

LOOK_AGAIN_S = 60

WORDS: dict[str, Promise] = {
    VisitState.UNSCHEDULED: _("Your visit is booked. Who comes will stand here on the day."),
    VisitState.SCHEDULED: _("Your visit is planned."),
    VisitState.EN_ROUTE: _("Our technician is on the way to you."),
    VisitState.ARRIVED: _("Our technician is there."),
    VisitState.STARTED: _("Our technician is at work."),
    VisitState.COMPLETED: _("The work is done. Thank you."),
    VisitState.NOT_COMPLETED: _("The work could not be completed. We come again, or call you."),
    VisitState.CANCELLED: _("This visit has been cancelled."),
}
OVER = {VisitState.COMPLETED, VisitState.NOT_COMPLETED, VisitState.CANCELLED}


@require_GET
def track(request: HttpRequest, visit_id: UUID, token: str) -> HttpResponse:
    """The page loads itself again every minute, until the visit is over."""
    try:
        shown = visit_of_customer(visit_id, token, timezone.now())
    except VisitUnknown:
        return gone(request)
    visit = shown.visit
    language = language_for(request, visit.organisation.language)
    response = page(
        request,
        "customer/track.html",
        {
            "organisation": visit.organisation,
            "visit": visit,
            "service": name_in(language, visit.service_type),
            "words": WORDS[visit.state],
            "who": first_name(visit.technician, language) if _is_told(shown) else "",
            "before": shown.before,
            "expected_at": shown.expected_at,
        },
        language=language,
        zone=visit.organisation.zone,
    )
    if visit.state not in OVER:
        response["Refresh"] = str(LOOK_AGAIN_S)
    return response


def _is_told(shown: Tracked) -> bool:
    """Who comes may still change before the day; from then on it is told."""
    return shown.visit.state not in {VisitState.UNSCHEDULED, VisitState.CANCELLED} and (
        shown.visit.state != VisitState.SCHEDULED or shown.before is not None
    )


def first_name(technician: Technician | None, language: str) -> str:
    """What customers may call them: the first name; of a name in Chinese characters the family name, as is polite."""
    if technician is None:
        return ""
    name = name_in(language, technician)
    return name.split()[0] if name.isascii() else f"{name[0]}技師"
