"""What is told of a visit while the technician is there: answers to its checklist, and who signed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from communities.access import Caller
from core.signatures import SIGNATURE
from dispatch.checklists import Point, PointKind, Value
from dispatch.errors import BadAnswer, BadSignature, NotForYourRole, NotOnSite, PointUnknown
from dispatch.models import Technician, Visit, VisitAnswer, VisitSignature
from dispatch.selectors.reports import points_of
from dispatch.selectors.visits import visit_get
from dispatch.services.execution import check_leads, check_not_ahead
from dispatch.states import VisitState

ON_SITE = (VisitState.ARRIVED, VisitState.STARTED)
READ = ("organisation", "site", "service_type", "work_order__request", "technician")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureGiven:
    """Who signed; without strokes the name was typed."""

    name: str
    strokes: str = ""


@transaction.atomic
def answer_give(
    *, caller: Caller, visit_id: UUID, code: str, value: Value | None, happened_at: datetime, now: datetime
) -> None:
    """Note what was found at a point of the visit's checklist; None takes an answer back. Of two, the later stands, in
    whatever order they come.

    For the visit's technician and for dispatch (NotForYourRole), on site (NotOnSite). Raises VisitUnknown,
    PointUnknown, BadAnswer and TimeImpossible.
    """
    check_not_ahead(happened_at, now)
    visit, _ = visit_on_site(caller, visit_id)
    point = point_of(visit, code)
    if value is not None and not point.takes(value):
        raise BadAnswer(f"{point.name}: expected {point.expected}.", field="value", expected=point.expected)
    if VisitAnswer.objects.filter(visit=visit, code=code, given_at__gt=happened_at).exists():
        return
    VisitAnswer.objects.update_or_create(
        visit=visit,
        code=code,
        defaults={
            "organisation_id": visit.organisation_id,
            "value": value,
            "given_at": happened_at,
            "given_by": caller.account,
        },
    )


@transaction.atomic
def visit_sign(
    *, caller: Caller, visit_id: UUID, given: SignatureGiven, happened_at: datetime, now: datetime
) -> None:
    """Keep who signed for a visit; of two, the later stands.

    For the visit's technician and for dispatch (NotForYourRole), on site (NotOnSite). Raises VisitUnknown,
    BadSignature and TimeImpossible.
    """
    check_not_ahead(happened_at, now)
    if not given.name or (given.strokes and not SIGNATURE.fullmatch(given.strokes)):
        raise BadSignature
    visit, _ = visit_on_site(caller, visit_id)
    if VisitSignature.objects.filter(visit=visit, signed_at__gt=happened_at).exists():
        return
    VisitSignature.objects.update_or_create(
        visit=visit,
        defaults={
            "organisation_id": visit.organisation_id,
            "name": given.name,
            "strokes": given.strokes,
            "signed_at": happened_at,
            "noted_by": caller.account,
        },
    )


def point_of(visit: Visit, code: str, kind: PointKind | None = None) -> Point:
    """A point of a visit's checklist, of that kind if one is given. Raises PointUnknown."""
    for point in points_of(visit):
        if point.code == code and kind in (None, point.kind):
            return point
    raise PointUnknown(f"The visit's checklist has no point {code!r}" + (f" for a {kind}." if kind else "."))


def visit_on_site(caller: Caller, visit_id: UUID) -> tuple[Visit, Technician]:
    """The visit and who is there. Locked: it cannot be completed, and so billed, while something is told or sold on it.

    For the visit's technician and for dispatch (NotForYourRole), on site (NotOnSite). Raises VisitUnknown, and
    NotLeading for somebody who goes along: it is told on the visit of whoever leads.
    """
    visit_get(caller, visit_id)
    visit = Visit.objects.select_for_update(of=("self",), no_key=True).select_related(*READ).get(pk=visit_id)
    technician = visit.technician
    if not caller.runs_dispatch and (technician is None or technician.user_id != caller.user.pk):
        raise NotForYourRole
    check_leads(visit)
    if technician is None or visit.state not in ON_SITE:
        raise NotOnSite
    return visit, technician
