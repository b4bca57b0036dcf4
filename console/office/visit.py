"""A visit as it was told from there: steps, checklist, photos, who signed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from communities.access import Caller
from communities.insight.sentences import Language
from console.office.day import visit_shown
from console.office.pages import language_here, office_page, signed_in
from core.languages import name_in
from dispatch.checklists import Point, PointKind
from dispatch.errors import VisitUnknown
from dispatch.models import Visit, VisitAnswer, VisitPhoto
from dispatch.selectors.reports import Report, reports_of
from dispatch.selectors.visits import visit_get

STEPS: dict[str, Promise] = {
    "en_route_at": _("On the way"),
    "arrived_at": _("Arrived"),
    "started_at": _("Started"),
    "finished_at": _("Finished"),
}


@dataclass(frozen=True, slots=True)
class PointShown:
    """A point with what was found; `said` is None while nobody has answered."""

    name: str
    said: str | Promise | None
    photos: list[VisitPhoto]
    is_open: bool


@require_safe
@signed_in
def visit(request: HttpRequest, caller: Caller, visit_id: UUID) -> HttpResponse:
    """For whoever may see the visit. Six queries beside the caller's, however much was told."""
    try:
        found = visit_get(caller, visit_id)
    except VisitUnknown:
        raise Http404 from None
    language = language_here(request, caller.organisation.language)
    report = reports_of([found])[found.pk]
    context = {
        "shown": visit_shown(found, language),
        "steps": steps_of(found),
        "points": points_of(report, language),
        "photos": [photo for photo in report.photos if not photo.code],
        "signature": report.signature,
        "is_empty": report.is_empty,
    }
    return office_page(request, caller, "office/visit.html", context)


def steps_of(visit: Visit) -> list[tuple[Promise, datetime]]:
    """Those that were taken, with when."""
    moments = ((name, getattr(visit, step)) for step, name in STEPS.items())
    return [(name, at) for name, at in moments if at]


def points_of(report: Report, language: Language) -> list[PointShown]:
    return [
        PointShown(
            name=name_in(language, point),
            said=said(point, report.answers.get(point.code)),
            photos=[photo for photo in report.photos if photo.code == point.code],
            is_open=point in report.open,
        )
        for point in report.points
    ]


def said(point: Point, answer: VisitAnswer | None) -> str | Promise | None:
    """An answer in words."""
    if answer is None:
        return None
    if point.kind == PointKind.YES_NO:
        return _("Yes") if answer.value else _("No")
    return f"{answer.value} {point.unit}".strip()
