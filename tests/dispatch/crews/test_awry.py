"""A crew's day on which not everything goes as planned."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from billing.services.commissions.shares import ShareGiven, visit_shares_save
from communities.access import Caller
from communities.models import Region
from dispatch.errors import EditForbidden, NotLeading, VisitNotPlannable
from dispatch.models import PlanVersion, ServiceRequest, Technician, Visit
from dispatch.selectors.calls import visits_at
from dispatch.selectors.plans import left_out
from dispatch.services import execution
from dispatch.services.edits.trying import Wish
from dispatch.services.plan_edits import plan_try
from dispatch.services.planning import plan_publish
from dispatch.services.requests import request_cancel
from dispatch.services.windows import Wanted, windows_find
from dispatch.states import VisitState
from tests import factories
from tests.dispatch.crews.deeds import (
    MONDAY,
    broken,
    edit,
    planned,
    read,
    rows_of,
    seats,
    split,
    undo,
)


def whole(asked: ServiceRequest) -> bool:
    """Whether both start together, or neither is on a schedule."""
    lead, along = rows_of(asked)[:2]
    return (lead.state, lead.starts_at) == (along.state, along.starts_at)


def single(asked: ServiceRequest, now: datetime, **window: datetime) -> ServiceRequest:
    """Somebody else's half hour, which Tom alone can do."""
    kind = factories.service_type(asked.organisation, "flue", 30, needs="gas")
    other = factories.request(asked.site, now - timedelta(hours=20), kind)
    for name, at in window.items():
        setattr(other, name, at)
    other.save()
    return other


def test_an_edit_beside_an_overdue_crew_does_not_tear_it_apart(
    as_dora: Caller, north: Region, draft: PlanVersion, asked: ServiceRequest, tom: Technician, now: datetime
) -> None:
    other = single(asked, now)
    live = planned(as_dora, north)
    plan_publish(caller=as_dora, version_id=live.pk, plan_revision=read(live).plan.revision, now=now)
    late = now + timedelta(hours=2)
    [visit] = rows_of(other)

    assert "crew" in broken(as_dora, live, Wish(visit.pk, tom.pk, start_at=late), late)

    # The crew itself can be moved, and then the other visit.
    lead, _ = rows_of(asked)
    moved = edit(as_dora, live, Wish(lead.pk, tom.pk, start_at=late + timedelta(hours=1)), late)
    assert whole(asked)
    assert broken(as_dora, moved, Wish(visit.pk, tom.pk, start_at=late + timedelta(hours=3)), late) == []


def test_an_undo_that_comes_too_late_is_refused(
    as_dora: Caller, live: PlanVersion, asked: ServiceRequest, tom: Technician, now: datetime
) -> None:
    lead, _ = rows_of(asked)
    moved = edit(as_dora, live, Wish(lead.pk, tom.pk, start_at=now + timedelta(hours=3)), now)

    with pytest.raises(EditForbidden, match="start together"):
        undo(as_dora, moved, now + timedelta(hours=2))

    assert whole(asked)


def test_a_crew_that_comes_later_pushes_nobody_out_of_a_window(
    as_dora: Caller,
    north: Region,
    third: Technician,
    crew: tuple[Technician, Technician],
    asked: ServiceRequest,
    now: datetime,
) -> None:
    """Whoever takes Tina's place is busy until long after: then Tom would be late for somebody else."""
    begin = now + timedelta(hours=1, minutes=20)
    single(asked, now, window_from_at=begin, window_until_at=begin + timedelta(minutes=30))
    plan = planned(as_dora, north)
    plan_publish(caller=as_dora, version_id=plan.pk, plan_revision=1, now=now)
    lead, along = rows_of(asked)
    plan = edit(as_dora, plan, Wish(lead.pk, crew[0].pk, start_at=now + timedelta(minutes=10)), now)
    busy = factories.visit(
        lead.site, now - timedelta(hours=2), technician=third, starts_at=now, state=VisitState.ARRIVED
    )
    Visit.objects.filter(pk=busy.pk).update(duration_minutes=150, ends_at=now + timedelta(minutes=150))

    assert broken(as_dora, plan, Wish(along.pk, third.pk), now) == ["window"]


def test_minutes_of_a_crew_taken_off_or_split_are_those_of_a_visit(
    as_dora: Caller, live: PlanVersion, asked: ServiceRequest, now: datetime
) -> None:
    lead, along = rows_of(asked)
    off = plan_try(caller=as_dora, version_id=live.pk, wish=Wish(along.pk, None), now=now)
    assert off.trial is not None
    planned_for = off.score_change().minutes()
    assert planned_for["unassigned"] < 1000  # a pinned visit that is left out costs ten thousand more

    alone = split(as_dora, live, lead, now)

    assert alone.score["total"] < live.score["total"]


def test_a_split_in_a_draft_takes_nothing_off_a_schedule(
    as_dora: Caller, north: Region, live: PlanVersion, asked: ServiceRequest, now: datetime
) -> None:
    draft = planned(as_dora, north)
    lead, _ = rows_of(asked)

    with pytest.raises(EditForbidden, match="in the published plan"):
        split(as_dora, draft, lead, now)

    assert whole(asked)


@pytest.mark.parametrize("how", ["another day", "cancelled"])
def test_a_split_is_of_a_crew_that_the_version_knows(
    as_dora: Caller, south: Region, live: PlanVersion, asked: ServiceRequest, now: datetime, how: str
) -> None:
    version, (lead, _) = live, rows_of(asked)
    if how == "cancelled":
        request_cancel(caller=as_dora, request_id=asked.pk, reason="Moved away", now=now)
    else:
        factories.shift(factories.technician(south, "S1"), now)
        version = planned(as_dora, south)

    with pytest.raises(VisitNotPlannable):
        split(as_dora, version, lead, now)


def test_after_a_trip_in_vain_a_split_is_not_taken_back(
    as_dora: Caller, live: PlanVersion, asked: ServiceRequest, now: datetime
) -> None:
    lead, along = rows_of(asked)
    alone = split(as_dora, live, lead, now)
    execution.visit_arrive(caller=as_dora, visit_id=lead.pk, happened_at=now, now=now)
    execution.visit_not_complete(
        caller=as_dora, visit_id=lead.pk, reason="Nobody at home", happened_at=now, now=now
    )

    with pytest.raises(EditForbidden, match="has begun"):
        undo(as_dora, alone, now)

    along.refresh_from_db()
    assert along.state == VisitState.CANCELLED


@pytest.mark.parametrize("begun", [0, 1])
def test_a_crew_that_has_begun_in_part_stays_on_the_plan(
    as_dora: Caller, live: PlanVersion, asked: ServiceRequest, now: datetime, begun: int
) -> None:
    crew = rows_of(asked)
    execution.visit_en_route(caller=as_dora, visit_id=crew[begun].pk, happened_at=now, now=now)

    assert broken(as_dora, live, Wish(crew[1 - begun].pk, None), now) == ["begun"]


def test_whoever_is_missing_once_the_other_has_begun_is_replaced_or_shown(
    as_dora: Caller,
    north: Region,
    live: PlanVersion,
    asked: ServiceRequest,
    tina: Technician,
    now: datetime,
) -> None:
    lead, along = rows_of(asked)
    execution.visit_arrive(caller=as_dora, visit_id=lead.pk, happened_at=now, now=now)
    Technician.objects.filter(pk=tina.pk).update(active=False)

    alone = planned(as_dora, north)
    assert (alone.visits_unassigned, [one.visit for one in left_out(alone)]) == (1, [along])

    third = factories.technician(north, "T3")
    factories.shift(third, now)
    replaced = planned(as_dora, north)
    assert [role_and_code[:2] for role_and_code in seats(replaced)] == [(0, "T1"), (1, "T3")]


def test_nobody_is_looked_for_once_the_trip_is_over(
    as_dora: Caller, live: PlanVersion, asked: ServiceRequest, now: datetime
) -> None:
    lead, along = rows_of(asked)
    Visit.objects.filter(pk=along.pk).update(state=VisitState.UNSCHEDULED, technician=None)
    execution.visit_arrive(caller=as_dora, visit_id=lead.pk, happened_at=now, now=now)

    execution.visit_not_complete(
        caller=as_dora, visit_id=lead.pk, reason="Nobody at home", happened_at=now, now=now
    )

    assert [one.state for one in rows_of(asked)] == [
        VisitState.NOT_COMPLETED,
        VisitState.CANCELLED,
        VisitState.UNSCHEDULED,
        VisitState.UNSCHEDULED,
    ]


def test_nobody_goes_along_with_somebody_of_another_day(
    as_dora: Caller, north: Region, live: PlanVersion, asked: ServiceRequest, tina: Technician, now: datetime
) -> None:
    """The one who leads set off yesterday and has told no more."""
    lead, _ = rows_of(asked)
    execution.visit_en_route(caller=as_dora, visit_id=lead.pk, happened_at=now, now=now)
    factories.shift(tina, now + timedelta(days=1))

    tomorrow = planned(as_dora, north, MONDAY + timedelta(days=1))

    assert (tomorrow.stops.count(), tomorrow.unassigned.count()) == (0, 0)


def test_a_step_that_crosses_the_end_is_no_refusal(
    as_dora: Caller, live: PlanVersion, asked: ServiceRequest, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What ended while the step waited for its turn."""
    lead, along = rows_of(asked)
    for step in (execution.visit_arrive, execution.visit_start):
        step(caller=as_dora, visit_id=lead.pk, happened_at=now, now=now)
    read_before = execution.visit_get

    def ending(caller: Caller, visit_id: UUID) -> Visit:
        seen = read_before(caller, visit_id)
        if visit_id == along.pk and seen.state == VisitState.SCHEDULED:
            execution.visit_complete(caller=as_dora, visit_id=lead.pk, happened_at=now, now=now)
        return seen

    monkeypatch.setattr(execution, "visit_get", ending)

    told = execution.visit_arrive(caller=as_dora, visit_id=along.pk, happened_at=now, now=now)

    assert told.state == VisitState.COMPLETED


def test_what_is_for_the_one_who_leads_is_refused_to_the_others(
    as_dora: Caller, live: PlanVersion, asked: ServiceRequest
) -> None:
    _, along = rows_of(asked)
    for tells in (
        lambda: visit_shares_save(
            caller=as_dora, visit_id=along.pk, given=[ShareGiven(technician_code="T2")]
        ),
        lambda: execution.visit_annotate(
            caller=as_dora, visit_id=along.pk, notes="Key in the box", revision=along.revision
        ),
    ):
        with pytest.raises(NotLeading):
            tells()


def test_a_trip_is_one_visit_at_the_telephone(
    as_dora: Caller, live: PlanVersion, asked: ServiceRequest, now: datetime
) -> None:
    lead, along = rows_of(asked)
    factories.service_type(lead.organisation, "filter", 30)
    wanted = Wanted(service_type_code="filter", site=lead.site_id)
    for begun in (None, along):
        if begun:
            execution.visit_arrive(caller=as_dora, visit_id=begun.pk, happened_at=now, now=now)
        openings = windows_find(caller=as_dora, wanted=wanted, now=now, days=1).openings
        assert {one.neighbours for one in openings} == {1}
    assert list(visits_at(as_dora, lead.site_id)) == [lead]
