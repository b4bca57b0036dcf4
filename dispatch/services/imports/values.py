"""Text of a CSV cell → a value, or BadRow that says what was expected."""

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from core.tabular import BadRow
from core.times import day_of_our_age, instant_of_our_age

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CLOCK = r"(\d{1,2}:\d{2})"
HOURS = re.compile(rf"([a-z]{{3}})(?:\s*-\s*([a-z]{{3}}))?\s+{CLOCK}\s*-\s*{CLOCK}")
# At most two decimals: 1.800 is eighteen hundred to some, and not quite two to others.
AMOUNT = re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,12})(?:\.[0-9]{1,2})?")
BREAK = re.compile(rf"{CLOCK}\s*-\s*{CLOCK}\s+(\d{{1,3}})")


class Hours(NamedTuple):
    """One weekday (ISO: Monday is 1) of a technician."""

    weekday: int
    starts: time
    ends: time


class Break(NamedTuple):
    """So many minutes, taken wholly inside from … until."""

    begins: time
    ends: time
    minutes: int


def text(value: str, field: str, longest: int) -> str:
    if len(value) > longest:
        raise BadRow("too long", field=field, value=value, expected=f"at most {longest} characters")
    return value


def needed(value: str, field: str, longest: int) -> str:
    if not value:
        raise BadRow("missing value", field=field, expected="a value")
    return text(value, field, longest)


def email(value: str) -> str:
    """An address that a letter can go to, or nothing."""
    name, _, host = value.partition("@")
    if value and not (name and "." in host and " " not in value):
        raise BadRow("not an e-mail address", field="email", value=value, expected="name@example.com")
    return text(value, "email", 254)


def instant(value: str, field: str, zone: ZoneInfo, form: str = "") -> datetime | None:
    """An instant in UTC; None for an empty cell. `form` is a strptime format, without one ISO 8601 is read.

    A time without an offset is one of `zone`. Where clocks go back and the hour comes twice, the first is
    meant; where they go forward and the time does not exist, it is read with the offset of before, so that
    02:30 becomes 03:30 (PEP 495, fold=0).
    """
    if not value:
        return None
    try:
        read = datetime.strptime(value, form) if form else datetime.fromisoformat(value)  # noqa: DTZ007
        return instant_of_our_age((read if read.tzinfo else read.replace(tzinfo=zone)).astimezone(UTC))
    except (ValueError, OverflowError):
        expected = datetime(2026, 3, 2, 14, 30, tzinfo=UTC).strftime(form or "%Y-%m-%dT%H:%M")
        raise BadRow("not a time", field=field, value=value, expected=f"like {expected}") from None


def place(lon: str, lat: str) -> tuple[float, float] | None:
    """Degrees, WGS 84; None when both cells are empty."""
    if not lon and not lat:
        return None
    try:
        x, y = float(lon), float(lat)
    except ValueError:
        raise BadRow("not coordinates", field="lon,lat", value=f"{lon},{lat}", expected="degrees") from None
    if not (-180 <= x <= 180 and -90 <= y <= 90):
        expected = "lon -180 to 180 and lat -90 to 90"
        raise BadRow("coordinates out of range", field="lon,lat", value=f"{lon},{lat}", expected=expected)
    if x == 0 and y == 0:
        raise BadRow("coordinates are 0,0", field="lon,lat", value=f"{lon},{lat}", expected="a real place")
    return x, y


def skills(value: str) -> dict[str, int]:
    """`hvac:3;plumbing:2` → code → level; a skill without a level has level 1."""
    return _numbered(value, "skills", 5, "like hvac:3;plumbing:2, levels 1 to 5")


def parts(value: str) -> dict[str, int]:
    """`filter-10:2;o-ring` → code → how many; one without a number is one."""
    return _numbered(value, "parts", 999, "like filter-10:2;o-ring, each part once, 1 to 999 of it")


def _numbered(value: str, field: str, most: int, expected: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for piece in filter(None, (piece.strip() for piece in value.split(";"))):
        code, _, number = (half.strip() for half in piece.partition(":"))
        is_good = 0 < len(code) <= 40 and code not in found and re.fullmatch(r"[0-9]{0,3}", number)
        if not is_good or not 1 <= int(number or "1") <= most:
            raise BadRow(f"not {field}", field=field, value=value, expected=expected)
        found[code] = int(number or "1")
    return found


def yes(value: str, field: str) -> bool:
    if value not in {"", "yes", "no"}:
        raise BadRow("not yes or no", field=field, value=value, expected="yes, no or nothing")
    return value == "yes"


def day(value: str, field: str) -> date | None:
    """A day of our age; None for an empty cell."""
    if not value:
        return None
    try:
        return day_of_our_age(date.fromisoformat(value))
    except ValueError:
        raise BadRow("not a day", field=field, value=value, expected="like 2026-03-02") from None


def working_hours(value: str) -> list[Hours]:
    """`mon-fri 08:00-17:00; sat 09:00-13:00` → one entry a weekday."""
    found: dict[int, Hours] = {}
    for part in filter(None, (part.strip().lower() for part in value.split(";"))):
        for hours in _weekdays(part, value):
            if hours.weekday in found:
                raise _no_hours(value)
            found[hours.weekday] = hours
    return [found[weekday] for weekday in sorted(found)]


def _weekdays(part: str, value: str) -> list[Hours]:
    match = HOURS.fullmatch(part)
    if match is None:
        raise _no_hours(value)
    first, last = match[1], match[2] or match[1]
    starts, ends = _clock(match[3]), _clock(match[4])
    if first not in WEEKDAYS or last not in WEEKDAYS or starts is None or ends is None or starts >= ends:
        raise _no_hours(value)
    days = range(WEEKDAYS.index(first) + 1, WEEKDAYS.index(last) + 2)
    if not days:
        raise _no_hours(value)
    return [Hours(weekday, starts, ends) for weekday in days]


def _no_hours(value: str) -> BadRow:
    expected = "like mon-fri 08:00-17:00; sat 09:00-13:00, each day once"
    return BadRow("not working hours", field="working_hours", value=value, expected=expected)


def break_rule(value: str) -> Break | None:
    """`12:00-13:30 45` → 45 minutes within that window; None for an empty cell."""
    if not value:
        return None
    bad = BadRow(
        "not a break", field="break", value=value, expected="like 12:00-13:30 45, fitting its window"
    )
    match = BREAK.fullmatch(value)
    begins, ends = (_clock(match[1]), _clock(match[2])) if match else (None, None)
    if match is None or begins is None or ends is None:
        raise bad
    minutes = int(match[3])
    if not 0 < minutes <= (ends.hour - begins.hour) * 60 + ends.minute - begins.minute:
        raise bad
    return Break(begins, ends, minutes)


def _clock(value: str) -> time | None:
    hour, _, minute = value.partition(":")
    return time(int(hour), int(minute)) if int(hour) < 24 and int(minute) < 60 else None


def money(value: str, field: str, decimals: int) -> int:
    """`1,800` or `12.50` in whole currency units → minor units; an empty cell is nothing."""
    if AMOUNT.fullmatch(value or "0"):
        minor = Decimal((value or "0").replace(",", "")).scaleb(decimals)
        if minor == minor.to_integral_value() and minor < 2**31:
            return int(minor)
    expected = f"an amount with up to {decimals} decimals, like 1,800" + (".50" if decimals else "")
    raise BadRow("not an amount", field=field, value=value, expected=expected)


def number(value: str, field: str, *, least: int, most: int, default: int | None = None) -> int:
    """A whole number; an empty cell is the default, and missing where there is none."""
    if not value and default is not None:
        return default
    if re.fullmatch(r"[0-9]{1,9}", needed(value, field, 40)) and least <= int(value) <= most:
        return int(value)
    raise BadRow("not a number", field=field, value=value, expected=f"{least} to {most}")
