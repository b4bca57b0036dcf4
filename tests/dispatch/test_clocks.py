"""A request's targets, while it waits for others and after."""

from datetime import datetime, timedelta

import pytest

from communities.access import Caller
from communities.models import Region, ServiceEvent
from dispatch.errors import NotForYourRole, RequestNotPaused, RequestPaused, RequestUnknown, StepOutOfOrder
from dispatch.models import RequestPause, ServiceRequest, Technician, Visit
from dispatch.services.clocks import request_pause, request_resume
from dispatch.services.execution import visit_arrive, visit_complete, visit_start
from dispatch.services.release import open_visits
from dispatch.services.requests import request_cancel
from dispatch.states import VisitState
from tests import factories
from tests.conftest import as_caller

PARTS = RequestPause.Reason.PARTS


@pytest.fixture
def visit(north: Region, tom: Technician, now: datetime) -> Visit:
    """Tom's visit in three hours, asked for now: to be answered within a day and resolved within three."""
    site = factories.site(factories.community(north, "A"))
    return factories.visit(
        site, now, technician=tom, starts_at=now + timedelta(hours=3), state=VisitState.SCHEDULED
    )


def asked(visit: Visit) -> ServiceRequest:
    return ServiceRequest.objects.get(pk=visit.work_order.request_id)


def test_pause_moves_both_targets_by_as_long_as_it_lasted(
    as_dora: Caller, visit: Visit, now: datetime
) -> None:
    request = asked(visit)
    paused = request_pause(caller=as_dora, request_id=request.pk, reason=PARTS, now=now)
    assert paused.paused_at == now  # type: ignore[attr-defined]
    resumed = request_resume(caller=as_dora, request_id=request.pk, now=now + timedelta(hours=30))

    assert resumed.paused_at is None  # type: ignore[attr-defined]
    assert resumed.respond_by == now + timedelta(hours=24 + 30)
    assert resumed.resolve_by == now + timedelta(hours=72 + 30)
    told = ServiceEvent.objects.order_by("occurred_at").values_list("kind", "data")
    assert list(told) == [
        ("request.paused", {"reason": "parts"}),
        ("request.resumed", {"minutes": 1800}),  # 30 hours
    ]


def test_request_waits_once_at_a_time_and_again_later(as_dora: Caller, visit: Visit, now: datetime) -> None:
    request = asked(visit)
    with pytest.raises(RequestNotPaused):
        request_resume(caller=as_dora, request_id=request.pk, now=now)
    for hour in (0, 2):
        request_pause(caller=as_dora, request_id=request.pk, reason=PARTS, now=now + timedelta(hours=hour))
        with pytest.raises(RequestPaused):
            request_pause(caller=as_dora, request_id=request.pk, reason=PARTS, now=now)
        request_resume(caller=as_dora, request_id=request.pk, now=now + timedelta(hours=hour + 1))
    assert asked(visit).resolve_by == now + timedelta(hours=72 + 2)


def test_nobody_is_sent_while_a_request_waits(
    as_dora: Caller, north: Region, visit: Visit, now: datetime
) -> None:
    today = now.date()
    assert list(open_visits(north, today, now)) == [visit]
    request_pause(caller=as_dora, request_id=visit.work_order.request_id, reason=PARTS, now=now)
    assert not open_visits(north, today, now).exists()
    revision = visit.revision
    visit.refresh_from_db()
    assert visit.revision == revision + 1  # a draft with it is stale
    request_resume(caller=as_dora, request_id=visit.work_order.request_id, now=now)
    assert list(open_visits(north, today, now)) == [visit]


def test_setting_off_ends_the_pause_and_answers_in_time(
    as_dora: Caller, as_tom: Caller, visit: Visit, now: datetime
) -> None:
    """Answered after 26 hours of which it waited three, and resolved after 75: 23 and 72 on its clock."""
    request_pause(caller=as_dora, request_id=visit.work_order.request_id, reason=PARTS, now=now)
    ServiceRequest.objects.filter(pk=visit.work_order.request_id).update(
        respond_by=now + timedelta(hours=2), resolve_by=now + timedelta(hours=3)
    )
    arrived = now + timedelta(hours=3)
    visit_arrive(caller=as_tom, visit_id=visit.pk, happened_at=arrived, now=arrived)
    visit_start(caller=as_tom, visit_id=visit.pk, happened_at=arrived, now=arrived)
    late = arrived + timedelta(hours=3, seconds=1)
    visit_complete(caller=as_tom, visit_id=visit.pk, happened_at=late, now=late)

    assert asked(visit).respond_by == now + timedelta(hours=5)
    assert asked(visit).resolve_by == now + timedelta(hours=6)
    told = ServiceEvent.objects.filter(kind__in=["request.responded", "request.resolved"])
    assert dict(told.values_list("kind", "data")) == {
        "request.responded": {"on_time": True},  # at three of five hours
        "request.resolved": {"on_time": False},  # a second after six
    }
    assert not RequestPause.objects.filter(ended_at=None).exists()


def test_request_whose_technician_is_under_way_cannot_wait(
    as_dora: Caller, as_tom: Caller, visit: Visit, now: datetime
) -> None:
    visit_arrive(caller=as_tom, visit_id=visit.pk, happened_at=now, now=now)
    with pytest.raises(StepOutOfOrder, match="on the way"):
        request_pause(caller=as_dora, request_id=visit.work_order.request_id, reason=PARTS, now=now)


def test_cancelled_request_waits_for_nothing(as_dora: Caller, visit: Visit, now: datetime) -> None:
    request_id = visit.work_order.request_id
    request_pause(caller=as_dora, request_id=request_id, reason=PARTS, now=now)
    request_cancel(caller=as_dora, request_id=request_id, reason="Moved.", now=now + timedelta(hours=1))
    assert RequestPause.objects.get().ended_at == now + timedelta(hours=1)
    with pytest.raises(StepOutOfOrder):
        request_pause(caller=as_dora, request_id=request_id, reason=PARTS, now=now)


def test_pauses_are_for_dispatch(mina: object, as_stranger: Caller, visit: Visit, now: datetime) -> None:
    request_id = visit.work_order.request_id
    with pytest.raises(NotForYourRole):
        request_pause(caller=as_caller(mina), request_id=request_id, reason=PARTS, now=now)  # type: ignore[arg-type]
    with pytest.raises(RequestUnknown):
        request_pause(caller=as_stranger, request_id=request_id, reason=PARTS, now=now)
