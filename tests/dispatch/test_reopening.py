"""A fault that came back."""

from datetime import datetime, timedelta

import pytest

from communities.access import Caller
from communities.models import Region, ServiceEvent
from dispatch.errors import NotForYourRole, StepOutOfOrder, VisitReopened, VisitUnknown
from dispatch.models import Technician, Visit
from dispatch.services.reopening import visit_reopen
from dispatch.states import RequestState, VisitState
from tests import factories


@pytest.fixture
def done(north: Region, tom: Technician, now: datetime) -> Visit:
    return factories.visit(
        factories.site(factories.community(north, "A")),
        now - timedelta(days=2),
        technician=tom,
        starts_at=now - timedelta(days=1),
        state=VisitState.COMPLETED,
        customer=factories.customer(north.organisation),
    )


def test_reopened_visit_gets_a_request_with_a_visit_to_plan(
    as_dora: Caller, tom: Technician, done: Visit, now: datetime
) -> None:
    request = visit_reopen(caller=as_dora, visit_id=done.pk, reason="It drips again.", now=now)

    assert (request.state, request.reopens, request.requested_at) == (RequestState.ACCEPTED, done, now)
    assert (request.site, request.customer) == (done.site, done.work_order.request.customer)
    visit = Visit.objects.get(work_order__request=request)
    assert (visit.state, visit.sequence, visit.service_type) == ("unscheduled", 1, done.service_type)
    told = ServiceEvent.objects.exclude(kind="request.received")
    assert list(told.values_list("kind", "visit_id", "technician_id", "data")) == [
        ("visit.reopened", done.pk, tom.pk, {}),  # it counts for who was there
    ]
    assert ServiceEvent.objects.filter(source_id=f"request:{request.pk}:received").exists()


def test_visit_is_reopened_once(as_dora: Caller, done: Visit, now: datetime) -> None:
    visit_reopen(caller=as_dora, visit_id=done.pk, reason="It drips again.", now=now)
    with pytest.raises(VisitReopened):
        visit_reopen(caller=as_dora, visit_id=done.pk, reason="Still.", now=now)


def test_only_a_completed_visit_is_reopened_and_by_dispatch(
    as_dora: Caller, as_tom: Caller, as_stranger: Caller, done: Visit, now: datetime
) -> None:
    with pytest.raises(NotForYourRole):
        visit_reopen(caller=as_tom, visit_id=done.pk, reason="It drips.", now=now)
    with pytest.raises(VisitUnknown):
        visit_reopen(caller=as_stranger, visit_id=done.pk, reason="It drips.", now=now)
    Visit.objects.filter(pk=done.pk).update(state=VisitState.STARTED)
    with pytest.raises(StepOutOfOrder, match="only a completed one"):
        visit_reopen(caller=as_dora, visit_id=done.pk, reason="It drips.", now=now)
