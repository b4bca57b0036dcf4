"""Plans and who has them: written, sold, replaced, cancelled."""

from datetime import date, datetime, timedelta

import pytest
from django.db import ProgrammingError, transaction

from billing.errors import (
    AlreadyMember,
    BadMembership,
    BadPriceBook,
    MaintenancePlanUnknown,
    MembershipOver,
    MembershipUnknown,
    NotOnSite,
)
from billing.models import IncludedVisit, Invoice, MaintenancePlan, Membership, PaymentLink
from billing.selectors.invoices import invoice_list
from billing.selectors.memberships import membership_get, membership_list
from billing.selectors.price_book import maintenance_plan_list
from billing.services.maintenance_plans import PlanGiven, maintenance_plan_retire, maintenance_plan_save
from billing.services.memberships import (
    MembershipGiven,
    membership_cancel,
    membership_sell,
    membership_sell_on_visit,
)
from billing.services.periods import included_visits_ask, period_invoice_issue
from communities.access import Caller
from communities.models import ServiceEvent, User
from core.errors import DomainError
from core.money import Money
from dispatch.errors import NotForYourRole, VisitUnknown
from dispatch.models import ServiceRequest, Technician, Visit, WorkOrder
from dispatch.services.requests import CustomerGiven, SiteGiven
from dispatch.states import VisitState
from tests.billing.conftest import GOLD
from tests.conftest import as_caller
from tests.outbox import deliver_all, waiting

WANG = CustomerGiven(name="Ms Wang", phone="0912 345 678")
HOME = SiteGiven(lon=121.55, lat=25.03)


@pytest.fixture
def on_site(done: Visit) -> Visit:
    Visit.objects.filter(pk=done.pk).update(state=VisitState.STARTED, finished_at=None)
    return done


def given(starts_on: date | None = None) -> MembershipGiven:
    return MembershipGiven(plan_code="gold", customer=WANG, site=HOME, starts_on=starts_on)


def test_a_technician_sells_a_plan_on_the_visit(
    on_site: Visit, gold: MaintenancePlan, as_tom: Caller, tom: Technician, now: datetime
) -> None:
    sold = membership_sell_on_visit(caller=as_tom, visit_id=on_site.pk, plan_code="gold", now=now)

    assert (sold.state, sold.starts_on, sold.ends_on) == ("active", date(2026, 3, 2), date(2027, 3, 2))
    assert (sold.technician, sold.sold_by, sold.visit, sold.site) == (tom, tom.user, on_site, on_site.site)
    # Half of 365 days is 182: the second is due on 31 August.
    included = IncludedVisit.objects.order_by("ordinal").values_list("ordinal", "due_on")
    assert list(included) == [(1, date(2026, 3, 2)), (2, date(2026, 8, 31))]
    fact = ServiceEvent.objects.get(kind="membership.sold")
    assert (fact.technician_id, fact.visit_id, fact.amount_minor) == (tom.pk, on_site.pk, 1200)
    assert waiting() == ["membership_period.begun"]


def test_its_first_period_is_billed_with_a_link_to_pay(member: Membership, as_tom: Caller) -> None:
    deliver_all()

    invoice = Invoice.objects.get()
    line = invoice.lines.get()
    assert (invoice.number, invoice.customer, invoice.total) == (
        "00000001",
        member.customer,
        Money(1200, "TWD"),
    )
    assert (line.item, line.description) == (None, "金級保養 2026-03-02 – 2027-03-01")
    assert PaymentLink.objects.get().sent_at is not None
    assert list(invoice_list(as_tom)) == [invoice]
    assert ServiceEvent.objects.get(kind="invoice.issued").site_id == member.site_id


def test_only_the_visits_technician_and_dispatch_sell(
    on_site: Visit,
    gold: MaintenancePlan,
    tina: Technician,
    mina: User,
    as_tom: Caller,
    as_dora: Caller,
    as_stranger: Caller,
    now: datetime,
) -> None:
    assert tina.user is not None
    refused: list[tuple[Caller, type[DomainError]]] = [
        (as_stranger, VisitUnknown),
        (as_caller(tina.user), VisitUnknown),
        (as_caller(mina), NotForYourRole),
    ]
    for caller, refusal in refused:
        with pytest.raises(refusal):
            membership_sell_on_visit(caller=caller, visit_id=on_site.pk, plan_code="gold", now=now)
    with pytest.raises(NotForYourRole):
        membership_sell(caller=as_tom, given=given(), now=now)

    membership_sell_on_visit(caller=as_dora, visit_id=on_site.pk, plan_code="gold", now=now)

    Visit.objects.filter(pk=on_site.pk).update(state=VisitState.COMPLETED)
    with pytest.raises(NotOnSite):
        membership_sell_on_visit(caller=as_tom, visit_id=on_site.pk, plan_code="gold", now=now)


def test_a_visit_to_nobody_known_makes_no_member(
    on_site: Visit, gold: MaintenancePlan, as_tom: Caller, now: datetime
) -> None:
    ServiceRequest.objects.update(customer=None)

    with pytest.raises(BadMembership):
        membership_sell_on_visit(caller=as_tom, visit_id=on_site.pk, plan_code="gold", now=now)


def test_dispatch_sells_by_telephone_from_a_day_on(
    gold: MaintenancePlan, as_dora: Caller, now: datetime
) -> None:
    sold = membership_sell(caller=as_dora, given=given(date(2026, 4, 1)), now=now)

    assert (sold.customer.name, sold.ends_on, sold.technician) == ("Ms Wang", date(2027, 4, 1), None)
    with pytest.raises(AlreadyMember):
        membership_sell(caller=as_dora, given=given(), now=now)


@pytest.mark.parametrize("starts_on", [date(2026, 3, 1), date(2027, 3, 3)])
def test_a_membership_begins_neither_in_the_past_nor_after_a_year(
    gold: MaintenancePlan, as_dora: Caller, now: datetime, starts_on: date
) -> None:
    with pytest.raises(BadMembership):
        membership_sell(caller=as_dora, given=given(starts_on), now=now)


def test_a_member_keeps_the_terms_of_a_plan_that_is_replaced(
    member: Membership, as_ada: Caller, as_dora: Caller, now: datetime
) -> None:
    dearer = PlanGiven(name="金級保養", price_minor=1500, period_months=12, visits={})
    replaced = maintenance_plan_save(caller=as_ada, code="gold", given=dearer)

    assert maintenance_plan_save(caller=as_ada, code="gold", given=dearer) == replaced  # as it is
    assert [plan.price_minor for plan in maintenance_plan_list(as_dora)] == [1500]
    period_invoice_issue(period_id=member.periods.get().pk, now=now)
    assert Invoice.objects.get().total_minor == 1200
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        MaintenancePlan.objects.filter(pk=member.plan_id).update(price_minor=1)

    maintenance_plan_retire(caller=as_ada, code="gold")
    with pytest.raises(MaintenancePlanUnknown):
        membership_sell(caller=as_dora, given=given(), now=now)
    with pytest.raises(MaintenancePlanUnknown):
        maintenance_plan_retire(caller=as_ada, code="gold")


def test_plans_are_written_by_administrators_and_of_what_there_is(
    gold: MaintenancePlan, as_ada: Caller, as_dora: Caller
) -> None:
    with pytest.raises(NotForYourRole):
        maintenance_plan_save(caller=as_dora, code="gold", given=GOLD)
    with pytest.raises(NotForYourRole):
        maintenance_plan_retire(caller=as_dora, code="gold")
    for wrong, says in [({"visits": {"no": 1}}, "no service type 'no'"), ({"tax_code": "no"}, "no tax 'no'")]:
        plan = PlanGiven(**{"name": "x", "price_minor": 1, "period_months": 1, "visits": {}} | wrong)  # type: ignore[arg-type]
        with pytest.raises(BadPriceBook, match=says):
            maintenance_plan_save(caller=as_ada, code="x", given=plan)


def test_who_sees_a_membership(
    member: Membership,
    as_tom: Caller,
    as_dora: Caller,
    tina: Technician,
    mina: User,
    sol: User,
    as_stranger: Caller,
) -> None:
    assert tina.user is not None
    for caller in (as_tom, as_dora, as_caller(mina)):
        assert list(membership_list(caller)) == [member]
    for caller in (as_caller(tina.user), as_caller(sol), as_stranger):
        with pytest.raises(MembershipUnknown):
            membership_get(caller, member.pk)


def test_a_cancelled_membership_goes_on_until_its_period_is_over(
    member: Membership, as_dora: Caller, as_tom: Caller, as_stranger: Caller, now: datetime
) -> None:
    with pytest.raises(NotForYourRole):
        membership_cancel(caller=as_tom, membership_id=member.pk, reason="Moves", now=now)
    with pytest.raises(MembershipUnknown):
        membership_cancel(caller=as_stranger, membership_id=member.pk, reason="Moves", now=now)

    cancelled = membership_cancel(caller=as_dora, membership_id=member.pk, reason="Moves", now=now)

    assert (cancelled.state, cancelled.renews, cancelled.reason) == ("active", False, "Moves")


@pytest.mark.parametrize(
    ("state", "request_becomes"), [(VisitState.SCHEDULED, "cancelled"), (VisitState.EN_ROUTE, "accepted")]
)
def test_cancelled_at_once_it_takes_along_what_nobody_has_set_off_to(
    member: Membership,
    tom: Technician,
    as_dora: Caller,
    now: datetime,
    state: VisitState,
    request_becomes: str,
) -> None:
    invoice = period_invoice_issue(period_id=member.periods.get().pk, now=now)
    Invoice.objects.filter(pk=invoice.pk).update(state="paid", paid_at=now)  # type: ignore[union-attr]
    included_visits_ask(organisation=member.organisation, on=date(2026, 3, 2), now=now)
    asked = ServiceRequest.objects.get(source="maintenance")
    ServiceRequest.objects.filter(pk=asked.pk).update(state="accepted")
    Visit.objects.create(
        organisation=member.organisation,
        work_order=WorkOrder.objects.create(organisation=member.organisation, request=asked, number="1"),
        site=member.site,
        service_type=asked.service_type,
        duration_minutes=30,
        state=state,
        technician=tom,
        starts_at=now + timedelta(days=1),
        ends_at=now + timedelta(days=1, minutes=30),
    )

    def cancel() -> Membership:
        return membership_cancel(
            caller=as_dora, membership_id=member.pk, reason="Moves", at_once=True, now=now
        )

    assert cancel().state == "cancelled"
    asked.refresh_from_db()
    assert asked.state == request_becomes
    with pytest.raises(MembershipOver):
        cancel()


def test_what_is_cancelled_before_it_is_billed_is_not_billed(
    member: Membership, as_dora: Caller, now: datetime
) -> None:
    membership_cancel(caller=as_dora, membership_id=member.pk, reason="Error", at_once=True, now=now)

    assert period_invoice_issue(period_id=member.periods.get().pk, now=now) is None
    assert Invoice.objects.count() == 0
