"""JSON, read strictly: what JSON leaves to the reader is refused, not guessed."""

import json
from typing import Any

from dispatch.solver.validation import ProblemError


class Unreadable(ProblemError):
    """It is no JSON, or none that means one thing only."""


def read_json(text: str, name: str = "document") -> Any:
    """The value in `text`. Refuses NaN and infinity, a field that stands twice in an object, and half a character.

    Raises:
        Unreadable: with `name` as its path.
    """
    try:
        value = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_object)
        if "\\ud" in text.lower():  # an escape may be one half of a pair without the other
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError as error:
        raise Unreadable(name, "is not JSON we can read: it is nested too deeply") from error
    except ValueError as error:
        raise Unreadable(name, f"is not JSON: {error}") from error
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"the field {name!r:.40} stands twice in one object")
        found[name] = value
    return found
