"""Several technicians at one visit: planned together, one of them leads, and nobody counts it twice."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from communities.access import Caller
from communities.models import Region, ServiceEvent
from core.models import Outbox
from dispatch.errors import CrewNeeded, EditForbidden, NoCrew, NotLeading
from dispatch.models import PlanVersion, ServiceRequest, ServiceType, Technician, Visit
from dispatch.plan_bundles import plan_bundles
from dispatch.plan_changes import visit_changes
from dispatch.selectors.board import version_stops
from dispatch.services import execution
from dispatch.services.edits.trying import Wish
from dispatch.services.plan_accept import plan_accept
from dispatch.services.plan_edits import plan_redo, plan_undo, visit_pin
from dispatch.services.requests import request_cancel
from dispatch.services.windows import Wanted, windows_find
from dispatch.states import Pin, VisitState
from tests import factories
from tests.conftest import as_caller
from tests.dispatch.crews.deeds import broken, edit, facts, planned, read, rows_of, seats, split, undo


def test_two_are_planned_for_one_moment_and_the_able_one_leads(draft: PlanVersion) -> None:
    (leads, at), (along, same) = [(code, start) for _, code, start in seats(draft)]

    assert (leads, along, at) == ("T1", "T2", same)
    assert (draft.visits_assigned, draft.visits_unassigned, draft.violations) == (1, 0, 0)
    told = [stop.explanation["chosen"]["technician"] for stop in draft.stops.order_by("visit__role")]
    assert told == ["T1", "T2"]


def test_both_get_it_on_their_schedule_and_one_visit_is_promised(
    live: PlanVersion, asked: ServiceRequest
) -> None:
    lead, along = rows_of(asked)

    assert [(one.state, one.technician, one.starts_at) for one in (lead, along)] == [
        (VisitState.SCHEDULED, stop.route.technician, stop.start_at)
        for stop in live.stops.select_related("route__technician").order_by("visit__role")
    ]
    assert facts() == [("visit.planned", 0), ("request.responded", 0)]


def test_without_a_second_one_it_waits_and_says_why(
    as_dora: Caller, north: Region, tom: Technician, asked: ServiceRequest, now: datetime
) -> None:
    factories.able(tom, "gas")
    factories.shift(tom, now)

    draft = planned(as_dora, north)

    assert (draft.visits_assigned, draft.visits_unassigned) == (0, 1)
    left = draft.unassigned.order_by("visit__role").values_list("visit__role", "reason")
    assert list(left) == [(0, "crew_incomplete"), (1, "crew_incomplete")]


def test_planning_again_keeps_them_together(
    as_dora: Caller, north: Region, live: PlanVersion, now: datetime
) -> None:
    again = planned(as_dora, north)

    assert seats(again) == seats(live)
    assert not visit_changes(version_stops(live), version_stops(again))


def test_whoever_leads_tells_how_it_ended_for_both(
    live: PlanVersion, asked: ServiceRequest, tom: Technician, tina: Technician, now: datetime
) -> None:
    Technician.objects.filter(pk=tom.pk).update(cost_per_hour_minor=60_000)
    Technician.objects.filter(pk=tina.pk).update(cost_per_hour_minor=30_000)
    lead, along = rows_of(asked)
    assert tom.user
    assert tina.user
    as_tom, as_tina = as_caller(tom.user), as_caller(tina.user)
    Outbox.objects.all().delete()

    execution.visit_arrive(caller=as_tina, visit_id=along.pk, happened_at=now, now=now)
    execution.visit_start(caller=as_tina, visit_id=along.pk, happened_at=now, now=now)
    for end in (
        lambda: execution.visit_complete(caller=as_tina, visit_id=along.pk, happened_at=now, now=now),
        lambda: execution.visit_not_complete(
            caller=as_tina, visit_id=along.pk, reason="Rain", happened_at=now, now=now
        ),
    ):
        with pytest.raises(NotLeading):
            end()
    assert Outbox.objects.count() == 0
    later = now + timedelta(hours=1)
    execution.visit_arrive(caller=as_tom, visit_id=lead.pk, happened_at=now, now=later)
    execution.visit_start(caller=as_tom, visit_id=lead.pk, happened_at=now + timedelta(minutes=15), now=later)
    execution.visit_complete(caller=as_tom, visit_id=lead.pk, happened_at=later, now=later)

    assert [(one.state, one.finished_at) for one in rows_of(asked)] == [(VisitState.COMPLETED, later)] * 2
    assert [kind for kind, role in facts() if role] == []
    (done,) = ServiceEvent.objects.filter(kind="visit.completed")
    travel = {stop.visit.role: round(stop.travel_s / 60) for stop in live.stops.select_related("visit")}
    # Tom worked for 45 minutes at 10 a minute, Tina for 60 at 5.
    assert done.data == {
        "sequence": 1,
        "work_minutes": 105,
        "labour_minor": 45 * 1000 + 60 * 500,
        "travel_minutes": travel[0] + travel[1],
        "travel_minor": travel[0] * 1000 + travel[1] * 500,
    }
    # What was told in a dead zone comes in now, and changes nothing.
    late = execution.visit_arrive(caller=as_tina, visit_id=along.pk, happened_at=now, now=later)
    assert (late.state, late.finished_at) == (VisitState.COMPLETED, later)
    topics = list(Outbox.objects.values_list("topic", "subject_id"))
    assert ("visit.completed", lead.pk) in topics
    assert {subject for topic, subject in topics if topic.startswith("visit.")} == {lead.pk}


def test_a_trip_in_vain_is_followed_by_another_for_both(
    as_dora: Caller, live: PlanVersion, asked: ServiceRequest, now: datetime
) -> None:
    lead, _ = rows_of(asked)
    execution.visit_arrive(caller=as_dora, visit_id=lead.pk, happened_at=now, now=now)

    execution.visit_not_complete(
        caller=as_dora, visit_id=lead.pk, reason="Nobody at home", happened_at=now, now=now
    )

    assert [(one.sequence, one.role, one.crew_size, one.state, one.outcome) for one in rows_of(asked)] == [
        (1, 0, 2, VisitState.NOT_COMPLETED, "Nobody at home"),
        (1, 1, 2, VisitState.NOT_COMPLETED, "Nobody at home"),
        (2, 0, 2, VisitState.UNSCHEDULED, ""),
        (2, 1, 2, VisitState.UNSCHEDULED, ""),
    ]


def test_once_one_has_set_off_the_other_is_expected_as_planned(
    as_dora: Caller,
    north: Region,
    third: Technician,
    live: PlanVersion,
    asked: ServiceRequest,
    now: datetime,
) -> None:
    lead, along = rows_of(asked)
    before = seats(live)
    execution.visit_en_route(caller=as_dora, visit_id=lead.pk, happened_at=now, now=now)

    again = planned(as_dora, north)

    assert seats(again) == before
    assert again.stops.get(visit=lead).begun
    assert not again.stops.get(visit=along).begun


def test_another_time_is_for_both_and_another_technician_for_one(
    as_dora: Caller,
    third: Technician,
    live: PlanVersion,
    asked: ServiceRequest,
    tom: Technician,
    now: datetime,
) -> None:
    lead, along = rows_of(asked)
    later = now + timedelta(hours=3)

    moved = edit(as_dora, live, Wish(lead.pk, tom.pk, start_at=later), now)
    assert seats(moved) == [(0, "T1", later), (1, "T2", later)]
    assert [one.starts_at for one in rows_of(asked)] == [later, later]

    handed = edit(as_dora, moved, Wish(along.pk, third.pk), now)
    assert seats(handed) == [(0, "T1", later), (1, "T3", later)]

    revision = read(handed).plan.revision
    back = plan_undo(caller=as_dora, version_id=handed.pk, plan_revision=revision, now=now)
    assert seats(back) == seats(moved)
    first = plan_undo(caller=as_dora, version_id=back.pk, plan_revision=revision + 1, now=now)
    assert seats(first) == seats(live)


def test_whoever_cannot_be_there_in_time_makes_both_start_later(
    as_dora: Caller, north: Region, third: Technician, live: PlanVersion, asked: ServiceRequest, now: datetime
) -> None:
    lead, along = rows_of(asked)
    start = seats(live)[0][2]
    busy = factories.visit(
        lead.site, now - timedelta(hours=2), technician=third, starts_at=start, state=VisitState.ARRIVED
    )
    assert busy.ends_at

    moved = edit(as_dora, live, Wish(along.pk, third.pk), now)

    assert seats(moved) == [(0, "T1", busy.ends_at), (1, "T3", busy.ends_at)]


def test_what_a_crew_forbids_is_said(
    as_dora: Caller,
    live: PlanVersion,
    asked: ServiceRequest,
    tom: Technician,
    tina: Technician,
    third: Technician,
    now: datetime,
) -> None:
    lead, along = rows_of(asked)

    assert broken(as_dora, live, Wish(lead.pk, third.pk), now) == ["skill"]
    assert broken(as_dora, live, Wish(along.pk, third.pk), now) == []
    assert "crew" in broken(as_dora, live, Wish(along.pk, tom.pk), now)
    assert broken(as_dora, live, Wish(along.pk, tina.pk, pin=Pin.BOTH), now) == ["along"]
    with pytest.raises(EditForbidden):
        visit_pin(
            caller=as_dora,
            visit_id=along.pk,
            version_id=live.pk,
            plan_revision=live.plan.revision,
            pin=Pin.TECHNICIAN,
            now=now,
        )


def test_whoever_falls_ill_is_replaced_and_until_then_the_time_stays(
    as_dora: Caller,
    live: PlanVersion,
    asked: ServiceRequest,
    tom: Technician,
    tina: Technician,
    third: Technician,
    now: datetime,
) -> None:
    lead, along = rows_of(asked)
    before = seats(live)
    tina.shifts.update(starts_at=now - timedelta(hours=8), ends_at=now)

    assert broken(as_dora, live, Wish(lead.pk, tom.pk, start_at=now + timedelta(hours=4)), now) == [
        "no_shift"
    ]
    replaced = edit(as_dora, live, Wish(along.pk, third.pk), now)

    assert seats(replaced) == [before[0], (1, "T3", before[1][2])]


def test_a_pinned_time_holds_for_both(
    as_dora: Caller, live: PlanVersion, asked: ServiceRequest, tina: Technician, now: datetime
) -> None:
    lead, along = rows_of(asked)
    pinned = visit_pin(
        caller=as_dora,
        visit_id=lead.pk,
        version_id=live.pk,
        plan_revision=live.plan.revision,
        pin=Pin.TIME,
        now=now,
    )

    wish = Wish(along.pk, tina.pk, start_at=now + timedelta(hours=4))

    assert broken(as_dora, pinned, wish, now) == ["pinned"]
    assert broken(as_dora, pinned, Wish(lead.pk, None), now) == ["pinned"]


def test_off_the_plan_they_go_together_and_come_back_together(
    as_dora: Caller,
    north: Region,
    live: PlanVersion,
    asked: ServiceRequest,
    tom: Technician,
    tina: Technician,
    now: datetime,
) -> None:
    lead, along = rows_of(asked)

    off = edit(as_dora, live, Wish(along.pk, None), now)

    assert (seats(off), off.visits_assigned, off.visits_unassigned) == ([], 0, 1)
    assert [one.state for one in rows_of(asked)] == [VisitState.UNSCHEDULED] * 2
    assert broken(as_dora, off, Wish(lead.pk, tina.pk), now) == ["skill"]
    later = now + timedelta(hours=3)
    back = edit(as_dora, off, Wish(lead.pk, tom.pk, start_at=later), now)
    assert seats(back) == [(0, "T1", later), (1, "T2", later)]
    assert (back.visits_assigned, back.visits_unassigned) == (1, 0)
    assert [role for role, *_ in seats(planned(as_dora, north))] == [0, 1]
    assert seats(undo(as_dora, back, now)) == []


def test_whoever_is_free_soonest_goes_along(
    as_dora: Caller,
    live: PlanVersion,
    asked: ServiceRequest,
    tom: Technician,
    tina: Technician,
    third: Technician,
    now: datetime,
) -> None:
    lead, _ = rows_of(asked)
    off = edit(as_dora, live, Wish(lead.pk, None), now)
    busy = factories.visit(
        lead.site, now - timedelta(hours=2), technician=tina, starts_at=now, state=VisitState.ARRIVED
    )
    Visit.objects.filter(pk=busy.pk).update(duration_minutes=240, ends_at=now + timedelta(hours=4))

    placed = edit(as_dora, off, Wish(lead.pk, tom.pk), now)

    assert [(role, code) for role, code, _ in seats(placed)] == [(0, "T1"), (1, "T3")]


def test_more_than_are_at_work_are_not_placed(
    as_dora: Caller, north: Region, tom: Technician, asked: ServiceRequest, now: datetime
) -> None:
    factories.able(tom, "gas")
    factories.shift(tom, now)
    draft = planned(as_dora, north)

    assert broken(as_dora, draft, Wish(rows_of(asked)[0].pk, tom.pk), now) == ["crew_short"]


def test_a_split_lets_one_go_alone_and_can_be_taken_back(
    as_dora: Caller, live: PlanVersion, asked: ServiceRequest, now: datetime
) -> None:
    lead, along = rows_of(asked)
    before = seats(live)

    alone = split(as_dora, live, along, now)

    assert list(alone.stops.values_list("visit", flat=True)) == [lead.pk]
    assert [(one.state, one.crew_size) for one in rows_of(asked)] == [
        (VisitState.SCHEDULED, 1),
        (VisitState.CANCELLED, 2),
    ]
    assert alone.travel_s < live.travel_s
    with pytest.raises(NoCrew):
        split(as_dora, alone, lead, now)

    revision = read(alone).plan.revision
    back = plan_undo(caller=as_dora, version_id=alone.pk, plan_revision=revision, now=now)
    assert (seats(back), back.score, back.travel_s) == (before, live.score, live.travel_s)
    assert [one.state for one in rows_of(asked)] == [VisitState.SCHEDULED] * 2

    redone = plan_redo(caller=as_dora, version_id=back.pk, plan_revision=revision + 1, now=now)
    assert list(redone.stops.values_list("visit", flat=True)) == [lead.pk]
    assert rows_of(asked)[1].state == VisitState.CANCELLED


def test_of_a_crew_that_found_no_place_one_can_go_after_a_split(
    as_dora: Caller, north: Region, tom: Technician, asked: ServiceRequest, now: datetime
) -> None:
    factories.able(tom, "gas")
    factories.shift(tom, now)
    draft = planned(as_dora, north)
    lead, _ = rows_of(asked)

    alone = split(as_dora, draft, lead, now)

    assert list(alone.unassigned.values_list("visit", "reason")) == [(lead.pk, "split")]
    assert list(edit(as_dora, alone, Wish(lead.pk, tom.pk), now).stops.values_list("visit", flat=True)) == [
        lead.pk
    ]


def test_a_crew_that_has_begun_is_not_split(
    as_dora: Caller, live: PlanVersion, asked: ServiceRequest, now: datetime
) -> None:
    lead, along = rows_of(asked)
    execution.visit_en_route(caller=as_dora, visit_id=along.pk, happened_at=now, now=now)

    with pytest.raises(EditForbidden, match="has begun"):
        split(as_dora, live, lead, now)


def test_a_split_taken_back_after_a_cancellation_brings_nobody(
    as_dora: Caller, live: PlanVersion, asked: ServiceRequest, now: datetime
) -> None:
    lead, _ = rows_of(asked)
    alone = split(as_dora, live, lead, now)
    request_cancel(caller=as_dora, request_id=asked.pk, reason="Moved away", now=now)

    revision = read(alone).plan.revision
    plan_undo(caller=as_dora, version_id=alone.pk, plan_revision=revision, now=now)

    assert [one.state for one in rows_of(asked)] == [VisitState.CANCELLED] * 2


def test_a_crew_is_taken_over_whole(
    as_dora: Caller, north: Region, third: Technician, live: PlanVersion, asked: ServiceRequest, now: datetime
) -> None:
    """The draft has them at another time; whoever of them is asked for brings the other along."""
    draft = planned(as_dora, north)
    lead, _ = rows_of(asked)
    later = now + timedelta(hours=3)
    draft = edit(
        as_dora, draft, Wish(lead.pk, live.stops.get(visit=lead).route.technician_id, start_at=later), now
    )
    before, after = version_stops(live), version_stops(draft)
    (bundle,) = plan_bundles(before, after, visit_changes(before, after))
    assert [one.code for one in bundle.technicians] == ["T1", "T2"]

    taken = plan_accept(
        caller=as_dora,
        version_id=draft.pk,
        plan_revision=read(draft).plan.revision,
        technicians=[bundle.technicians[1].pk],
        now=now,
    )

    assert seats(taken) == [(0, "T1", later), (1, "T2", later)]


def test_no_window_is_offered_for_two(
    as_dora: Caller, north: Region, lift: ServiceType, now: datetime
) -> None:
    site = factories.site(factories.community(north, "A"))

    with pytest.raises(CrewNeeded):
        windows_find(caller=as_dora, wanted=Wanted(service_type_code="lift", site=site.pk), now=now)


def test_windows_for_others_leave_a_crew_alone(
    as_dora: Caller, live: PlanVersion, asked: ServiceRequest, now: datetime
) -> None:
    lead, _ = rows_of(asked)
    assert lead.starts_at
    assert lead.ends_at
    factories.service_type(lead.organisation, "filter", 30)
    wanted = Wanted(service_type_code="filter", site=lead.site_id)

    openings = windows_find(caller=as_dora, wanted=wanted, now=now, days=1).openings

    assert openings
    for one in openings:
        assert one.start_at + timedelta(minutes=30) <= lead.starts_at or one.start_at >= lead.ends_at


def test_the_database_refuses_a_seat_beyond_the_crew_and_a_crew_of_nobody(
    asked: ServiceRequest, draft: PlanVersion, lift: ServiceType
) -> None:
    for update in (
        lambda: Visit.objects.filter(role=1).update(role=2),
        lambda: Visit.objects.filter(role=1).update(role=0),
        lambda: ServiceType.objects.filter(pk=lift.pk).update(technicians=0),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            update()
