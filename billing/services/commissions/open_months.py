"""A company's months of commissions: which there are, which are closed, and the lock in front of them."""

from collections.abc import Iterator
from datetime import date, datetime

from django.db.models import Max, Min

from billing.errors import CommissionMonthClosed
from billing.models import CommissionMonth, CommissionRule
from communities.models import Organisation
from core.locks import lock_all


def months_lock(organisation: Organisation) -> None:
    """Wait until nobody else computes or closes a month, or changes what months are computed from."""
    lock_all("commissions of a company", [organisation.pk])


def months_ensure(organisation: Organisation, now: datetime) -> None:
    """A row for each month from the first rule's to the one that it is now."""
    rules = CommissionRule.objects.filter(organisation=organisation)
    first: date | None = rules.aggregate(first=Min("valid_from"))["first"]
    today = now.astimezone(organisation.zone).date()
    months = _months(first, today) if first else ()
    CommissionMonth.objects.bulk_create(
        (CommissionMonth(organisation=organisation, month=month) for month in months), ignore_conflicts=True
    )


def day_check(organisation: Organisation, on: date) -> None:
    """Raise CommissionMonthClosed for a day of a closed month, or before it."""
    closed = CommissionMonth.objects.filter(organisation=organisation, state=CommissionMonth.State.CLOSED)
    last: date | None = closed.aggregate(last=Max("month"))["last"]
    if last and on < month_after(last):
        raise CommissionMonthClosed(f"The first day that is open is {month_after(last)}.")


def months_open(organisation: Organisation) -> list[CommissionMonth]:
    """The open months, the first one first."""
    months = CommissionMonth.objects.filter(organisation=organisation, state=CommissionMonth.State.OPEN)
    return list(months.order_by("month"))


def month_after(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _months(first: date, last: date) -> Iterator[date]:
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = month_after(month)
