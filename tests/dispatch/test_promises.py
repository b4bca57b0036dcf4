"""What the ledger learns when a plan is published that moves what was promised."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from communities.access import Caller
from communities.models import Region, ServiceEvent
from dispatch.models import Plan, PlanVersion, Route, Shift, Stop, Technician, UnassignedVisit, Visit
from dispatch.services.day import rows_hash
from dispatch.services.execution import visit_arrive, visit_complete, visit_start
from dispatch.services.planning import plan_publish
from dispatch.states import PlanState, VisitState
from tests import factories

MONDAY = date(2026, 3, 2)


@pytest.fixture
def shift(tom: Technician, now: datetime) -> Shift:
    return factories.shift(tom, now)


@pytest.fixture
def visit(north: Region, now: datetime) -> Visit:
    """Asked for two hours ago, to be answered within a day."""
    return factories.visit(factories.site(factories.community(north, "A")), now - timedelta(hours=2))


def published(caller: Caller, shift: Shift, visit: Visit, start_at: datetime | None, now: datetime) -> None:
    """Publish a plan of Monday in which the visit starts then, ten minutes from home; or is left out."""
    visit.refresh_from_db()
    plan, _ = Plan.objects.get_or_create(
        organisation=visit.organisation, region=shift.technician.region, on=MONDAY
    )
    shifts = Shift.objects.filter(technician__region=plan.region, on=MONDAY)
    version = PlanVersion.objects.create(
        organisation=visit.organisation,
        plan=plan,
        number=plan.versions.count() + 1,
        state=PlanState.DRAFT,
        iterations=1,
        violations=0,
        inputs_hash=rows_hash([visit], shifts),
    )
    mine: dict[str, Any] = {"organisation": visit.organisation, "version": version}
    if start_at is None:
        UnassignedVisit.objects.create(**mine, visit=visit, reason="no_capacity")
    else:
        end_at = start_at + timedelta(minutes=visit.duration_minutes)
        route = Route.objects.create(
            **mine,
            shift=shift,
            technician=shift.technician,
            starts_at=start_at,
            ends_at=end_at,
            travel_s=1200,
        )
        Stop.objects.create(
            **mine, route=route, visit=visit, sequence=1, arrival_at=start_at, start_at=start_at,
            departure_at=end_at, travel_s=600,
        )  # fmt: skip
    plan_publish(caller=caller, version_id=version.pk, plan_revision=plan.revision, now=now)


def moves() -> list[dict[str, Any]]:
    return list(
        ServiceEvent.objects.filter(kind="visit.rescheduled").order_by("id").values_list("data", flat=True)
    )


def test_first_plan_answers_the_request_and_moves_nothing(
    as_dora: Caller, shift: Shift, visit: Visit, now: datetime
) -> None:
    published(as_dora, shift, visit, now + timedelta(hours=1), now)
    published(as_dora, shift, visit, now + timedelta(hours=1), now + timedelta(days=2))
    answered = ServiceEvent.objects.get(kind="request.responded")  # by the first, however often it is planned
    assert (answered.occurred_at, answered.technician_id) == (now, shift.technician_id)
    assert answered.data == {"on_time": True}
    assert moves() == []


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (15, []),
        (-15, []),
        (16, [{"minutes": 16, "other_day": False, "other_technician": False}]),
        (-20, [{"minutes": -20, "other_day": False, "other_technician": False}]),
    ],
)
def test_start_more_than_a_quarter_of_an_hour_away_moves_the_promise(
    as_dora: Caller, shift: Shift, visit: Visit, now: datetime, minutes: int, expected: list[dict[str, Any]]
) -> None:
    first = now + timedelta(hours=1)
    published(as_dora, shift, visit, first, now)
    published(as_dora, shift, visit, first + timedelta(minutes=minutes), now)
    assert moves() == expected


def test_start_inside_the_promised_window_keeps_the_promise(
    as_dora: Caller, shift: Shift, visit: Visit, now: datetime
) -> None:
    Visit.objects.filter(pk=visit.pk).update(window_from_at=now, window_until_at=now + timedelta(hours=4))
    for hours in (1, 3):
        published(as_dora, shift, visit, now + timedelta(hours=hours), now)
    assert moves() == []


def test_another_technician_moves_the_promise(
    as_dora: Caller, shift: Shift, tina: Technician, visit: Visit, now: datetime
) -> None:
    hers = factories.shift(tina, now)
    for turn in (shift, hers):
        published(as_dora, turn, visit, now + timedelta(hours=1), now)
    assert moves() == [{"minutes": 0, "other_day": False, "other_technician": True}]
    assert ServiceEvent.objects.get(kind="visit.rescheduled").technician_id == tina.pk


def test_visit_that_is_left_out_after_all_is_withdrawn(
    as_dora: Caller, shift: Shift, visit: Visit, now: datetime
) -> None:
    published(as_dora, shift, visit, None, now)  # never promised
    assert moves() == []
    published(as_dora, shift, visit, now + timedelta(hours=1), now)
    published(as_dora, shift, visit, None, now)
    assert moves() == [{"withdrawn": True}]


def test_completed_visit_says_what_it_cost(
    as_dora: Caller, as_tom: Caller, shift: Shift, visit: Visit, now: datetime
) -> None:
    """600 an hour: ten minutes on the road are 100, and 25 on site 250."""
    Technician.objects.filter(pk=shift.technician_id).update(cost_per_hour_minor=600)
    published(as_dora, shift, visit, now + timedelta(hours=1), now)
    for step, minutes in ((visit_arrive, 60), (visit_start, 65), (visit_complete, 90)):
        at = now + timedelta(minutes=minutes)
        step(caller=as_tom, visit_id=visit.pk, happened_at=at, now=at)
    visit.refresh_from_db()
    assert visit.state == VisitState.COMPLETED
    assert ServiceEvent.objects.get(kind="visit.completed").data == {
        "sequence": 1,
        "work_minutes": 25,
        "travel_minutes": 10,
        "labour_minor": 250,
        "travel_minor": 100,
    }
