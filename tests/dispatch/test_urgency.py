"""Whoever has waited longest is not passed over for ever because he lives far off."""

from datetime import date, datetime, timedelta

import pytest

from communities.models import Region
from dispatch.models import ServiceRequest, Technician
from dispatch.services.day import day_load
from dispatch.services.problem import problem_of
from dispatch.solver.solve import Limits, solve
from dispatch.urgency import urgency
from tests import factories

MONDAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("due_on", "times"),
    [
        (date(2026, 3, 9), 1),
        (date(2026, 3, 3), 1),
        (date(2026, 3, 2), 2),
        (date(2026, 3, 1), 3),
        (date(2026, 2, 26), 6),
        (date(2026, 2, 22), 10),
        (date(2025, 3, 2), 10),
    ],
)
def test_a_penalty_doubles_on_the_day_it_is_due_and_grows_with_every_day_after(
    due_on: date, times: int
) -> None:
    assert urgency(due_on, on=MONDAY) == times


@pytest.mark.parametrize(("waited", "planned"), [(timedelta(days=-1), 0), (timedelta(days=4), 1)])
def test_what_is_too_far_for_today_is_served_once_it_is_long_overdue(
    north: Region, tom: Technician, now: datetime, waited: timedelta, planned: int
) -> None:
    """More than two hours there and back, where leaving it out costs two hours: it is left out, day after day; four
    days after its time leaving it out costs twelve."""
    factories.shift(tom, now)
    far = factories.community(north, "F")
    visit = factories.visit(factories.site(far, lat=tom.home.y + 0.55), now)
    ServiceRequest.objects.filter(pk=visit.work_order.request_id).update(resolve_by=now - waited)
    plan = solve(
        problem_of(day_load(region=north, on=MONDAY, now=now, signal_set=None)), Limits(iterations=20)
    )
    assert sum(len(route.stops) for route in plan.routes) == planned
