"""A month's statements: computed from the books and the ledger as often as one likes, then closed for good."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import date, datetime, timedelta

import structlog
from django.db import transaction
from django.utils import timezone

from billing.errors import (
    CommissionMonthClosed,
    CommissionMonthNotOver,
    CommissionMonthUnknown,
    EarlierMonthOpen,
)
from billing.models import CommissionLine, CommissionMonth, CommissionRule, CommissionStatement
from billing.services.commissions.earnings import Earning, earnings_of
from billing.services.commissions.open_months import month_after, months_ensure, months_lock, months_open
from billing.services.commissions.papers import Span
from communities.access import Caller
from communities.models import Organisation
from dispatch.errors import NotForYourRole
from dispatch.selectors.visits import day_bounds

LONGEST_TRANSACTION = timedelta(days=1)
"""What was begun before a month was read may be seen after it: so far back the next month looks for it."""
COLUMNS = [field.name for field in fields(Earning)]
BATCH = 2000
_State = CommissionMonth.State

log = structlog.get_logger(__name__)


@transaction.atomic
def commission_month_compute(*, caller: Caller, month: date, now: datetime) -> CommissionMonth:
    """Bring an open month's statements up to date. What stands already stays as it is; a second run changes nothing.

    For administrators (NotForYourRole). Raises CommissionMonthUnknown, CommissionMonthClosed.
    """
    found = _month_open(caller, month, now)
    _compute(found)
    return found


@transaction.atomic
def commission_month_close(*, caller: Caller, month: date, now: datetime) -> CommissionMonth:
    """Compute a month a last time and close it: nothing of it changes any more. What is learned of it later counts in
    the next month.

    For administrators (NotForYourRole). Raises CommissionMonthUnknown, CommissionMonthClosed, CommissionMonthNotOver,
    and EarlierMonthOpen, for months are closed in order.
    """
    found = _month_open(caller, month, now)
    if now < _span(found).end:
        raise CommissionMonthNotOver
    first = months_open(caller.organisation)[0]
    if first.month < found.month:
        raise EarlierMonthOpen(f"{first.month:%Y-%m} comes first.")
    _compute(found)
    closed = CommissionMonth.objects.filter(pk=found.pk, state=_State.OPEN).update(
        state=_State.CLOSED, closed_at=now, closed_by=caller.account
    )
    if closed != 1:
        raise CommissionMonthClosed
    found.refresh_from_db()
    return found


def commission_months_refresh(*, now: datetime) -> None:
    """Bring this month and the last one up to date, where they are open, for every company that has rules. One that
    fails is logged and left for the next time."""
    ruled = CommissionRule.objects.values("organisation")
    for organisation in Organisation.objects.filter(pk__in=ruled):
        try:
            _refresh(organisation, now)
        except Exception:
            log.exception("commissions not computed", organisation=organisation.slug)


@transaction.atomic
def _refresh(organisation: Organisation, now: datetime) -> None:
    months_lock(organisation)
    months_ensure(organisation, now)
    for month in months_open(organisation)[-2:]:
        _compute(month)


def _month_open(caller: Caller, month: date, now: datetime) -> CommissionMonth:
    """The caller's month, held until the commit."""
    if not caller.administers:
        raise NotForYourRole("Commissions are kept by administrators.")
    months_lock(caller.organisation)
    months_ensure(caller.organisation, now)
    found = CommissionMonth.objects.filter(organisation=caller.organisation, month=month).first()
    if found is None:
        raise CommissionMonthUnknown
    if found.state != _State.OPEN:
        raise CommissionMonthClosed
    return found


def _compute(month: CommissionMonth) -> None:
    """Noted is when reading began: whatever is booked from then on may not have been seen."""
    began_at = timezone.now()
    _write(month, list(earnings_of(_span(month))))
    month.computed_at = began_at
    month.save(update_fields=["computed_at"])


def _span(month: CommissionMonth) -> Span:
    """The month's days. The first open month also has what was learned too late for those before it."""
    organisation = month.organisation
    start, end = day_bounds(organisation, month.month, month_after(month.month) - timedelta(days=1))
    before = CommissionMonth.objects.filter(organisation=organisation, month__lt=month.month)
    last = before.order_by("-month").first()
    if last and last.state == _State.OPEN:
        return Span(organisation, start, end)
    read_at = last.computed_at if last and last.computed_at else start
    return Span(organisation, start, end, told_since=read_at - LONGEST_TRANSACTION)


def _write(month: CommissionMonth, earnings: Sequence[Earning]) -> None:
    """Let the month's lines be these, touching none that is right already."""
    there = {
        Earning(**{name: row[name] for name in COLUMNS}): row["id"]
        for row in CommissionLine.objects.filter(statement__month=month).values("id", *COLUMNS)
    }
    wanted = set(earnings)
    wrong = [key for earning, key in there.items() if earning not in wanted]
    CommissionLine.objects.filter(pk__in=wrong).delete()
    _add(month, [earning for earning in earnings if earning not in there])
    CommissionStatement.objects.filter(month=month, lines=None).delete()


def _add(month: CommissionMonth, earnings: Sequence[Earning]) -> None:
    CommissionStatement.objects.bulk_create(
        (
            CommissionStatement(
                organisation=month.organisation,
                month=month,
                technician_id=technician_id,
                currency=month.organisation.currency,
            )
            for technician_id in {one.technician_id for one in earnings}
        ),
        ignore_conflicts=True,
    )
    statements = dict(month.statements.values_list("technician_id", "pk"))
    CommissionLine.objects.bulk_create(
        (
            CommissionLine(
                organisation=month.organisation, statement_id=statements[one.technician_id], **asdict(one)
            )
            for one in sorted(earnings, key=lambda one: one.happened_at)
        ),
        batch_size=BATCH,
    )
