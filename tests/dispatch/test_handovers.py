"""Customers change hands, and nothing is lost on the way."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from communities.access import Caller
from communities.models import (
    Community,
    Customer,
    CustomerOwner,
    CustomerStanding,
    HandedCustomer,
    HandOver,
    Region,
    User,
)
from core.errors import DomainError
from dispatch.errors import CustomersNotTheirs, NobodyToHandOver, NotForYourRole, OwnerUnknown, SameOwner
from dispatch.models import PlanVersion, ServiceRequest, Technician, Visit
from dispatch.selectors.owners import Left, Owner, customers_of, left_with_customers
from dispatch.services.day import Day, day_load
from dispatch.services.handovers import HandOverGiven, customers_hand_over, hand_over_preview
from dispatch.services.planning import plan_request
from dispatch.services.problem import problem_of
from dispatch.states import PlanState, VisitState
from tests import factories
from tests.conftest import as_caller

MONDAY = date(2026, 3, 2)


@pytest.fixture
def xicun(north: Region) -> Community:
    return factories.community(north, "xicun")


@pytest.fixture
def wang(xicun: Community, tom: Technician) -> Customer:
    """Tom usually comes; nobody is named."""
    wang = factories.customer(xicun.organisation)
    CustomerStanding.objects.create(
        organisation=wang.organisation,
        customer=wang,
        community=xicun,
        through_on=MONDAY,
        usual_technician_id=tom.pk,
    )
    return wang


@pytest.fixture
def chen(tom: Technician, now: datetime) -> Customer:
    """Tom is named."""
    chen = factories.customer(tom.organisation, "Mr Chen")
    CustomerOwner.objects.create(
        organisation=chen.organisation, customer=chen, technician_id=tom.pk, since=now
    )
    return chen


@pytest.fixture
def promised(wang: Customer, xicun: Community, tom: Technician, tina: Technician, now: datetime) -> Visit:
    """Tom is to be at Ms Wang's this Monday at 10, and both are at work."""
    for technician in (tom, tina):
        factories.shift(technician, now)
    return factories.visit(
        factories.site(xicun),
        now - timedelta(days=1),
        customer=wang,
        technician=tom,
        starts_at=now + timedelta(hours=1),
        state=VisitState.SCHEDULED,
    )


def given(old: Technician | None, new: Technician, *customers: Customer) -> HandOverGiven:
    return HandOverGiven(
        from_owner=Owner(technician_id=old.pk if old else None),
        to_owner=Owner(technician_id=new.pk),
        reason="Moves to the south.",
        customers=tuple(one.pk for one in customers),
    )


def owners() -> dict[UUID, UUID | None]:
    return dict(CustomerOwner.objects.values_list("customer_id", "technician_id"))


def day(region: Region, now: datetime) -> Day:
    return day_load(region=region, on=MONDAY, now=now, signal_set=None)


def test_all_of_a_technician_s_customers_move_at_once(
    as_dora: Caller, wang: Customer, chen: Customer, tom: Technician, tina: Technician, now: datetime
) -> None:
    others = factories.customer(tom.organisation, "Mr Lin")
    done = customers_hand_over(caller=as_dora, given=given(tom, tina), now=now)
    assert owners() == {wang.pk: tina.pk, chen.pk: tina.pk}
    row = HandOver.objects.get()
    assert (row.from_technician_id, row.to_technician_id, row.handed_by) == (tom.pk, tina.pk, as_dora.user)
    assert (row.customers, row.open_requests, row.promised_visits, done.days) == (2, 0, 0, [])
    assert set(HandedCustomer.objects.values_list("customer", flat=True)) == {wang.pk, chen.pk}
    assert list(customers_of(tom.organisation, Owner())) == [others]
    with pytest.raises(NobodyToHandOver):
        customers_hand_over(caller=as_dora, given=given(tom, tina), now=now)


def test_what_was_promised_stays_and_its_day_is_planned_anew(
    as_dora: Caller,
    north: Region,
    wang: Customer,
    xicun: Community,
    tom: Technician,
    tina: Technician,
    promised: Visit,
    now: datetime,
) -> None:
    asked = factories.request(factories.site(xicun), now - timedelta(days=1), customer=wang)
    before = day(north, now)
    preview = hand_over_preview(caller=as_dora, given=given(tom, tina), now=now)
    assert (preview.customers, preview.open_requests) == ([wang], 2)
    assert (preview.promised, preview.days) == ([promised], [(north, MONDAY)])
    assert (owners(), PlanVersion.objects.count()) == ({}, 0)

    done = customers_hand_over(caller=as_dora, given=given(tom, tina), now=now)

    version = PlanVersion.objects.get()
    assert done.days == [(north, MONDAY, version)]
    assert version.state == PlanState.QUEUED
    kept = Visit.objects.get()
    assert (kept.technician, kept.starts_at, kept.state) == (tom, promised.starts_at, VisitState.SCHEDULED)
    assert ServiceRequest.objects.get(pk=asked.pk).state == "received"
    after = day(north, now)
    assert after.inputs_hash != before.inputs_hash  # drafts of before are stale
    [visit] = problem_of(after).visits
    assert (visit.preferred_technicians, visit.known_technicians) == (("T2",), ("T2",))


def test_a_running_plan_is_named_for_it_will_be_stale(
    as_dora: Caller, north: Region, tom: Technician, tina: Technician, promised: Visit, now: datetime
) -> None:
    plan_request(caller=as_dora, region_id=north.pk, on=MONDAY)
    done = customers_hand_over(caller=as_dora, given=given(tom, tina), now=now)
    assert done.days == [(north, MONDAY, None)]


def test_the_planner_knows_who_came_within_a_year_and_is_at_work(
    acme: object,
    north: Region,
    wang: Customer,
    tom: Technician,
    tina: Technician,
    promised: Visit,
    now: datetime,
) -> None:
    away = factories.technician(north, "T3")
    for technician, days in ((tom, 364), (tina, 366), (away, 10)):
        factories.fact(
            wang.organisation,
            "visit.completed",
            now - timedelta(days=days),
            customer_id=wang.pk,
            technician_id=technician.pk,
        )
    [visit] = problem_of(day(north, now)).visits
    assert (visit.known_technicians, visit.preferred_technicians) == (("T1",), ())


def test_named_customers_move_alone(
    as_dora: Caller, wang: Customer, chen: Customer, tom: Technician, tina: Technician, now: datetime
) -> None:
    customers_hand_over(caller=as_dora, given=given(tom, tina, chen), now=now)
    assert owners() == {chen.pk: tina.pk}
    with pytest.raises(CustomersNotTheirs, match="1 of the customers"):
        customers_hand_over(caller=as_dora, given=given(tom, tina, chen, wang), now=now)
    assert (owners(), HandOver.objects.count()) == ({chen.pk: tina.pk}, 1)


def test_an_account_can_answer_for_customers(
    as_dora: Caller, chen: Customer, tom: Technician, mina: User, now: datetime
) -> None:
    to_mina = HandOverGiven(
        from_owner=Owner(technician_id=tom.pk), to_owner=Owner(user_id=mina.pk), reason="A key account."
    )
    customers_hand_over(caller=as_dora, given=to_mina, now=now)
    assert list(customers_of(tom.organisation, Owner(user_id=mina.pk))) == [chen]


Refusal = Callable[[Technician, Technician, Technician], HandOverGiven]


@pytest.mark.parametrize(
    ("refused", "error"),
    [
        (lambda tom, tina, _: given(tom, tom), SameOwner),
        (lambda tom, tina, foreign: given(tom, foreign), OwnerUnknown),
        (lambda tom, tina, foreign: given(foreign, tina), OwnerUnknown),
        (lambda tom, tina, _: given(tina, tom), NobodyToHandOver),
    ],
)
def test_refusals_change_nothing(
    as_dora: Caller,
    chen: Customer,
    tom: Technician,
    tina: Technician,
    other: object,
    now: datetime,
    refused: Refusal,
    error: type[DomainError],
) -> None:
    foreign = factories.technician(factories.region(other, "elsewhere"), "F1")  # type: ignore[arg-type]
    with pytest.raises(error):
        customers_hand_over(caller=as_dora, given=refused(tom, tina, foreign), now=now)
    assert (owners(), HandOver.objects.count()) == ({chen.pk: tom.pk}, 0)


def test_nobody_takes_over_who_has_left_and_managers_do_not_hand_over(
    as_dora: Caller, chen: Customer, tom: Technician, tina: Technician, mina: User, now: datetime
) -> None:
    with pytest.raises(NotForYourRole):
        customers_hand_over(caller=as_caller(mina), given=given(tom, tina), now=now)
    Technician.objects.filter(pk=tina.pk).update(active=False)
    with pytest.raises(OwnerUnknown):
        customers_hand_over(caller=as_dora, given=given(tom, tina), now=now)


def test_who_left_with_customers_is_named_until_they_are_handed_over(
    as_dora: Caller,
    chen: Customer,
    wang: Customer,
    tom: Technician,
    tina: Technician,
    sol: User,
    now: datetime,
) -> None:
    assert left_with_customers(as_dora) == []
    Technician.objects.filter(pk=tom.pk).update(active=False)
    tom.refresh_from_db()
    assert left_with_customers(as_dora) == [Left(tom, 2)]
    assert left_with_customers(as_caller(sol)) == []  # of the south
    customers_hand_over(caller=as_dora, given=given(tom, tina), now=now)
    assert left_with_customers(as_dora) == []
