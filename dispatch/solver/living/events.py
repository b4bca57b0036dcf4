"""What can happen to a published plan. Seconds are the problem's."""

from dataclasses import dataclass

from dispatch.solver.plan import Plan
from dispatch.solver.visit import Visit


@dataclass(frozen=True, slots=True)
class Started:
    """Service has begun."""

    visit: str
    at_s: int


@dataclass(frozen=True, slots=True)
class Overrun:
    """Service has begun and is now expected to end at `until_s`. Without a `Started` it began as planned."""

    visit: str
    until_s: int


@dataclass(frozen=True, slots=True)
class Done:
    """Service has ended; the technician is free."""

    visit: str
    at_s: int


@dataclass(frozen=True, slots=True)
class NoShow:
    """The technician came, nobody let him in, and he gave up at `at_s`. His time is spent; the visit is off."""

    visit: str
    at_s: int


@dataclass(frozen=True, slots=True)
class Abandoned:
    """The technician had to leave at `at_s` with the work undone. His time is spent; the visit is open again, for
    anybody and at any time it allows: what was pinned before no longer binds it."""

    visit: str
    at_s: int


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The visit is off before it has begun."""

    visit: str


@dataclass(frozen=True, slots=True)
class Urgent:
    """A visit nobody knew of when the plan was made."""

    visit: Visit


@dataclass(frozen=True, slots=True)
class ShiftBegins:
    """The technician will not set out before `at_s`."""

    shift: str
    at_s: int


@dataclass(frozen=True, slots=True)
class ShiftEnds:
    """The technician is to be back by `at_s` (its beginning: he does not come at all). What he has begun he
    still finishes. Visits pinned to him before that he would now be too late home from are free for all."""

    shift: str
    at_s: int


@dataclass(frozen=True, slots=True)
class Pinned:
    """A dispatcher decides who goes, when, or both. What it leaves open stays as it was decided before."""

    visit: str
    shift: str | None = None
    start_s: int | None = None


Report = Started | Overrun | Done | NoShow | Abandoned
"""What comes from a door somebody stands at, or stood at."""
Event = Report | Cancelled | Urgent | ShiftBegins | ShiftEnds | Pinned


def as_planned(plan: Plan, now_s: int) -> tuple[Report, ...]:
    """What would have happened by `now_s` had everything gone by the plan, in order of time.

    Only what is reported counts as happened, so a caller without reports starts from these.
    """
    stops = sorted(
        (stop for route in plan.routes for stop in route.stops if stop.start_s <= now_s and not stop.role),
        key=lambda stop: (stop.start_s, stop.visit),
    )
    return tuple(
        Done(stop.visit, stop.departure_s) if stop.departure_s <= now_s else Started(stop.visit, stop.start_s)
        for stop in stops
    )
