"""Who gets what: every operation of the schema against everybody, from one table.

An operation that is added without a row here fails the first test.
"""

import contextlib
from datetime import datetime
from typing import Any

import jsonschema
import pytest
from django.db import transaction
from django.http import HttpResponse

from api.main import api
from billing.models import PriceItem
from communities.models import User
from dispatch.models import Technician
from tests.api.conftest import Api
from tests.api.world import World
from tests.api.world.ground import tomorrow_at
from tests.api.world.visits import PHOTO
from tests.billing.settlement_files import stripe_csv

# anonymous · another company's dispatcher · technician whose visit it is not · manager of another region ·
# the visit's technician · the region's manager · dispatcher · administrator
PEOPLE = ("anonymous", "stranger", "tina", "sol", "tom", "mina", "dora", "ada")

EVERYBODY = (200, 200, 200, 200, 200, 200, 200, 200)
SIGNED_IN = (401, 200, 200, 200, 200, 200, 200, 200)  # a list, or oneself: each sees what is theirs
IN_A_SESSION = (401, 401, 401, 401, 401, 401, 401, 401)  # nobody by a token
IN_A_PAGE = (403, 403, 403, 403, 403, 403, 403, 403)  # the CSRF token comes first
DISPATCH = (401, 404, 404, 404, 404, 403, 200, 200)  # managers may see it, not do it
PLACE = (401, 404, 404, 404, 404, 200, 200, 200)  # of a region: its manager, and dispatch
VISIT = (401, 404, 404, 404, 200, 200, 200, 200)  # of a region, and of one technician
REPORT = (401, 404, 404, 404, 200, 403, 200, 200)  # by the technician or dispatch
ADMINISTER = (401, 404, 404, 404, 403, 403, 403, 200)  # money that has moved
DISPATCH_BILLS = (401, 404, 404, 404, 403, 403, 200, 200)
ADMINISTRATOR = (401, 403, 403, 403, 403, 403, 403, 200)  # of one's own company, whose the address means
EARNED = (401, 404, 404, 404, 200, 200, 404, 200)  # what the visit's technician has earned
TECHNICIAN = (401, 403, 200, 403, 200, 403, 403, 403)
ANSWERS = (401, 404, 404, 404, 404, 200, 403, 200)  # for the region: its manager, and administrators
HAND_OVER = (401, 422, 403, 403, 403, 403, 200, 200)  # the stranger's company has no such technician
BOOK = (401, 404, 404, 404, 404, 404, 200, 200)  # dispatch's: for all others it does not exist
OWN = (401, 404, 404, 404, 404, 404, 404, 200)  # an administrator's: for all others it does not exist


def made(row: tuple[int, ...]) -> tuple[int, ...]:
    """The same people, where success is 201."""
    return tuple(201 if status == 200 else status for status in row)


def noted(row: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(202 if status == 200 else status for status in row)


def removed(row: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(204 if status == 200 else status for status in row)


TABLE: dict[str, tuple[int, ...]] = {
    "GET /session": EVERYBODY,
    "POST /session": IN_A_PAGE,
    "DELETE /session": IN_A_SESSION,
    "GET /me": SIGNED_IN,
    "PATCH /me": SIGNED_IN,
    "GET /tokens": SIGNED_IN,
    "POST /tokens": IN_A_SESSION,
    "DELETE /tokens/{token_id}": (401, 404, 404, 404, 204, 404, 404, 204),
    "GET /regions": SIGNED_IN,
    "GET /communities": SIGNED_IN,
    "GET /communities/{community_id}": PLACE,
    "GET /communities/{community_id}/figures": PLACE,
    "GET /figures": SIGNED_IN,
    "GET /figures/{name}/facts": SIGNED_IN,
    "GET /figure-uses": ADMINISTRATOR,
    "GET /signal-sets": SIGNED_IN,
    "GET /signals": SIGNED_IN,
    "GET /experiments": SIGNED_IN,
    "GET /experiments/current": SIGNED_IN,
    "POST /experiments/{region_id}/resume": (401, 404, 404, 404, 404, 200, 403, 200),
    "GET /policies": SIGNED_IN,
    "POST /policies": made(ANSWERS),
    "POST /policies/previews": noted(ANSWERS),
    "GET /policies/previews/{preview_id}": PLACE,
    "POST /policies/previews/{preview_id}/cancel": (401, 404, 404, 404, 404, 409, 403, 409),  # it is done
    "GET /service-to-revenue": SIGNED_IN,
    "GET /goals": SIGNED_IN,
    "POST /goals": made(PLACE),
    "GET /goals/{goal_id}": PLACE,
    "PATCH /goals/{goal_id}": PLACE,
    "GET /customers": SIGNED_IN,
    "GET /customers/{customer_id}": PLACE,
    "GET /customers/{customer_id}/facts": PLACE,
    "GET /segments": SIGNED_IN,
    "GET /retention": SIGNED_IN,
    "GET /handovers": SIGNED_IN,
    "POST /handovers/preview": HAND_OVER,
    "POST /handovers": made(HAND_OVER),
    "GET /sites/unplaced": (401, 200, 403, 403, 403, 403, 200, 200),
    "GET /requests": SIGNED_IN,
    "POST /requests": (
        401,
        422,
        403,
        403,
        403,
        403,
        201,
        201,
    ),  # the stranger's company has no such service type
    "GET /requests/{request_id}": PLACE,
    "POST /requests/{request_id}/cancel": DISPATCH,
    "GET /requests/{request_id}/history": PLACE,
    "POST /requests/{request_id}/messages": made(DISPATCH),
    "POST /requests/{request_id}/pause": DISPATCH,
    "POST /requests/{request_id}/resume": DISPATCH,
    "GET /work-orders/{work_order_id}": PLACE,
    "POST /windows": (401, 422, 403, 403, 403, 403, 200, 200),
    "POST /bookings": (401, 422, 403, 403, 403, 403, 201, 201),
    "GET /bookings/{booking_id}": BOOK,
    "POST /bookings/{booking_id}/confirm": BOOK,
    "POST /bookings/{booking_id}/move": (401, 404, 404, 404, 404, 404, 200, 200),
    "DELETE /bookings/{booking_id}": removed(BOOK),
    "GET /booking-profile": SIGNED_IN,
    "PUT /booking-profile": ADMINISTRATOR,
    "POST /facts": ADMINISTRATOR,
    "GET /facts": ADMINISTRATOR,
    "POST /customers/{customer_id}/erase": OWN,
    "GET /recoveries": SIGNED_IN,
    "POST /recoveries/{recovery_id}/drop": DISPATCH,
    "POST /recoveries/{recovery_id}/charge": DISPATCH,
    "GET /plans": SIGNED_IN,
    "POST /plans": (401, 404, 403, 403, 403, 403, 202, 202),
    "GET /plans/{version_id}": PLACE,
    "GET /plans/{version_id}/routes": PLACE,
    "GET /plans/{version_id}/unassigned": PLACE,
    "GET /plans/{version_id}/changes": PLACE,
    "GET /board": PLACE,
    "GET /board/moments": PLACE,
    "GET /tiles/communities/{zoom}/{x}/{y}": SIGNED_IN,
    "POST /plans/{version_id}/cancel": DISPATCH,
    "POST /plans/{version_id}/publish": DISPATCH,
    "POST /plans/{version_id}/trials": DISPATCH,
    "POST /plans/{version_id}/edits": made(DISPATCH),
    "POST /plans/{version_id}/accept": made(DISPATCH),
    "POST /plans/{version_id}/undo": made(DISPATCH),
    "POST /plans/{version_id}/redo": made(DISPATCH),
    "GET /visits/{visit_id}/assignment": PLACE,
    "PUT /visits/{visit_id}/pin": made(DISPATCH),
    "DELETE /visits/{visit_id}/pin": made(DISPATCH),
    "DELETE /visits/{visit_id}/crew": made(DISPATCH),
    "GET /exports/figures.csv": SIGNED_IN,
    "GET /exports/figures.parquet": SIGNED_IN,
    "GET /exports/facts.csv": ADMINISTRATOR,
    "GET /exports/facts.parquet": ADMINISTRATOR,
    "POST /optimise": (401, 200, 403, 403, 403, 403, 200, 200),
    "GET /optimise/schema": EVERYBODY,
    "GET /schedule": TECHNICIAN,
    "GET /visits": SIGNED_IN,
    "GET /visits/{visit_id}": VISIT,
    "PATCH /visits/{visit_id}": REPORT,
    "POST /visits/{visit_id}/en-route": REPORT,
    "POST /visits/{visit_id}/arrive": REPORT,
    "POST /visits/{visit_id}/start": REPORT,
    "POST /visits/{visit_id}/complete": REPORT,
    "POST /visits/{visit_id}/could-not-complete": REPORT,
    "POST /visits/{visit_id}/reopen": (401, 404, 404, 404, 403, 403, 201, 201),
    "PUT /me/place": (401, 403, 409, 403, 204, 403, 403, 403),  # she does not work today
    "DELETE /me/place": removed(TECHNICIAN),
    "GET /board/places": PLACE,
    "GET /field-profile": SIGNED_IN,
    "PUT /field-profile": ADMINISTRATOR,
    "GET /checklists": SIGNED_IN,
    "PUT /checklists/{service_type}": (401, 403, 403, 403, 403, 403, 403, 200),
    "GET /visits/{visit_id}/report": VISIT,
    "PUT /visits/{visit_id}/answers/{code}": REPORT,
    "PUT /visits/{visit_id}/signature": REPORT,
    "PUT /visits/{visit_id}/photos/{key}": REPORT,
    "GET /visits/{visit_id}/photos/{key}": VISIT,
    "DELETE /visits/{visit_id}/photos/{key}": removed(REPORT),
    "GET /visits/{visit_id}/proposals": VISIT,
    "POST /offers/{offer_id}/send": REPORT,
    "GET /visits/{visit_id}/offers": VISIT,
    "POST /visits/{visit_id}/offers": made(REPORT),
    "POST /offers/{offer_id}/accept": REPORT,
    "POST /offers/{offer_id}/refuse": REPORT,
    "POST /calendar": made(TECHNICIAN),
    "DELETE /calendar": removed(TECHNICIAN),
    "GET /calendar/{secret}.ics": EVERYBODY,  # the address is the secret
    "GET /invoices": SIGNED_IN,
    "GET /invoices/{invoice_id}": VISIT,
    "GET /invoices/{invoice_id}/qr.svg": VISIT,
    "GET /invoices/{invoice_id}/payments": VISIT,
    "POST /invoices/{invoice_id}/payments": made(REPORT),
    "GET /invoices/{invoice_id}/credit-notes": VISIT,
    "POST /invoices/{invoice_id}/credit-notes": made(ADMINISTER),
    "POST /invoices/{invoice_id}/link": DISPATCH_BILLS,
    "GET /invoices/{invoice_id}/story": ADMINISTER,
    "GET /open-questions": ADMINISTRATOR,
    "POST /payments/{payment_id}/refunds": made(ADMINISTER),
    "GET /price-items": SIGNED_IN,
    "PUT /price-items/{code}": ADMINISTRATOR,
    "GET /taxes": SIGNED_IN,
    "PUT /taxes/{code}": ADMINISTRATOR,
    "GET /price-lists": SIGNED_IN,
    "PUT /price-lists/{code}": ADMINISTRATOR,
    "GET /option-sets": SIGNED_IN,
    "PUT /option-sets/{code}": ADMINISTRATOR,
    "GET /maintenance-plans": SIGNED_IN,
    "PUT /maintenance-plans/{code}": ADMINISTRATOR,
    "DELETE /maintenance-plans/{code}": removed(ADMINISTRATOR),
    "GET /billing-profile": SIGNED_IN,
    "PUT /billing-profile": ADMINISTRATOR,
    "GET /memberships": SIGNED_IN,
    "POST /memberships": (401, 404, 403, 403, 403, 403, 201, 201),  # the stranger's company has no such plan
    "GET /memberships/{membership_id}": VISIT,
    "POST /memberships/{membership_id}/cancel": DISPATCH_BILLS,
    "POST /visits/{visit_id}/memberships": made(REPORT),
    "POST /settlements": made(ADMINISTRATOR),
    "GET /settlements": ADMINISTRATOR,
    "GET /settlements/unsettled": ADMINISTRATOR,
    "GET /settlements/{settlement_id}/lines": (401, 404, 404, 404, 404, 404, 404, 200),
    "GET /commission-rules": SIGNED_IN,
    "POST /commission-rules": made(ADMINISTRATOR),
    "POST /commission-rules/{rule_id}/end": (401, 404, 403, 403, 403, 403, 403, 200),
    "GET /visits/{visit_id}/shares": VISIT,
    "PUT /visits/{visit_id}/shares": DISPATCH_BILLS,
    "GET /commission-months": SIGNED_IN,
    "POST /commission-months/{month}/compute": ADMINISTRATOR,
    "POST /commission-months/{month}/close": ADMINISTRATOR,
    "GET /commission-months/{month}/lines.csv": SIGNED_IN,
    "GET /statements": SIGNED_IN,
    "GET /statements/{statement_id}": EARNED,
    "GET /statements/{statement_id}/lines": EARNED,
    "POST /event-endpoints": made(ADMINISTRATOR),
    "GET /event-endpoints": ADMINISTRATOR,
    "GET /event-endpoints/{endpoint_id}": OWN,
    "PATCH /event-endpoints/{endpoint_id}": OWN,
    "DELETE /event-endpoints/{endpoint_id}": removed(OWN),
    "POST /event-endpoints/{endpoint_id}/rotate": OWN,
    "POST /event-endpoints/{endpoint_id}/test": noted(OWN),
    "GET /event-endpoints/{endpoint_id}/deliveries": OWN,
    "POST /event-deliveries/{delivery_id}/again": noted(OWN),
    "POST /webhooks/{account}": IN_A_SESSION,  # the signature is the proof, and this one is missing
}

# What stands for the parameter of an address, where not the row of that name, and what is sent.
ROW: dict[str, str | dict[str, str]] = {
    "GET /customers/{customer_id}": "known_customer",
    "GET /customers/{customer_id}/facts": "known_customer",
    "POST /plans/{version_id}/cancel": "queued",
    "POST /plans/{version_id}/accept": "acceptable",
    "POST /plans/{version_id}/undo": "edited",
    "POST /plans/{version_id}/redo": "taken_back",
    "GET /visits/{visit_id}/assignment": "assigned",
    "PUT /visits/{visit_id}/pin": "assigned",
    "POST /requests/{request_id}/resume": "paused",
    "POST /visits/{visit_id}/reopen": "done",
    "POST /bookings/{booking_id}/move": "booked",
    "POST /visits/{visit_id}/start": "on_site",
    "POST /visits/{visit_id}/complete": "started",
    "DELETE /visits/{visit_id}/pin": "assigned",
    "DELETE /visits/{visit_id}/crew": "crew",
    "GET /visits/{visit_id}/report": "on_site",
    "PUT /visits/{visit_id}/answers/{code}": {"visit": "on_site", "code": "leaks"},
    "PUT /visits/{visit_id}/signature": "on_site",
    "PUT /visits/{visit_id}/photos/{key}": {"visit": "on_site", "key": "photo"},
    "GET /visits/{visit_id}/photos/{key}": {"visit": "on_site", "key": "photo"},
    "DELETE /visits/{visit_id}/photos/{key}": {"visit": "on_site", "key": "photo"},
    "GET /visits/{visit_id}/proposals": "on_site",
    "GET /visits/{visit_id}/offers": "on_site",
    "POST /visits/{visit_id}/offers": "on_site",
    "POST /visits/{visit_id}/memberships": "on_site",
    "DELETE /maintenance-plans/{code}": "plan",
    "GET /figures/{name}/facts": "figure",
}
DEFAULT_ROW = {"version": "draft", "visit": "scheduled"}
QUERY = {
    "GET /visits/{visit_id}/assignment": "?version={edited}",
    "DELETE /visits/{visit_id}/pin": "?version={edited}",
    "DELETE /visits/{visit_id}/crew": "?version={edited}",
    "GET /board": "?region={region}&on=2026-03-02",
    "GET /board/moments": "?region={region}&on=2026-03-02",
    "GET /board/places": "?region={region}&on=2026-03-02",
    "POST /optimise": "?seconds=0",
    "GET /exports/facts.csv": "?from=2026-03-01&to=2026-03-31",
    "GET /exports/facts.parquet": "?from=2026-03-01&to=2026-03-31",
    "GET /schedule": "?from=2026-03-02&to=2026-03-02",
    "GET /communities/{community_id}/figures": "?from=2026-03-01&to=2026-03-31",
    "GET /figures": "?by=community,technician&purpose=scheduling",
    "GET /facts": "?from=2026-03-01&to=2026-03-31",
    "GET /exports/figures.csv": "?by=community,technician&purpose=scheduling",
    "GET /exports/figures.parquet": "?by=community,technician&purpose=scheduling",
    "POST /settlements": "?account=sandbox&kind=stripe",
    "GET /settlements/unsettled": "?account=sandbox",
}
SITE = {"lon": 121.55, "lat": 25.03}
WINDOW = {"from_at": tomorrow_at(10).isoformat(), "until_at": tomorrow_at(12).isoformat()}
BODY: dict[str, dict[str, Any] | bytes] = {
    "POST /session": {"username": "dora", "password": "x"},
    "PATCH /me": {"email": "me@acme.test", "language": "en", "weekly_report": False},
    "POST /tokens": {"name": "next", "scopes": ["read"]},
    "POST /experiments/{region_id}/resume": {"reason": "The prices are others."},
    "POST /requests": {"reference": "A1", "service_type": "filter", "site": SITE},
    "POST /requests/{request_id}/cancel": {"reason": "Not needed any more."},
    "POST /windows": {"service_type": "filter", "site": SITE},
    "POST /bookings": {"service_type": "filter", "site": SITE, "window": WINDOW},
    "POST /bookings/{booking_id}/confirm": {"customer": {"name": "Wang", "phone": "1"}},
    "POST /bookings/{booking_id}/move": WINDOW,
    "POST /requests/{request_id}/messages": {"text": "We are a little late."},
    "POST /requests/{request_id}/pause": {"reason": "parts"},
    "POST /visits/{visit_id}/reopen": {"reason": "It drips again."},
    "POST /facts": {
        "source": "crm",
        "facts": [{"kind": "complaint.made", "source_id": "1", "occurred_at": "2026-03-02T01:00:00Z"}],
    },
    "POST /recoveries/{recovery_id}/drop": {"reason": "They moved."},
    "POST /goals": {"region": "region", "measure": "csat", "target": 4.5, "by_on": "2099-01-01"},
    "PATCH /goals/{goal_id}": {"target": 0.9},
    "POST /handovers/preview": {"from_owner": {}, "to_owner": "technician", "reason": "New."},
    "POST /handovers": {"from_owner": {}, "to_owner": "technician", "reason": "New."},
    "POST /optimise": {"jobs": [], "vehicles": []},
    "POST /plans": {"region": "region", "on": "2026-03-09"},
    "POST /policies": {"region": "region", "reason": "Fewer complaints.", "policy": {"csat_cap": 5}},
    "POST /policies/previews": {"region": "region", "on": "2026-03-09", "policy": {}},
    "POST /plans/{version_id}/trials": {"visit": "scheduled", "technician": None},
    "POST /plans/{version_id}/edits": {"visit": "scheduled", "technician": None},
    "POST /plans/{version_id}/accept": {"technicians": ["technician"]},
    "PUT /visits/{visit_id}/pin": {"version": "edited", "pin": "both"},
    "PUT /me/place": {"lon": 121.55, "lat": 25.03, "accuracy_m": 12.5},
    "PUT /field-profile": {"keeps_places": True},
    "PUT /checklists/{service_type}": {"points": [{"code": "leaks", "name": "Leaks"}]},
    "PUT /visits/{visit_id}/answers/{code}": {"value": True},
    "PUT /visits/{visit_id}/signature": {"name": "Wang"},
    "PUT /visits/{visit_id}/photos/{key}": PHOTO,
    "PATCH /visits/{visit_id}": {"notes": "Ring twice."},
    "POST /visits/{visit_id}/could-not-complete": {"reason": "Nobody at home."},
    "POST /visits/{visit_id}/offers": {"item": "add-on-free"},
    "POST /invoices/{invoice_id}/payments": {"way": "cash", "amount_minor": 1},
    "POST /invoices/{invoice_id}/credit-notes": {"reason": "The filter leaked."},
    "PUT /price-items/{code}": {"name": "Spare", "kind": "add_on", "price_minor": 750},
    "PUT /taxes/{code}": {"name": "營業稅", "rate_bp": 500},
    "PUT /price-lists/{code}": {"name": "Spring", "valid_from": "2026-03-01", "prices": {}},
    "PUT /option-sets/{code}": {"name": "Water", "options": [{"lines": [{"item": "add-on-free"}]}]},
    "PUT /maintenance-plans/{code}": {"name": "Gold", "price_minor": 1200, "period_months": 12},
    "PUT /billing-profile": {"payment_account": "sandbox"},
    "PUT /booking-profile": {"is_open": True},
    "POST /memberships": {"plan": "plan-1", "customer": {"name": "Wang", "phone": "1"}, "site": SITE},
    "POST /memberships/{membership_id}/cancel": {"reason": "They move."},
    "POST /visits/{visit_id}/memberships": {"plan": "plan-1"},
    "POST /payments/{payment_id}/refunds": {"amount_minor": 1, "reason": "The filter leaked."},
    "POST /settlements": stripe_csv({}),
    "POST /commission-rules": {"kind": "upsell", "rate_bp": 500, "valid_from": "2026-03-01"},
    "POST /commission-rules/{rule_id}/end": {"valid_until": "2026-04-01"},
    "PUT /visits/{visit_id}/shares": {"shares": [{"technician": "T1"}, {"technician": "T2", "parts": 2}]},
    "POST /event-endpoints": {"url": "https://crm.example/hook", "topics": ["invoice.paid"]},
    "PATCH /event-endpoints/{endpoint_id}": {"enabled": False},
}
IF_MATCH = {
    "PATCH /visits/{visit_id}",
    "POST /plans/{version_id}/publish",
    "POST /plans/{version_id}/edits",
    "POST /plans/{version_id}/accept",
    "POST /plans/{version_id}/undo",
    "POST /plans/{version_id}/redo",
    "PUT /visits/{visit_id}/pin",
    "DELETE /visits/{visit_id}/pin",
    "DELETE /visits/{visit_id}/crew",
    "PATCH /event-endpoints/{endpoint_id}",
    "PATCH /goals/{goal_id}",
}
SCHEMA: dict[str, Any] = api.get_openapi_schema(path_prefix="")
OPERATIONS = {
    f"{method.upper()} {path}": details
    for path, item in SCHEMA["paths"].items()
    for method, details in item.items()
}


@pytest.fixture
def world(tom: Technician, now: datetime) -> World:
    world = World(tom, now)
    world._item("add-on-free", PriceItem.Kind.ADD_ON)
    return world


@pytest.fixture
def people(
    stranger: User, tina: Technician, sol: User, tom: Technician, mina: User, dora: User, ada: User
) -> dict[str, Api]:
    users = (None, stranger, tina.user, sol, tom.user, mina, dora, ada)
    return {name: Api(user) for name, user in zip(PEOPLE, users, strict=True)}


def test_every_operation_is_in_the_table() -> None:
    assert set(OPERATIONS) == set(TABLE)


def test_every_operation_answers_everybody_as_the_table_says(world: World, people: dict[str, Api]) -> None:
    """And what it answers is what the schema promises, and nothing of this company reaches a stranger."""
    world.names["token"] = str(world.technician.user.tokens.get().pk)  # type: ignore[union-attr]
    found = {}
    for operation in TABLE:
        answers = {name: call(operation, api, world) for name, api in people.items()}
        found[operation] = tuple(answer.status_code for answer in answers.values())
        for answer in answers.values():
            assert_as_promised(operation, answer)
        if operation != "GET /tokens" and answers["stranger"].getvalue().startswith(b'{"items":'):
            assert answers["stranger"].json()["items"] == [], operation  # type: ignore[attr-defined]
    assert found == TABLE


def call(operation: str, who: Api, world: World) -> HttpResponse:
    """Do it, and undo it: each person finds the same world."""
    method, path = operation.split(" ")
    headers = {"If_Match": '"r1"'} if operation in IF_MATCH else {}
    if method == "POST":
        headers["Idempotency_Key"] = "once"
    body = BODY.get(operation)
    if isinstance(body, dict) and "region" in body:
        body = body | {"region": world.names["region"]}
    if isinstance(body, dict):
        body = body | {key: world.names[body[key]] for key in ("visit", "version") if key in body}
    if isinstance(body, dict) and "technicians" in body:
        body = body | {"technicians": [world.names[one] for one in body["technicians"]]}
    if isinstance(body, dict) and "to_owner" in body:
        body = body | {"to_owner": {"technician": world.names["technician"]}}
    with transaction.atomic():
        answer = who.call(method, _address(operation, path, world), body, **headers)
        transaction.set_rollback(True)
    return answer


def _address(operation: str, path: str, world: World) -> str:
    for part in [part for part in path.replace(".ics", "").split("/") if part.startswith("{")]:
        name = part.strip("{}").removesuffix("_id")
        given = ROW.get(operation, {})
        row = given if isinstance(given, str) else given.get(name) or DEFAULT_ROW.get(name, name)
        path = path.replace(part, world.names.get(row, "sandbox"))
    return path + QUERY.get(operation, "").format(**world.names)


def assert_as_promised(operation: str, answer: HttpResponse) -> None:
    if answer.status_code >= 400:
        assert answer["Content-Type"] == "application/problem+json", operation
        return
    promised = OPERATIONS[operation]["responses"][answer.status_code]
    if content := promised.get("content"):
        schema = content["application/json"]["schema"] | {"components": SCHEMA["components"]}
        jsonschema.validate(answer.json(), schema)  # type: ignore[attr-defined]


def test_the_schema_is_sound() -> None:
    assert SCHEMA["openapi"] == "3.1.0"
    ids = [details["operationId"] for details in OPERATIONS.values()]
    assert len(ids) == len(set(ids))
    for name, schema in SCHEMA["components"]["schemas"].items():
        jsonschema.Draft202012Validator.check_schema(schema)
        assert not name.endswith("In") or schema["additionalProperties"] is False, name


def test_what_acts_once_says_so_in_the_schema() -> None:
    def needed(operation: str) -> set[str]:
        parameters = OPERATIONS[operation]["parameters"]
        return {item["name"] for item in parameters if item["in"] == "header" and item["required"]}

    told_twice = {
        name
        for name in TABLE
        if name.startswith(("POST /visits/", "POST /offers/", "POST /invoices/", "POST /payments/"))
    }
    assert {name for name in TABLE if "Idempotency-Key" in needed(name)} == told_twice | {
        "POST /requests",
        "POST /requests/{request_id}/messages",
        "POST /plans",
        "POST /goals",
        "POST /handovers",
        "POST /policies",
        "POST /memberships",
        "POST /policies/previews",
        "POST /bookings",
        "POST /bookings/{booking_id}/confirm",
    }
    assert {name for name in TABLE if "If-Match" in needed(name)} == IF_MATCH


@pytest.mark.usefixtures("db")
def test_the_documentation_page_needs_nobody_else(client: Any) -> None:
    page = client.get("/api/v1/docs").content.decode()
    assert "/static/ninja/swagger-ui-bundle.js" in page
    assert "https://" not in page
    with contextlib.closing(client.get("/static/ninja/swagger-ui-bundle.js")) as script:
        assert script.status_code == 200
    assert client.get("/api/v1/openapi.json").json()["info"]["title"] == "Linli"
