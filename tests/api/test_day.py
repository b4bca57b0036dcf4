"""The technician's day through the API: read, report, offer, annotate, subscribe."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from icalendar import Calendar

from billing.models import PriceItem
from communities.models import Organisation, Region
from dispatch.models import Technician, Visit
from dispatch.states import VisitState
from tests import factories
from tests.api.conftest import Api

DAY = "from=2026-03-02&to=2026-03-02"
Scheduled = Callable[..., Visit]


@pytest.fixture
def scheduled(north: Region, tom: Technician, now: datetime) -> Scheduled:
    """A visit of Tom's this morning, `hours` after nine."""
    community = factories.community(north, "xicun")

    def make(hours: float = 1, technician: Technician = tom) -> Visit:
        return factories.visit(
            factories.site(community),
            now - timedelta(days=1),
            technician=technician,
            starts_at=now + timedelta(hours=hours),
            state=VisitState.SCHEDULED,
            customer=factories.customer(community.organisation),
        )

    return make


@pytest.fixture
def tom_api(tom: Technician) -> Api:
    assert tom.user is not None
    return Api(tom.user)


def report(api: Api, visit: Visit, step: str, at: datetime, **more: Any) -> Any:
    answer = api.post(f"/visits/{visit.pk}/{step}", {"happened_at": at.isoformat(), **more})
    assert answer.status_code == 200, answer.content
    return answer


def test_the_schedule_holds_ones_own_visits_in_order(
    scheduled: Scheduled, tom_api: Api, tina: Technician
) -> None:
    second, first, _ = scheduled(3), scheduled(1), scheduled(1, technician=tina)
    items = tom_api.get(f"/schedule?{DAY}").json()["items"]
    assert [item["id"] for item in items] == [str(first.pk), str(second.pk)]
    assert items[0]["starts_at"] == "2026-03-02T02:00:00Z"  # nine and an hour in Taipei is two in UTC
    assert tom_api.get("/schedule?from=2026-03-03&to=2026-03-04").json() == {"items": []}


def test_a_schedule_that_is_known_is_not_sent_again(scheduled: Scheduled, tom_api: Api) -> None:
    visit = scheduled()
    known = tom_api.get(f"/schedule?{DAY}")["ETag"]
    same = tom_api.get(f"/schedule?{DAY}", If_None_Match=known)
    assert (same.status_code, same.content, same["ETag"]) == (304, b"", known)

    report(tom_api, visit, "en-route", visit.created_at)
    changed = tom_api.get(f"/schedule?{DAY}", If_None_Match=known)
    assert (changed.status_code, changed.json()["items"][0]["state"]) == (200, "en_route")


@pytest.mark.parametrize("days", ["from=2026-03-02&to=2026-03-01", "from=2026-03-02&to=2027-03-03", "from=x"])
def test_a_range_that_is_none_is_refused(tom_api: Api, days: str) -> None:
    assert tom_api.get(f"/schedule?{days}").status_code == 422


def test_a_visit_from_setting_off_to_done(
    scheduled: Scheduled, tom_api: Api, acme: Organisation, now: datetime
) -> None:
    visit = scheduled()
    PriceItem.objects.create(
        organisation=acme, code="membrane", name="Membrane", kind=PriceItem.Kind.ADD_ON, price_minor=1200
    )
    report(tom_api, visit, "en-route", now)
    report(tom_api, visit, "arrive", now + timedelta(minutes=20))
    offer = tom_api.post(f"/visits/{visit.pk}/offers", {"item": "membrane", "quantity": 2})
    assert offer.status_code == 201, offer.content
    accepted = tom_api.post(f"/offers/{offer.json()['id']}/accept")
    assert accepted.json()["state"] == "accepted", accepted.content
    report(tom_api, visit, "start", now + timedelta(minutes=25))
    done = report(tom_api, visit, "complete", now + timedelta(minutes=55), notes="Filter changed.")

    assert done.json()["state"] == "completed"
    assert done.json()["notes"] == "Filter changed."
    assert done.json()["finished_at"] == "2026-03-02T01:55:00Z"
    assert done["ETag"] == '"r5"'  # four steps after r1
    [listed] = tom_api.get(f"/visits/{visit.pk}/offers").json()["items"]
    [[line]] = [option["lines"] for option in listed["options"]]
    assert (line["name"], line["quantity"], line["unit_price_minor"]) == ("Membrane", 2, 1200)


def test_steps_follow_one_another(scheduled: Scheduled, tom_api: Api) -> None:
    answer = tom_api.post(f"/visits/{scheduled().pk}/complete")
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/step-out-of-order")


def test_what_could_not_be_done_has_a_reason(scheduled: Scheduled, tom_api: Api, now: datetime) -> None:
    visit = scheduled()
    assert tom_api.post(f"/visits/{visit.pk}/could-not-complete", {}).status_code == 422
    answer = report(tom_api, visit, "could-not-complete", now, reason="Nobody at home.")
    assert (answer.json()["state"], answer.json()["outcome"]) == ("could_not_complete", "Nobody at home.")


def test_notes_are_edited_on_what_was_read(scheduled: Scheduled, tom_api: Api) -> None:
    visit = scheduled()
    path = f"/visits/{visit.pk}"
    read = tom_api.get(path)

    def edit(**headers: str) -> Any:
        return tom_api.call("PATCH", path, {"notes": "Ring twice."}, **headers)

    missing = edit()
    assert (missing.status_code, missing.json()["type"]) == (428, "/problems/revision-missing")
    assert edit(If_Match="*").status_code == 428
    assert edit(If_Match='"r9"').status_code == 412
    assert edit(If_Match='"1"').status_code == 412

    edited = edit(If_Match=read["ETag"])
    assert (edited.status_code, edited["ETag"], edited.json()["notes"]) == (200, '"r2"', "Ring twice.")
    stale = edit(If_Match=read["ETag"])
    assert (stale.status_code, stale.json()["type"]) == (412, "/problems/stale")


def test_what_was_read_compressed_can_be_edited(scheduled: Scheduled, tom_api: Api) -> None:
    path = f"/visits/{scheduled().pk}"
    read = tom_api.get(path, Accept_Encoding="gzip")
    assert (read["Content-Encoding"], read["ETag"]) == ("gzip", 'W/"r1"')

    edited = tom_api.call("PATCH", path, {"notes": "Ring twice."}, If_Match=read["ETag"])
    assert (edited.status_code, edited["ETag"]) == (200, '"r2"')
    assert tom_api.call("PATCH", path, {"notes": "Knock."}, If_Match=read["ETag"]).status_code == 412


def test_a_visit_says_whom_to_ask_for(scheduled: Scheduled, tom_api: Api) -> None:
    found = tom_api.get(f"/visits/{scheduled().pk}").json()
    assert found["contacts"] == [{"name": "Ms Wang", "phone": ""}]
    assert found["site"]["community"]["name"] == "xicun里"


def test_the_calendar_lives_at_a_secret_address(
    scheduled: Scheduled, tom_api: Api, settings: LazySettings
) -> None:
    visit = scheduled()
    Visit.objects.filter(pk=visit.pk).update(
        starts_at=(far := visit.created_at), ends_at=far + timedelta(hours=1)
    )
    url = tom_api.post("/calendar").json()["url"]
    path = url.removeprefix(settings.PUBLIC_URL)
    answer = Client().get(path)

    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(answer.content)
    [event] = calendar.walk("VEVENT")
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == (f"{visit.pk}@linli", 1, "CONFIRMED")
    assert event["SUMMARY"] == "filter · xicun里"
    assert calendar["REFRESH-INTERVAL"].dt == timedelta(minutes=15)
    assert Client().get(path, headers={"If-None-Match": answer["ETag"]}).status_code == 304

    tom_api.post("/calendar")
    assert Client().get(path).status_code == 404  # a new address ends the old one
    assert tom_api.call("DELETE", "/calendar", None).status_code == 204


def test_a_telephone_that_sends_a_step_twice_reports_once(scheduled: Scheduled, tom_api: Api) -> None:
    path = f"/visits/{scheduled().pk}/en-route"
    first = tom_api.post(path, Idempotency_Key="k1")
    again = tom_api.post(path, Idempotency_Key="k1")
    assert (first.status_code, again.status_code) == (200, 200)
    assert again["ETag"] == first["ETag"] == '"r2"'
