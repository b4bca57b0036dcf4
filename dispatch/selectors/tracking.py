"""What a customer may know of a visit on its day: how it stands, who comes, and how far away that is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.crypto import constant_time_compare

from core.links import link_token
from dispatch.errors import VisitUnknown
from dispatch.models import Stop, Visit
from dispatch.selectors.visits import day_bounds
from dispatch.states import VisitState

SHOWN = ("organisation", "service_type", "technician", "site")


@dataclass(frozen=True, slots=True)
class Tracked:
    """A visit as its customer follows it.

    `before`: visits that the technician has first, None unless it is today and nobody has set off yet. `expected_at`:
    when somebody who has set off should be there.
    """

    visit: Visit
    before: int | None
    expected_at: datetime | None


def visit_of_customer(visit_id: UUID, token: str, now: datetime) -> Tracked:
    """The visit whose secret address somebody holds. Raises VisitUnknown, also for a wrong token."""
    visit = Visit.objects.filter(pk=visit_id).select_related(*SHOWN).first()
    if visit is None or not constant_time_compare(token, track_token(visit_id)):
        raise VisitUnknown
    return Tracked(visit=visit, before=_before(visit, now), expected_at=_expected_at(visit))


def track_token(visit_id: UUID) -> str:
    """The secret of a visit's page. It follows from the id, so that it need not be kept."""
    return link_token("track", visit_id)


def _before(visit: Visit, now: datetime) -> int | None:
    if visit.state != VisitState.SCHEDULED or visit.starts_at is None:
        return None
    today = now.astimezone(visit.organisation.zone).date()
    begin, end = day_bounds(visit.organisation, today, today)
    if not begin <= visit.starts_at < end:
        return None
    ahead = (VisitState.SCHEDULED, VisitState.EN_ROUTE, VisitState.ARRIVED, VisitState.STARTED)
    earlier = Visit.objects.filter(
        technician=visit.technician_id, state__in=ahead, starts_at__gte=begin, starts_at__lt=visit.starts_at
    )
    return earlier.count()


def _expected_at(visit: Visit) -> datetime | None:
    """As long after setting off as the way takes by the published plan; without one, as planned."""
    if visit.state != VisitState.EN_ROUTE or visit.en_route_at is None:
        return None
    stop = Stop.objects.filter(visit=visit, version__state="published").order_by("-version__number").first()
    return visit.en_route_at + timedelta(seconds=stop.travel_s) if stop else visit.starts_at
