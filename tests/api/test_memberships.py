"""Selling a plan through the API, and what its buyer then has."""

from billing.models import Invoice, MaintenancePlan, PlanInclusion
from communities.models import Organisation, Region
from tests import factories
from tests.api.conftest import Api
from tests.outbox import deliver_all

SALE = {
    "plan": "gold",
    "customer": {"name": "Ms Wang", "phone": "0912 345 678"},
    "site": {"lon": 121.55, "lat": 25.03},
}


def test_what_is_sold_is_billed_and_read(dora_api: Api, acme: Organisation, north: Region) -> None:
    factories.community(north, "C1")
    plan = MaintenancePlan.objects.create(
        organisation=acme, code="gold", name="Gold", price_minor=1200, period_months=12
    )
    PlanInclusion.objects.create(
        organisation=acme, plan=plan, service_type=factories.service_type(acme), visits=1
    )

    answer = dora_api.post("/memberships", SALE, Idempotency_Key="once")
    again = dora_api.post("/memberships", SALE, Idempotency_Key="once")
    deliver_all()

    sold = answer.json()
    assert (answer.status_code, again.json()) == (201, sold)
    assert (sold["state"], sold["customer_name"], sold["renews"]) == ("active", "Ms Wang", True)
    assert sold["period"]["invoice_id"] is None
    read = dora_api.get(f"/memberships/{sold['id']}").json()
    [included] = read["period"]["visits"]
    invoice = dora_api.get(f"/invoices/{read['period']['invoice_id']}").json()
    assert (included["service_type"], included["visit_id"]) == ("filter", None)
    assert (invoice["membership_id"], invoice["work_order_id"]) == (sold["id"], None)
    assert [(line["item"], line["amount_minor"]) for line in invoice["lines"]] == [(None, 1200)]
    assert Invoice.objects.count() == 1


def test_a_plan_is_sold_once_at_a_site(dora_api: Api, acme: Organisation) -> None:
    MaintenancePlan.objects.create(
        organisation=acme, code="gold", name="Gold", price_minor=1200, period_months=1
    )
    assert dora_api.post("/memberships", SALE).status_code == 201

    refused = dora_api.post("/memberships", SALE)

    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/already-member")


def test_what_is_cancelled_at_once_cannot_be_cancelled_again(dora_api: Api, acme: Organisation) -> None:
    MaintenancePlan.objects.create(
        organisation=acme, code="gold", name="Gold", price_minor=1200, period_months=1
    )
    address = f"/memberships/{dora_api.post('/memberships', SALE).json()['id']}/cancel"

    later = dora_api.post(address, {"reason": "They move."}).json()
    now = dora_api.post(address, {"reason": "They have moved.", "at_once": True}).json()
    again = dora_api.post(address, {"reason": "They have moved."})

    assert (later["state"], later["renews"], now["state"]) == ("active", False, "cancelled")
    assert (again.status_code, again.json()["type"]) == (409, "/problems/membership-over")
