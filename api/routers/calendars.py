"""The technician's calendar, at a secret address that calendar applications can read."""

import hashlib
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from icalendar import Calendar, Event
from ninja import Router

from api.answers import SECRET, answer
from api.auth import Request
from api.etags import if_none_match, not_modified, tagged
from api.schemas.visits import CalendarOut
from dispatch.models import Technician, Visit
from dispatch.selectors.visits import calendar
from dispatch.services.calendars import calendar_issue, calendar_revoke
from dispatch.states import VisitState

router = Router(tags=["Calendar"])

REFRESH = timedelta(minutes=15)


@router.post("/calendar", response={201: CalendarOut})
def calendar_post(request: Request) -> HttpResponse:
    """Make a new secret address; the one before it stops working. For technicians.

    No Idempotency-Key here, for a kept answer would be a kept secret: after a lost answer, make another.
    """
    secret = calendar_issue(caller=request.auth)
    return answer(CalendarOut(url=f"{settings.PUBLIC_URL}{request.path}/{secret}.ics"), 201, SECRET)


@router.delete("/calendar", response={204: None})
def calendar_delete(request: Request) -> HttpResponse:
    """Let the secret address stop working."""
    calendar_revoke(caller=request.auth)
    return HttpResponse(status=204)


@router.get("/calendar/{str:secret}.ics", auth=None)
@if_none_match
def calendar_read(request: HttpRequest, secret: str) -> HttpResponse:
    """The visits as iCalendar (RFC 5545), from thirty days back."""
    technician, visits = calendar(secret, timezone.now())
    content = _calendar(technician, visits)
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    known = not_modified(request, tag)
    return known or tagged(HttpResponse(content, content_type="text/calendar; charset=utf-8"), tag)


def _calendar(technician: Technician, visits: list[Visit]) -> bytes:
    """RFC 7986 for name and refresh interval; X-PUBLISHED-TTL says the same to older clients."""
    whole = Calendar()
    whole.add("prodid", "-//Linli//Visits//EN")
    whole.add("version", "2.0")
    whole.add("method", "PUBLISH")
    whole.add("name", f"{technician.organisation.name}: {technician.name}")
    whole.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    whole.add("x-published-ttl", "PT15M")
    for visit in visits:
        whole.add_component(_event(visit))
    content: bytes = whole.to_ical()
    return content


def _event(visit: Visit) -> Event:
    """UID stays, SEQUENCE grows: clients move the entry instead of making a second one.

    Who the customer is stays out: the address lies on servers of others.
    """
    event = Event()
    event.add("uid", f"{visit.id}@linli")
    event.add("sequence", visit.revision)
    event.add("dtstamp", visit.updated_at)
    event.add("dtstart", visit.starts_at)
    event.add("dtend", visit.ends_at)
    event.add("status", "CANCELLED" if visit.state == VisitState.CANCELLED else "CONFIRMED")
    community = f" · {visit.site.community.name}" if visit.site.community else ""
    event.add("summary", f"{visit.service_type.name}{community}")
    event.add("location", str(visit.site))
    event.add("description", f"{visit.work_order.number} · {visit.get_state_display()}")
    if visit.site.point:
        event.add("geo", (visit.site.point.y, visit.site.point.x))
    return event
