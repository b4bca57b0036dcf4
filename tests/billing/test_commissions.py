"""What technicians earn, and what is taken back."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.gateways.base import DisputeState, RefundState
from billing.models import BillingProfile, CommissionLine, Invoice, Membership, PriceItem, Tax
from billing.services.commissions.months import commission_months_refresh
from billing.services.commissions.shares import ShareGiven, visit_shares_save
from billing.services.credits import CreditGiven, credit_note_issue
from billing.services.invoices import invoice_issue
from billing.services.periods import period_begin, period_invoice_issue
from billing.services.profiles import profile_of
from billing.services.surveys import survey_after_payment
from communities.access import Caller
from communities.models import Organisation, Region, SurveyInvitation
from communities.services.surveys import survey_answer, survey_token
from dispatch.models import Technician, Visit
from dispatch.states import VisitState
from tests import factories
from tests.billing.commissions import (
    APRIL,
    IN_APRIL,
    LATER,
    MARCH,
    close,
    compute,
    dispute,
    earned,
    paid,
    refund,
    rule,
    says,
)
from tests.billing.conftest import done_visit
from tests.billing.test_offers import decide, offer

DAY = timedelta(days=1)


@pytest.fixture
def with_spare(done: Visit, as_tom: Caller, now: datetime) -> Invoice:
    """TWD 800 for the visit and 1,500 for two spare filters that Tom offered."""
    Visit.objects.filter(pk=done.pk).update(state=VisitState.STARTED, finished_at=None)
    decide(as_tom, offer(as_tom, done, now, item="spare", quantity=2), now)
    Visit.objects.filter(pk=done.pk).update(state=VisitState.COMPLETED, finished_at=now)
    return invoice_issue(visit_id=done.pk, now=now)


def credit(caller: Caller, invoice: Invoice, at: datetime, **amounts: int) -> None:
    given = CreditGiven(
        reason="It leaked.",
        amounts={int(name.removeprefix("line_")): amount for name, amount in amounts.items()},
    )
    credit_note_issue(caller=caller, invoice_id=invoice.pk, given=given, now=at)


def answer(invoice: Invoice, csat: int, at: datetime) -> None:
    survey_after_payment(subject_id=invoice.pk)
    token = survey_token(SurveyInvitation.objects.get(visit_id=invoice.visit_id))
    survey_answer(token=token, csat=csat, nps=None, comment="", now=at)


def test_a_share_is_earned_as_the_money_comes_and_goes_back_with_it(
    invoice: Invoice, tom: Technician, as_ada: Caller, now: datetime
) -> None:
    rule(as_ada, rate=1000)
    compute(as_ada)
    assert says(tom) == []  # nobody has paid yet

    paid(invoice, 300, now)
    paid(invoice, 500, now + LATER, name="pi_2")
    paid(invoice, 500, now + LATER, name="pi_2", refunds=(refund(200, now + 2 * LATER),))
    compute(as_ada)

    assert says(tom) == [
        ("share", "capture", 300, "1/1", 30),
        ("share", "capture", 500, "1/1", 50),
        ("share", "refund", -200, "1/1", -20),
    ]


def test_a_refund_that_did_not_arrive_and_a_dispute_that_is_lost(
    invoice: Invoice, tom: Technician, as_ada: Caller, now: datetime
) -> None:
    rule(as_ada, rate=1000)
    paid(invoice, 800, now, refunds=(refund(200, now + LATER),))
    paid(invoice, 800, now, refunds=(refund(200, now + 2 * LATER, RefundState.FAILED),))
    paid(invoice, 800, now, disputes=(dispute(800, now + 3 * LATER, DisputeState.OPEN),))
    compute(as_ada)
    assert earned(tom) == 80  # what is held back is not lost

    paid(invoice, 800, now, disputes=(dispute(800, now + 3 * LATER, DisputeState.LOST),))
    compute(as_ada)

    assert says(tom) == [
        ("share", "capture", 800, "1/1", 80),
        ("share", "refund", -200, "1/1", -20),
        ("share", "refund:returned", 200, "1/1", 20),
        ("share", "dispute:lost", -800, "1/1", -80),
    ]


def test_what_was_paid_too_much_or_is_tax_earns_nothing(
    done: Visit, acme: Organisation, tom: Technician, as_ada: Caller, now: datetime
) -> None:
    PriceItem.objects.update(
        tax=Tax.objects.create(organisation=acme, code="vat", name="營業稅", rate_bp=500)
    )
    profile_of(acme).save()
    BillingProfile.objects.update(prices_include_tax=False)
    taxed = invoice_issue(visit_id=done.pk, now=now)  # 800 and 40
    rule(as_ada, rate=1000)

    paid(taxed, 840 + 160, now)
    compute(as_ada)

    assert says(tom) == [("share", "capture", 800, "1/1", 80)]


def test_a_credit_note_takes_back_from_its_own_line(
    with_spare: Invoice, tom: Technician, as_ada: Caller, now: datetime
) -> None:
    rule(as_ada, rate=1000, item="base")
    rule(as_ada, rate=500, item="spare")
    paid(with_spare, 2300, now)

    credit(as_ada, with_spare, now + LATER, line_2=1000)
    paid(
        with_spare, 2300, now, refunds=(refund(1000, now + 2 * LATER),)
    )  # owed back, so it earns nothing less
    compute(as_ada)

    assert says(tom) == [
        ("share", "capture", 800, "1/1", 80),
        ("share", "capture", 1500, "1/1", 75),
        ("share", "credit", -1000, "1/1", -50),
    ]


def test_a_credit_of_what_nobody_has_paid_yet_takes_nothing_back(
    invoice: Invoice, tom: Technician, as_ada: Caller, now: datetime
) -> None:
    rule(as_ada, rate=1000)
    paid(invoice, 300, now)
    credit(as_ada, invoice, now + LATER, line_1=200)
    paid(invoice, 300, now + 2 * LATER, name="pi_2")
    compute(as_ada)

    assert says(tom) == [("share", "capture", 300, "1/1", 30), ("share", "capture", 300, "1/1", 30)]


def test_the_most_specific_rule_wins_on_the_day_of_the_invoice(
    with_spare: Invoice, tom: Technician, as_ada: Caller, now: datetime
) -> None:
    rule(as_ada, rate=100)
    rule(as_ada, rate=1000, service_type="filter", until=now.date())  # over on the invoice's day
    rule(as_ada, rate=2000, service_type="filter", since=now.date(), until=now.date() + DAY)
    rule(as_ada, amount=60, item="spare")
    rule(as_ada, rate=5000, service_type="filter", since=now.date() + DAY)

    paid(with_spare, 2300, now + 2 * DAY)
    compute(as_ada)

    # 20 % of 800; 60 for each of two spare filters
    assert says(tom) == [("share", "capture", 800, "1/1", 160), ("share", "capture", 1500, "1/1", 120)]


def test_who_offered_earns_on_what_was_accepted_whoever_did_the_work(
    done: Visit, tom: Technician, tina: Technician, as_tom: Caller, as_ada: Caller, now: datetime
) -> None:
    rule(as_ada, rate=1000, item="base")
    rule(as_ada, "upsell", rate=500)
    Visit.objects.filter(pk=done.pk).update(state=VisitState.STARTED, finished_at=None)
    decide(as_tom, offer(as_tom, done, now, item="spare"), now)
    Visit.objects.filter(pk=done.pk).update(state=VisitState.COMPLETED, technician=tina)

    paid(invoice_issue(visit_id=done.pk, now=now), 1550, now)
    compute(as_ada)

    assert says(tom) == [("upsell", "capture", 750, "1/1", 38)]  # 37.5
    assert says(tina) == [("share", "capture", 800, "1/1", 80)]


def test_who_sold_a_membership_earns_on_its_first_period_and_of_an_included_visit_an_amount(
    member: Membership, done: Visit, tom: Technician, as_ada: Caller, now: datetime
) -> None:
    rule(as_ada, "upsell", rate=500)
    rule(as_ada, rate=1000)
    rule(as_ada, amount=70, item="base")
    period_begin(member, 2)
    for period in member.periods.order_by("number"):
        issued = period_invoice_issue(period_id=period.pk, now=now)
        assert issued is not None
        paid(issued, 1200, now)
    Visit.objects.filter(pk=done.pk).update(state=VisitState.COMPLETED, finished_at=now)
    included = invoice_issue(visit_id=done.pk, now=now + 2 * LATER)
    compute(as_ada)

    assert included.total_minor == 0
    assert says(tom) == [("upsell", "capture", 1200, "1/1", 60), ("share", "invoice", 0, "1/1", 70)]


def test_a_crew_shares_by_parts_to_the_last_unit(
    invoice: Invoice, north: Region, tom: Technician, tina: Technician, as_ada: Caller, now: datetime
) -> None:
    third = factories.technician(north, "T3")
    rule(as_ada, rate=1250)  # 100 of 800
    crew = [ShareGiven(technician_code=code) for code in ("T2", "T1", "T3")]
    visit_shares_save(caller=as_ada, visit_id=invoice.visit_id, given=crew)
    paid(invoice, 800, now)
    compute(as_ada)
    assert [earned(one) for one in (tina, tom, third)] == [34, 33, 33]
    assert says(third) == [("share", "capture", 800, "1/3", 33)]

    crew = [ShareGiven(technician_code="T1", parts=3), ShareGiven(technician_code="T2")]
    visit_shares_save(caller=as_ada, visit_id=invoice.visit_id, given=crew)
    compute(as_ada)

    assert [earned(one) for one in (tina, tom, third)] == [25, 75, 0]


def test_whoever_went_along_shares_alike_unless_it_is_said_otherwise(
    invoice: Invoice, done: Visit, tom: Technician, tina: Technician, as_ada: Caller, now: datetime
) -> None:
    rule(as_ada, rate=1000)
    along = factories.along(done)
    Visit.objects.filter(pk=along.pk).update(
        technician=tina, starts_at=now, ends_at=now + LATER, state=VisitState.COMPLETED
    )
    paid(invoice, 800, now)
    compute(as_ada)
    assert [earned(one) for one in (tom, tina)] == [40, 40]

    visit_shares_save(caller=as_ada, visit_id=done.pk, given=[ShareGiven(technician_code="T1")])
    compute(as_ada)

    assert [earned(one) for one in (tom, tina)] == [80, 0]


def test_a_good_answer_is_worth_something_once_for_the_visit(
    invoice: Invoice, north: Region, tom: Technician, tina: Technician, as_ada: Caller, now: datetime
) -> None:
    rule(as_ada, "satisfaction", amount=101, csat=4)
    crew = [ShareGiven(technician_code="T1"), ShareGiven(technician_code="T2")]
    visit_shares_save(caller=as_ada, visit_id=invoice.visit_id, given=crew)
    middling = invoice_issue(visit_id=done_visit(north, tom, now + DAY).pk, now=now + DAY)

    answer(invoice, 4, now + LATER)
    answer(middling, 3, now + DAY)
    compute(as_ada)

    assert says(tom) == [("satisfaction", "answer", 0, "1/2", 51)]
    assert says(tina) == [("satisfaction", "answer", 0, "1/2", 50)]


def test_work_that_costs_nothing_can_still_earn_an_amount(
    done: Visit, tom: Technician, as_ada: Caller, now: datetime
) -> None:
    PriceItem.objects.update(price_minor=0)
    rule(as_ada, amount=120)

    invoice_issue(visit_id=done.pk, now=now)
    compute(as_ada)

    assert says(tom) == [("share", "invoice", 0, "1/1", 120)]


def test_money_counts_in_the_month_of_the_company_s_own_clock(
    invoice: Invoice, tom: Technician, as_ada: Caller
) -> None:
    rule(as_ada, rate=1000)
    paid(invoice, 300, datetime(2026, 3, 31, 15, 59, tzinfo=UTC))  # 23:59 in Taipei
    paid(invoice, 500, datetime(2026, 3, 31, 16, 0, tzinfo=UTC), name="pi_2")

    compute(as_ada, MARCH, IN_APRIL)
    compute(as_ada, APRIL, IN_APRIL)

    assert (earned(tom, MARCH), earned(tom, APRIL)) == (30, 50)


def test_computing_again_changes_no_row_and_mends_what_is_wrong(
    with_spare: Invoice, tom: Technician, as_ada: Caller, now: datetime
) -> None:
    rule(as_ada, rate=1000)
    rule(as_ada, "upsell", rate=500)
    paid(with_spare, 2300, now, refunds=(refund(300, now + LATER),))
    compute(as_ada)
    before, said = list(CommissionLine.objects.order_by("pk").values()), says(tom)

    compute(as_ada)
    assert list(CommissionLine.objects.order_by("pk").values()) == before

    CommissionLine.objects.filter(pk=before[0]["id"]).update(amount_minor=9999)
    CommissionLine.objects.filter(pk=before[1]["id"]).delete()
    compute(as_ada)
    assert sorted(says(tom)) == sorted(said)


def test_the_sweeper_keeps_this_month_and_the_last_up_to_date(
    invoice: Invoice, tom: Technician, as_ada: Caller, now: datetime
) -> None:
    rule(as_ada, rate=1000)
    paid(invoice, 300, now)
    paid(invoice, 500, IN_APRIL, name="pi_2")

    commission_months_refresh(now=IN_APRIL)
    assert (earned(tom, MARCH), earned(tom, APRIL)) == (30, 50)

    close(as_ada, MARCH, IN_APRIL)
    paid(invoice, 500, IN_APRIL, name="pi_2", refunds=(refund(100, IN_APRIL + LATER),))
    commission_months_refresh(now=IN_APRIL)
    assert (earned(tom, MARCH), earned(tom, APRIL)) == (30, 40)


def test_the_number_of_questions_does_not_follow_the_number_of_invoices(
    north: Region, price_book: None, tom: Technician, as_ada: Caller, now: datetime
) -> None:
    rule(as_ada, rate=1000)
    asked = []
    for number in range(3):
        visit = done_visit(north, tom, now + number * DAY)
        issued = invoice_issue(visit_id=visit.pk, now=now + number * DAY)
        paid(issued, 800, now + number * DAY, name=f"pi_{number}")
        answer(issued, 5, now + number * DAY)
        compute(as_ada)  # writes what is new
        with CaptureQueriesContext(connection) as queries:
            compute(as_ada)
        asked.append(len(queries))

    assert (earned(tom), len(set(asked))) == (240, 1)
    assert asked[0] <= 24
