"""The times that rows may hold: of our age. PostgreSQL keeps the year 1 as well, and Python cannot read it back. And
how many months later it is."""

from calendar import monthrange
from datetime import UTC, date, datetime

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
FIRST = datetime(2000, 1, 1, tzinfo=UTC)
AFTER = datetime(2100, 1, 1, tzinfo=UTC)


def instant_of_our_age(instant: datetime) -> datetime:
    """`instant`, or ValueError outside the years 2000 to 2099."""
    if not FIRST <= instant < AFTER:
        raise ValueError("must lie in the years 2000 to 2099")
    return instant


def day_of_our_age(day: date) -> date:
    """`day`, or ValueError outside the years 2000 to 2099."""
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError("must lie in the years 2000 to 2099")
    return day


def months_after(day: date, months: int) -> date:
    """The same day of the month so many months later; its last day where that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
