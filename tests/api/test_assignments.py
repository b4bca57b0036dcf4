"""Why a visit is where a version has it, and what was before it: what the board's panel asks for."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from communities.models import Community, Contact, Region, SurveyAnswer, SurveyInvitation
from dispatch.models import Plan, PlanVersion, Recovery, Stop, Technician, UnassignedVisit, Visit
from dispatch.services.recoveries import Complaint, recovery_open
from dispatch.states import PlanState, VisitState
from tests import factories
from tests.api.conftest import Api
from tests.api.test_board import route_of, version_of

MONDAY = date(2026, 3, 2)


@pytest.fixture
def xicun(north: Region) -> Community:
    return factories.community(north, "xicun")


@pytest.fixture
def draft(north: Region) -> PlanVersion:
    plan = Plan.objects.create(organisation=north.organisation, region=north, on=MONDAY)
    return version_of(plan, PlanState.DRAFT)


def assignment(api: Api, visit: Visit, version: PlanVersion) -> Any:
    answer = api.get(f"/visits/{visit.pk}/assignment?version={version.pk}", Accept_Language="en")
    assert answer.status_code == 200, answer.content
    return answer.json()  # type: ignore[attr-defined]


def test_who_goes_and_what_others_would_cost(
    dora_api: Api, draft: PlanVersion, tom: Technician, xicun: Community, now: datetime
) -> None:
    visit = factories.visit(factories.site(xicun), now)
    route = route_of(draft, factories.shift(tom, now), (visit, 0))
    why = {
        "chosen": {"technician": "T1", "minutes": {"travel": 4.0, "affinity": -3.0}},
        "runner_up": {"technician": "T2", "minutes": {"travel": 6.5, "overtime": 10.0}},
        "third": None,
    }
    other = factories.visit(factories.site(xicun), now)
    Stop.objects.create(
        organisation=draft.organisation, version=draft, route=route, visit=other, sequence=2, arrival_at=now,
        start_at=now, departure_at=now + timedelta(minutes=30), travel_s=0, explanation=why,
    )  # fmt: skip

    told = assignment(dora_api, other, draft)

    # 6.5 - 4 of travel, 10 of overtime, 0 - -3 of affinity: 15.5 more.
    assert told["alternatives"] == [
        {"technician": "T2", "minutes": 15.5, "terms": {"travel": 2.5, "overtime": 10.0, "affinity": 3.0}}
    ]
    assert told["why"] == ["T1 rather than T2: 15.5 min better, mostly for overtime"]
    assert (told["keeps_out"], told["ways_in"]) == ([], [])
    assert told["request_id"] == str(other.work_order.request_id)


def test_what_would_let_in_who_is_left_out_and_what_of_it_a_dispatcher_can_decide(
    dora_api: Api, draft: PlanVersion, xicun: Community, now: datetime
) -> None:
    visit = factories.visit(factories.site(xicun), now)
    Visit.objects.filter(pk=visit.pk).update(
        window_from_at=now + timedelta(hours=1), window_until_at=now + timedelta(hours=3)
    )
    ways = [
        {"way": "skill", "technician": "T1", "minutes": 12.0, "worth_it": True, "detail": {"gas": 1}},
        {
            "way": "window_later",
            "technician": "T2",
            "minutes": 4.0,
            "worth_it": True,
            "detail": {"minutes": 45},
        },
        {"way": "overtime", "technician": "T2", "minutes": 9.0, "worth_it": True, "detail": {"minutes": 20}},
    ]
    excluded = [{"rule": "skill", "technicians": ["T1"], "skill": "gas", "level": 1}]
    UnassignedVisit.objects.create(
        organisation=draft.organisation, version=draft, visit=visit, reason="skill_missing",
        explanation={"excluded": excluded, "relaxations": ways},
    )  # fmt: skip

    told = assignment(dora_api, visit, draft)

    assert told["why"] == ["Nobody at work that day has the skills it needs"]
    assert told["keeps_out"] == ["Without gas at level 1: T1"]
    assert told["ways_in"] == [
        {
            "text": "It would fit with T1 learning gas (level 1) (+12 min)",
            "technician": "T1", "pin": "technician", "start_at": None,
        },
        {
            "text": "It would fit with a time window that ends 45 min later (+4 min)",
            # The window ends at 12:00 in Taipei, which is 04:00 in UTC.
            "technician": "T2", "pin": "both", "start_at": "2026-03-02T04:45:00Z",
        },
        {
            "text": "It would fit with 20 min of overtime for T2 (+9 min)",
            "technician": None, "pin": None, "start_at": None,
        },
    ]  # fmt: skip


def test_a_visit_that_the_version_does_not_know(
    dora_api: Api, draft: PlanVersion, xicun: Community, now: datetime
) -> None:
    visit = factories.visit(factories.site(xicun), now)
    assert dora_api.get(f"/visits/{visit.pk}/assignment?version={draft.pk}").status_code == 404


def test_the_history_of_a_customer(dora_api: Api, tom: Technician, xicun: Community, now: datetime) -> None:
    site, customer = factories.site(xicun), factories.customer(xicun.organisation, "Ms Wang")
    Contact.objects.filter(customer=customer).update(phone="0912 345 678")
    done = factories.visit(
        site, now - timedelta(days=9), technician=tom, starts_at=now - timedelta(days=7),
        state=VisitState.COMPLETED, customer=customer,
    )  # fmt: skip
    answered(done, tom, csat=2, comment="Still leaks.")
    recovery = recovery_open(
        complaint=Complaint(
            visit_id=done.pk, cause=Recovery.Cause.DETRACTOR, cause_id=done.pk, at=now, said="Still leaks."
        )
    )
    assert recovery is not None
    asked = recovery.request
    factories.visit(site, now, customer=factories.customer(xicun.organisation, "Mr Lin"))

    written = dora_api.post(f"/requests/{asked.pk}/messages", {"text": "We come tomorrow."})
    told = dora_api.get(f"/requests/{asked.pk}/history", Accept_Language="en").json()  # type: ignore[attr-defined]

    assert written.status_code == 201
    assert (told["customer_name"], told["phone"], told["may_write"]) == ("Ms Wang", "0912 345 678", True)
    assert [(one["state"], one["technician"], one["said"]) for one in told["visits"]] == [
        ("unscheduled", None, None),
        ("completed", "T1", {"csat": 2, "nps": None, "comment": "Still leaks."}),
    ]
    assert told["visits"][1]["starts_at"] == "2026-02-23T09:00:00+08:00"
    assert [(one["id"], one["cause"]) for one in told["recoveries"]] == [(str(recovery.pk), "detractor")]
    assert [(one["text"], one["written_by"], one["sent_at"]) for one in told["messages"]] == [
        ("We come tomorrow.", "dora", None)
    ]


def answered(visit: Visit, technician: Technician, *, csat: int, comment: str) -> None:
    contact = Contact.objects.get(customer=visit.work_order.request.customer)
    invitation = SurveyInvitation.objects.create(
        organisation=visit.organisation, contact=contact, community=visit.site.community, visit_id=visit.pk,
        work_order_id=visit.work_order_id, technician_id=technician.pk, service_type_id=visit.service_type_id,
        digest="0" * 64, expires_at=visit.starts_at,
    )  # fmt: skip
    SurveyAnswer.objects.create(
        organisation=visit.organisation, invitation=invitation, csat=csat, comment=comment,
        answered_at=visit.starts_at,
    )  # fmt: skip
