"""Keeping the price book through the API."""

from typing import Any

import pytest

from billing.models import BillingProfile, PriceItem
from communities.models import Organisation, Region
from tests import factories
from tests.api.conftest import Api


def put(api: Api, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    answer = api.call("PUT", path, body)
    return answer.status_code, answer.json()


@pytest.fixture
def sensor(acme: Organisation) -> PriceItem:
    return PriceItem.objects.create(
        organisation=acme, code="sensor", name="漏水警報器", kind=PriceItem.Kind.ADD_ON, price_minor=900
    )


def test_what_was_written_is_read_back_and_replaced_whole(
    ada_api: Api, sensor: PriceItem, north: Region
) -> None:
    spring = {"name": "Spring", "region": "north", "valid_from": "2026-03-01", "prices": {"sensor": 800}}
    water = {"name": "Water", "options": [{"name": "Good", "lines": [{"item": "sensor", "quantity": 2}]}]}

    assert put(ada_api, "/taxes/vat", {"name": "營業稅", "rate_bp": 500})[0] == 200
    assert put(ada_api, "/price-lists/spring", spring) == (
        200,
        {"code": "spring", "valid_until": None, **spring},
    )
    put(ada_api, "/price-lists/spring", spring | {"prices": {}})
    put(ada_api, "/option-sets/water", water)

    [tax] = ada_api.get("/taxes").json()["items"]
    [listed] = ada_api.get("/price-lists").json()["items"]
    [option_set] = ada_api.get("/option-sets").json()["items"]
    assert (tax["code"], tax["rate_bp"], listed["prices"]) == ("vat", 500, {})
    assert option_set["options"] == [
        {"name": "Good", "name_en": "", "recommended": False, "lines": [{"item": "sensor", "quantity": 2}]}
    ]


def test_an_item_is_replaced_whole_with_its_parts_and_its_cost_is_for_administrators(
    ada_api: Api, dora_api: Api, sensor: PriceItem
) -> None:
    item = {"name": "漏水警報器", "name_en": "Leak sensor", "kind": "add_on", "price_minor": 950, "cost_minor": 300,
            "extra_minutes": 10, "parts": {"battery": 2, "sensor-3": 1}}  # fmt: skip
    shown = {"code": "sensor", "service_type": None, "currency": "TWD", "tax": None}

    assert put(ada_api, "/price-items/sensor", item) == (200, shown | item)
    assert put(dora_api, "/price-items/sensor", item)[0] == 403
    [seen] = dora_api.get("/price-items").json()["items"]
    put(ada_api, "/price-items/sensor", item | {"parts": {"battery": 3}})
    [after] = ada_api.get("/price-items").json()["items"]

    assert seen == shown | item | {"cost_minor": None}
    assert (after["parts"], PriceItem.objects.get().pk) == ({"battery": 3}, sensor.pk)


def test_a_list_keeps_the_prices_of_what_is_not_sold_any_more(ada_api: Api, sensor: PriceItem) -> None:
    """What was read can be written back."""
    spring = {"name": "Spring", "valid_from": "2026-03-01", "prices": {"sensor": 800}}
    put(ada_api, "/price-lists/spring", spring)
    PriceItem.objects.update(active=False)

    status, kept = put(ada_api, "/price-lists/spring", spring)

    assert (status, kept["prices"]) == (200, {"sensor": 800})


def test_days_that_another_list_has_are_refused(ada_api: Api, sensor: PriceItem) -> None:
    spring = {"name": "Spring", "valid_from": "2026-03-01", "valid_until": "2026-06-01", "prices": {}}
    assert put(ada_api, "/price-lists/spring", spring)[0] == 200

    status, problem = put(ada_api, "/price-lists/may", spring | {"valid_from": "2026-05-31"})
    after, _ = put(
        ada_api, "/price-lists/june", {"name": "June", "valid_from": "2026-06-01", "prices": {"sensor": 1}}
    )

    assert (status, problem["type"], after) == (409, "/problems/price-list-overlaps", 200)


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        ("/price-items/x", {"name": "x", "kind": "add_on", "price_minor": 1, "tax": "no"}, "no tax 'no'"),
        ("/price-items/x", {"name": "x", "kind": "base", "price_minor": 1}, "names its service type"),
        (
            "/price-lists/x",
            {"name": "x", "valid_from": "2026-03-01", "valid_until": "2026-03-01", "prices": {}},
            "holds for a day at least",
        ),
        (
            "/option-sets/x",
            {"name": "x", "options": [{"lines": [{"item": "sensor"}, {"item": "sensor"}]}]},
            "stands twice",
        ),
        (
            "/option-sets/x",
            {"name": "x", "options": [{"recommended": True, "lines": [{"item": "sensor"}]}] * 2},
            "can be recommended",
        ),
        ("/price-lists/x", {"name": "x", "valid_from": "2026-03-01", "prices": {"no": 1}}, "no item 'no'"),
        (
            "/price-lists/x",
            {"name": "x", "region": "no", "valid_from": "2026-03-01", "prices": {}},
            "no region 'no'",
        ),
        ("/billing-profile", {"payment_account": "no"}, "There is: sandbox."),
    ],
)
def test_what_is_not_there_is_named(ada_api: Api, path: str, body: dict[str, Any], says: str) -> None:
    status, problem = put(ada_api, path, body)

    assert status == 422
    assert says in problem["detail"]


def test_how_the_company_bills(ada_api: Api) -> None:
    profile = ada_api.get("/billing-profile").json()
    assert (profile["payment_account"], profile["link_days"]) == ("sandbox", 30)

    put(ada_api, "/billing-profile", profile | {"reminder_days": [9, 2, 9], "prices_include_tax": False})

    kept = BillingProfile.objects.get()
    assert (kept.reminder_days, kept.prices_include_tax) == ([2, 9], False)


def test_a_plan_is_read_back_replaced_and_sold_no_more(ada_api: Api, acme: Organisation) -> None:
    factories.service_type(acme, "filter")
    gold = {"name": "Gold", "price_minor": 1200, "period_months": 12, "discount_bp": 1000}

    assert put(ada_api, "/maintenance-plans/gold", gold) == (
        200,
        {"code": "gold", "name_en": "", "currency": "TWD", "tax": None, "visits": {}, **gold},
    )
    put(ada_api, "/maintenance-plans/gold", gold | {"visits": {"filter": 2}})
    [sold] = ada_api.get("/maintenance-plans").json()["items"]
    assert (sold["price_minor"], sold["visits"]) == (1200, {"filter": 2})

    assert ada_api.call("DELETE", "/maintenance-plans/gold", None).status_code == 204
    assert ada_api.get("/maintenance-plans").json()["items"] == []
    assert ada_api.call("DELETE", "/maintenance-plans/gold", None).status_code == 404
    status, problem = put(ada_api, "/maintenance-plans/gold", gold | {"visits": {"no": 1}})
    assert (status, problem["detail"]) == (422, "There is no service type 'no'.")
