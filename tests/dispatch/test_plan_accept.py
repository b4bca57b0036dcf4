"""Some of a new plan is accepted: whole bundles of it, and nothing of what others have."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from itertools import combinations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from communities.access import Caller
from communities.models import Region, ServiceEvent
from dispatch.errors import EditForbidden, NothingToAccept, PlanNotADraft, PlanStale
from dispatch.models import PlanVersion, Shift, Technician, Visit
from dispatch.plan_bundles import bundles_of
from dispatch.services.edits.trying import Wish
from dispatch.services.plan_accept import plan_accept
from dispatch.services.plan_edits import plan_edit, plan_redo, plan_undo
from dispatch.services.planning import plan_publish, plan_request
from dispatch.services.solving import version_solve
from dispatch.states import PlanState, VisitState
from tests import factories

MONDAY = date(2026, 3, 2)
Where = dict[str, list[str]]


@pytest.fixture
def team(north: Region, tom: Technician, tina: Technician, now: datetime) -> list[Technician]:
    """Four who live in one place and work all day."""
    team = [tom, tina, factories.technician(north, "T3"), factories.technician(north, "T4")]
    for technician in team:
        factories.shift(technician, now)
    return team


@pytest.fixture
def visits(north: Region, now: datetime) -> dict[str, UUID]:
    """To be filled by the first plan: a, b, c and d, half an hour each, in one place."""
    place = factories.community(north, "A")
    for _ in range(4):
        factories.request(factories.site(place), now - timedelta(days=1))
    return {}


@pytest.fixture
def live(
    as_dora: Caller, north: Region, team: list[Technician], visits: dict[str, UUID], now: datetime
) -> PlanVersion:
    """Published: T1 has a, T2 has b, T3 has c and d."""
    version = planned(as_dora, north)
    visits |= dict(zip("abcd", Visit.objects.order_by("pk").values_list("pk", flat=True), strict=True))
    version = arranged(as_dora, version, visits, {"T1": "a", "T2": "b", "T3": "cd"}, now)
    publish(as_dora, version, now)
    return read(version)


@pytest.fixture
def draft(
    as_dora: Caller, north: Region, live: PlanVersion, visits: dict[str, UUID], now: datetime
) -> PlanVersion:
    """Beside it: T1 and T2 have changed places, T4 has got d."""
    return arranged(
        as_dora, planned(as_dora, north), visits, {"T1": "b", "T2": "a", "T3": "c", "T4": "d"}, now
    )


def planned(caller: Caller, region: Region) -> PlanVersion:
    version = plan_request(caller=caller, region_id=region.pk, on=MONDAY, iterations=50)
    version_solve(version_id=version.pk)
    return read(version)


def publish(caller: Caller, version: PlanVersion, now: datetime) -> None:
    plan_publish(caller=caller, version_id=version.pk, plan_revision=read(version).plan.revision, now=now)


def read(version: PlanVersion) -> PlanVersion:
    return PlanVersion.objects.select_related("plan").get(pk=version.pk)


def edit(caller: Caller, version: PlanVersion, wish: Wish, now: datetime) -> PlanVersion:
    revision = read(version).plan.revision
    return plan_edit(caller=caller, version_id=version.pk, plan_revision=revision, wish=wish, now=now)


def arranged(
    caller: Caller,
    version: PlanVersion,
    visits: Mapping[str, UUID],
    wanted: Mapping[str, str],
    now: datetime,
) -> PlanVersion:
    """The version after the edits that give everybody, by code, those visits."""
    for code, names in wanted.items():
        technician = Technician.objects.get(code=code)
        for name in names:
            version = edit(caller, version, Wish(visits[name], technician.pk), now)
    return version


def where(version: PlanVersion, visits: Mapping[str, UUID]) -> Where:
    names = {pk: name for name, pk in visits.items()}
    found: Where = {}
    for code, visit in version.stops.values_list("route__technician__code", "visit"):
        found.setdefault(code, []).append(names.get(visit, "?"))
    return {code: sorted(found[code]) for code in sorted(found)}


def accept(
    caller: Caller, draft: PlanVersion, *technicians: Technician, now: datetime, revision: int | None = None
) -> PlanVersion:
    return plan_accept(
        caller=caller,
        version_id=draft.pk,
        plan_revision=revision or read(draft).plan.revision,
        technicians=[one.pk for one in technicians],
        now=now,
    )


def test_whoever_is_accepted_brings_those_along_who_change_with_him(
    as_dora: Caller, live: PlanVersion, draft: PlanVersion, team: list[Technician], visits: dict[str, UUID],
    now: datetime,
) -> None:  # fmt: skip
    made = accept(as_dora, draft, team[0], now=now)

    assert where(made, visits) == {"T1": ["b"], "T2": ["a"], "T3": ["c", "d"]}
    assert (made.state, made.made_by, made.plan.published_id) == (PlanState.PUBLISHED, "edit", made.pk)
    assert (read(live).state, read(draft).state) == (PlanState.SUPERSEDED, PlanState.SUPERSEDED)
    assert made.edit["technicians"] == sorted(str(one.pk) for one in team[:2])
    on_schedule = Visit.objects.filter(state=VisitState.SCHEDULED).values_list("pk", "technician__code")
    assert dict(on_schedule) == {
        visits["a"]: "T2", visits["b"]: "T1", visits["c"]: "T3", visits["d"]: "T3",
    }  # fmt: skip
    # The reasons come along, and the score is that of the routes: four people's ways have become three's in both.
    moved = draft.stops.get(visit=visits["a"])
    assert made.stops.get(visit=visits["a"]).explanation == moved.explanation
    assert made.travel_s == live.travel_s
    assert made.score["total"] == pytest.approx(live.score["total"])


def test_it_can_be_taken_back_and_done_again(
    as_dora: Caller, live: PlanVersion, draft: PlanVersion, team: list[Technician], visits: dict[str, UUID],
    now: datetime,
) -> None:  # fmt: skip
    made = accept(as_dora, draft, team[3], now=now)
    assert where(made, visits) == {"T1": ["a"], "T2": ["b"], "T3": ["c"], "T4": ["d"]}

    undone = plan_undo(caller=as_dora, version_id=made.pk, plan_revision=made.plan.revision, now=now)
    assert where(undone, visits) == where(live, visits)
    assert undone.score["total"] == pytest.approx(live.score["total"])
    redone = plan_redo(caller=as_dora, version_id=undone.pk, plan_revision=undone.plan.revision, now=now)
    assert where(redone, visits) == where(made, visits)


def test_what_the_draft_leaves_out_goes_with_the_route_it_was_in(
    as_dora: Caller, draft: PlanVersion, team: list[Technician], visits: dict[str, UUID], now: datetime
) -> None:
    without = edit(as_dora, edit(as_dora, draft, Wish(visits["b"], None), now), Wish(visits["c"], None), now)

    made = accept(as_dora, without, team[1], now=now)

    assert where(made, visits) == {"T2": ["a"], "T3": ["c", "d"]}  # c stays: T3 keeps his route
    assert list(made.unassigned.values_list("visit", "reason")) == [(visits["b"], "taken_off")]
    assert Visit.objects.get(pk=visits["b"]).state == VisitState.UNSCHEDULED
    withdrawn = ServiceEvent.objects.filter(kind="visit.rescheduled", data={"withdrawn": True})
    assert [one.visit_id for one in withdrawn] == [visits["b"]]


def test_what_has_come_to_somebody_else_since_stays_and_to_one_of_the_bundle_is_not_lost(
    as_dora: Caller, live: PlanVersion, draft: PlanVersion, team: list[Technician], visits: dict[str, UUID],
    now: datetime,
) -> None:  # fmt: skip
    late = factories.visit(
        factories.site(factories.community(live.plan.region, "B")), now - timedelta(days=1)
    )
    edit(as_dora, live, Wish(late.pk, team[2].pk), now)

    with pytest.raises(PlanStale) as refused:
        accept(as_dora, draft, team[3], now=now)
    assert refused.value.facts == {"came": [late.work_order.number]}
    made = accept(as_dora, draft, team[0], now=now)
    assert where(made, visits) == {"T1": ["b"], "T2": ["a"], "T3": ["?", "c", "d"]}


def test_what_has_begun_stays_where_it_is(
    as_dora: Caller, draft: PlanVersion, team: list[Technician], visits: dict[str, UUID], now: datetime
) -> None:
    Visit.objects.filter(pk=visits["d"]).update(state=VisitState.EN_ROUTE)
    Visit.objects.filter(pk=visits["a"]).update(state=VisitState.EN_ROUTE)
    with pytest.raises(NothingToAccept):  # nothing else would change for T4
        accept(as_dora, draft, team[3], now=now)
    made = accept(as_dora, draft, team[1], now=now)
    assert where(made, visits) == {"T1": ["a", "b"], "T3": ["c", "d"]}


def test_a_mixture_that_breaks_a_rule_is_refused_with_it(
    as_dora: Caller, draft: PlanVersion, team: list[Technician], now: datetime
) -> None:
    Shift.objects.filter(technician=team[3]).update(ends_at=now + timedelta(minutes=30))
    with pytest.raises(EditForbidden) as refused:
        accept(as_dora, draft, team[3], now=now)
    assert [one["rule"] for one in refused.value.facts["broken"]] == ["shift_span"]


def test_who_was_slower_hears_what_has_changed(
    as_dora: Caller, live: PlanVersion, draft: PlanVersion, team: list[Technician], visits: dict[str, UUID],
    now: datetime,
) -> None:  # fmt: skip
    seen = read(draft).plan.revision
    later = now + timedelta(minutes=1)
    edit(as_dora, read(live), Wish(visits["a"], team[3].pk, start_at=now + timedelta(hours=3)), later)
    number = Visit.objects.get(pk=visits["a"]).work_order.number
    start_at = live.stops.get(visit=visits["a"]).start_at.astimezone(live.organisation.zone)

    with pytest.raises(PlanStale) as refused:
        accept(as_dora, draft, team[0], now=now, revision=seen)

    facts = refused.value.facts
    assert facts["changed"] == [f"{number}: T1 {start_at:%H:%M} → T4 12:00"]
    assert (facts["changes"], facts["changed_by"]) == (1, "dora")


def test_only_a_draft_beside_a_published_plan_has_something_to_take_over(
    as_dora: Caller,
    live: PlanVersion,
    north: Region,
    visits: dict[str, UUID],
    team: list[Technician],
    now: datetime,
) -> None:
    with pytest.raises(PlanNotADraft):
        accept(as_dora, live, team[0], now=now)
    same = arranged(as_dora, planned(as_dora, north), visits, {"T1": "a", "T2": "b", "T3": "cd"}, now)
    with pytest.raises(NothingToAccept):
        accept(as_dora, same, team[3], now=now)


def test_without_a_published_plan_there_is_nothing_to_mix(
    as_dora: Caller, north: Region, team: list[Technician], visits: dict[str, UUID], now: datetime
) -> None:
    first = planned(as_dora, north)
    with pytest.raises(NothingToAccept):
        accept(as_dora, first, *team, now=now)


@given(some.lists(some.frozensets(some.integers(0, 12), min_size=1, max_size=2)))
def test_bundles_share_nobody_and_are_as_small_as_can_be(ways: list[frozenset[int]]) -> None:
    bundles = bundles_of(ways)
    assert all(one.isdisjoint(other) for one, other in combinations(bundles, 2))
    assert set().union(*bundles) == set().union(*ways)
    # Whoever is in a bundle is reached from anybody else in it, step by step.
    for bundle in bundles:
        reached = {min(bundle)}
        for _ in bundle:
            reached |= {one for way in ways if reached & way for one in way}
        assert reached == bundle
