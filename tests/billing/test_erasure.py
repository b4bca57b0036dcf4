"""A customer is forgotten: nothing of who they were is left, and no total changes."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from psycopg import sql

from billing.models import (
    Approval,
    Checkout,
    Invoice,
    Membership,
    Offer,
    OfferOption,
    Payment,
    Refund,
    WebhookEvent,
)
from billing.services.erasure import customer_erase
from billing.services.surveys import survey_after_payment
from communities.access import Caller
from communities.errors import CustomerNotDone, CustomerUnknown, SurveyUnknown
from communities.models import Contact, Customer, Erasure, ServiceEvent, Site, SurveyInvitation
from communities.selectors.surveys import survey_by_token
from communities.services.metrics import metrics_refresh
from communities.services.surveys import survey_answer, survey_send, survey_token
from dispatch.models import Recovery, ServiceRequest, Technician, Visit
from dispatch.states import RequestState
from tests import factories
from tests.api.world import World

NAME = "Nasreddin Hodscha"
SCAN = sql.SQL(
    "SELECT trace FROM unnest(%s::text[]) AS trace"
    " WHERE EXISTS (SELECT FROM {} AS row WHERE strpos(row::text, trace) > 0)"
)
TRACES = (NAME, "0912345678", "hodscha@example.org", "4F-7b", "the goat bleats", "barked at me")


@pytest.fixture
def world(tom: Technician, now: datetime) -> World:
    return World(tom, now)


@pytest.fixture
def customer(world: World, now: datetime) -> Customer:
    """The payer of the world's first invoice, with what people wrote wherever they could. All is over and paid."""
    visit = Visit.objects.get(pk=world.names["done"])
    customer = visit.work_order.request.customer
    assert customer is not None
    Customer.objects.filter(pk=customer.pk).update(name=NAME, key="phone:0912345678")
    Contact.objects.filter(customer=customer).update(
        name=NAME, phone="0912345678", email="hodscha@example.org"
    )
    Site.objects.filter(pk=visit.site_id).update(unit="4F-7b", key="Some Road 4F-7b")
    Visit.objects.filter(pk=visit.pk).update(notes="the goat bleats", outcome="barked at me")
    ServiceRequest.objects.filter(customer=customer).update(
        description="the goat bleats", state=RequestState.CLOSED, closed_at=now
    )
    _sign(visit, now)
    _recover(visit, now)
    invoices = Invoice.objects.filter(work_order=visit.work_order)
    invoices.update(state=Invoice.State.PAID, paid_at=now)
    Payment.objects.filter(invoice__in=invoices).update(note=f"{NAME} paid")
    Refund.objects.filter(payment__invoice__in=invoices).update(reason="barked at me")
    Checkout.objects.filter(link__invoice__in=invoices).update(form={"payer": NAME}, provider_ref="cs_1")
    WebhookEvent.objects.create(
        account="sandbox",
        event_id="e1",
        checkout_ref="cs_1",
        body=f'{{"payer": "{NAME}"}}',
        received_at=now,
        outcome=WebhookEvent.Outcome.APPLIED,
    )
    Membership.objects.filter(pk=world.membership.pk).update(
        customer=customer, state=Membership.State.CANCELLED, cancelled_at=now, reason="the goat bleats"
    )
    survey_after_payment(subject_id=invoices.get().pk)
    customer.refresh_from_db()
    return customer


def _sign(visit: Visit, now: datetime) -> None:
    assert visit.technician is not None
    offer = Offer.objects.create(
        organisation=visit.organisation,
        visit=visit,
        technician=visit.technician,
        offered_at=now,
        expires_at=now + timedelta(days=1),
    )
    OfferOption.objects.create(
        organisation=visit.organisation, offer=offer, position=1, name="Filter", total_minor=5, currency="TWD"
    )
    Approval.objects.create(
        organisation=visit.organisation,
        offer=offer,
        way="signed",
        name=NAME,
        signature="M1 1L4 4",
        happened_at=now,
    )


def _recover(visit: Visit, now: datetime) -> None:
    """A recovery that was dropped, for a reason that somebody wrote."""
    request = factories.request(visit.site, now, customer=visit.work_order.request.customer)
    ServiceRequest.objects.filter(pk=request.pk).update(state=RequestState.CANCELLED, closed_at=now)
    Recovery.objects.create(
        organisation=visit.organisation,
        request=request,
        visit=visit,
        technician=visit.technician,
        cause="disputed",
        cause_id=request.pk,
        state="dropped",
        reason="barked at me",
        opened_at=now,
        due_at=now,
        closed_at=now,
    )


def traces() -> dict[str, list[str]]:
    """The tables of the database in which something of the customer stands, in whatever column."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        tables = [name for (name,) in cursor.fetchall()]
        found = {}
        for table in tables:
            cursor.execute(SCAN.format(sql.Identifier(table)), [list(TRACES)])
            if rows := [trace for (trace,) in cursor.fetchall()]:
                found[table] = rows
    return found


def totals() -> list[tuple[object, ...]]:
    metrics_refresh()
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(metric)::text FROM communities_metricday AS metric ORDER BY id")
        return [*cursor.fetchall(), *ServiceEvent.objects.order_by("id").values_list()]


def test_nothing_of_a_forgotten_customer_is_left_but_on_issued_papers_and_totals_stay(
    as_ada: Caller, world: World, customer: Customer, now: datetime
) -> None:
    invitation = SurveyInvitation.objects.get(contact__customer=customer)
    survey_answer(
        token=survey_token(invitation), csat=4, nps=8, comment="the goat bleats", now=invitation.created_at
    )
    before = totals()
    assert set(traces()) == {
        *(f"communities_{name}" for name in ("customer", "contact", "site", "surveyanswer")),
        *(f"dispatch_{name}" for name in ("servicerequest", "visit", "recovery")),
        *(f"billing_{name}" for name in ("approval", "payment", "refund", "checkout", "membership")),
        "billing_webhookevent",
    }

    customer_erase(caller=as_ada, customer_id=customer.pk, now=now + timedelta(days=2))

    assert traces() == {"billing_invoice": [NAME]}
    assert totals() == before
    invoice = Invoice.objects.get(pk=world.names["invoice"])
    assert (invoice.billed_to, invoice.customer) == (NAME, customer)
    assert Approval.objects.get(name="–").way == "signed"


def test_forgetting_again_is_no_error_and_is_written_down_once(
    as_ada: Caller, ada: object, customer: Customer, now: datetime
) -> None:
    first = customer_erase(caller=as_ada, customer_id=customer.pk, now=now)
    assert customer_erase(caller=as_ada, customer_id=customer.pk, now=now + timedelta(days=1)) == first
    assert (Erasure.objects.get().erased_at, first.erased_by) == (now, ada)


def test_door_stays_where_another_customer_asked_for_service(
    as_ada: Caller, world: World, customer: Customer, now: datetime
) -> None:
    site = Visit.objects.get(pk=world.names["done"]).site
    factories.request(site, now, customer=factories.customer(world.company, "Mr Lin"))
    customer_erase(caller=as_ada, customer_id=customer.pk, now=now)
    site.refresh_from_db()
    assert site.unit == "4F-7b"


def test_forgotten_customer_can_answer_nothing_any_more_and_is_asked_nothing(
    as_ada: Caller, customer: Customer, now: datetime
) -> None:
    invitation = SurveyInvitation.objects.get(contact__customer=customer)
    SurveyInvitation.objects.filter(pk=invitation.pk).update(sent_at=None)
    customer_erase(caller=as_ada, customer_id=customer.pk, now=now)
    with pytest.raises(SurveyUnknown):
        survey_by_token(survey_token(invitation), now)
    survey_send(subject_id=invitation.pk)
    assert SurveyInvitation.objects.get(pk=invitation.pk).sent_at is None


def test_consent_that_is_withdrawn_before_the_letter_goes_stops_it(customer: Customer) -> None:
    invitation = SurveyInvitation.objects.get(contact__customer=customer)
    Contact.objects.filter(customer=customer).update(may_survey=False)
    survey_send(subject_id=invitation.pk)
    assert SurveyInvitation.objects.get(pk=invitation.pk).sent_at is None


@pytest.mark.parametrize("what", ["request", "membership", "invoice"])
def test_customer_with_something_open_is_not_forgotten(
    as_ada: Caller, world: World, customer: Customer, now: datetime, what: str
) -> None:
    if what == "request":
        ServiceRequest.objects.filter(customer=customer).update(state=RequestState.ACCEPTED, closed_at=None)
    elif what == "membership":
        Membership.objects.filter(customer=customer).update(state=Membership.State.ACTIVE)
    else:
        Invoice.objects.filter(customer=customer).update(state=Invoice.State.ISSUED)
    with pytest.raises(CustomerNotDone, match=what):
        customer_erase(caller=as_ada, customer_id=customer.pk, now=now)
    assert NAME in Customer.objects.values_list("name", flat=True)


def test_customers_are_forgotten_by_administrators_of_their_company(
    as_dora: Caller, as_stranger: Caller, customer: Customer, now: datetime
) -> None:
    for caller in (as_dora, as_stranger):
        with pytest.raises(CustomerUnknown):
            customer_erase(caller=caller, customer_id=customer.pk, now=now)
