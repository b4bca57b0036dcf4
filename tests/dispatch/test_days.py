"""Days as they really are: begun, late, left over, with clocks that change, on the day itself."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from communities.access import Caller
from communities.models import Community, Organisation, Region, ServiceEvent
from dispatch.errors import PlanNotADraft, PlanStale
from dispatch.models import PlanVersion, ServiceRequest, Technician, Visit
from dispatch.services.day import day_load
from dispatch.services.planning import plan_cancel, plan_publish, plan_request
from dispatch.services.problem import leeway_of, problem_of
from dispatch.services.release import open_visits, requests_lock, requests_release
from dispatch.services.solving import version_solve
from dispatch.states import PlanState, VisitState
from tests import factories

MONDAY = date(2026, 3, 2)
TUESDAY = date(2026, 3, 3)


@pytest.fixture
def village(north: Region) -> Community:
    return factories.community(north, "A")


def planned(caller: Caller, region: Region, on: date, now: datetime) -> PlanVersion:
    """A plan of the day as it is known at `now`."""
    version = plan_request(caller=caller, region_id=region.pk, on=on, iterations=50)
    PlanVersion.objects.filter(pk=version.pk).update(created_at=now)
    version_solve(version_id=version.pk)
    version.refresh_from_db()
    assert version.state == PlanState.DRAFT, version.error
    return version


def published(caller: Caller, region: Region, on: date, now: datetime) -> PlanVersion:
    version = planned(caller, region, on, now)
    plan_publish(caller=caller, version_id=version.pk, plan_revision=version.plan.revision, now=now)
    return version


def test_visit_that_nobody_went_to_is_planned_the_next_day(
    as_dora: Caller, north: Region, village: Community, tom: Technician, now: datetime
) -> None:
    for day in (now, now + timedelta(days=1)):
        factories.shift(tom, day)
    factories.request(factories.site(village), now - timedelta(days=1))
    published(as_dora, north, MONDAY, now - timedelta(hours=2))
    evening = now + timedelta(hours=12)

    published(as_dora, north, TUESDAY, evening)

    [visit] = Visit.objects.all()
    assert visit.starts_at is not None
    assert visit.starts_at.astimezone(north.organisation.zone).date() == TUESDAY


def test_today_s_visits_are_not_tomorrow_s_while_the_day_lasts(
    as_dora: Caller, north: Region, village: Community, tom: Technician, now: datetime
) -> None:
    factories.shift(tom, now)
    factories.request(factories.site(village), now - timedelta(days=1))
    published(as_dora, north, MONDAY, now - timedelta(hours=2))
    assert list(open_visits(north, TUESDAY, now)) == []


def test_today_is_planned_from_now_on(
    as_dora: Caller, north: Region, village: Community, tom: Technician, now: datetime
) -> None:
    factories.shift(tom, now)  # 09:00 to 17:00
    factories.request(factories.site(village), now + timedelta(hours=4))  # telephoned at 13:00
    version = planned(as_dora, north, MONDAY, now + timedelta(hours=5))
    [stop] = version.stops.all()
    assert stop.start_at >= now + timedelta(hours=5)


def test_what_has_begun_stays_and_the_route_goes_on_from_there(
    as_dora: Caller, north: Region, tom: Technician, now: datetime
) -> None:
    factories.shift(tom, now)
    far = factories.community(north, "far", lon=121.60)
    begun = factories.visit(
        factories.site(far), now - timedelta(days=1), technician=tom, starts_at=now, state=VisitState.STARTED
    )
    Visit.objects.filter(pk=begun.pk).update(
        started_at=now + timedelta(minutes=90)
    )  # an hour and a half late
    near = factories.request(factories.site(factories.community(north, "B")), now - timedelta(days=1))

    version = published(as_dora, north, MONDAY, now + timedelta(hours=2))

    first, then = version.stops.order_by("sequence")
    assert (first.visit, first.begun, first.start_at) == (begun, True, now + timedelta(minutes=90))
    assert then.visit.work_order.request == near
    # It lasts 30 minutes from 10:30, so the next one cannot begin before 11:00 and the way there (some 5 km).
    assert then.start_at >= now + timedelta(hours=2, minutes=10)
    begun.refresh_from_db()
    assert (begun.state, begun.starts_at) == (VisitState.STARTED, now)


def test_nobody_is_asked_to_have_come_before_now_or_before_he_is_done(
    north: Region, village: Community, tom: Technician, tina: Technician, now: datetime
) -> None:
    for technician in (tom, tina):
        factories.shift(technician, now)
    factories.visit(
        factories.site(village),
        now - timedelta(days=1),
        technician=tom,
        starts_at=now,
        state=VisitState.STARTED,
    )
    day = day_load(region=north, on=MONDAY, now=now + timedelta(minutes=10), signal_set=None)
    # It is 9:10, and Tom is busy from 9:00 for half an hour.
    assert leeway_of(day).earliest_s == {
        tom.code: (9 * 60 + 30) * 60,
        tina.code: (9 * 60 + 10) * 60,
    }


def test_late_technician_s_day_can_still_be_published(
    as_dora: Caller, north: Region, village: Community, tom: Technician, now: datetime
) -> None:
    """The gate takes longer than when the begun visit was planned: what has begun need not fit any more."""
    factories.shift(tom, now)
    for minutes in (0, 30):
        factories.visit(
            factories.site(village),
            now - timedelta(days=1),
            technician=tom,
            starts_at=now + timedelta(minutes=minutes),
            state=VisitState.ARRIVED,
        )
    Community.objects.update(gate_minutes=45)
    factories.request(factories.site(village), now - timedelta(days=1))

    version = published(as_dora, north, MONDAY, now + timedelta(minutes=40))

    assert list(version.stops.order_by("sequence").values_list("begun", flat=True)) == [True, True, False]


def test_day_on_which_clocks_change_is_planned_by_elapsed_time(acme: Organisation, now: datetime) -> None:
    Organisation.objects.filter(pk=acme.pk).update(time_zone="America/New_York")
    acme.refresh_from_db()
    region = factories.region(acme, "boston")
    village = factories.community(region, "A")
    Community.objects.update(quiet_from=time(12), quiet_until=time(13))
    technician = factories.technician(region, "B1")
    eight = datetime(2015, 3, 8, 12, tzinfo=UTC)  # 08:00 in New York, six hours after its clocks went forward
    factories.shift(technician, eight)
    factories.visit(factories.site(village), eight - timedelta(days=2))

    day = day_load(region=region, on=date(2015, 3, 8), now=now, signal_set=None)
    problem = problem_of(day)

    assert day.length_s == 23 * 3600
    assert problem.shifts[0].earliest_s == 7 * 3600  # midnight to 08:00 with an hour missing
    assert day.at(problem.shifts[0].earliest_s) == eight
    # Noon to 13:00 is quiet: 11 and 12 hours after midnight.
    assert [(w.earliest_start, w.latest_start) for w in problem.visits[0].windows] == [
        (0, 11 * 3600 - 1),
        (12 * 3600, 23 * 3600 - 1),
    ]


def test_quiet_hours_may_pass_midnight(
    north: Region, village: Community, tom: Technician, now: datetime
) -> None:
    Community.objects.update(quiet_from=time(20), quiet_until=time(8))
    factories.shift(tom, now)
    factories.visit(factories.site(village), now)
    problem = problem_of(day_load(region=north, on=MONDAY, now=now, signal_set=None))
    assert [(w.earliest_start, w.latest_start) for w in problem.visits[0].windows] == [
        (8 * 3600, 20 * 3600 - 1)
    ]


def test_what_nobody_can_do_does_not_crowd_out_what_somebody_can(
    north: Region, village: Community, tom: Technician, now: datetime
) -> None:
    factories.shift(tom, now)
    rare = factories.service_type(north.organisation, "rare", minutes=60, needs="nobody has it")
    for _ in range(13):
        factories.visit(factories.site(village), now - timedelta(days=9), service_type=rare)
    factories.request(factories.site(village), now - timedelta(days=1))
    assert requests_release(region=north, on=MONDAY, now=now) == 1


def test_day_takes_one_and_a_half_times_its_working_time(
    north: Region, village: Community, tom: Technician, now: datetime
) -> None:
    factories.shift(tom, now, hours=2)  # 120 minutes: 180 of service are offered, six times 30
    for _ in range(9):
        factories.request(factories.site(village), now - timedelta(days=1))
    assert requests_release(region=north, on=MONDAY, now=now) == 6
    assert requests_release(region=north, on=MONDAY, now=now) == 0


def test_past_day_is_replayed_and_today_is_not(
    north: Region, village: Community, tom: Technician, now: datetime
) -> None:
    """A request that its source closed on Monday at 10:00 was open that morning; in the afternoon it is not."""
    factories.shift(tom, now)
    request = factories.request(factories.site(village), now - timedelta(days=1))
    ServiceRequest.objects.filter(pk=request.pk).update(state="closed", closed_at=now + timedelta(hours=1))
    assert requests_release(region=north, on=MONDAY, now=now + timedelta(hours=5)) == 0
    assert requests_release(region=north, on=MONDAY, now=now + timedelta(days=30)) == 1


def test_visit_moved_to_another_region_s_plan_is_taken_along(
    as_dora: Caller, north: Region, south: Region, village: Community, tom: Technician, now: datetime
) -> None:
    factories.shift(tom, now)
    factories.request(factories.site(village), now - timedelta(days=1))
    published(as_dora, north, MONDAY, now - timedelta(hours=2))
    Community.objects.filter(pk=village.pk).update(region=south)
    sam = factories.technician(south, "S1")
    factories.shift(sam, now)

    published(as_dora, south, MONDAY, now - timedelta(hours=1))

    [visit] = Visit.objects.all()
    assert (visit.technician, visit.state) == (sam, VisitState.SCHEDULED)


def test_technician_moved_to_another_region_stays_with_the_day_s_visits(
    as_dora: Caller, north: Region, south: Region, village: Community, tom: Technician, now: datetime
) -> None:
    factories.shift(tom, now)
    factories.request(factories.site(village), now - timedelta(days=1))
    published(as_dora, north, MONDAY, now - timedelta(hours=2))
    Technician.objects.filter(pk=tom.pk).update(region=south)
    factories.request(factories.site(factories.community(south, "S")), now - timedelta(days=1))

    version = planned(as_dora, south, MONDAY, now - timedelta(hours=1))

    assert (version.stops.count(), version.unassigned.count()) == (0, 0)  # the south has nobody that day
    assert Visit.objects.get(technician=tom).state == VisitState.SCHEDULED


def test_request_cancelled_while_it_is_released_stays_cancelled(village: Community, now: datetime) -> None:
    request = factories.request(factories.site(village), now - timedelta(days=1))
    ServiceRequest.objects.update(state="cancelled")  # between the reading and the writing of a release
    assert requests_lock([request]) == []


def test_only_a_draft_is_published_and_a_draft_can_be_discarded(
    as_dora: Caller, north: Region, village: Community, tom: Technician, now: datetime
) -> None:
    factories.shift(tom, now)
    version = planned(as_dora, north, MONDAY, now)
    plan_cancel(caller=as_dora, version_id=version.pk)
    with pytest.raises(PlanNotADraft, match="cancelled"):
        plan_publish(caller=as_dora, version_id=version.pk, plan_revision=1, now=now)


def test_visit_taken_up_since_makes_the_plan_stale(
    as_dora: Caller, north: Region, village: Community, tom: Technician, now: datetime
) -> None:
    factories.shift(tom, now)
    factories.request(factories.site(village), now - timedelta(days=1))
    version = planned(as_dora, north, MONDAY, now)
    Visit.objects.update(state=VisitState.CANCELLED)
    with pytest.raises(PlanStale):
        plan_publish(caller=as_dora, version_id=version.pk, plan_revision=1, now=now)
    assert not ServiceEvent.objects.filter(kind="visit.planned").exists()
