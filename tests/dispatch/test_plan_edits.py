"""A plan changed by hand: what is asked is done and nothing else, and it can be taken back."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from communities.access import Caller
from communities.models import Region, ServiceEvent
from dispatch.errors import (
    EditForbidden,
    NothingToRedo,
    NothingToUndo,
    PlanNotEditable,
    PlanStale,
    StopUnknown,
    VisitNotPlannable,
)
from dispatch.models import PlanVersion, Technician, Visit
from dispatch.services.edits.trying import Outcome, Wish
from dispatch.services.plan_edits import plan_edit, plan_redo, plan_try, plan_undo, visit_pin
from dispatch.services.planning import plan_publish, plan_request
from dispatch.services.requests import request_cancel
from dispatch.services.solving import version_solve
from dispatch.states import Pin, PlanState, VisitState
from tests import factories

MONDAY = date(2026, 3, 2)
Shape = list[tuple[Any, ...]]


@pytest.fixture
def draft(as_dora: Caller, north: Region, tom: Technician, tina: Technician, now: datetime) -> PlanVersion:
    """Three visits of half an hour in one place, all in one route: Tom and Tina live in the same place, and one way
    there and back is shorter than two."""
    place = factories.community(north, "A")
    for _ in range(3):
        factories.request(factories.site(place), now - timedelta(days=1))
    for technician in (tom, tina):
        factories.shift(technician, now)
    version = planned(as_dora, north)
    assert version.routes.count() == 1
    return version


@pytest.fixture
def live(as_dora: Caller, draft: PlanVersion, now: datetime) -> PlanVersion:
    """The same, published."""
    plan_publish(caller=as_dora, version_id=draft.pk, plan_revision=1, now=now)
    return read(draft)


@pytest.fixture
def free(draft: PlanVersion, tom: Technician, tina: Technician) -> Technician:
    """The one who has nothing to do."""
    return tina if draft.routes.get().technician_id == tom.pk else tom


def planned(caller: Caller, region: Region) -> PlanVersion:
    version = plan_request(caller=caller, region_id=region.pk, on=MONDAY, iterations=50)
    version_solve(version_id=version.pk)
    return read(version)


def read(version: PlanVersion) -> PlanVersion:
    return PlanVersion.objects.select_related("plan").get(pk=version.pk)


def last(version: PlanVersion) -> Visit:
    stop = version.stops.order_by("start_at").select_related("visit").last()
    assert stop is not None
    return stop.visit


def edit(caller: Caller, version: PlanVersion, wish: Wish, now: datetime) -> PlanVersion:
    revision = read(version).plan.revision
    return plan_edit(caller=caller, version_id=version.pk, plan_revision=revision, wish=wish, now=now)


def again(
    does: Callable[..., PlanVersion], caller: Caller, version: PlanVersion, now: datetime
) -> PlanVersion:
    return does(caller=caller, version_id=version.pk, plan_revision=read(version).plan.revision, now=now)


def shape(version: PlanVersion) -> Shape:
    """All that people see of a version's routes."""
    rows = version.stops.order_by("route__technician", "sequence").values_list(
        "visit", "route__technician", "sequence", "arrival_at", "start_at", "departure_at", "travel_s", "begun",
        "held_until", "explanation", "route__starts_at", "route__ends_at", "route__travel_s",
    )  # fmt: skip
    left = version.unassigned.order_by("visit").values_list("visit", "reason", "detail", "explanation")
    return [*rows, *left, version.score, version.visits_assigned, version.visits_unassigned, version.travel_s]


def schedule() -> Shape:
    return list(
        Visit.objects.order_by("pk").values_list(
            "pk", "state", "technician", "starts_at", "ends_at", "revision"
        )
    )


def told(kind: str) -> list[Any]:
    return list(ServiceEvent.objects.filter(kind=kind).order_by("id").values_list("visit_id", "data"))


def test_a_trial_says_what_a_move_would_do_and_does_nothing(
    as_dora: Caller, draft: PlanVersion, free: Technician, now: datetime
) -> None:
    visit, route, before = last(draft), draft.routes.get(), (shape(draft), schedule())

    outcome = plan_try(caller=as_dora, version_id=draft.pk, wish=Wish(visit.pk, free.pk), now=now)

    assert (outcome.broken, [one.promise for one in outcome.moves()]) == ((), [None])
    (moved,) = outcome.moves()
    assert moved.before is not None
    assert moved.after is not None
    assert (moved.before.route.technician_id, moved.after.route.technician_id) == (
        route.technician_id,
        free.pk,
    )
    # The same way there and back once more.
    assert outcome.trial is not None
    assert (outcome.trial.change.travel, outcome.trial.travel_s) == (route.travel_s, route.travel_s)
    assert (shape(draft), schedule()) == before
    assert draft.plan.versions.count() == 1


def test_an_edit_of_a_draft_takes_its_place(
    as_dora: Caller, draft: PlanVersion, free: Technician, now: datetime
) -> None:
    visit, start_at = last(draft), now + timedelta(hours=5)
    before = schedule()

    made = edit(as_dora, draft, Wish(visit.pk, free.pk, start_at=start_at), now)

    assert (made.state, read(draft).state) == (PlanState.DRAFT, PlanState.SUPERSEDED)
    assert (made.number, made.plan.revision, made.made_by, made.starts_from_id) == (2, 2, "edit", draft.pk)
    stop = made.stops.get(visit=visit)
    assert (stop.route.technician, stop.start_at, stop.held_until) == (free, start_at, start_at)
    assert stop.explanation["by_hand"] is True
    assert (made.visits_assigned, made.travel_s) == (3, 2 * draft.travel_s)
    assert made.score["travel"] == pytest.approx(2 * draft.score["travel"])
    others = draft.stops.exclude(visit=visit).values_list("visit", "start_at", "explanation")
    assert list(made.stops.exclude(visit=visit).values_list("visit", "start_at", "explanation")) == list(
        others
    )
    assert schedule() == before
    plan_publish(caller=as_dora, version_id=made.pk, plan_revision=2, now=now)
    visit.refresh_from_db()
    assert (visit.technician, visit.starts_at) == (free, start_at)


def test_an_edit_of_the_published_plan_is_published_and_touches_nobody_else(
    as_dora: Caller, live: PlanVersion, free: Technician, now: datetime
) -> None:
    visit, before = last(live), schedule()

    made = edit(as_dora, live, Wish(visit.pk, free.pk), now)

    assert (made.state, read(live).state, made.plan.published_id) == ("published", "superseded", made.pk)
    visit.refresh_from_db()
    assert (visit.state, visit.technician) == (VisitState.SCHEDULED, free)
    assert [row for row in schedule() if row[0] != visit.pk] == [row for row in before if row[0] != visit.pk]
    minutes = round(
        (visit.starts_at - next(row for row in before if row[0] == visit.pk)[3]).total_seconds() / 60
    )  # type: ignore[operator]
    moved = {"minutes": minutes, "other_day": False, "other_technician": True}
    assert told("visit.rescheduled") == [(visit.pk, moved)]
    assert [who for who, _ in told("visit.planned")][3:] == [visit.pk]


def test_a_day_is_divided_from_a_visit_on(
    as_dora: Caller, live: PlanVersion, free: Technician, now: datetime
) -> None:
    first, second, third = (stop.visit_id for stop in live.stops.order_by("start_at"))
    given = edit(as_dora, live, Wish(first, free.pk, start_at=now + timedelta(hours=6)), now)

    made = edit(as_dora, given, Wish(second, free.pk, following=True), now)

    # One after the other by their starts, the one that was there before last.
    order = made.stops.order_by("sequence").values_list("visit", "route__technician")
    assert list(order) == [(second, free.pk), (third, free.pk), (first, free.pk)]
    assert list(Visit.objects.values_list("technician", flat=True).distinct()) == [free.pk]
    assert shape(again(plan_undo, as_dora, made, now)) == shape(given)


def test_a_visit_taken_off_is_withdrawn_and_waits(as_dora: Caller, live: PlanVersion, now: datetime) -> None:
    visit = last(live)
    made = edit(as_dora, live, Wish(visit.pk, None), now)
    visit.refresh_from_db()
    assert (visit.state, made.visits_assigned) == (VisitState.UNSCHEDULED, 2)
    assert list(made.unassigned.values_list("visit", "reason")) == [(visit.pk, "taken_off")]
    assert told("visit.rescheduled") == [(visit.pk, {"withdrawn": True})]


def test_undo_gives_back_the_very_plan_and_redo_the_edit(
    as_dora: Caller, live: PlanVersion, free: Technician, now: datetime
) -> None:
    first = edit(as_dora, live, Wish(last(live).pk, free.pk, start_at=now + timedelta(hours=3)), now)
    second = edit(as_dora, first, Wish(last(first).pk, None), now)
    back = again(plan_undo, as_dora, second, now)
    assert (shape(back), back.made_by, back.state) == (shape(first), "undo", PlanState.PUBLISHED)
    start = again(plan_undo, as_dora, back, now)
    assert shape(start) == shape(live)
    with pytest.raises(NothingToUndo):
        again(plan_undo, as_dora, start, now)
    forth = again(plan_redo, as_dora, start, now)
    assert shape(forth) == shape(first)
    end = again(plan_redo, as_dora, forth, now)
    assert (shape(end), end.made_by) == (shape(second), "edit")
    with pytest.raises(NothingToRedo):
        again(plan_redo, as_dora, end, now)
    assert shape(again(plan_undo, as_dora, end, now)) == shape(first)


def test_a_rule_forbids_it_and_says_so(
    as_dora: Caller, draft: PlanVersion, free: Technician, now: datetime
) -> None:
    visit = last(draft)
    factories.ask_for(visit.service_type, "gas")
    outcome = plan_try(caller=as_dora, version_id=draft.pk, wish=Wish(visit.pk, free.pk), now=now)
    assert rules(outcome) == ["skill"]
    assert list(outcome.moves()) != []
    with pytest.raises(EditForbidden) as refused:
        edit(as_dora, draft, Wish(visit.pk, free.pk), now)
    assert refused.value.facts["broken"] == [
        {"rule": "skill", "text": f"{free.code} lacks a skill for {visit.work_order.number}: gas 1"}
    ]
    # Whoever is pinned to it goes all the same: a dispatcher has decided.
    assert edit(as_dora, draft, Wish(visit.pk, free.pk, pin=Pin.TECHNICIAN), now).made_by == "edit"


def rules(outcome: Outcome) -> list[str]:
    return [one.rule for one in outcome.broken]


def test_a_pin_holds_against_edits_and_planners_until_it_is_taken_away(
    as_dora: Caller, draft: PlanVersion, free: Technician, north: Region, now: datetime
) -> None:
    visit, start_at = last(draft), now + timedelta(hours=5)
    wish = Wish(visit.pk, free.pk, start_at=start_at, pin=Pin.BOTH)
    pinned = edit(as_dora, draft, wish, now)
    visit.refresh_from_db()
    assert (visit.pinned_technician, visit.pinned_start_at, visit.revision) == (free, start_at, 2)
    busy = draft.routes.get().technician
    for elsewhere in (Wish(visit.pk, busy.pk), Wish(visit.pk, None)):
        tried = plan_try(caller=as_dora, version_id=pinned.pk, wish=elsewhere, now=now)
        assert rules(tried) == ["pinned"]

    stop = planned(as_dora, north).stops.get(visit=visit)
    assert (stop.route.technician, stop.start_at) == (free, start_at)

    freed = visit_pin(
        caller=as_dora, visit_id=visit.pk, version_id=pinned.pk, plan_revision=2, pin=None, now=now
    )
    visit.refresh_from_db()
    assert (visit.pinned_technician, visit.pinned_start_at) == (None, None)
    assert [row[:3] for row in shape(freed)[:3]] == [row[:3] for row in shape(pinned)[:3]]
    again(plan_undo, as_dora, freed, now)
    visit.refresh_from_db()
    assert (visit.pinned_technician, visit.pinned_start_at) == (free, start_at)


def test_a_pin_to_where_it_is_moves_nothing(as_dora: Caller, live: PlanVersion, now: datetime) -> None:
    visit = last(live)
    made = visit_pin(
        caller=as_dora, visit_id=visit.pk, version_id=live.pk, plan_revision=2, pin=Pin.TIME, now=now
    )
    assert (shape(made), made.state) == (shape(live), PlanState.PUBLISHED)
    starts_at = visit.starts_at
    visit.refresh_from_db()
    assert (visit.pinned_technician, visit.pinned_start_at, visit.starts_at) == (None, starts_at, starts_at)


def test_a_visit_begun_meanwhile_stays(
    as_dora: Caller, live: PlanVersion, free: Technician, now: datetime
) -> None:
    visit = last(live)
    moved = edit(as_dora, live, Wish(visit.pk, free.pk), now)
    Visit.objects.filter(pk=visit.pk).update(state=VisitState.EN_ROUTE)
    with pytest.raises(EditForbidden) as refused:
        edit(as_dora, moved, Wish(visit.pk, None), now)
    with pytest.raises(EditForbidden):
        again(plan_undo, as_dora, moved, now)
    assert [one["rule"] for one in refused.value.facts["broken"]] == ["begun"]
    # Others go on, around it.
    other = moved.stops.exclude(visit=visit).order_by("start_at").last()
    assert other is not None
    made = edit(as_dora, moved, Wish(other.visit_id, free.pk), now)
    stop = made.stops.get(visit=visit)
    assert (stop.begun, stop.route.technician, stop.sequence) == (True, free, 1)


def test_what_was_cancelled_meanwhile_is_not_planned_any_more(
    as_dora: Caller, live: PlanVersion, free: Technician, now: datetime
) -> None:
    gone, kept = last(live), live.stops.order_by("start_at")[0].visit
    request_cancel(caller=as_dora, request_id=gone.work_order.request_id, reason="Moved away.", now=now)
    made = edit(as_dora, live, Wish(kept.pk, free.pk), now)
    assert (made.visits_assigned, made.visits_unassigned) == (2, 0)
    with pytest.raises(VisitNotPlannable):
        edit(as_dora, made, Wish(gone.pk, free.pk), now)


def test_an_edit_on_what_is_another_by_now_is_refused(
    as_dora: Caller, draft: PlanVersion, free: Technician, now: datetime
) -> None:
    wish = Wish(last(draft).pk, free.pk)
    with pytest.raises(PlanStale):
        plan_edit(caller=as_dora, version_id=draft.pk, plan_revision=7, wish=wish, now=now)
    Visit.objects.filter(pk=draft.stops.all()[0].visit_id).update(revision=9)
    with pytest.raises(PlanStale):
        edit(as_dora, draft, wish, now)
    PlanVersion.objects.filter(pk=draft.pk).update(state=PlanState.CANCELLED)
    with pytest.raises(PlanNotEditable):
        edit(as_dora, draft, wish, now)


def test_a_stop_that_is_not_there_is_refused(
    as_dora: Caller, draft: PlanVersion, free: Technician, now: datetime
) -> None:
    first, *_, end = [stop.visit_id for stop in draft.stops.order_by("start_at")]
    with pytest.raises(StopUnknown):
        edit(as_dora, draft, Wish(end, free.pk, before_id=first), now)


def test_it_costs_the_same_queries_whatever_the_plan(
    as_dora: Caller, draft: PlanVersion, free: Technician, north: Region, now: datetime
) -> None:
    counts = []
    version, elsewhere = draft, factories.community(north, "B")
    for _ in range(2):
        wish = Wish(last(version).pk, free.pk)
        with CaptureQueriesContext(connection) as tried:
            plan_try(caller=as_dora, version_id=version.pk, wish=wish, now=now)
        with CaptureQueriesContext(connection) as done:
            version = edit(as_dora, version, wish, now)
        counts.append((len(tried), len(done)))
        for _ in range(3):
            factories.request(factories.site(elsewhere), now - timedelta(days=1))
        version = planned(as_dora, north)
    assert counts[0] == counts[1]
