"""Reading more rows asks the database no more questions."""

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from communities.models import ApiToken
from dispatch.models import Technician
from tests.api.conftest import Api
from tests.api.world import World

# One of each is the token with its owner.
DISPATCHER = {
    "/me": 1,
    "/regions": 2,
    "/communities": 2,
    "/communities/{community}": 2,
    "/communities/{community}/figures?from=2026-03-01&to=2026-03-31": 5,
    "/figures": 5,
    "/figures?by=community": 7,
    "/figures?by=region,service_type": 5,
    "/figures/csat/facts": 6,
    "/customers": 2,
    "/customers/{known_customer}": 2,
    "/customers/{known_customer}/facts": 3,
    "/segments": 2,
    "/retention": 2,
    "/handovers": 2,
    "/signal-sets": 2,
    "/experiments": 2,
    "/experiments/current": 4,
    "/signals": 4,
    "/policies": 2,
    "/policies/previews/{preview}": 2,
    "/service-to-revenue": 2,
    "/goals": 2,
    "/goals/{goal}": 2,
    "/sites/unplaced": 2,
    "/requests": 2,
    "/requests/{request}": 2,
    "/requests/{request}/history": 7,
    "/work-orders/{work_order}": 3,
    "/bookings/{booking}": 2,
    "/booking-profile": 2,
    "/recoveries": 4,
    "/plans": 2,
    "/plans/{draft}": 2,
    "/plans/{draft}/routes": 4,
    "/plans/{draft}/unassigned": 3,
    "/plans/{draft}/changes": 5,
    "/visits/{assigned}/assignment?version={edited}": 3,
    "/board?region={region}&on=2026-03-02": 10,
    "/board?region={region}&on=2026-03-02&version={draft}": 10,
    "/board/moments?region={region}&on=2026-03-02": 3,
    "/tiles/communities/0/0/0": 2,
    "/visits": 2,
    "/visits/{scheduled}": 3,
    "/visits/{on_site}/offers": 5,
    "/visits/{on_site}/proposals": 10,
    "/visits/{on_site}/report": 6,
    "/visits/{on_site}/photos/{photo}": 3,
    "/board/places?region={region}&on=2026-03-02": 3,
    "/checklists": 2,
    "/field-profile": 2,
    "/invoices": 6,
    "/invoices/{invoice}": 6,
    "/invoices/{invoice}/payments": 9,
    "/invoices/{invoice}/credit-notes": 8,
    "/price-items": 3,
    "/taxes": 2,
    "/price-lists": 3,
    "/option-sets": 4,
    "/maintenance-plans": 3,
    "/memberships": 4,
    "/memberships/{membership}": 4,
    "/billing-profile": 2,
    "/commission-rules": 2,
    "/commission-months": 2,
    "/visits/{shared}/shares": 3,
    "/tokens": 2,
}
ADMINISTRATOR = {
    "/figure-uses": 2,
    "/figures?by=community,technician&purpose=people": 6,
    "/facts?from=2026-03-01&to=2026-03-31": 2,
    "/event-endpoints": 2,
    "/event-endpoints/{endpoint}": 2,
    "/event-endpoints/{endpoint}/deliveries": 3,
    "/commission-months/{month}/lines.csv": 2,
    "/statements": 2,
    "/statements/{statement}": 2,
    "/statements/{statement}/lines": 3,
    "/settlements": 2,
    "/settlements/{settlement}/lines": 3,
    "/settlements/unsettled?account=sandbox": 2,
    "/settlements/unsettled?account=sandbox&kind=refund": 2,
}
TECHNICIAN = {
    "/schedule?from=2026-03-02&to=2026-03-09": 3,
    "/figures": 4,
    "/visits": 2,
    "/visits/{scheduled}": 3,
    "/invoices": 6,
    "/memberships": 4,
    "/statements": 2,
}


@pytest.fixture
def world(tom: Technician, now: datetime) -> World:
    world = World(tom, now)
    world.grow_plan()
    return world


def counts(api: Api, paths: dict[str, int], world: World) -> dict[str, int]:
    """Questions asked for each path, after the first call has noted the token's use."""
    api.get("/me")
    found = {}
    for path in paths:
        with CaptureQueriesContext(connection) as asked:
            answer = api.get(path.format(**world.names))
        assert answer.status_code == 200, (path, answer.content)
        found[path] = len(asked)
    return found


@pytest.mark.parametrize("rows", [1, 3])
def test_the_number_of_queries_does_not_follow_the_number_of_rows(
    world: World, dora_api: Api, ada_api: Api, rows: int
) -> None:
    assert world.technician.user is not None
    tom_api = Api(world.technician.user)
    while world.rows < rows:
        world.grow()
        world.grow_plan()
    assert counts(dora_api, DISPATCHER, world) == DISPATCHER
    assert counts(tom_api, TECHNICIAN, world) == TECHNICIAN
    assert counts(ada_api, ADMINISTRATOR, world) == ADMINISTRATOR
    assert ApiToken.objects.filter(last_used_at=None).count() == rows - 1
