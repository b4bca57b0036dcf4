"""What the API says of customers, and to whom."""

from datetime import date, datetime, timedelta

import pytest

from communities.models import Community, Customer, CustomerStanding, Region, RetentionFit, User
from dispatch.models import Technician
from tests import factories
from tests.api.conftest import Api


def known(
    place: Community, name: str, *, spend: int = 0, segment: str = "", **more: float | int | None
) -> Customer:
    """A customer with a standing; scores only where there is a segment."""
    customer = factories.customer(place.organisation, name)
    CustomerStanding.objects.create(
        organisation=place.organisation,
        customer=customer,
        community=place,
        through_on=date(2026, 3, 2),
        spend_minor=spend,
        segment=segment,
        **(dict.fromkeys(("recency", "frequency", "monetary"), 5) if segment else {}),
        **more,
    )
    return customer


@pytest.fixture
def xicun(north: Region) -> Community:
    return factories.community(north, "xicun")


@pytest.fixture
def three(xicun: Community, south: Region) -> dict[str, str]:
    """Names by id: two customers in the north, one in the south."""
    made = [
        known(xicun, "Ms Wang", spend=300, segment="champions", health=90.0, lifetime_minor=500),
        known(xicun, "Mr Chen", spend=900, health=40.0),
        known(factories.community(south, "far"), "Ms Lin", spend=600, segment="champions"),
    ]
    return {str(one.pk): one.name for one in made}


def names(api: Api, query: str) -> list[str]:
    return [item["name"] for item in api.get(f"/customers{query}").json()["items"]]  # type: ignore[attr-defined]


def test_customers_by_segment_region_health_and_order(
    dora_api: Api, three: dict[str, str], south: Region
) -> None:
    assert names(dora_api, "") == ["Mr Chen", "Ms Lin", "Ms Wang"]
    assert names(dora_api, "?segment=champions") == ["Ms Lin", "Ms Wang"]
    assert names(dora_api, f"?region={south.pk}") == ["Ms Lin"]
    assert names(dora_api, "?health_below=50") == ["Mr Chen"]
    assert names(dora_api, "?sort=health") == ["Mr Chen", "Ms Wang"]  # of the third nothing is known
    assert names(dora_api, "?sort=-lifetime_minor") == ["Ms Wang"]


def test_pages_follow_a_figure_that_is_no_whole_number(dora_api: Api, three: dict[str, str]) -> None:
    page = dora_api.get("/customers?sort=health&limit=1").json()  # type: ignore[attr-defined]
    assert names(dora_api, f"?sort=health&limit=1&cursor={page['next']}") == ["Ms Wang"]


def test_managers_see_their_region_and_technicians_nobody(
    mina: User, tom: Technician, as_stranger: object, stranger: User, three: dict[str, str]
) -> None:
    assert names(Api(mina), "") == ["Mr Chen", "Ms Wang"]
    assert names(Api(tom.user), "") == []
    assert names(Api(stranger), "") == []
    assert Api(tom.user).get("/segments").json() == {"items": []}  # type: ignore[attr-defined]


def test_segments_count_customers_and_money(
    dora_api: Api, three: dict[str, str], north: Region, south: Region
) -> None:
    items = dora_api.get("/segments").json()["items"]  # type: ignore[attr-defined]
    columns = ("region_id", "segment", "customers", "spend_minor", "lifetime_minor", "valued")
    found = [tuple(item[name] for name in columns) for item in items]
    assert found == [
        (str(north.pk), None, 1, 900, None, 0),
        (str(north.pk), "champions", 1, 300, 500, 1),
        (str(south.pk), "champions", 1, 600, None, 0),
    ]


def test_the_newest_retention_and_the_whole_for_dispatch(
    dora_api: Api, mina: User, north: Region, now: datetime
) -> None:
    for region, day, orders in ((north, 1, 10), (north, 2, 20), (None, 2, 30)):
        RetentionFit.objects.create(
            organisation=north.organisation,
            region=region,
            through_on=date(2026, 3, day),
            orders=orders,
            returns=0,
            code_version="1",
        )
    of = [item["orders"] for item in dora_api.get("/retention").json()["items"]]  # type: ignore[attr-defined]
    assert of == [20, 30]
    of = [item["orders"] for item in Api(mina).get("/retention").json()["items"]]  # type: ignore[attr-defined]
    assert of == [20]


def test_a_manager_s_timeline_is_of_their_regions(
    dora_api: Api, mina: User, xicun: Community, south: Region, now: datetime
) -> None:
    customer, far = known(xicun, "Ms Wang"), factories.community(south, "far")
    for hours, place in ((1, xicun), (2, far), (3, None)):
        factories.fact(
            xicun.organisation,
            "request.received",
            now + timedelta(hours=hours),
            customer_id=customer.pk,
            community_id=place.pk if place else None,
        )

    def places(api: Api) -> list[str | None]:
        items = api.get(f"/customers/{customer.pk}/facts").json()["items"]  # type: ignore[attr-defined]
        return [item["community_id"] for item in items]

    assert places(dora_api) == [None, str(far.pk), str(xicun.pk)]
    assert places(Api(mina)) == [None, str(xicun.pk)]


def test_a_customer_with_reasons_in_both_languages(dora_api: Api, xicun: Community) -> None:
    customer = known(xicun, "Ms Wang", health=50.0)
    CustomerStanding.objects.update(reasons=[{"measure": "complaints", "points": 0.0, "before": 15.0}])
    [reason] = dora_api.get(f"/customers/{customer.pk}").json()["reasons"]  # type: ignore[attr-defined]
    assert reason == {
        "measure": "complaints",
        "points": 0.0,
        "before": 15.0,
        "change": -15.0,
        "words": {"en": "Open complaints: 15 points less", "zh-hant": "未結客訴：減 15 分"},
    }


def test_hand_over_needs_somebody_to_take_over(dora_api: Api, xicun: Community, tom: Technician) -> None:
    known(xicun, "Ms Wang")
    body = {"from_owner": {}, "to_owner": {"technician": str(tom.pk)}, "reason": "New."}
    assert dora_api.post("/handovers", body | {"to_owner": {}}).status_code == 422
    preview = dora_api.post("/handovers/preview", body).json()  # type: ignore[attr-defined]
    assert [one["name"] for one in preview["customers"]] == ["Ms Wang"]
    done = dora_api.post("/handovers", body).json()  # type: ignore[attr-defined]
    assert (done["customers"], done["to_technician_id"], done["days"]) == (1, str(tom.pk), [])
    assert dora_api.post("/handovers", body).json()["type"] == "/problems/nobody-to-hand-over"  # type: ignore[attr-defined]
