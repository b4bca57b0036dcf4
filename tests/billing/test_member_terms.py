"""What a member's invoices say."""

from datetime import date, datetime, timedelta

import pytest

from billing.models import (
    BillingProfile,
    IncludedVisit,
    Invoice,
    MaintenancePlan,
    Membership,
    PaymentLink,
    PriceItem,
    Tax,
)
from billing.services.credits import CreditGiven, credit_note_issue
from billing.services.invoices import invoice_issue
from billing.services.periods import included_visits_ask, period_invoice_issue
from billing.services.profiles import profile_of
from communities.access import Caller
from dispatch.models import ServiceRequest, Visit
from dispatch.states import VisitState
from tests import factories
from tests.billing.conftest import another_visit
from tests.billing.test_invoices import in_threads
from tests.billing.test_offers import decide, offer

DAY = timedelta(days=1)

Lines = list[tuple[int, int, str, int]]


def bill(visit: Visit, now: datetime) -> Invoice:
    invoice = invoice_issue(visit_id=visit.pk, now=now)
    invoice.refresh_from_db()
    return invoice


def lines(invoice: Invoice) -> Lines:
    """Price, discount, by what, amount."""
    found = invoice.lines.order_by("position")
    return [
        (line.quantity * line.unit_price_minor, line.discount_minor, line.discount_by, line.amount_minor)
        for line in found
    ]


def left(member: Membership) -> int:
    return IncludedVisit.objects.filter(period__membership=member, visit=None).count()


def test_an_included_visit_stands_on_the_invoice_and_costs_nothing(
    member: Membership, done: Visit, now: datetime
) -> None:
    """Also the visit on which the plan was sold."""
    invoice = bill(done, now)

    assert lines(invoice) == [(800, 800, "金級保養", 0)]
    assert (invoice.state, invoice.paid_at, PaymentLink.objects.count()) == ("paid", now, 0)
    assert (IncludedVisit.objects.get(visit=done).ordinal, left(member)) == (1, 1)
    assert bill(done, now) == invoice
    assert left(member) == 1


def test_what_is_not_included_costs_less(member: Membership, done: Visit, now: datetime) -> None:
    for days in (0, 1):
        bill(another_visit(done, now + days * DAY), now)

    # Two were included; of the third 10 % are off: 800 − 80.
    assert lines(bill(another_visit(done, now + 2 * DAY), now)) == [(800, 80, "金級保養", 720)]


def test_what_was_accepted_costs_a_member_less(
    member: Membership, done: Visit, as_tom: Caller, now: datetime
) -> None:
    Visit.objects.filter(pk=done.pk).update(state=VisitState.STARTED, finished_at=None)
    decide(as_tom, offer(as_tom, done, now, item="spare", quantity=3), now)
    Visit.objects.filter(pk=done.pk).update(state=VisitState.COMPLETED, finished_at=now)

    # 3 × 750 = 2,250, less 225.
    invoice = bill(done, now)
    assert lines(invoice) == [(800, 800, "金級保養", 0), (2250, 225, "金級保養", 2025)]
    assert PaymentLink.objects.get().amount == invoice.total


def test_tax_is_on_what_is_left(member: Membership, done: Visit, now: datetime) -> None:
    PriceItem.objects.update(
        tax=Tax.objects.create(organisation=member.organisation, code="vat", name="營業稅", rate_bp=500)
    )
    profile_of(member.organisation).save()
    BillingProfile.objects.update(prices_include_tax=False)
    IncludedVisit.objects.update(due_on=date(2026, 3, 2))
    for days in (0, 1):
        bill(another_visit(done, now + days * DAY), now)

    # 5 % on 800 − 80.
    third = bill(another_visit(done, now + 2 * DAY), now)
    assert (third.net_minor, third.tax_minor, third.total_minor) == (720, 36, 756)


@pytest.mark.parametrize("why", ["lapsed", "cancelled", "ended", "early", "late", "neighbour", "tenant"])
def test_without_a_membership_in_force_it_costs_what_it_costs(
    member: Membership, done: Visit, now: datetime, why: str
) -> None:
    more = {"customer": factories.customer(member.organisation)} if why == "tenant" else {}
    days = {"early": -1, "late": 365}.get(why, 0)
    if why in {"lapsed", "ended"}:
        Membership.objects.update(state=why)
    elif why == "cancelled":
        Membership.objects.update(state=why, cancelled_at=now, reason="Moves")
    visit = another_visit(done, now + days * DAY, **more)
    if why == "neighbour":
        assert done.site.community is not None
        Visit.objects.filter(pk=visit.pk).update(site=factories.site(done.site.community))

    assert lines(bill(visit, now)) == [(800, 0, "", 800)]
    assert left(member) == 2


def test_another_service_is_not_included(member: Membership, done: Visit, now: datetime) -> None:
    drain = factories.service_type(member.organisation, "drain")
    PriceItem.objects.create(
        organisation=member.organisation,
        code="drain",
        name="drain",
        kind=PriceItem.Kind.BASE,
        service_type=drain,
        price_minor=1005,
    )

    # 10 % of 1,005 is 100.5: half up.
    visit = another_visit(done, now, service_type=drain)
    assert lines(bill(visit, now)) == [(1005, 101, "金級保養", 904)]
    assert left(member) == 2


@pytest.fixture
def asked(member: Membership, now: datetime) -> Visit:
    """Both visits of the year were asked for; the first of them is done."""
    invoice = period_invoice_issue(period_id=member.periods.get().pk, now=now)
    Invoice.objects.filter(pk=invoice.pk).update(state="paid", paid_at=now)  # type: ignore[union-attr]
    included_visits_ask(organisation=member.organisation, on=date(2026, 9, 1), now=now)
    visit = factories.visit(
        member.site,
        now - DAY,
        technician=member.technician,
        starts_at=now + 190 * DAY,
        state=VisitState.COMPLETED,
    )
    Visit.objects.filter(pk=visit.pk).update(finished_at=now + 190 * DAY)
    request = IncludedVisit.objects.get(ordinal=2).request
    type(visit.work_order).objects.filter(pk=visit.work_order_id).update(request=request)
    return visit


def test_what_fell_due_is_included_though_the_membership_has_lapsed_since(
    member: Membership, asked: Visit, now: datetime
) -> None:
    Membership.objects.update(state="lapsed")

    assert lines(bill(asked, now)) == [(800, 800, "金級保養", 0)]
    assert IncludedVisit.objects.get(visit=asked).ordinal == 2


def test_what_is_asked_for_is_kept_for_that_unless_it_is_called_off(
    member: Membership, asked: Visit, done: Visit, now: datetime
) -> None:
    assert lines(bill(done, now)) == [(800, 80, "金級保養", 720)]

    ServiceRequest.objects.filter(included__ordinal=1).update(state="cancelled")
    assert lines(bill(another_visit(done, now), now)) == [(800, 800, "金級保養", 0)]
    assert IncludedVisit.objects.get(ordinal=1).visit is not None


def test_a_visit_whose_invoice_is_credited_in_full_is_included_another_time(
    member: Membership, done: Visit, as_tom: Caller, as_ada: Caller, now: datetime
) -> None:
    Visit.objects.filter(pk=done.pk).update(state=VisitState.STARTED, finished_at=None)
    decide(as_tom, offer(as_tom, done, now), now)
    Visit.objects.filter(pk=done.pk).update(state=VisitState.COMPLETED, finished_at=now)
    invoice = bill(done, now)  # 0, and 750 − 75
    found = []
    for amounts in ({2: 600}, {}):
        given = CreditGiven(reason="The filter leaked.", amounts=amounts)
        credit_note_issue(caller=as_ada, invoice_id=invoice.pk, given=given, now=now)
        found.append(left(member))

    assert found == [1, 2]


def test_of_two_plans_the_first_due_is_used_and_the_greater_discount_given(
    member: Membership, done: Visit, now: datetime
) -> None:
    other = MaintenancePlan.objects.create(
        organisation=member.organisation,
        code="silver",
        name="銀級",
        price_minor=1,
        period_months=1,
        discount_bp=2000,
    )
    Membership.objects.create(
        organisation=member.organisation,
        plan=other,
        site=member.site,
        customer=member.customer,
        starts_on=member.starts_on,
        ends_on=member.ends_on,
        sold_at=now,
    )
    for days in (0, 1):
        assert lines(bill(another_visit(done, now + days * DAY), now)) == [(800, 800, "金級保養", 0)]

    assert lines(bill(another_visit(done, now + 2 * DAY), now)) == [(800, 160, "銀級", 640)]


@pytest.mark.django_db(transaction=True)
def test_visits_billed_at_once_use_no_included_visit_twice(
    member: Membership, done: Visit, now: datetime
) -> None:
    visits = [another_visit(done, now + hours * timedelta(hours=1)) for hours in range(4)]

    in_threads(4, lambda number: bill(visits[number], now))

    totals = Invoice.objects.order_by("total_minor").values_list("total_minor", flat=True)
    assert list(totals) == [0, 0, 720, 720]
