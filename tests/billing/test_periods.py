"""What comes with time: periods, money that does not come, visits that fall due."""

from datetime import UTC, date, datetime, timedelta

import pytest

from billing.models import IncludedVisit, Invoice, Membership, MembershipPeriod, Payment
from billing.services.memberships import membership_cancel
from billing.services.on_site import Taken, payment_take
from billing.services.periods import (
    GRACE,
    included_visits_ask,
    memberships_end,
    memberships_follow_payment,
    memberships_renew,
    period_invoice,
    period_invoice_issue,
)
from billing.tasks import memberships_sweep
from communities.access import Caller
from core.times import months_after
from dispatch.models import ServiceRequest
from tests.billing.test_invoices import in_threads
from tests.outbox import waiting

DAY = timedelta(days=1)
FIRST, NEXT = date(2026, 3, 2), date(2027, 3, 2)


@pytest.fixture
def billed(member: Membership, now: datetime) -> Invoice:
    """TWD 1,200 for the first year, just issued."""
    invoice = period_invoice_issue(period_id=member.periods.get().pk, now=now)
    assert invoice is not None
    return invoice


@pytest.fixture
def paid(billed: Invoice, as_dora: Caller, now: datetime) -> Invoice:
    pay(billed, as_dora, now)
    return billed


def pay(invoice: Invoice, caller: Caller, now: datetime, amount: int = 1200) -> None:
    taken = Taken(way=Payment.Way.CASH, amount_minor=amount, happened_at=now)
    payment_take(caller=caller, invoice_id=invoice.pk, taken=taken, now=now)


def renew(member: Membership, on: date) -> int:
    return memberships_renew(organisation=member.organisation, on=on)


def ask(member: Membership, on: date) -> int:
    now = datetime(on.year, on.month, on.day, 1, tzinfo=UTC)
    return included_visits_ask(organisation=member.organisation, on=on, now=now)


def state(member: Membership) -> str:
    member.refresh_from_db()
    return member.state


def spans(member: Membership) -> list[tuple[date, date]]:
    return list(member.periods.order_by("number").values_list("starts_on", "ends_on"))


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 3, 2), 12, date(2027, 3, 2)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 1, 31), 2, date(2026, 3, 31)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 1), 0, date(2026, 12, 1)),
    ],
)
def test_months_end_where_they_end(day: date, months: int, then: date) -> None:
    assert months_after(day, months) == then


def test_the_next_period_begins_on_its_day_and_once(member: Membership) -> None:
    assert [renew(member, NEXT - DAY), renew(member, NEXT), renew(member, NEXT)] == [0, 1, 0]

    member.refresh_from_db()
    assert spans(member) == [(FIRST, NEXT), (NEXT, date(2028, 3, 2))]
    assert member.ends_on == date(2028, 3, 2)
    assert IncludedVisit.objects.filter(period__number=2).count() == 2


def test_periods_that_were_missed_are_made_up_for(member: Membership) -> None:
    assert renew(member, date(2029, 3, 2)) == 3

    assert [number for _, number in spans(member)] == [date(year, 3, 2) for year in (2027, 2028, 2029, 2030)]


@pytest.mark.django_db(transaction=True)
def test_two_sweepers_at_once_begin_one_period_and_two_workers_bill_it_once(member: Membership) -> None:
    in_threads(4, lambda _: renew(member, NEXT))
    period = MembershipPeriod.objects.get(number=2)
    in_threads(4, lambda _: period_invoice(subject_id=period.pk))

    assert list(Invoice.objects.values_list("period__number", "number")) == [(2, "00000001")]


def test_what_does_not_go_on_is_over_after_its_last_day(
    member: Membership, as_dora: Caller, now: datetime
) -> None:
    membership_cancel(caller=as_dora, membership_id=member.pk, reason="Moves", now=now)

    assert memberships_end(organisation=member.organisation, on=NEXT - DAY) == 0
    assert renew(member, NEXT) == 0
    assert memberships_end(organisation=member.organisation, on=NEXT) == 1
    assert state(member) == "ended"


def test_who_does_not_pay_lapses_after_the_grace_and_comes_back_with_the_money(
    member: Membership, billed: Invoice, as_dora: Caller, now: datetime
) -> None:
    found = []
    for moment in (now + GRACE - DAY, now + GRACE):
        memberships_follow_payment(now=moment)
        found.append(state(member))
    pay(billed, as_dora, now + GRACE, 1199)
    memberships_follow_payment(now=now + GRACE)
    found.append(state(member))
    pay(billed, as_dora, now + GRACE, 1)
    memberships_follow_payment(now=now + GRACE)
    found.append(state(member))

    assert found == ["active", "lapsed", "lapsed", "active"]


def test_a_lapsed_membership_is_not_billed_again_and_ends(
    member: Membership, billed: Invoice, now: datetime
) -> None:
    memberships_follow_payment(now=now + GRACE)

    assert renew(member, NEXT) == 0
    memberships_end(organisation=member.organisation, on=NEXT)
    memberships_follow_payment(now=now + 400 * DAY)
    assert state(member) == "ended"


def test_visits_are_asked_for_once_when_they_are_due_soon(member: Membership, paid: Invoice) -> None:
    # The second is due on 31 August, and asked for seven days before.
    days = [FIRST, FIRST, date(2026, 8, 23), date(2026, 8, 24), date(2026, 8, 25)]
    assert [ask(member, day) for day in days] == [1, 0, 0, 1, 0]

    first, second = ServiceRequest.objects.filter(source="maintenance").order_by("requested_at")
    assert (first.site, first.customer, first.service_type.code) == (member.site, member.customer, "filter")
    # Thirty whole days in Taipei, eight hours ahead.
    begins = datetime(2026, 8, 30, 16, tzinfo=UTC)
    assert (second.window_from_at, second.window_until_at) == (begins, begins + 30 * DAY)
    assert second.resolve_by == second.window_until_at


def test_what_was_missed_is_asked_for_late_and_not_after_the_period(
    member: Membership, paid: Invoice
) -> None:
    assert ask(member, NEXT) == 0
    assert ask(member, NEXT - DAY) == 2

    begins = datetime(2027, 2, 28, 16, tzinfo=UTC)  # 1 March in Taipei
    assert set(ServiceRequest.objects.filter(source="maintenance").values_list("window_from_at")) == {
        (begins,)
    }


def test_nothing_is_asked_for_that_is_not_paid_for_or_not_in_force(
    member: Membership, billed: Invoice, as_dora: Caller, now: datetime
) -> None:
    assert ask(member, FIRST) == 0
    pay(billed, as_dora, now)
    Membership.objects.update(state="lapsed")
    assert ask(member, FIRST) == 0


@pytest.mark.django_db(transaction=True)
def test_two_sweepers_at_once_ask_for_a_visit_once(member: Membership, paid: Invoice) -> None:
    in_threads(4, lambda _: ask(member, FIRST))

    assert ServiceRequest.objects.filter(source="maintenance").count() == 1


def test_the_sweeper_does_all_of_it(member: Membership) -> None:
    """On its own clock, which is past the first day of what was sold on 2 March 2026."""
    Membership.objects.update(starts_on=date(2001, 1, 1), ends_on=date(2002, 1, 1), renews=False)

    memberships_sweep()

    assert (state(member), waiting()) == ("ended", ["membership_period.begun"])
