"""What a fact of each kind may say besides who, where and when: a closed set of keys, and what their values may be.

Numbers, yes or no, and words of ours. There is no free text among them: the ledger forgets nothing, so nothing may
get in that somebody has a right to have forgotten.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from communities.models import ServiceEvent
from core.tabular import BadRow

_Kind = ServiceEvent.Kind


@dataclass(frozen=True, slots=True)
class Key:
    """A key of `data`: which values it may have, in words and as a test, and whether it must be there."""

    expected: str
    admits: Callable[[object], bool]
    needed: bool = True


def _whole(least: int, most: int, *, needed: bool = True) -> Key:
    return Key(
        f"a whole number, {least} to {most}",
        lambda value: type(value) is int and least <= value <= most,
        needed,
    )


def _one_of(*words: str) -> Key:
    return Key(f"one of {', '.join(words)}", lambda value: value in words)


def _is_moment(value: object) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _is_code(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[a-z][a-z0-9_]{0,39}", value) is not None


def _is_number(value: object) -> bool:
    return type(value) in {int, float} and -1e12 <= value <= 1e12  # type: ignore[operator]  # nor NaN


DAY_S = 1440
AMOUNT = 10**12
ON_TIME = {"on_time": Key("true or false", lambda value: type(value) is bool)}
OWED = {"makes_good": Key("true, or nothing", lambda value: value is True, needed=False)}
SEQUENCE = {"sequence": _whole(1, 100)} | OWED
COSTS = {
    "work_minutes": _whole(0, DAY_S, needed=False),
    "travel_minutes": _whole(0, DAY_S, needed=False),
    "labour_minor": _whole(0, AMOUNT, needed=False),
    "travel_minor": _whole(0, AMOUNT, needed=False),
}
MOVED = Key("true or false", lambda value: type(value) is bool, needed=False)

DATA: Mapping[ServiceEvent.Kind, Mapping[str, Key]] = {
    **{kind: {} for kind in _Kind},
    _Kind.REQUEST_RECEIVED: OWED,
    _Kind.REQUEST_RESPONDED: ON_TIME,
    _Kind.REQUEST_RESOLVED: ON_TIME,
    _Kind.REQUEST_PAUSED: {"reason": _one_of("customer", "parts")},
    _Kind.REQUEST_RESUMED: {"minutes": _whole(0, 10_000_000)},
    _Kind.VISIT_PLANNED: {
        "start_at": Key("a time with its offset, ISO 8601", _is_moment),
        "arm": Key("a word, or nothing", lambda value: value is None or _is_code(value), needed=False),
    },
    _Kind.VISIT_RESCHEDULED: {
        "minutes": _whole(-10_000_000, 10_000_000, needed=False),
        "other_day": MOVED,
        "other_technician": MOVED,
        "withdrawn": MOVED,
    },
    _Kind.VISIT_ARRIVED: ON_TIME,
    _Kind.VISIT_COMPLETED: SEQUENCE | COSTS,
    _Kind.VISIT_NOT_COMPLETED: SEQUENCE,
    _Kind.INVOICE_PAID: OWED,
    _Kind.INVOICE_ISSUED: {"parts_minor": _whole(0, AMOUNT, needed=False)},
    _Kind.SURVEY_ANSWERED: {
        "csat": _whole(1, 5),
        "nps": Key("a whole number, 0 to 10, or nothing", lambda value: value in {None, *range(11)}, False),
    },
    _Kind.RECOVERY_OPENED: {"cause": _one_of("detractor", "reopened", "disputed")},
    _Kind.RECOVERY_CLOSED: ON_TIME,
    _Kind.DEVICE_READ: {
        "reading": Key("a word, like filter_hours", _is_code),
        "value": Key("a number", _is_number),
    },
}

PRICED = frozenset(
    {
        _Kind.OFFER_ACCEPTED,
        _Kind.MEMBERSHIP_SOLD,
        _Kind.INVOICE_ISSUED,
        _Kind.INVOICE_PAID,
        _Kind.INVOICE_CREDITED,
        _Kind.PAYMENT_REFUNDED,
        _Kind.PAYMENT_DISPUTED,
        _Kind.PURCHASE_MADE,
    }
)
"""These are of an amount."""
MAYBE_PRICED = PRICED | {_Kind.OFFER_MADE, _Kind.OFFER_REFUSED}


def data_check(kind: ServiceEvent.Kind, data: Mapping[str, object]) -> None:
    """Raises BadRow for a key that the kind does not have, one that it must have, or a value that cannot be."""
    keys = DATA[kind]
    if unknown := sorted(data.keys() - keys.keys()):
        expected = ", ".join(keys) or "nothing"
        raise BadRow("unknown data", field=f"data.{unknown[0][:40]}", expected=f"{expected} for {kind}")
    for name, key in keys.items():
        if name not in data:
            if key.needed:
                raise BadRow("missing value", field=f"data.{name}", expected=key.expected)
        elif not key.admits(data[name]):
            raise BadRow("not possible", field=f"data.{name}", value=str(data[name]), expected=key.expected)
