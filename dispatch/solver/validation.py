"""Checks that the planner's own objects make of themselves, and the one error they raise."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

MAX_SECONDS = 2**31 - 1


class ProblemError(ValueError):
    """A problem that contradicts itself. `path` names the field, as in `visits[V7].windows`."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path
        self.message = message


def check_whole(path: str, value: Any, *, minimum: int = -MAX_SECONDS) -> None:
    """Refuse what is no whole number, or outside `minimum`..`MAX_SECONDS`."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ProblemError(path, f"must be a whole number, not {value!r}")
    if not minimum <= value <= MAX_SECONDS:
        raise ProblemError(path, f"must lie between {minimum} and {MAX_SECONDS}, not {value}")


def check_number(path: str, value: Any, *, minimum: float = -math.inf) -> None:
    """Refuse what is no finite number, or below `minimum`."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ProblemError(path, f"must be a finite number, not {value!r}")
    if value < minimum:
        raise ProblemError(path, f"must be at least {minimum:g}, not {value}")


def check_name(path: str, value: Any) -> None:
    """Refuse what is no text, or an empty one."""
    if not isinstance(value, str) or not value:
        raise ProblemError(path, f"must be a non-empty text, not {value!r}")


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
            raise ProblemError(path, f"the id {name!r} stands there twice")
        seen.add(name)
