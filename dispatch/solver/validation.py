"""Checks that the planner's own objects make of themselves, and the one error they raise."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

MAX_SECONDS = 2**31 - 1
MAX_NUMBER = 2.0**50
"""No worth, rate or weight is larger, below zero or above: up to 2**53 floating point adds whole numbers exactly."""


class ProblemError(ValueError):
    """A problem that contradicts itself. `path` names the field, as in `visits[V7].windows`."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path
        self.message = message


def check_whole(path: str, value: Any, *, minimum: int = -MAX_SECONDS) -> None:
    """Refuse what is no whole number, or outside `minimum`..`MAX_SECONDS`."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ProblemError(path, f"must be a whole number, not {value!r:.40}")
    if not minimum <= value <= MAX_SECONDS:
        raise ProblemError(path, f"must lie between {minimum} and {MAX_SECONDS}, not {value!r:.40}")


def check_number(path: str, value: Any, *, minimum: float = -MAX_NUMBER, maximum: float = MAX_NUMBER) -> None:
    """Refuse what is no finite number, or outside `minimum`..`maximum`."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole and not (isinstance(value, float) and math.isfinite(value)):
        raise ProblemError(path, f"must be a finite number, not {value!r:.40}")
    if value < minimum:
        raise ProblemError(path, f"must be at least {minimum:g}, not {value!r:.40}")
    if value > maximum:
        raise ProblemError(path, f"must be at most {maximum:g}, not {value!r:.40}")


def check_name(path: str, value: Any) -> None:
    """Refuse what is no text, or an empty one."""
    if not isinstance(value, str) or not value:
        raise ProblemError(path, f"must be a non-empty text, not {value!r:.40}")


def check_names(path: str, values: Iterable[Any]) -> None:
    """Refuse a list of names with anything else in it."""
    for value in values:
        check_name(path, value)


def check_wholes(path: str, amounts: Mapping[str, Any], *, minimum: int) -> None:
    """Refuse a mapping of names to whole numbers that is none, or holds one below `minimum`."""
    for name, amount in amounts.items():
        check_name(path, name)
        check_whole(f"{path}.{name}", amount, minimum=minimum)


def check_unique(path: str, ids: Iterable[str]) -> None:
    """Refuse a name that stands there twice."""
    seen: set[str] = set()
    for name in ids:
        if name in seen:
            raise ProblemError(path, f"the id {name!r:.40} stands there twice")
        seen.add(name)
