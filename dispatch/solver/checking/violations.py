"""What can be wrong with a plan."""

from dataclasses import dataclass
from enum import StrEnum


class Cause(StrEnum):
    """What can be wrong."""

    NOT_WHOLE = "not_whole"
    UNKNOWN_VISIT = "unknown_visit"
    UNKNOWN_SHIFT = "unknown_shift"
    VISIT_TWICE = "visit_twice"
    VISIT_MISSING = "visit_missing"
    OVERLAP = "overlap"
    STAYS_ON = "stays_on"
    TRAVEL_TOO_SHORT = "travel_too_short"
    ENTRY_TIME_MISSING = "entry_time_missing"
    SETUP_TIME_MISSING = "setup_time_missing"
    WINDOW = "window"
    PINNED = "pinned"
    SKILL = "skill"
    LEVEL = "level"
    FORBIDDEN_TECHNICIAN = "forbidden_technician"
    SHIFT_SPAN = "shift_span"
    BREAK_MISSING = "break_missing"
    MAX_VISITS = "max_visits"
    MAX_TRAVEL = "max_travel"
    MAX_DISTANCE = "max_distance"
    CAPACITY = "capacity"
    CREW = "crew"
    ORDER = "order"
    REASON_FALSE = "reason_false"
    SCORE_WRONG = "score_wrong"


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is wrong; `shift` and `visit` where they apply; `detail` has the figures, in English."""

    cause: Cause
    shift: str | None
    visit: str | None
    detail: str
