"""Months close for good, in order, once; what is learned later counts in the next."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import Error, transaction

from billing.errors import (
    BadCommissionRule,
    BadShares,
    CommissionMonthClosed,
    CommissionMonthNotOver,
    CommissionMonthUnknown,
    CommissionRuleEnded,
    CommissionRuleOverlaps,
    CommissionRuleUnknown,
    EarlierMonthOpen,
    SharesCounted,
    StatementUnknown,
)
from billing.models import (
    CommissionLine,
    CommissionMonth,
    CommissionRule,
    CommissionStatement,
    Invoice,
    VisitShare,
)
from billing.selectors.commissions import statement_get, statement_line_list, statement_list
from billing.services.commissions.rules import commission_rule_end
from billing.services.commissions.shares import ShareGiven, visit_shares_save
from communities.access import Caller
from communities.models import User
from core.errors import DomainError
from dispatch.errors import NotForYourRole, VisitUnknown
from dispatch.models import Technician
from tests.billing.commissions import (
    APRIL,
    IN_APRIL,
    IN_MAY,
    LATER,
    MARCH,
    MAY,
    close,
    compute,
    earned,
    paid,
    refund,
    rule,
    says,
)
from tests.billing.test_invoices import in_threads
from tests.conftest import as_caller

DAY = timedelta(days=1)


@pytest.fixture
def march(invoice: Invoice, as_ada: Caller, now: datetime) -> Invoice:
    """TWD 800 paid in March, of which Tom has a tenth; March is closed."""
    rule(as_ada, rate=1000)
    paid(invoice, 800, now)
    close(as_ada)
    return invoice


def test_what_is_learned_after_the_close_counts_in_the_next_month_exactly_once(
    march: Invoice, tom: Technician, as_ada: Caller, now: datetime
) -> None:
    paid(march, 800, now, refunds=(refund(200, now + LATER),))  # in March, as the provider says in April
    compute(as_ada, APRIL, IN_APRIL)
    compute(as_ada, APRIL, IN_APRIL)
    assert says(tom, APRIL) == [("share", "refund", -200, "1/1", -20)]

    close(as_ada, APRIL, IN_MAY)
    compute(as_ada, MAY, IN_MAY)

    assert (earned(tom, MARCH), earned(tom, APRIL), says(tom, MAY)) == (80, -20, [])


def test_a_closed_month_is_not_computed_or_closed_again(march: Invoice, as_ada: Caller, ada: User) -> None:
    for again in (compute, close):
        with pytest.raises(CommissionMonthClosed):
            again(as_ada, MARCH, IN_APRIL)
    kept = CommissionMonth.objects.get(month=MARCH)
    assert (kept.state, kept.closed_at, kept.closed_by) == ("closed", IN_APRIL, ada)


def test_months_close_in_order_when_they_are_over(invoice: Invoice, as_ada: Caller, now: datetime) -> None:
    with pytest.raises(CommissionMonthUnknown):
        close(as_ada)  # no rule, no months
    rule(as_ada, rate=1000)
    with pytest.raises(CommissionMonthNotOver):
        close(as_ada, MARCH, datetime.fromisoformat("2026-03-31T23:59:59+08:00"))
    with pytest.raises(EarlierMonthOpen, match="2026-03 comes first"):
        close(as_ada, APRIL, IN_MAY)
    with pytest.raises(CommissionMonthUnknown):
        compute(as_ada, date(2026, 2, 1), IN_MAY)

    close(as_ada, MARCH, datetime.fromisoformat("2026-04-01T00:00:00+08:00"))
    close(as_ada, APRIL, IN_MAY)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_close_at_once_one_does(invoice: Invoice, as_ada: Caller, now: datetime) -> None:
    rule(as_ada, rate=1000)
    paid(invoice, 800, now)
    compute(as_ada)
    refused = []

    def one(_: int) -> None:
        try:
            close(as_ada)
        except CommissionMonthClosed:
            refused.append(1)

    in_threads(5, one)

    assert (len(refused), CommissionLine.objects.count()) == (4, 1)


@pytest.mark.parametrize(
    "meddle",
    [
        lambda line: CommissionLine.objects.update(amount_minor=1),
        lambda line: CommissionLine.objects.all().delete(),
        lambda line: CommissionLine.objects.create(
            **{
                name: getattr(line, name)
                for name in (
                    "organisation",
                    "statement",
                    "technician",
                    "rule",
                    "visit",
                    "posting",
                    "invoice_line",
                )
            },
            kind="upsell",
            happened_at=line.happened_at,
            parts=1,
            of_parts=1,
            amount_minor=1,
        ),
        lambda line: CommissionStatement.objects.update(currency="USD"),
        lambda line: CommissionStatement.objects.create(
            organisation=line.organisation,
            month=line.statement.month,
            technician=Technician.objects.get(code="T2"),
            currency="TWD",
        ),
        lambda line: CommissionMonth.objects.filter(state="closed").update(state="open", closed_at=None),
        lambda line: CommissionMonth.objects.filter(state="closed").delete(),
        lambda line: CommissionRule.objects.update(rate_bp=5000),
        lambda line: CommissionRule.objects.all().delete(),
        lambda line: VisitShare.objects.create(
            organisation=line.organisation, visit=line.visit, technician=line.technician
        ),
    ],
)
def test_the_database_refuses_to_change_what_is_closed(
    march: Invoice, tina: Technician, meddle: Callable[[CommissionLine], object]
) -> None:
    line = CommissionLine.objects.select_related("statement__month").get()

    with pytest.raises(Error, match=r"Cannot|closed"), transaction.atomic():
        meddle(line)


@pytest.mark.django_db
def test_the_database_refuses_to_close_out_of_order(invoice: Invoice, as_ada: Caller) -> None:
    rule(as_ada, rate=1000)
    compute(as_ada, APRIL, IN_APRIL)

    with pytest.raises(Error, match="earlier month is open"):
        CommissionMonth.objects.filter(month=APRIL).update(state="closed", closed_at=IN_MAY)


def test_rules_hold_one_at_a_time_and_only_from_open_days_on(march: Invoice, as_ada: Caller) -> None:
    [first] = CommissionRule.objects.all()
    with pytest.raises(CommissionRuleOverlaps):
        rule(as_ada, rate=500, since=APRIL)
    with pytest.raises(CommissionMonthClosed, match="2026-04-01"):
        rule(as_ada, rate=500, item="base", since=APRIL - DAY)
    with pytest.raises(CommissionMonthClosed):
        commission_rule_end(caller=as_ada, rule_id=first.pk, valid_until=APRIL - DAY)

    commission_rule_end(caller=as_ada, rule_id=first.pk, valid_until=APRIL)
    rule(as_ada, rate=500, since=APRIL)
    with pytest.raises(CommissionRuleEnded):
        commission_rule_end(caller=as_ada, rule_id=first.pk, valid_until=MAY)


def test_a_rule_that_was_a_mistake_ends_on_its_first_day(invoice: Invoice, as_ada: Caller) -> None:
    wrong = rule(as_ada, rate=9000)
    with pytest.raises(BadCommissionRule):
        commission_rule_end(caller=as_ada, rule_id=wrong.pk, valid_until=MARCH - DAY)

    commission_rule_end(caller=as_ada, rule_id=wrong.pk, valid_until=MARCH)

    assert rule(as_ada, rate=900).rate_bp == 900


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "a rate or an amount"),
        ({"rate": 1, "amount": 1}, "a rate or an amount"),
        ({"rate": 10_001}, "10,000"),
        ({"rate": 1, "item": "base", "service_type": "filter"}, "an item or for a service type"),
        ({"kind": "satisfaction", "amount": 1}, "least score"),
        ({"kind": "satisfaction", "rate": 1, "csat": 4}, "least score"),
        ({"rate": 1, "csat": 4}, "least score"),
        ({"rate": 1, "until": MARCH - DAY}, "on the day it begins"),
        ({"rate": 1, "item": "no"}, "no item 'no'"),
        ({"rate": 1, "service_type": "no"}, "no service type 'no'"),
    ],
)
def test_what_cannot_be_a_rule_is_said(
    price_book: None, as_ada: Caller, given: dict[str, object], says: str
) -> None:
    with pytest.raises(BadCommissionRule, match=says):
        rule(as_ada, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("codes", "parts", "says"),
    [(["T1", "T1"], 1, "once"), (["T1"], 0, "from 1"), (["T9"], 1, "no technician 'T9'")],
)
def test_what_cannot_be_shared_is_said(
    invoice: Invoice, as_ada: Caller, codes: list[str], parts: int, says: str
) -> None:
    crew = [ShareGiven(technician_code=code, parts=parts) for code in codes]
    with pytest.raises(BadShares, match=says):
        visit_shares_save(caller=as_ada, visit_id=invoice.visit_id, given=crew)


def test_who_shares_a_visit_is_settled_once_it_counts_in_a_closed_month(
    march: Invoice, tina: Technician, as_dora: Caller
) -> None:
    with pytest.raises(SharesCounted):
        visit_shares_save(caller=as_dora, visit_id=march.visit_id, given=[ShareGiven(technician_code="T2")])


def test_each_sees_what_is_theirs(
    march: Invoice,
    tom: Technician,
    tina: Technician,
    mina: User,
    sol: User,
    as_ada: Caller,
    as_dora: Caller,
    as_tom: Caller,
    as_stranger: Caller,
) -> None:
    assert tina.user is not None
    [statement] = statement_list(as_ada)
    assert (statement.technician, statement.total_minor) == (tom, 80)
    for caller in (as_ada, as_caller(mina), as_tom):
        assert statement_get(caller, statement.pk) == statement
        assert [line.amount_minor for line in statement_line_list(caller, statement.pk)] == [80]
    for caller in (as_dora, as_caller(sol), as_caller(tina.user), as_stranger):
        assert list(statement_list(caller)) == []
        with pytest.raises(StatementUnknown):
            statement_get(caller, statement.pk)


def test_commissions_are_kept_by_administrators(
    march: Invoice, as_dora: Caller, as_tom: Caller, as_stranger: Caller
) -> None:
    [kept] = CommissionRule.objects.all()
    refusals: list[tuple[Callable[[], object], type[DomainError]]] = [
        (lambda: rule(as_dora, rate=1), NotForYourRole),
        (lambda: commission_rule_end(caller=as_dora, rule_id=kept.pk, valid_until=MAY), NotForYourRole),
        (
            lambda: commission_rule_end(caller=as_stranger, rule_id=kept.pk, valid_until=MAY),
            CommissionRuleUnknown,
        ),
        (lambda: compute(as_dora, APRIL, IN_APRIL), NotForYourRole),
        (lambda: close(as_dora, APRIL, IN_MAY), NotForYourRole),
        (lambda: visit_shares_save(caller=as_tom, visit_id=march.visit_id, given=[]), NotForYourRole),
        (lambda: visit_shares_save(caller=as_stranger, visit_id=march.visit_id, given=[]), VisitUnknown),
    ]
    for attempt, refusal in refusals:
        with pytest.raises(refusal):
            attempt()
