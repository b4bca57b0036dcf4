"""What the tests of the office's pages share: routes, figures and signals, and how a page is opened."""

from dataclasses import asdict
from datetime import date, datetime, timedelta

from django.test import Client

from communities.insight.signals import Debt, Part
from communities.models import Community, MetricDay, Signal, User
from communities.services.windows import windows_make
from dispatch.models import PlanVersion, Route, Stop, Technician
from dispatch.states import VisitState
from tests import factories
from tests.console.test_customer_pages import Page

MONDAY = date(2026, 3, 2)
DAY = "/?on=2026-03-02&lang=en"
CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; "
    "form-action 'self'"
)


def put_on_route(version: PlanVersion, technician: Technician, community: Community, now: datetime) -> Stop:
    """A route with one stop, an hour after the shift begins, at 10:00 in Taipei."""
    shift = factories.shift(technician, now)
    visit = factories.visit(
        factories.site(community),
        now,
        technician=technician,
        starts_at=now + timedelta(hours=1),
        state=VisitState.SCHEDULED,
        customer=factories.customer(technician.organisation),
    )
    route = Route.objects.create(
        organisation=technician.organisation,
        version=version,
        shift=shift,
        technician=technician,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        travel_s=600,
    )
    return Stop.objects.create(
        organisation=technician.organisation,
        version=version,
        route=route,
        visit=visit,
        sequence=1,
        arrival_at=now + timedelta(minutes=55),
        start_at=now + timedelta(hours=1),
        departure_at=now + timedelta(hours=1, minutes=30),
        travel_s=300,
        explanation={
            "chosen": {"technician": technician.code, "minutes": {"travel": 5.0}},
            "runner_up": {"technician": "T9", "minutes": {"travel": 17.0}},
        },
    )


def opened(user: User, path: str) -> Page:
    client = Client()
    client.force_login(user)
    answer = client.get(path)
    assert answer.status_code == 200
    return Page(answer.content)


def metric(community: Community, on: date, **counts: int) -> None:
    """A day's counts, and windows that end on Monday."""
    organisation = community.organisation
    MetricDay.objects.create(organisation=organisation, community=community, on=on, **counts)
    windows_make(organisation=organisation, through_on=MONDAY)


def signal(version: PlanVersion, community: Community, technician: Technician | None, minutes: float) -> None:
    """CSAT 3.0 in the community, 4.0 in the region; 4.5 over five answers when the technician came."""
    owed = asdict(Debt(0.8, 3.4, 4.2, 3.0, 4.0, 5))
    part = asdict(Part(minutes, 0.3, 4.5, 4.0, 5))
    Signal.objects.create(
        organisation=community.organisation,
        signal_set=version.signal_set,
        kind=Signal.Kind.TECHNICIAN_AFFINITY if technician else Signal.Kind.COMMUNITY_PRIORITY,
        community=community,
        technician_id=technician.pk if technician else None,
        minutes=minutes,
        evidence={"parts": {"csat": part}} if technician else {"csat": owed, "hit_rate": None},
    )
