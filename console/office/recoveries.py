"""The page of recoveries: who was badly served, what they said, who was there, who goes next, and by when."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.views.decorators.http import require_POST, require_safe

from communities.access import Caller
from communities.insight.sentences import Language
from console.office.pages import language_here, office_page, signed_in
from console.office.words import RECOVERY_CAUSES, VISIT_STATES
from dispatch.errors import NotForYourRole, RecoveryClosed, RecoveryUnknown, StepOutOfOrder
from dispatch.explanations import name_in
from dispatch.models import Recovery, Visit
from dispatch.selectors.recoveries import Said, next_visit, recovery_list, said_of
from dispatch.services.recoveries import recovery_drop
from dispatch.states import RECOVERY_LIVE, VISIT_BEGUN

MOST = 200
LONGEST_REASON = 240


@dataclass(frozen=True, slots=True)
class RecoveryShown:
    """A recovery in words. `hours` until its deadline; below zero, since. `may_drop`: nobody has set off."""

    recovery: Recovery
    cause: Promise
    said: Said | None
    community: str
    service: str
    was_there: str
    goes: str
    next_visit: Visit | None
    next_state: Promise | str
    age_hours: int
    hours: int
    may_drop: bool


@require_safe
@signed_in
def recoveries(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Those that are not over, due first first. Not for technicians, who have a day."""
    if caller.is_technician:
        return redirect("day")
    language = language_here(request, caller.organisation.language)
    found = recovery_list(caller).filter(state__in=RECOVERY_LIVE).order_by("due_at", "pk")[: MOST + 1]
    now = timezone.now()
    rows = [recovery_shown(one, language, now) for one in found]
    context = {
        "rows": rows[:MOST],
        "more": len(rows) > MOST,
        "late": sum(row.hours < 0 for row in rows[:MOST]),
    }
    return office_page(request, caller, "office/recoveries.html", context)


@require_POST
@signed_in
def drop(request: HttpRequest, caller: Caller, recovery_id: UUID) -> HttpResponse:
    """Give a recovery up. Without a reason, or when it is too late, nothing changes."""
    reason = request.POST.get("reason", "").replace("\0", "").strip()[:LONGEST_REASON]
    if reason:
        try:
            recovery_drop(caller=caller, recovery_id=recovery_id, reason=reason, now=timezone.now())
        except (RecoveryUnknown, NotForYourRole):
            raise Http404 from None
        except (
            RecoveryClosed,
            StepOutOfOrder,
        ):  # somebody was quicker, or is on the way there: the page says so
            pass
    return redirect("recoveries")


def recovery_shown(recovery: Recovery, language: Language, now: datetime) -> RecoveryShown:
    community, visit = recovery.request.site.community, next_visit(recovery)
    return RecoveryShown(
        recovery=recovery,
        cause=RECOVERY_CAUSES[recovery.cause],
        said=said_of(recovery),
        community=name_in(community, language) if community else "",
        service=name_in(recovery.request.service_type, language),
        was_there=f"{recovery.technician.code} {name_in(recovery.technician, language)}",
        goes=f"{visit.technician.code} {name_in(visit.technician, language)}"
        if visit and visit.technician
        else "",
        next_visit=visit,
        next_state=VISIT_STATES[visit.state] if visit else "",
        age_hours=_hours(recovery.opened_at, now),
        hours=_hours(now, recovery.due_at),
        may_drop=visit is None or visit.state not in VISIT_BEGUN,
    )


def _hours(since: datetime, until: datetime) -> int:
    """Whole hours, downwards: what is due in half an hour is due in 0, what was due half an hour ago in -1."""
    return int((until - since).total_seconds() // 3600)
