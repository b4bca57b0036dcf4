"""A region's day: planned, published, refused when stale, never twice at once."""

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, cast

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from communities.access import Caller
from communities.models import Region, ServiceEvent
from dispatch.errors import NotForYourRole, PlanNotRunning, PlanRunning, PlanStale, PlanUnknown, RegionUnknown
from dispatch.models import PlanVersion, ServiceRequest, Stop, Technician, Visit
from dispatch.selectors.visits import schedule
from dispatch.services.planning import plan_cancel, plan_publish, plan_request
from dispatch.services.solving import version_solve, versions_sweep
from dispatch.states import PlanState, RequestState, VisitState
from tests import factories

MONDAY = date(2026, 3, 2)


@pytest.fixture
def asked(north: Region, now: datetime) -> list[ServiceRequest]:
    """Three requests of the day before, in one community."""
    place = factories.community(north, "A")
    return [factories.request(factories.site(place), now - timedelta(days=1)) for _ in range(3)]


@pytest.fixture
def at_work(tom: Technician, now: datetime) -> Technician:
    factories.shift(tom, now)
    return tom


def planned(caller: Caller, region: Region, **wishes: object) -> PlanVersion:
    version = plan_request(caller=caller, region_id=region.pk, on=MONDAY, iterations=50, **wishes)  # type: ignore[arg-type]
    version_solve(version_id=version.pk)
    version.refresh_from_db()
    return version


def published(caller: Caller, version: PlanVersion, now: datetime) -> PlanVersion:
    version.plan.refresh_from_db()
    plan_publish(caller=caller, version_id=version.pk, plan_revision=version.plan.revision, now=now)
    version.refresh_from_db()
    return version


def test_requests_become_visits_on_the_technicians_schedule(
    as_dora: Caller,
    as_tom: Caller,
    north: Region,
    asked: list[ServiceRequest],
    at_work: Technician,
    now: datetime,
) -> None:
    version = published(as_dora, planned(as_dora, north), now)

    assert (version.state, version.visits_assigned, version.visits_unassigned) == (PlanState.PUBLISHED, 3, 0)
    assert version.violations == 0
    day = schedule(as_tom, MONDAY, MONDAY)
    assert [visit.state for visit in day] == [VisitState.SCHEDULED] * 3
    # One after the other: 30 minutes each, at one place, so without travel between them.
    assert [later.starts_at - earlier.starts_at for earlier, later in pairwise(day)] == [  # type: ignore[operator]
        timedelta(minutes=30)
    ] * 2
    assert {request.state for request in ServiceRequest.objects.all()} == {RequestState.ACCEPTED}
    assert ServiceEvent.objects.filter(kind="visit.planned").count() == 3


def test_draft_changes_no_schedule(
    as_dora: Caller, as_tom: Caller, north: Region, asked: list[ServiceRequest], at_work: Technician
) -> None:
    assert planned(as_dora, north).state == PlanState.DRAFT
    assert schedule(as_tom, MONDAY, MONDAY) == []


def test_same_rows_give_the_same_plan(
    as_dora: Caller, north: Region, asked: list[ServiceRequest], at_work: Technician
) -> None:
    first, second = planned(as_dora, north), planned(as_dora, north)

    assert first.problem_hash == second.problem_hash
    assert _shape(first) == _shape(second)


def _shape(version: PlanVersion) -> list[tuple[object, ...]]:
    return list(
        version.stops.order_by("route", "sequence").values_list("visit", "route__technician", "start_at")
    )


def test_visit_left_out_has_its_reason(
    as_dora: Caller, north: Region, tom: Technician, now: datetime
) -> None:
    factories.shift(tom, now)
    kind = factories.service_type(north.organisation, "boiler", needs="gas")
    factories.request(factories.site(factories.community(north, "A")), now - timedelta(days=1), kind)

    version = planned(as_dora, north)

    assert [(left.reason, left.detail) for left in version.unassigned.all()] == [
        ("skill_missing", "skill: gas, level: 1")
    ]


def test_published_plan_is_replaced_whole(
    as_dora: Caller,
    as_tom: Caller,
    north: Region,
    asked: list[ServiceRequest],
    at_work: Technician,
    now: datetime,
) -> None:
    first = published(as_dora, planned(as_dora, north), now)
    second = published(as_dora, planned(as_dora, north), now)

    first.refresh_from_db()
    assert (first.state, second.state) == (PlanState.SUPERSEDED, PlanState.PUBLISHED)
    assert len(schedule(as_tom, MONDAY, MONDAY)) == 3


def test_stale_plan_is_refused_and_changes_nothing(
    as_dora: Caller, north: Region, asked: list[ServiceRequest], at_work: Technician, now: datetime
) -> None:
    version = planned(as_dora, north)
    visit = Visit.objects.latest("id")
    Visit.objects.filter(pk=visit.pk).update(revision=visit.revision + 1)

    with pytest.raises(PlanStale):
        published(as_dora, version, now)

    assert {visit.state for visit in Visit.objects.all()} == {VisitState.UNSCHEDULED}


def test_second_publisher_is_told_that_another_was_quicker(
    as_dora: Caller, north: Region, asked: list[ServiceRequest], at_work: Technician, now: datetime
) -> None:
    mine, theirs = planned(as_dora, north), planned(as_dora, north)
    revision = mine.plan.revision
    published(as_dora, theirs, now)

    with pytest.raises(PlanStale):
        plan_publish(caller=as_dora, version_id=mine.pk, plan_revision=revision, now=now)


def test_begun_visit_stays_with_its_technician(
    as_dora: Caller,
    north: Region,
    asked: list[ServiceRequest],
    at_work: Technician,
    tina: Technician,
    now: datetime,
) -> None:
    published(as_dora, planned(as_dora, north), now)
    begun = Visit.objects.order_by("starts_at").first()
    assert begun is not None
    Visit.objects.filter(pk=begun.pk).update(state=VisitState.EN_ROUTE)
    factories.shift(tina, now)

    version = published(as_dora, planned(as_dora, north), now)

    stop = Stop.objects.get(version=version, visit=begun)
    assert (stop.route.technician, stop.start_at) == (at_work, begun.starts_at)
    begun.refresh_from_db()
    assert begun.state == VisitState.EN_ROUTE


def test_second_run_of_a_day_is_refused_until_the_first_ends(as_dora: Caller, north: Region) -> None:
    running = plan_request(caller=as_dora, region_id=north.pk, on=MONDAY)
    with pytest.raises(PlanRunning):
        plan_request(caller=as_dora, region_id=north.pk, on=MONDAY)
    plan_cancel(caller=as_dora, version_id=running.pk)
    assert plan_request(caller=as_dora, region_id=north.pk, on=MONDAY).number == 2


def test_cancelled_run_is_not_solved(as_dora: Caller, north: Region, asked: list[ServiceRequest]) -> None:
    version = plan_request(caller=as_dora, region_id=north.pk, on=MONDAY)
    plan_cancel(caller=as_dora, version_id=version.pk)
    version_solve(version_id=version.pk)
    version.refresh_from_db()
    assert version.state == PlanState.CANCELLED
    with pytest.raises(PlanNotRunning):
        plan_cancel(caller=as_dora, version_id=version.pk)


def test_run_cancelled_while_it_is_solved_keeps_nothing(
    as_dora: Caller, north: Region, asked: list[ServiceRequest], at_work: Technician
) -> None:
    version = plan_request(caller=as_dora, region_id=north.pk, on=MONDAY, iterations=50)
    PlanVersion.objects.filter(pk=version.pk).update(cancel_requested_at=version.created_at)
    version_solve(version_id=version.pk)
    version.refresh_from_db()
    assert (version.state, version.stops.count()) == (PlanState.CANCELLED, 0)


def test_run_cancelled_while_its_result_is_written_keeps_nothing(
    as_dora: Caller, north: Region, asked: list[ServiceRequest], at_work: Technician
) -> None:
    version = plan_request(caller=as_dora, region_id=north.pk, on=MONDAY, iterations=50)

    def cancelling(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('INSERT INTO "dispatch_route"'):
            plan_cancel(caller=as_dora, version_id=version.pk)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(cancelling):
        version_solve(version_id=version.pk)
    version.refresh_from_db()
    assert (version.state, version.stops.count()) == (PlanState.CANCELLED, 0)


def test_whoever_looks_later_sees_how_the_cost_fell(
    as_dora: Caller,
    north: Region,
    asked: list[ServiceRequest],
    at_work: Technician,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dispatch.services.solving.REPORT_S", 0)
    version = planned(as_dora, north)
    assert version.costs == sorted(version.costs, reverse=True)
    assert version.costs[-1] == round(version.score["total"], 1)


def test_worker_is_not_given_up_while_it_explains_and_writes(
    as_dora: Caller, north: Region, asked: list[ServiceRequest], at_work: Technician
) -> None:
    version = plan_request(caller=as_dora, region_id=north.pk, on=MONDAY, iterations=50)
    said: list[str] = []

    def listening(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if '"lease_until" = ' in sql and '"progress" = ' not in sql:
            said.append("lease")
        if sql.startswith('INSERT INTO "dispatch_route"'):
            said.append("result")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listening):
        version_solve(version_id=version.pk)
    # When the run is taken, and before and after reasons are looked for, when there is no progress to tell.
    assert said == ["lease", "lease", "lease", "result"]


def test_lost_worker_is_replaced_and_given_up_the_third_time(
    as_dora: Caller, north: Region, now: datetime
) -> None:
    version = plan_request(caller=as_dora, region_id=north.pk, on=MONDAY)
    runs = PlanVersion.objects.filter(pk=version.pk)
    for attempts, state in ((1, PlanState.QUEUED), (3, PlanState.FAILED)):
        runs.update(state=PlanState.SOLVING, attempts=attempts, lease_until=now - timedelta(seconds=1))
        versions_sweep(now=now)
        assert runs.get().state == state


def test_only_dispatch_plans_and_strangers_see_no_region(
    as_dora: Caller, as_stranger: Caller, as_tom: Caller, north: Region
) -> None:
    with pytest.raises(NotForYourRole):
        plan_request(caller=as_tom, region_id=north.pk, on=MONDAY)
    with pytest.raises(RegionUnknown):
        plan_request(caller=as_stranger, region_id=north.pk, on=MONDAY)
    version = plan_request(caller=as_dora, region_id=north.pk, on=MONDAY)
    with pytest.raises(PlanUnknown):
        plan_cancel(caller=as_stranger, version_id=version.pk)


def test_solved_routes_cannot_be_changed(
    as_dora: Caller, north: Region, asked: list[ServiceRequest], at_work: Technician
) -> None:
    stop = planned(as_dora, north).stops.first()
    assert stop is not None
    with pytest.raises(Exception, match="Cannot update"), transaction.atomic():
        Stop.objects.filter(pk=stop.pk).update(sequence=9)


@pytest.mark.django_db(transaction=True)
def test_database_refuses_a_technician_in_two_places(north: Region, tom: Technician, now: datetime) -> None:
    place = factories.community(north, "A")
    first = factories.visit(
        factories.site(place), now, technician=tom, starts_at=now, state=VisitState.SCHEDULED
    )
    with pytest.raises(IntegrityError, match="visit_technician_in_one_place"):
        factories.visit(
            factories.site(place),
            now,
            technician=tom,
            starts_at=cast(datetime, first.ends_at) - timedelta(minutes=1),
            state=VisitState.SCHEDULED,
        )


def test_publishing_costs_the_same_queries_for_one_visit_and_for_three(
    as_dora: Caller, north: Region, south: Region, tom: Technician, now: datetime
) -> None:
    counts = []
    for region, visits in ((north, 1), (south, 3)):
        worker = factories.technician(region, f"Q{visits}")
        factories.shift(worker, now)
        place = factories.community(region, f"C{visits}")
        for _ in range(visits):
            factories.request(factories.site(place), now - timedelta(days=1))
        version = planned(as_dora, region)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            published(as_dora, version, now)
        counts.append(len(queries))
    assert counts[0] == counts[1]
