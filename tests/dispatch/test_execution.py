"""A visit from the way there to its end, step by step."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from communities.access import Caller
from communities.models import Region, ServiceEvent, User
from core.errors import Stale
from dispatch.errors import NotForYourRole, StepOutOfOrder, TimeImpossible, VisitUnknown
from dispatch.models import Technician, Visit
from dispatch.selectors.visits import visit_list
from dispatch.services.execution import (
    visit_annotate,
    visit_arrive,
    visit_complete,
    visit_en_route,
    visit_not_complete,
    visit_start,
)
from dispatch.states import PLAN, REQUEST, VISIT, WORK_ORDER, VisitState
from tests import factories
from tests.conftest import as_caller
from tests.outbox import waiting


@pytest.fixture
def visit(north: Region, tom: Technician, now: datetime) -> Visit:
    """Tom's visit at 09:00."""
    site = factories.site(factories.community(north, "A"))
    customer = factories.customer(north.organisation)
    return factories.visit(
        site,
        now - timedelta(days=1),
        technician=tom,
        starts_at=now,
        state=VisitState.SCHEDULED,
        customer=customer,
    )


def at(now: datetime, minutes: float) -> dict[str, datetime]:
    happened_at = now + timedelta(minutes=minutes)
    return {"happened_at": happened_at, "now": happened_at}


def test_visit_is_done_step_by_step(as_tom: Caller, visit: Visit, now: datetime) -> None:
    visit_en_route(caller=as_tom, visit_id=visit.pk, **at(now, -20))
    visit_arrive(caller=as_tom, visit_id=visit.pk, **at(now, 5))
    visit_start(caller=as_tom, visit_id=visit.pk, **at(now, 6))
    done = visit_complete(caller=as_tom, visit_id=visit.pk, **at(now, 40), notes="New filter")

    assert (done.state, done.notes, done.revision) == (VisitState.COMPLETED, "New filter", 5)
    assert done.finished_at == now + timedelta(minutes=40)
    done.work_order.refresh_from_db()
    assert (done.work_order.state, done.work_order.request.state) == ("completed", "closed")
    assert waiting() == [
        "visit.en_route",
        "visit.arrived",
        "visit.started",
        "visit.completed",
        "work_order.completed",
    ]
    facts = ServiceEvent.objects.filter(visit_id=visit.pk).order_by("id")
    assert [(fact.kind, fact.data) for fact in facts] == [
        ("visit.en_route", {}),
        ("request.responded", {"on_time": True}),  # asked for a day ago, all but the way there
        ("visit.arrived", {"on_time": True}),
        ("visit.started", {}),
        (
            "visit.completed",  # 34 minutes, of a technician whose hours cost nothing
            {"sequence": 1, "work_minutes": 34, "travel_minutes": 0, "labour_minor": 0, "travel_minor": 0},
        ),
        ("request.resolved", {"on_time": True}),
    ]


@pytest.mark.parametrize(("minutes", "on_time"), [(15, True), (16, False)])
def test_arrival_within_a_quarter_of_an_hour_is_on_time(
    as_tom: Caller, visit: Visit, now: datetime, minutes: float, on_time: bool
) -> None:
    visit_arrive(caller=as_tom, visit_id=visit.pk, **at(now, minutes))
    assert ServiceEvent.objects.get(kind="visit.arrived").data == {"on_time": on_time}


def test_promised_window_decides_what_on_time_means(as_tom: Caller, visit: Visit, now: datetime) -> None:
    Visit.objects.filter(pk=visit.pk).update(window_from_at=now, window_until_at=now + timedelta(hours=2))
    visit_arrive(caller=as_tom, visit_id=visit.pk, **at(now, 100))
    assert ServiceEvent.objects.get(kind="visit.arrived").data == {"on_time": True}


def test_a_window_of_days_promises_no_time(as_tom: Caller, visit: Visit, now: datetime) -> None:
    Visit.objects.filter(pk=visit.pk).update(window_from_at=now, window_until_at=now + timedelta(days=30))
    visit_arrive(caller=as_tom, visit_id=visit.pk, **at(now, 16))
    assert ServiceEvent.objects.get(kind="visit.arrived").data == {"on_time": False}


def test_visit_that_could_not_be_completed_gets_another(as_tom: Caller, visit: Visit, now: datetime) -> None:
    visit_arrive(caller=as_tom, visit_id=visit.pk, **at(now, 0))
    failed = visit_not_complete(caller=as_tom, visit_id=visit.pk, reason="Nobody at home", **at(now, 10))

    again = Visit.objects.get(work_order=visit.work_order, sequence=2)
    assert (failed.state, failed.outcome) == (VisitState.NOT_COMPLETED, "Nobody at home")
    assert (again.state, again.site, again.technician) == (VisitState.UNSCHEDULED, visit.site, None)
    assert again.work_order.state == "open"


def test_step_that_does_not_follow_is_refused(as_tom: Caller, visit: Visit, now: datetime) -> None:
    with pytest.raises(StepOutOfOrder, match="The visit is scheduled: it cannot become completed"):
        visit_complete(caller=as_tom, visit_id=visit.pk, **at(now, 0))
    visit_arrive(caller=as_tom, visit_id=visit.pk, **at(now, 0))
    with pytest.raises(StepOutOfOrder):
        visit_arrive(caller=as_tom, visit_id=visit.pk, **at(now, 1))
    assert ServiceEvent.objects.filter(kind="visit.arrived").count() == 1


def test_time_that_cannot_be_is_refused(as_tom: Caller, visit: Visit, now: datetime) -> None:
    with pytest.raises(TimeImpossible, match="in the future"):
        visit_arrive(caller=as_tom, visit_id=visit.pk, happened_at=now + timedelta(minutes=6), now=now)
    with pytest.raises(TimeImpossible, match="before the visit was asked for"):
        visit_arrive(caller=as_tom, visit_id=visit.pk, happened_at=now - timedelta(days=2), now=now)
    visit_arrive(caller=as_tom, visit_id=visit.pk, **at(now, 0))
    with pytest.raises(TimeImpossible, match="happened later"):
        visit_start(caller=as_tom, visit_id=visit.pk, happened_at=now - timedelta(minutes=1), now=now)


def test_visit_is_reported_by_its_technician_or_dispatch(
    as_tom: Caller,
    as_dora: Caller,
    as_stranger: Caller,
    tina: Technician,
    mina: User,
    visit: Visit,
    now: datetime,
) -> None:
    assert tina.user is not None
    for outsider in (as_caller(tina.user), as_stranger):
        with pytest.raises(VisitUnknown):
            visit_arrive(caller=outsider, visit_id=visit.pk, **at(now, 0))
    with pytest.raises(NotForYourRole):
        visit_arrive(caller=as_caller(mina), visit_id=visit.pk, **at(now, 0))
    assert visit_arrive(caller=as_dora, visit_id=visit.pk, **at(now, 0)).state == VisitState.ARRIVED


def test_note_on_a_changed_visit_is_refused(as_tom: Caller, visit: Visit) -> None:
    noted = visit_annotate(caller=as_tom, visit_id=visit.pk, notes="Ring twice", revision=1)
    assert (noted.notes, noted.revision) == ("Ring twice", 2)
    with pytest.raises(Stale):
        visit_annotate(caller=as_tom, visit_id=visit.pk, notes="Do not ring", revision=1)


def test_region_manager_sees_the_visits_of_their_region_only(mina: User, sol: User, visit: Visit) -> None:
    assert list(visit_list(as_caller(mina))) == [visit]
    assert list(visit_list(as_caller(sol))) == []


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(wishes=st.lists(st.sampled_from(sorted(VISIT)), max_size=12))
def test_whatever_is_asked_a_finished_visit_stays_finished(wishes: list[str]) -> None:
    """The table alone: follow any wishes it admits; an end is never left."""
    state = str(VisitState.UNSCHEDULED)
    ended = ""
    for wish in wishes:
        if wish in VISIT[state]:
            state = wish
        if not VISIT[state]:
            ended = ended or state
    assert ended in {"", state}


@pytest.mark.parametrize("table", [REQUEST, WORK_ORDER, VISIT, PLAN])
def test_every_state_named_in_a_table_has_a_row(table: dict[str, frozenset[str]]) -> None:
    assert {target for targets in table.values() for target in targets} <= set(table)
