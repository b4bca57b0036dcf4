"""One morning, told once: dispatcher, technician, customer, manager and a CRM, against the served application."""

from datetime import datetime, timedelta
from typing import Any

from billing.models import PriceItem
from communities.models import Organisation, Region, SurveyInvitation, User
from communities.services.surveys import survey_token
from dispatch.models import Technician
from tests import factories
from tests.api.events.receiver import Receiver
from tests.end_to_end.people import Person, SignIn, eventually, submit, to_provider

MONDAY = "2026-03-02"
TOLD = [
    "invoice.issued",
    "invoice.paid",
    "payment.declined",
    "payment.succeeded",
    "survey.answered",
    "visit.arrived",
    "visit.completed",
    "visit.en_route",
    "visit.started",
    "work_order.completed",
]


def company(north: Region, tom: Technician, now: datetime) -> None:
    """What was there before the morning: a village, a filter service with its price, Tom at work."""
    village = factories.community(north, "xicun")
    kind = factories.service_type(north.organisation, "filter", minutes=30)
    PriceItem.objects.create(
        organisation=north.organisation,
        code="filter",
        name="濾心更換",
        kind=PriceItem.Kind.BASE,
        service_type=kind,
        price_minor=800,
    )
    PriceItem.objects.create(
        organisation=north.organisation,
        code="sensor",
        name="漏水警報器",
        kind=PriceItem.Kind.ADD_ON,
        price_minor=900,
    )
    asked = factories.request(
        factories.site(village), now - timedelta(hours=20), kind, factories.customer(north.organisation)
    )
    assert asked.customer is not None
    factories.shift(tom, now)


def test_a_morning(
    served: str,
    sign_in: SignIn,
    acme: Organisation,
    north: Region,
    ada: User,
    dora: User,
    mina: User,
    sol: User,
    tom: Technician,
    tina: Technician,
    stranger: User,
    crm: Receiver,
    now: datetime,
) -> None:
    company(north, tom, now)
    secret = sign_in("ada").post("/event-endpoints", {"url": crm.url}).json()["secret"]
    dispatcher = sign_in("dora")
    technician = sign_in("tom")
    colleague = sign_in("tina")
    manager = sign_in("mina")
    other_manager = sign_in("sol")
    outsider = sign_in("stranger")

    # The dispatcher asks for a plan, follows it, and publishes it.
    asked = dispatcher.post("/plans", {"region": str(north.pk), "on": MONDAY, "iterations": 100})
    assert asked.status_code == 202, asked.text
    plan = asked.json()["id"]
    draft = eventually(lambda: _when(dispatcher.get(f"/plans/{plan}"), "state", "draft"))
    assert (draft["visits_assigned"], draft["visits_unassigned"], draft["violations"]) == (1, 0, 0)
    [route] = dispatcher.get(f"/plans/{plan}/routes")["items"]
    assert route["stops"][0]["why"] == ["Nobody but T1 could take it in this plan"]
    assert dispatcher.post(f"/plans/{plan}/publish", If_Match='"r99"').status_code == 412
    assert dispatcher.post(f"/plans/{plan}/publish", If_Match='"r1"').json()["state"] == "published"

    # Nobody else may, and strangers see nothing of it.
    assert technician.refused("POST", f"/plans/{plan}/publish") == (404, "plan-unknown")
    assert manager.refused("POST", f"/plans/{plan}/publish") == (403, "not-for-your-role")
    for person in (other_manager, outsider):
        assert person.refused("POST", f"/plans/{plan}/publish") == (404, "plan-unknown")
        assert person.get("/visits")["items"] == []

    # The technician reads the day and does the visit; a repeated report counts once.
    [visit] = technician.get("/schedule", **{"from": MONDAY, "to": MONDAY})["items"]
    assert colleague.get("/schedule", **{"from": MONDAY, "to": MONDAY})["items"] == []
    assert colleague.refused("POST", f"/visits/{visit['id']}/arrive") == (404, "visit-unknown")
    _do(technician, visit)
    again = technician.post(f"/visits/{visit['id']}/complete", {"happened_at": _at(visit, 30)})
    assert (again.status_code, again.json()["type"]) == (409, "/problems/step-out-of-order")

    # The customer is declined, pays, and is thanked; only the provider's word settled it.
    [invoice] = eventually(
        lambda: [one for one in dispatcher.get("/invoices")["items"] if one["link"] and one["link"]["url"]]
    )
    assert (invoice["state"], invoice["total_minor"], invoice["currency"]) == ("issued", 800 + 900, "TWD")
    assert [line["item"] for line in invoice["lines"]] == ["filter", "sensor"]
    checkout = to_provider(invoice["link"]["url"])
    submit(checkout, {"act": "decline"})
    assert dispatcher.get(f"/invoices/{invoice['id']}")["state"] == "issued"
    submit(checkout, {"act": "pay"})
    eventually(lambda: _when(dispatcher.get(f"/invoices/{invoice['id']}"), "state", "paid"))

    # The customer rates the visit on the page behind the link; a second answer changes nothing.
    invitation = eventually(lambda: SurveyInvitation.objects.filter(sent_at__isnull=False).first())
    page = f"{served}/r/{survey_token(invitation)}"
    thanks = submit(page, {"csat": "2", "nps": "3", "comment": "晚到"})
    assert thanks.status_code == 200

    # The manager sees what became of the community; the manager of another region does not.
    [community] = manager.get("/communities")["items"]
    assert other_manager.refused("GET", f"/communities/{community['id']}") == (404, "not-found")
    today = datetime.now(acme.zone).date().isoformat()
    days = eventually(
        lambda: _when_answered(
            manager.get(
                f"/communities/{community['id']}/figures", **{"from": MONDAY, "to": today, "step": "day"}
            )
        )
    )
    assert sum(day["visits"]["value"] for day in days) == 1
    assert sum(day["revenue"]["numerator"] for day in days) == 1700
    assert sum(day["response_rate"]["numerator"] for day in days) == 1
    assert [day["csat"]["value"] for day in days if day["csat"]["hidden"]] == [
        None
    ]  # one answer is nobody's figure

    # Another system has been told of it all.
    told = eventually(lambda: _when_told(crm, secret))
    assert {data["id"] for topic, data in told if topic.startswith("visit.")} == {visit["id"]}
    assert [data["csat"] for topic, data in told if topic == "survey.answered"] == [2]


def _do(technician: Person, visit: dict[str, Any]) -> None:
    """Set off, arrive, begin, offer something that is accepted, finish."""
    path = f"/visits/{visit['id']}"
    key = "set-off-once"
    for _ in range(2):  # a dead zone: the telephone sends it again
        sent = technician.post(f"{path}/en-route", {"happened_at": _at(visit, -10)}, Idempotency_Key=key)
        assert (sent.status_code, sent.json()["state"]) == (200, "en_route")
    for step, minutes in (("arrive", 0), ("start", 1)):
        assert technician.post(f"{path}/{step}", {"happened_at": _at(visit, minutes)}).status_code == 200
    offer = technician.post(f"{path}/offers", {"item": "sensor", "happened_at": _at(visit, 5)}).json()
    taken = technician.post(f"/offers/{offer['id']}/accept", {"happened_at": _at(visit, 6)})
    assert taken.json()["state"] == "accepted"
    done = technician.post(f"{path}/complete", {"happened_at": _at(visit, 30), "notes": "Done"})
    assert (done.status_code, done.json()["state"]) == (200, "completed"), done.text


def _at(visit: dict[str, Any], minutes: int) -> str:
    return (datetime.fromisoformat(visit["starts_at"]) + timedelta(minutes=minutes)).isoformat()


def _when(item: dict[str, Any], name: str, value: str) -> dict[str, Any] | None:
    return item if item[name] == value else None


def _when_answered(page: dict[str, Any]) -> list[dict[str, Any]] | None:
    """The days' figures, once beat has had the answer counted."""
    days: list[dict[str, Any]] = [day["figures"] for day in page["items"]]
    return days if any(day["csat"]["hidden"] for day in days) else None


def _when_told(crm: Receiver, secret: str) -> list[tuple[str, dict[str, Any]]] | None:
    """Type and data of every event, each counted once, when all of them have come."""
    calls = {call.event_id: call.verified(secret) for call in crm.heard}
    events = sorted(((event["type"], event["data"]) for event in calls.values()), key=lambda one: one[0])
    return events if [topic for topic, _ in events] == TOLD else None
