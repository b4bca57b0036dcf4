"""What has happened since a plan was made, as a JSON document."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dispatch.solver.document import Document, value_from_document
from dispatch.solver.living.events import (
    Abandoned,
    Cancelled,
    Done,
    Event,
    NoShow,
    Overrun,
    Pinned,
    Report,
    ShiftBegins,
    ShiftEnds,
    Started,
    Urgent,
    as_planned,
)
from dispatch.solver.plan import Plan
from dispatch.solver.validation import ProblemError, check_whole
from dispatch.solver.visit import Visit

KINDS: Mapping[str, type[Event]] = {
    "started": Started,
    "overrun": Overrun,
    "done": Done,
    "no_show": NoShow,
    "abandoned": Abandoned,
    "cancelled": Cancelled,
    "urgent": Urgent,
    "shift_begins": ShiftBegins,
    "shift_ends": ShiftEnds,
    "pinned": Pinned,
}
"""The word of an event, `event` in a document; its other fields are those of the class."""


@dataclass(frozen=True, slots=True)
class News:
    """All that has happened today, and what time it is. `rest_as_planned`: what no report names went by the plan."""

    now_s: int
    events: tuple[Event, ...]
    rest_as_planned: bool = False

    def all_since(self, plan: Plan) -> tuple[Event, ...]:
        """The events, and after them the reports of what went by `plan`, where nothing else is said of it."""
        if not self.rest_as_planned:
            return self.events
        named = {one.visit for one in self.events if isinstance(one, Report)}
        named |= {one.visit for one in self.events if isinstance(one, Cancelled)}
        return (*self.events, *(one for one in as_planned(plan, self.now_s) if one.visit not in named))


def news_from_document(document: Any, visit_of: Callable[[str, Document], Visit]) -> News:
    """The news a document tells; `visit_of` reads an urgent event's own fields, given its path.

    Raises:
        ProblemError: a field is missing, unknown or of the wrong kind; the path is its place in the document.
    """
    if not isinstance(document, dict) or not isinstance(document.get("events"), list):
        raise ProblemError("events", "must be a list")
    unknown = sorted(set(document) - {"now_s", "events", "rest_as_planned"})
    if unknown:
        raise ProblemError(unknown[0], "is not a field we know")
    check_whole("now_s", document.get("now_s"))
    rest = value_from_document("rest_as_planned", bool, document.get("rest_as_planned", False))
    events = (_event(f"events[{i}]", one, visit_of) for i, one in enumerate(document["events"]))
    return News(document["now_s"], tuple(events), rest)


def _event(path: str, given: Any, visit_of: Callable[[str, Document], Visit]) -> Event:
    if not isinstance(given, dict):
        raise ProblemError(path, f"must be an object, not {given!r:.40}")
    kind = KINDS.get(str(given.get("event")))
    if kind is None:
        raise ProblemError(f"{path}.event", f"must be one of {', '.join(KINDS)}")
    own = {name: value for name, value in given.items() if name != "event"}
    if kind is Urgent:
        return Urgent(visit_of(path, own))
    named = {name: str(own[name]) for name in ("visit", "shift") if type(own.get(name)) is int}
    event: Event = value_from_document(path, kind, own | named)
    return event
