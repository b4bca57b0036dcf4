"""The dispatchers' board: a day in one answer, its moments, what a version would change, its map."""

import json
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from billing.models import PriceItem
from communities.access import Caller
from communities.insight.signals import Part, SignalPolicy
from communities.models import Community, Region, Signal, SignalSet
from communities.selectors.tiles import community_tile
from dispatch.models import Plan, PlanVersion, Route, Shift, Stop, Technician, UnassignedVisit, Visit
from dispatch.states import PlanState, VisitState
from tests import factories
from tests.api.conftest import Api

MONDAY = date(2026, 3, 2)


@pytest.fixture
def xicun(north: Region) -> Community:
    return factories.community(north, "xicun")


@pytest.fixture
def plan(north: Region) -> Plan:
    return Plan.objects.create(organisation=north.organisation, region=north, on=MONDAY)


@pytest.fixture
def shift(tom: Technician, now: datetime) -> Shift:
    """09:00 to 17:00 in Taipei."""
    return factories.shift(tom, now)


def version_of(plan: Plan, state: PlanState, **figures: Any) -> PlanVersion:
    return PlanVersion.objects.create(
        organisation=plan.organisation,
        plan=plan,
        number=plan.versions.count() + 1,
        state=state,
        iterations=100,
        violations=0,
        **figures,
    )


def publish(plan: Plan, version: PlanVersion) -> None:
    Plan.objects.filter(pk=plan.pk).update(published=version)


def route_of(version: PlanVersion, shift: Shift, *visits: tuple[Visit, int]) -> Route:
    """Half an hour for each visit, so many minutes after the shift begins, each after ten minutes of travel."""
    route = Route.objects.create(
        organisation=version.organisation,
        version=version,
        shift=shift,
        technician=shift.technician,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at + timedelta(minutes=20),
        travel_s=1800,
    )
    for number, (visit, minutes) in enumerate(visits, start=1):
        start_at = shift.starts_at + timedelta(minutes=minutes)
        Stop.objects.create(
            organisation=version.organisation,
            version=version,
            route=route,
            visit=visit,
            sequence=number,
            arrival_at=start_at,
            start_at=start_at,
            departure_at=start_at + timedelta(minutes=30),
            travel_s=600,
        )
    return route


def board(api: Api, region: Region, **query: object) -> Any:
    asked = "".join(f"&{name}={value}" for name, value in query.items())
    answer = api.get(f"/board?region={region.pk}&on={MONDAY}{asked}", Accept_Language="en")
    assert answer.status_code == 200, answer.content
    return answer.json()  # type: ignore[attr-defined]


def moment(api: Api, region: Region, known: str = "") -> tuple[str, Any]:
    """When to come back, and the moment that is told, if one is."""
    answer = api.get(f"/board/moments?region={region.pk}&on={MONDAY}", Last_Event_ID=known)
    assert answer["Content-Type"] == "text/event-stream"
    fields = dict(line.split(": ", 1) for line in answer.content.decode().splitlines() if line)
    return fields["retry"], json.loads(fields["data"]) if "data" in fields else None


def test_a_day_that_nobody_has_planned(dora_api: Api, north: Region) -> None:
    shown = board(dora_api, north)
    assert (shown["shown"], shown["newest"], shown["technicians"], shown["visits"]) == (None, None, [], [])
    assert shown["day"] == {
        "starts_at": "2026-03-02T00:00:00+08:00",
        "ends_at": "2026-03-03T00:00:00+08:00",
    }


def test_the_board_shows_the_published_plan(
    dora_api: Api, north: Region, plan: Plan, shift: Shift, xicun: Community, now: datetime
) -> None:
    published = version_of(plan, PlanState.PUBLISHED)
    publish(plan, published)
    visit = factories.visit(factories.site(xicun), now)
    late = factories.visit(factories.site(xicun), now)
    Visit.objects.filter(pk=late.pk).update(
        window_from_at=now, window_until_at=now + timedelta(minutes=45)
    )  # the stop is 60 minutes after nine: 15 late
    route_of(published, shift, (visit, 10), (late, 60))
    left = factories.visit(factories.site(xicun), now)
    UnassignedVisit.objects.create(
        organisation=plan.organisation, version=published, visit=left, reason="skill_missing"
    )
    version_of(plan, PlanState.DRAFT)

    shown = board(dora_api, north)
    assert (shown["shown"]["number"], shown["newest"]["number"]) == (1, 2)
    [technician] = shown["technicians"]
    assert (technician["code"], technician["overtime_minutes"]) == ("T1", 20)
    assert technician["shift"]["starts_at"] == "2026-03-02T09:00:00+08:00"
    assert [(one["start_at"], one["late_minutes"]) for one in technician["stops"]] == [
        ("2026-03-02T09:10:00+08:00", 0),
        ("2026-03-02T10:00:00+08:00", 15),
    ]
    assert [one["id"] for one in shown["visits"]] == [str(visit.pk), str(late.pk), str(left.pk)]
    assert shown["left_out"] == [
        {"visit_id": str(left.pk), "why": "Nobody at work that day has the skills it needs", "help": []}
    ]
    assert shown["communities"] == [{"id": str(xicun.pk), "name": "xicun village"}]


@pytest.mark.parametrize("pin", [None, "technician", "time", "both"])
def test_the_board_tells_pins(
    dora_api: Api, north: Region, plan: Plan, shift: Shift, xicun: Community, now: datetime, pin: str | None
) -> None:
    draft = version_of(plan, PlanState.DRAFT)
    visit = factories.visit(factories.site(xicun), now)
    Visit.objects.filter(pk=visit.pk).update(
        pinned_technician=shift.technician if pin in {"technician", "both"} else None,
        pinned_start_at=now if pin in {"time", "both"} else None,
    )
    route_of(draft, shift, (visit, 0))
    assert [one["pinned"] for one in board(dora_api, north)["visits"]] == [pin]


def test_a_version_can_be_asked_for(dora_api: Api, north: Region, plan: Plan) -> None:
    publish(plan, version_of(plan, PlanState.PUBLISHED))
    draft = version_of(plan, PlanState.DRAFT)
    assert board(dora_api, north, version=draft.pk)["shown"]["number"] == 2


def test_a_version_of_another_region_is_unknown(
    dora_api: Api, north: Region, south: Region, plan: Plan
) -> None:
    version = version_of(plan, PlanState.DRAFT)
    answer = dora_api.get(f"/board?region={south.pk}&on={MONDAY}&version={version.pk}")
    assert answer.status_code == 404


def test_a_draft_is_shown_before_anything_is_published(dora_api: Api, north: Region, plan: Plan) -> None:
    version_of(plan, PlanState.DRAFT)
    assert board(dora_api, north)["shown"]["state"] == "draft"


def test_a_manager_reads_the_board_and_may_not_plan(mina: Any, north: Region, south: Region) -> None:
    api = Api(mina)
    assert board(api, north)["may_plan"] is False
    assert api.get(f"/board?region={south.pk}&on={MONDAY}").status_code == 404


def test_what_is_known_is_not_sent_again(dora_api: Api, north: Region, plan: Plan) -> None:
    first = dora_api.get(f"/board?region={north.pk}&on={MONDAY}")
    again = dora_api.get(f"/board?region={north.pk}&on={MONDAY}", If_None_Match=first["ETag"])
    assert again.status_code == 304
    version_of(plan, PlanState.QUEUED)
    anew = dora_api.get(f"/board?region={north.pk}&on={MONDAY}", If_None_Match=first["ETag"])
    assert anew.status_code == 200


def test_a_moment_is_told_once(dora_api: Api, north: Region, plan: Plan) -> None:
    _, first = moment(dora_api, north)
    assert first["newest"] is None
    assert moment(dora_api, north, first["tag"]) == ("2000", None)


def test_a_moment_tells_how_far_a_run_is(dora_api: Api, north: Region, plan: Plan) -> None:
    run = version_of(
        plan,
        PlanState.SOLVING,
        progress=40,
        score={"total": 812.5},
        visits_unassigned=3,
        costs=[1204.0, 812.5],
    )
    soon, told = moment(dora_api, north)
    assert soon == "500"  # while it runs, every half second
    assert told["newest"] == {
        "id": str(run.pk),
        "number": 1,
        "state": "solving",
        "progress": 40,
        "minutes": 812.5,
        "left_out": 3,
        "costs": [1204.0, 812.5],  # also for whoever opens the page only now
    }
    PlanVersion.objects.filter(pk=run.pk).update(state=PlanState.DRAFT)
    assert moment(dora_api, north)[1]["newest"]["costs"] == []


@pytest.mark.parametrize("change", ["publish", "report", "progress", "shift", "left out"])
def test_whatever_changes_makes_another_moment(
    dora_api: Api,
    north: Region,
    plan: Plan,
    tom: Technician,
    shift: Shift,
    xicun: Community,
    now: datetime,
    change: str,
) -> None:
    run = version_of(plan, PlanState.SOLVING)
    visit = factories.visit(
        factories.site(xicun), now, technician=tom, starts_at=now, state=VisitState.SCHEDULED
    )
    waits = factories.visit(factories.site(xicun), now)
    UnassignedVisit.objects.create(
        organisation=plan.organisation, version=run, visit=waits, reason="no_capacity"
    )
    _, before = moment(dora_api, north)
    match change:
        case "publish":
            Plan.objects.filter(pk=plan.pk).update(revision=2)
        case "report":
            Visit.objects.filter(pk=visit.pk).update(revision=2)
        case "progress":
            PlanVersion.objects.filter(pk=run.pk).update(progress=1)
        case "left out":
            Visit.objects.filter(pk=waits.pk).update(revision=2)
        case "shift":
            Shift.objects.filter(pk=shift.pk).update(revision=2)
    _, after = moment(dora_api, north, before["tag"])
    assert after["tag"] != before["tag"]


def test_what_a_draft_would_change(
    dora_api: Api, plan: Plan, shift: Shift, tina: Technician, xicun: Community, now: datetime
) -> None:
    stays, moves, goes, comes = (factories.visit(factories.site(xicun), now) for _ in range(4))
    other = factories.shift(tina, now)
    published = version_of(
        plan, PlanState.PUBLISHED, score={"travel": 90.0, "lateness": 5.0, "total": 95.0}, travel_s=5400
    )
    publish(plan, published)
    route_of(published, shift, (stays, 10), (moves, 60), (goes, 120))
    draft = version_of(
        plan,
        PlanState.DRAFT,
        score={"travel": 80.0, "waiting": 2.5, "lateness": 5.0, "total": 87.5},
        travel_s=4800,
    )
    route_of(draft, shift, (stays, 10))
    route_of(draft, other, (moves, 60), (comes, 120))

    told = dora_api.get(f"/plans/{draft.pk}/changes").json()  # type: ignore[attr-defined]
    assert {one["visit_id"]: (one["before"], one["after"]) for one in told["visits"]} == {
        str(moves.pk): (where("T1", "10:00"), where("T2", "10:00")),
        str(goes.pk): (where("T1", "11:00"), None),
        str(comes.pk): (None, where("T2", "11:00")),
    }
    # 80 - 90, 2.5 - 0, 87.5 - 95; lateness stays. 4800 s less 5400 s is 10 min.
    assert told["minutes"] == {"travel": -10.0, "waiting": 2.5, "total": -7.5}
    assert told["travel_minutes"] == -10.0
    assert (told["other_technician"], told["other_time"], told["promises"]) == (3, 0, 0)
    assert told["communities"] == [{"id": str(xicun.pk), "name": "xicun village", "visits": 3}]
    # One visit goes from Tom to Tina, so neither can be accepted without the other; half an hour's ways are hers.
    [bundle] = told["bundles"]
    assert [one["code"] for one in bundle["technicians"]] == ["T1", "T2"]
    assert (bundle["visits"], bundle["promises"], bundle["travel_minutes"]) == (3, 0, 30.0)


def test_what_a_draft_brings_and_costs(
    dora_api: Api, plan: Plan, shift: Shift, tina: Technician, xicun: Community, now: datetime
) -> None:
    Technician.objects.filter(pk=shift.technician_id).update(cost_per_hour_minor=600)
    Technician.objects.filter(pk=tina.pk).update(cost_per_hour_minor=900)
    organisation = plan.organisation
    PriceItem.objects.create(
        organisation=organisation,
        code="filter",
        name="filter",
        kind=PriceItem.Kind.BASE,
        service_type=factories.service_type(organisation),
        price_minor=500,
    )
    stays, moves, comes = (factories.visit(factories.site(xicun), now) for _ in range(3))
    published = version_of(plan, PlanState.PUBLISHED)
    publish(plan, published)
    route_of(published, shift, (stays, 10), (moves, 60))
    draft = version_of(plan, PlanState.DRAFT, signal_set=sells(tina, xicun, 40.4))
    route_of(draft, shift, (stays, 10))
    route_of(draft, factories.shift(tina, now), (moves, 60), (comes, 120))

    told = dora_api.get(f"/plans/{draft.pk}/changes").json()  # type: ignore[attr-defined]
    # Two visits at 500, then three. Half an hour on the road for each route: 300 of Tom's, then 450 of Tina's too.
    # Tina sells 40.4 beyond the usual on each of her two.
    assert told["money_before"] == {"visits_minor": 1000, "driving_minor": 300, "upsell_added_minor": 0}
    assert told["money"] == {"visits_minor": 1500, "driving_minor": 750, "upsell_added_minor": 81}


def sells(technician: Technician, place: Community, beyond: float) -> SignalSet:
    """Signals that say so much of a technician in a community, and nothing else."""
    made = SignalSet.objects.create(
        organisation=place.organisation,
        region=place.region,
        version=1,
        through_on=MONDAY,
        policy=asdict(SignalPolicy()),
        code_version="1",
    )
    Signal.objects.create(
        organisation=place.organisation,
        signal_set=made,
        kind=Signal.Kind.TECHNICIAN_AFFINITY,
        technician_id=technician.pk,
        community=place,
        minutes=2,
        evidence={"parts": {"upsell": asdict(Part(2, beyond, 240.4, 200, 30))}},
    )
    return made


def where(technician: str, clock: str) -> dict[str, str]:
    return {"technician": technician, "start_at": f"2026-03-02T{clock}:00+08:00"}


def test_a_first_draft_changes_nothing_that_was_promised(
    dora_api: Api, plan: Plan, shift: Shift, xicun: Community, now: datetime
) -> None:
    draft = version_of(plan, PlanState.DRAFT)
    visit = factories.visit(factories.site(xicun), now)
    route_of(draft, shift, (visit, 10))
    told = dora_api.get(f"/plans/{draft.pk}/changes").json()  # type: ignore[attr-defined]
    assert (told["against"], told["promises"], len(told["visits"])) == (None, 0, 1)


@pytest.mark.parametrize(("minutes", "broken"), [(15, 0), (16, 1)])
def test_a_promise_that_would_be_broken_is_counted(
    dora_api: Api,
    plan: Plan,
    shift: Shift,
    tom: Technician,
    xicun: Community,
    now: datetime,
    minutes: int,
    broken: int,
) -> None:
    """Without a window the customer was told an hour; a quarter of an hour around it keeps the promise."""
    visit = factories.visit(
        factories.site(xicun), now, technician=tom, starts_at=now, state=VisitState.SCHEDULED
    )
    published, draft = version_of(plan, PlanState.PUBLISHED), version_of(plan, PlanState.DRAFT)
    publish(plan, published)
    route_of(published, shift, (visit, 0))
    route_of(draft, shift, (visit, minutes))
    told = dora_api.get(f"/plans/{draft.pk}/changes").json()  # type: ignore[attr-defined]
    assert (told["promises"], told["other_technician"], told["other_time"]) == (broken, 0, 1)


def test_a_visit_taken_off_the_plan_breaks_its_promise(
    dora_api: Api, plan: Plan, shift: Shift, tom: Technician, xicun: Community, now: datetime
) -> None:
    visit = factories.visit(
        factories.site(xicun), now, technician=tom, starts_at=now, state=VisitState.SCHEDULED
    )
    published, draft = version_of(plan, PlanState.PUBLISHED), version_of(plan, PlanState.DRAFT)
    publish(plan, published)
    route_of(published, shift, (visit, 0))
    told = dora_api.get(f"/plans/{draft.pk}/changes").json()  # type: ignore[attr-defined]
    assert (told["promises"], told["visits"][0]["after"]) == (1, None)


# 121.55, 25.03 at zoom 14: x = (121.55 + 180) / 360 · 2¹⁴ = 13723.9; y by Mercator's formula: 7014.8.
ZOOM, X, Y = 14, 13723, 7014


def test_a_tile_has_the_communities_one_may_see(
    xicun: Community, as_dora: Caller, as_stranger: Caller, as_tom: Caller
) -> None:
    tile = community_tile(as_dora, ZOOM, X, Y)
    assert str(xicun.pk).encode() in tile
    assert b"xicun village" in tile
    assert community_tile(as_stranger, ZOOM, X, Y) == b""
    assert community_tile(as_tom, ZOOM, X, Y) == b""
    assert community_tile(as_dora, ZOOM, X + 100, Y) == b""


@pytest.mark.parametrize("tile", ["17/0/0", "1/2/0", "1/0/2"])
def test_a_tile_that_does_not_exist(dora_api: Api, tile: str) -> None:
    assert dora_api.get(f"/tiles/communities/{tile}").status_code == 404
