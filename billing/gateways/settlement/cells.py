"""Text of a cell → a value, or BadRow that says what was expected."""

import re
from datetime import UTC, datetime, tzinfo
from decimal import ROUND_HALF_DOWN, Decimal

from core.money import DECIMALS, Money
from core.tabular import BadRow
from core.times import instant_of_our_age

LONGEST_REFERENCE = 120  # characters, as the tables hold
AMOUNT = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,6})?", re.ASCII)


def reference(value: str, field: str) -> str:
    if len(value) > LONGEST_REFERENCE:
        raise BadRow("too long", field=field, value=value, expected=f"at most {LONGEST_REFERENCE} characters")
    return value


def needed(value: str, field: str) -> str:
    if not value:
        raise BadRow("missing value", field=field, expected="a value")
    return reference(value, field)


def moment(value: str, field: str, form: str, zone: tzinfo = UTC) -> datetime:
    """A time in `zone`, written by the strptime format `form`."""
    try:
        return instant_of_our_age(datetime.strptime(value, form).replace(tzinfo=zone).astimezone(UTC))
    except (ValueError, OverflowError):
        expected = datetime(2026, 3, 2, 14, 30, tzinfo=UTC).strftime(form)
        raise BadRow("not a time", field=field, value=value, expected=f"like {expected}") from None


def amount(value: str, field: str) -> Decimal:
    """In whole units of the currency, as in `1234.50`. A comma is refused: it is thousands to some, and decimals to
    others."""
    if not AMOUNT.fullmatch(value):
        raise BadRow("not an amount", field=field, value=value, expected="like 1234.50 or -1234.50")
    return Decimal(value)


def money(units: Decimal, currency: str, field: str) -> Money:
    """What cannot be finer than the currency: what a payer paid."""
    minor = units.scaleb(DECIMALS[currency])
    if minor != minor.to_integral_value():
        expected = f"{currency} has {DECIMALS[currency]} decimals here"
        raise BadRow("finer than the currency", field=field, value=str(units), expected=expected)
    return Money(int(minor), currency)


def rounded(units: Decimal, currency: str) -> Money:
    """What a provider takes, in our smallest unit; the half of it goes towards zero. Fees are counted finer than they
    are paid."""
    minor = units.scaleb(DECIMALS[currency])
    return Money(int(minor.to_integral_value(ROUND_HALF_DOWN)), currency)


def added_up(net: Decimal, expected: Decimal, field: str) -> None:
    """Refuses a row whose own sum is wrong: then it is not what we take it for."""
    if net != expected:
        raise BadRow("does not add up", field=field, value=str(net), expected=str(expected))
