"""VROOM's words for ours, and what their figures are worth here."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from dispatch.solver.document import field_of
from dispatch.solver.validation import ProblemError
from dispatch.solver.weights import Term, Weights

PRIORITY_MIN = 1_440
"""Minutes of travel lost by leaving a job of priority 0 out: VROOM serves first and saves travel second, so a job must
outweigh any detour. Where ways are very long it is more (`reader`); for priorities see `jobs.penalties_min`."""

COSTS_A_MINUTE = 60
"""VROOM's unit of cost is a second of travel at its usual 3600 an hour; ours is the minute of travel."""

WEIGHTS = Weights(waiting=Term(weight=0), lateness=Term())
"""VROOM does not price waiting; a minute late is a minute of travel."""

THEIRS = {
    "service_s": "service",
    "setup_s": "setup",
    "visits": "jobs",
    "shifts": "vehicles",
    "windows": "time_windows",
    "values": "technician_values",
    "pinned_shift": "pinned_vehicle",
    "pinned_start_s": "pinned_start",
    "due_s": "due",
    "lateness_weight": "lateness_cost",
    "brings": "delivery",
    "collects": "pickup",
    "service_by_technician": "service_per_technician",
    "earliest_s": "time_window",
    "latest_s": "time_window",
    "overtime_s": "overtime",
    "fair_s": "fair",
    "max_visits": "max_tasks",
    "max_travel_s": "max_travel_time",
    "max_distance_m": "max_distance",
    "start_place": "start",
    "end_place": "end",
    "min_gap_s": "min_gap",
    "max_gap_s": "max_gap",
    "start_s": "start",
    "tolerance_s": "tolerance",
    "entry_s": "community_entry",
}
"""A field of ours, and its name in a document; the others are called the same."""


@contextmanager
def located(path: str) -> Iterator[None]:
    """What our objects complain of, said by its place in the document."""
    try:
        yield
    except ProblemError as error:
        raise ProblemError(f"{path}.{theirs(field_of(error))}".rstrip("."), error.message) from error


def theirs(field: str) -> str:
    """A field of ours by its name in a document, with what stands behind the name left alone."""
    return re.sub(r"^\w+", lambda name: THEIRS.get(name[0], name[0]), field)
