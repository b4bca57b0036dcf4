"""A visit: why somebody goes there, and what was told from there: steps, checklist, photos, who signed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
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
from dispatch.explanations import stop_sentences, unassigned_sentence, version_affinities
from dispatch.left_out import left_out_sentences
from dispatch.models import UnassignedVisit, Visit, VisitAnswer, VisitPhoto
from dispatch.selectors.plans import visit_planned
from dispatch.selectors.reports import Report, reports_of
from dispatch.selectors.visits import crews_of, visit_get

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


@dataclass(frozen=True, slots=True)
class Why:
    """Why somebody goes there, or why nobody does; then `more` is what keeps it out, and what would let it in.
    `board` is where something can be done about it."""

    sentences: list[str]
    more: list[str]
    board: str


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of a crew, nameless while nobody is planned. `href` leads to that one's visit, where it is another page
    that the reader may see."""

    name: str
    leads: bool
    href: str


@require_safe
@signed_in
def visit(request: HttpRequest, caller: Caller, visit_id: UUID) -> HttpResponse:
    """For whoever may see the visit. Nine queries beside the caller's at most, however much was told, and one more for
    a crew's. How it ended and what was found there is told on the page of whoever leads."""
    try:
        found = visit_get(caller, visit_id)
    except VisitUnknown:
        raise Http404 from None
    language = language_here(request, caller.organisation.language)
    crew = crews_of(caller, [found]).get(found.trip, [])
    report = reports_of([found])[found.pk] if found.leads else Report([])
    context = {
        "shown": visit_shown(found, language),
        "why": why_of(caller, found, crew, language),
        "crew": members_of(caller, found, crew, language),
        "steps": steps_of(found),
        "points": points_of(report, language),
        "photos": [photo for photo in report.photos if not photo.code],
        "signature": report.signature,
        "is_empty": report.is_empty,
    }
    return office_page(request, caller, "office/visit.html", context)


def why_of(caller: Caller, visit: Visit, crew: Sequence[Visit], language: Language) -> Why | None:
    """None where no plan has it, and for technicians: it tells of their colleagues. Of a crew that is left out the
    board has whoever leads."""
    planned = visit_planned(caller, visit.pk)
    if planned is None:
        return None
    plan = planned.version.plan
    is_left_out = isinstance(planned, UnassignedVisit)
    shown = crew[0] if crew and is_left_out else visit
    board = f"{reverse('board')}?region={plan.region_id}&on={plan.on.isoformat()}#{shown.pk}"
    if isinstance(planned, UnassignedVisit):
        return Why([unassigned_sentence(planned, language)], left_out_sentences(planned, language), board)
    return Why(stop_sentences(planned, version_affinities(planned.version), language), [], board)


def members_of(caller: Caller, visit: Visit, crew: Iterable[Visit], language: Language) -> list[Member]:
    """Who makes it together, whoever leads first. Technicians have no page of their colleagues' visits."""
    return [
        Member(
            name=f"{one.technician.code} {name_in(language, one.technician)}" if one.technician else "",
            leads=one.leads,
            href="" if caller.is_technician or one.pk == visit.pk else reverse("visit", args=[one.pk]),
        )
        for one in crew
    ]


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
