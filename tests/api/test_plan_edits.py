"""Changing a plan by hand, over HTTP: what a page's script sends and gets."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from communities.access import Caller
from communities.models import Region
from dispatch.models import PlanVersion, Technician
from dispatch.services.planning import plan_publish, plan_request
from dispatch.services.solving import version_solve
from tests import factories
from tests.api.conftest import Api

MONDAY = date(2026, 3, 2)


@pytest.fixture
def live(as_dora: Caller, north: Region, tom: Technician, tina: Technician, now: datetime) -> PlanVersion:
    """Two visits in one place, half an hour each, in one route."""
    place = factories.community(north, "A")
    for _ in range(2):
        factories.request(factories.site(place), now - timedelta(days=1))
    for technician in (tom, tina):
        factories.shift(technician, now)
    version = plan_request(caller=as_dora, region_id=north.pk, on=MONDAY, iterations=50)
    version_solve(version_id=version.pk)
    plan_publish(caller=as_dora, version_id=version.pk, plan_revision=1, now=now)
    return version


@pytest.fixture
def wish(live: PlanVersion, tom: Technician, tina: Technician, now: datetime) -> dict[str, Any]:
    """The second visit goes to the one who is free, at two in the afternoon."""
    route = live.routes.get()
    free = tina if route.technician_id == tom.pk else tom
    last = route.stops.get(sequence=2)
    at = now + timedelta(hours=5)
    return {"visit": str(last.visit_id), "technician": str(free.pk), "start_at": at.isoformat()}


def test_a_trial_tells_all_that_a_page_shows(dora_api: Api, live: PlanVersion, wish: dict[str, Any]) -> None:
    route = live.routes.select_related("technician").get()
    first, last = route.stops.order_by("sequence")
    answer = dora_api.post(f"/plans/{live.pk}/trials", wish, Accept_Language="zh-hant")

    assert answer.status_code == 200, answer.content
    found = answer.json()  # type: ignore[attr-defined]
    assert (found["allowed"], found["broken"]) == (True, [])
    # The free one drives there and back as well.
    minutes = route.travel_s / 60
    assert found["minutes"] == pytest.approx({"travel": minutes, "total": minutes})
    assert found["travel_minutes"] == pytest.approx(minutes)
    (moved,) = found["moves"]
    assert set(moved) == {"visit", "from", "to", "technician_from", "technician_to"}
    assert datetime.fromisoformat(moved["from"]) == last.start_at
    assert moved["to"] == "2026-03-02T06:00:00Z"
    assert (moved["technician_from"], moved["technician_to"]) == (
        str(route.technician_id),
        wish["technician"],
    )
    (promise,) = found["promises"]
    told = last.start_at.astimezone(live.organisation.zone).strftime("%m月2日 %H:%M")
    number = last.visit.work_order.number
    code = Technician.objects.get(pk=wish["technician"]).code
    assert promise["visit"] == wish["visit"]
    assert promise["text"] == (
        f"{number} 已約 {told} 由 {route.technician.code} 前往，將改由 {code} 在 03月2日 14:00 前往"
    )
    routes = {one["technician"]: [stop["visit"] for stop in one["stops"]] for one in found["routes"]}
    assert routes == {str(route.technician_id): [str(first.visit_id)], wish["technician"]: [wish["visit"]]}


def test_an_edit_is_followed_by_undo_and_redo(dora_api: Api, live: PlanVersion, wish: dict[str, Any]) -> None:
    made = dora_api.post(f"/plans/{live.pk}/edits", wish, If_Match='"r2"')
    assert made.status_code == 201, made.content
    assert (made["ETag"], made["Location"]) == ('"r3"', f"/api/v1/plans/{made.json()['id']}")  # type: ignore[attr-defined]
    version = made.json()  # type: ignore[attr-defined]
    assert [version[name] for name in ("state", "made_by", "can_undo", "can_redo")] == [
        "published", "edit", True, False,
    ]  # fmt: skip
    assert version["edit"]["to"] == {
        "technician": wish["technician"],
        "start_at": "2026-03-02T06:00:00+00:00",
    }
    undone = dora_api.post(f"/plans/{version['id']}/undo", If_Match='"r3"').json()  # type: ignore[attr-defined]
    assert (undone["made_by"], undone["edit"]) == ("undo", {"kind": "undo", "undoes": version["id"]})
    redone = dora_api.post(f"/plans/{undone['id']}/redo", If_Match='"r4"').json()  # type: ignore[attr-defined]
    assert (redone["made_by"], redone["edit"]) == ("edit", version["edit"])


def test_refusals_say_what_to_do(dora_api: Api, live: PlanVersion, wish: dict[str, Any]) -> None:
    missing = dora_api.post(f"/plans/{live.pk}/edits", wish)
    stale = dora_api.post(f"/plans/{live.pk}/edits", wish, If_Match='"r1"')
    kind = live.routes.get().stops.get(sequence=2).visit.service_type
    factories.ask_for(kind, "gas")
    forbidden = dora_api.post(f"/plans/{live.pk}/edits", wish, If_Match='"r2"')
    tried = dora_api.post(f"/plans/{live.pk}/trials", wish)
    assert [one.status_code for one in (missing, stale, forbidden, tried)] == [428, 412, 409, 200]
    assert stale.json()["type"] == "/problems/plan-stale"  # type: ignore[attr-defined]
    problem = forbidden.json()  # type: ignore[attr-defined]
    assert (problem["type"], [one["rule"] for one in problem["broken"]]) == (
        "/problems/edit-forbidden",
        ["skill"],
    )
    assert tried.json()["broken"] == problem["broken"]  # type: ignore[attr-defined]


def test_a_visit_is_pinned_and_unpinned(dora_api: Api, live: PlanVersion, wish: dict[str, Any]) -> None:
    path, body = f"/visits/{wish['visit']}/pin", {"version": str(live.pk), "pin": "both"}
    pinned = dora_api.call("PUT", path, body, If_Match='"r2"').json()  # type: ignore[attr-defined]
    routes = dora_api.get(f"/plans/{pinned['id']}/routes").json()["items"]  # type: ignore[attr-defined]
    stop = next(stop for route in routes for stop in route["stops"] if stop["visit_id"] == wish["visit"])
    assert (stop["pinned_technician_id"], stop["pinned_start_at"]) == (
        routes[0]["technician_id"],
        stop["start_at"],
    )
    tried = dora_api.post(f"/plans/{pinned['id']}/trials", wish).json()  # type: ignore[attr-defined]
    assert {one["rule"] for one in tried["broken"]} == {"pinned"}
    freed = dora_api.call("DELETE", f"{path}?version={pinned['id']}", None, If_Match='"r3"')
    assert freed.status_code == 201
    assert dora_api.post(f"/plans/{freed.json()['id']}/trials", wish).json()["allowed"]  # type: ignore[attr-defined]
