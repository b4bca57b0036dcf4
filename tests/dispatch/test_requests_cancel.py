"""A request that is called off, and what of it can no longer be."""

from datetime import datetime, timedelta

import pytest

from communities.access import Caller
from communities.models import Region
from dispatch.errors import StepOutOfOrder
from dispatch.models import Technician, Visit
from dispatch.services.requests import request_cancel
from dispatch.states import VisitState
from tests import factories


def asked(north: Region, tom: Technician, now: datetime, state: VisitState) -> Visit:
    site = factories.site(factories.community(north, "A"))
    return factories.visit(site, now - timedelta(days=1), technician=tom, starts_at=now, state=state)


def test_cancelling_takes_the_visit_off_the_schedule(
    as_dora: Caller, north: Region, tom: Technician, now: datetime
) -> None:
    visit = asked(north, tom, now, VisitState.SCHEDULED)
    request = request_cancel(
        caller=as_dora, request_id=visit.work_order.request_id, reason="Sold the flat", now=now
    )
    visit.refresh_from_db()
    visit.work_order.refresh_from_db()
    assert (request.state, visit.work_order.state) == ("cancelled", "cancelled")
    assert (visit.state, visit.outcome, visit.revision) == ("cancelled", "Sold the flat", 2)


def test_nothing_is_cancelled_once_the_technician_is_on_the_way(
    as_dora: Caller, north: Region, tom: Technician, now: datetime
) -> None:
    visit = asked(north, tom, now, VisitState.EN_ROUTE)
    with pytest.raises(StepOutOfOrder, match="tell the technician first"):
        request_cancel(caller=as_dora, request_id=visit.work_order.request_id, reason="", now=now)
    visit.work_order.request.refresh_from_db()
    assert visit.work_order.request.state == "accepted"
