"""Tom, who can, and Tina go together."""

from datetime import datetime, timedelta

import pytest

from communities.access import Caller
from communities.models import Region
from dispatch.models import PlanVersion, ServiceRequest, ServiceType, Technician
from dispatch.services.planning import plan_publish
from tests import factories
from tests.dispatch.crews.deeds import planned, read


@pytest.fixture
def lift(north: Region) -> ServiceType:
    """An hour for two, of whom one has to be able to."""
    kind = factories.service_type(north.organisation, "lift", 60, needs="gas")
    ServiceType.objects.filter(pk=kind.pk).update(technicians=2)
    kind.refresh_from_db()
    return kind


@pytest.fixture
def crew(tom: Technician, tina: Technician, now: datetime) -> tuple[Technician, Technician]:
    """Tom and Tina at work; Tom alone has the skill."""
    factories.able(tom, "gas")
    for technician in (tom, tina):
        factories.shift(technician, now)
    return tom, tina


@pytest.fixture
def asked(north: Region, lift: ServiceType, now: datetime) -> ServiceRequest:
    return factories.request(factories.site(factories.community(north, "A")), now - timedelta(days=1), lift)


@pytest.fixture
def draft(
    as_dora: Caller, north: Region, crew: tuple[Technician, Technician], asked: ServiceRequest
) -> PlanVersion:
    return planned(as_dora, north)


@pytest.fixture
def live(as_dora: Caller, draft: PlanVersion, now: datetime) -> PlanVersion:
    plan_publish(caller=as_dora, version_id=draft.pk, plan_revision=1, now=now)
    return read(draft)


@pytest.fixture
def third(north: Region, now: datetime) -> Technician:
    """Somebody else who is at work."""
    third = factories.technician(north, "T3")
    factories.shift(third, now)
    return third
