"""A company with a price book, a visit that is done, and the sandbox provider behind a real port."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from billing.models import Checkout, Invoice, MaintenancePlan, Membership, PriceItem
from billing.services.checkouts import checkout_begin
from billing.services.invoices import invoice_issue
from billing.services.maintenance_plans import PlanGiven, maintenance_plan_save
from billing.services.memberships import membership_sell_on_visit
from billing.services.price_items import PriceRow, price_items_save
from communities.access import Caller
from communities.models import Organisation, Region
from dispatch.models import Technician, Visit
from dispatch.states import VisitState
from tests import factories
from tests.outbox import deliver_all


@pytest.fixture
def price_book(acme: Organisation) -> None:
    """TWD 800 for a filter change; a spare filter 750 and a leak sensor 900 to offer."""
    factories.service_type(acme, "filter")
    base, add_on = PriceItem.Kind.BASE, PriceItem.Kind.ADD_ON
    price_items_save(
        organisation=acme,
        rows=[
            PriceRow(
                code="base", name="濾心更換", name_en="Filter change", kind=base, price_minor=800,
                service_type_code="filter",
            ),
            PriceRow(
                code="spare", name="備用濾心", name_en="Spare filter", kind=add_on, price_minor=750,
                service_type_code="filter",
            ),
            PriceRow(code="sensor", name="漏水警報器", name_en="Leak sensor", kind=add_on, price_minor=900),
        ],
    )  # fmt: skip


@pytest.fixture
def done(price_book: None, north: Region, tom: Technician, now: datetime) -> Visit:
    """Tom's visit to a customer in the north, completed."""
    return done_visit(north, tom, now)


@pytest.fixture
def invoice(done: Visit, now: datetime) -> Invoice:
    """TWD 800 for Tom's visit, just issued."""
    return invoice_issue(visit_id=done.pk, now=now)


GOLD = PlanGiven(
    name="金級保養",
    name_en="Gold",
    price_minor=1200,
    period_months=12,
    visits={"filter": 2},
    discount_bp=1000,
)


@pytest.fixture
def gold(price_book: None, as_ada: Caller) -> MaintenancePlan:
    """TWD 1,200 for a year: two filter changes, and 10 % off the rest."""
    return maintenance_plan_save(caller=as_ada, code="gold", given=GOLD)


@pytest.fixture
def member(done: Visit, gold: MaintenancePlan, as_tom: Caller, now: datetime) -> Membership:
    """Tom sold it on his visit of 2 March 2026, which is done by now."""
    Visit.objects.filter(pk=done.pk).update(state=VisitState.STARTED, finished_at=None)
    sold = membership_sell_on_visit(caller=as_tom, visit_id=done.pk, plan_code="gold", now=now)
    Visit.objects.filter(pk=done.pk).update(
        state=VisitState.COMPLETED, finished_at=now + timedelta(minutes=30)
    )
    return sold


@pytest.fixture
def checkout(invoice: Invoice, provider: str, now: datetime) -> Checkout:
    """The provider's page for it, open; the customer has been told."""
    deliver_all()
    return checkout_begin(invoice_id=invoice.pk, language="en", now=now)


@pytest.fixture
def provider(live_server: LiveServer, settings: Settings) -> str:
    """The address at which the sandbox provider and our own webhook answer."""
    settings.PUBLIC_URL = settings.SANDBOX_URL = live_server.url
    return str(live_server.url)


def another_visit(first: Visit, finished_at: datetime, **more: Any) -> Visit:
    """Another visit to the same customer at the same site, done."""
    visit = factories.visit(
        first.site,
        finished_at - timedelta(days=1),
        technician=first.technician,
        starts_at=finished_at - timedelta(minutes=30),
        state=VisitState.COMPLETED,
        **{"customer": first.work_order.request.customer} | more,
    )
    Visit.objects.filter(pk=visit.pk).update(finished_at=finished_at)
    return visit


def done_visit(
    region: Region, technician: Technician, starts_at: datetime, *, customer: bool = True
) -> Visit:
    place = region.communities.first() or factories.community(region, "C1")
    visit = factories.visit(
        factories.site(place),
        starts_at - timedelta(days=1),
        technician=technician,
        starts_at=starts_at,
        state=VisitState.COMPLETED,
        customer=factories.customer(region.organisation) if customer else None,
    )
    Visit.objects.filter(pk=visit.pk).update(finished_at=starts_at + timedelta(minutes=30))
    return visit
