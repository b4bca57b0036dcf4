"""What happens becomes a delivery for each endpoint that wants it, once, and only if it really happened."""

import json
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.conf import settings as conf
from django.db import Error, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.module_loading import import_string

from api.events import consumers
from api.events.catalogue import Topic
from api.events.telling import LARGEST_BODY, body_of
from api.models import EventDelivery, EventEndpoint
from api.schemas.requests import WorkOrderOut
from api.schemas.visits import VisitOut
from communities.access import Caller
from communities.models import Organisation, Region, ServiceEvent
from communities.services.surveys import VisitDone, survey_answer, survey_invite, survey_token
from core.models import Outbox
from dispatch.models import Technician, Visit
from dispatch.selectors.requests import work_order_get
from dispatch.selectors.visits import visit_get
from dispatch.services.execution import (
    visit_arrive,
    visit_complete,
    visit_en_route,
    visit_not_complete,
    visit_start,
)
from dispatch.services.requests import request_cancel
from dispatch.states import VisitState
from tests import factories
from tests.outbox import deliver_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def crm(acme: Organisation) -> EventEndpoint:
    return EventEndpoint.objects.create(organisation=acme, url="https://crm.example/hook")


@pytest.fixture
def visit(north: Region, tom: Technician, now: datetime) -> Visit:
    return factories.visit(
        factories.site(factories.community(north, "A")),
        now - timedelta(days=1),
        technician=tom,
        starts_at=now,
        state=VisitState.SCHEDULED,
        customer=factories.customer(north.organisation, "Ms Wang"),
    )


def at(moment: datetime) -> dict[str, datetime]:
    return {"happened_at": moment, "now": moment}


def told() -> list[tuple[str, str, dict[str, Any]]]:
    """Type, timestamp and data of every event, in the order of their making."""
    bodies = EventDelivery.objects.order_by("id").values_list("body", flat=True)
    return [tuple(json.loads(body).values()) for body in bodies]  # type: ignore[misc]


def test_every_topic_is_told_by_a_consumer_that_the_settings_name() -> None:
    named = [name for names in conf.OUTBOX_CONSUMERS.values() for name in names]
    ours = {name for name in named if name.startswith("api.events.consumers.")}
    assert {import_string(name).keywords["topic"] for name in ours} == set(Topic)
    assert ours == {
        f"api.events.consumers.{name}" for name, one in vars(consumers).items() if isinstance(one, partial)
    }


def test_a_visit_is_told_step_by_step_as_the_api_shows_it(
    crm: EventEndpoint, as_tom: Caller, as_dora: Caller, visit: Visit, now: datetime
) -> None:
    shown = []
    minutes = iter(range(0, 40, 10))
    for step in (visit_en_route, visit_arrive, visit_start, visit_complete):
        step(caller=as_tom, visit_id=visit.pk, **at(now + timedelta(minutes=next(minutes))))
        shown.append(VisitOut.of(visit_get(as_dora, visit.pk)).model_dump(mode="json"))
        deliver_all()

    order = WorkOrderOut.of(work_order_get(as_dora, visit.work_order_id)).model_dump(mode="json")
    assert told() == [
        ("visit.en_route", "2026-03-02T01:00:00Z", shown[0]),
        ("visit.arrived", "2026-03-02T01:10:00Z", shown[1]),
        ("visit.started", "2026-03-02T01:20:00Z", shown[2]),
        ("visit.completed", "2026-03-02T01:30:00Z", shown[3]),
        ("work_order.completed", "2026-03-02T01:30:00Z", order),
    ]
    assert (shown[1]["customer_name"], order["state"]) == ("Ms Wang", "completed")


def test_what_could_not_be_done_and_what_was_cancelled(
    crm: EventEndpoint, as_tom: Caller, as_dora: Caller, visit: Visit, now: datetime
) -> None:
    visit_not_complete(caller=as_tom, visit_id=visit.pk, reason="Nobody at home", **at(now))
    hour_later = now + timedelta(hours=1)
    request_cancel(
        caller=as_dora, request_id=visit.work_order.request_id, reason="Sold the flat", now=hour_later
    )
    deliver_all()

    (first, when, data), (second, cancelled_at, order) = told()
    assert (first, when, data["outcome"]) == (
        "visit.could_not_complete",
        "2026-03-02T01:00:00Z",
        "Nobody at home",
    )
    assert (second, cancelled_at) == ("work_order.cancelled", "2026-03-02T02:00:00Z")
    assert (order["id"], order["state"]) == (str(visit.work_order_id), "cancelled")


def test_what_the_customer_answers(crm: EventEndpoint, visit: Visit, tom: Technician, now: datetime) -> None:
    customer, community = visit.work_order.request.customer, visit.site.community
    assert customer is not None
    assert community is not None
    about = VisitDone(community, visit.pk, visit.work_order_id, tom.pk, visit.service_type_id)
    invitation = survey_invite(contact=customer.contacts.get(), visit=about, now=now)
    answer = survey_answer(token=survey_token(invitation), csat=2, nps=None, comment="來晚了", now=now)
    deliver_all()

    [event] = told()
    assert event == (
        "survey.answered",
        "2026-03-02T01:00:00Z",
        {
            "id": str(answer.pk),
            "visit_id": str(visit.pk),
            "work_order_id": str(visit.work_order_id),
            "technician_id": str(tom.pk),
            "community_id": str(community.pk),
            "customer_id": str(customer.pk),
            "csat": 2,
            "nps": None,
            "comment": "來晚了",
            "answered_at": "2026-03-02T01:00:00Z",
        },
    )


def test_an_event_is_written_once_for_each_enabled_endpoint_of_the_company_that_wants_it(
    crm: EventEndpoint, acme: Organisation, other: Organisation, as_tom: Caller, visit: Visit, now: datetime
) -> None:
    def endpoint(organisation: Organisation, **more: Any) -> EventEndpoint:
        return EventEndpoint.objects.create(organisation=organisation, url="https://a.example", **more)

    wants = endpoint(acme, topics=["invoice.paid", "visit.arrived"])
    endpoint(acme, topics=["invoice.paid"])
    endpoint(acme, disabled_at=now, disabled_reason="by_hand")
    endpoint(other)
    visit_arrive(caller=as_tom, visit_id=visit.pk, **at(now))
    deliver_all()
    Outbox.objects.update(done_at=None, attempts=0)
    deliver_all()

    deliveries = EventDelivery.objects.order_by("endpoint_id")
    assert [one.endpoint_id for one in deliveries] == sorted([crm.pk, wants.pk])
    assert len({one.event_id for one in deliveries}) == 1
    assert {one.organisation_id for one in deliveries} == {acme.pk}


def test_what_is_rolled_back_is_told_to_nobody(
    crm: EventEndpoint, as_tom: Caller, visit: Visit, now: datetime
) -> None:
    with transaction.atomic():
        visit_arrive(caller=as_tom, visit_id=visit.pk, **at(now))
        transaction.set_rollback(True)
    deliver_all()
    assert (EventDelivery.objects.count(), ServiceEvent.objects.count()) == (0, 0)


def test_without_endpoints_it_costs_one_question(visit: Visit) -> None:
    with CaptureQueriesContext(connection) as asked:
        consumers.visit_arrived(subject_id=visit.pk)
    assert len(asked) == 1


def test_what_was_told_cannot_be_changed(
    crm: EventEndpoint, as_tom: Caller, visit: Visit, now: datetime
) -> None:
    visit_arrive(caller=as_tom, visit_id=visit.pk, **at(now))
    deliver_all()
    with pytest.raises(Error, match="Cannot update rows"):
        EventDelivery.objects.update(body="{}")


def test_data_that_is_too_long_is_cut_to_its_ids(now: datetime) -> None:
    data = {"id": "1", "visit_id": "2", "customer_name": None, "notes": ""}
    room = LARGEST_BODY - len(body_of("visit.completed", now, data))
    fits, too_long = data | {"notes": "x" * room}, data | {"notes": "長" * (room // 3) + "xxx"}

    assert len(body_of("visit.completed", now, fits).encode()) == LARGEST_BODY == 20_000
    assert json.loads(body_of("visit.completed", now, fits))["data"] == fits
    assert json.loads(body_of("visit.completed", now, too_long)) == {
        "type": "visit.completed",
        "timestamp": "2026-03-02T01:00:00Z",
        "data": {"id": "1", "visit_id": "2", "is_cut": True},
    }
