"""What was planned: routes, stops, what was left out and why, and the score. Seconds as in `problem`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from operator import add, attrgetter, sub


class Reason(StrEnum):
    """Why a visit is in no route. The first that holds, in this order, is the one given."""

    NO_SHIFT = "no_shift"
    """Nobody works who may go: no shift at all, or none of a permitted technician."""
    SKILL_MISSING = "skill_missing"
    """Nobody who may go has the skills. Detail: `skill`, `level` (the first that no single shift has), or
    `together` when each skill is there but no one has them all."""
    PARTS_MISSING = "parts_missing"
    """No able shift's van holds the parts. Detail: `part`, `pieces` (the first that no single shift can carry), or
    `together`."""
    WINDOW_CLOSED = "window_closed"
    """No able shift covers a window, even without any travel."""
    TOO_FAR = "too_far"
    """No able shift gets there and back in time, or within its limits of driving, even with nothing else to do."""
    ORDER_OPEN = "order_open"
    """It must come after a visit that is left out itself. Detail: `visit`."""
    CREW_INCOMPLETE = "crew_incomplete"
    """Single technicians could come, but this plan's routes allow no moment at which the whole crew could."""
    NO_CAPACITY = "no_capacity"
    """An otherwise empty shift could do it, this plan's routes cannot. Detail: `gap` is `no_gap` (it fits
    nowhere) or `dearer_than_penalty` (it fits, but at `cost_s` or more for its penalty of `penalty_s`)."""
    TAKEN_OFF = "taken_off"
    """Somebody decided so: see `edits`. No search gives it, and there is nothing to confirm."""


NO_GAP = "no_gap"
DEARER = "dearer_than_penalty"


@dataclass(frozen=True, slots=True)
class Score:
    """The plan's cost, each term in whole seconds of travel; lower is better and their sum is the score."""

    travel: int = 0
    distance: int = 0
    waiting: int = 0
    unassigned: int = 0
    community_entry: int = 0
    affinity: int = 0
    preference: int = 0
    continuity: int = 0
    lateness: int = 0
    disturbance: int = 0
    overtime: int = 0
    fairness: int = 0
    labour: int = 0
    shift_use: int = 0

    @property
    def total(self) -> int:
        """The sum of the terms, seconds of travel."""
        return sum(_figures(self))

    def terms(self) -> dict[str, int]:
        """Term's name → seconds of travel."""
        return dict(zip(TERMS, _figures(self), strict=True))

    def minutes(self) -> dict[str, float]:
        """Term's name → minutes of travel."""
        return {name: seconds / 60 for name, seconds in self.terms().items()}

    def __add__(self, other: "Score") -> "Score":
        return Score(*map(add, _figures(self), _figures(other)))

    def __sub__(self, other: "Score") -> "Score":
        return Score(*map(sub, _figures(self), _figures(other)))


TERMS = tuple(one.name for one in fields(Score))
"""The names of the terms, in the order of a score."""

_figures: Callable[[Score], tuple[int, ...]] = attrgetter(*TERMS)


@dataclass(frozen=True, slots=True)
class Stop:
    """One visit in a route. `travel_s`, `entry_s` (into the community), `setup_s` and `waiting_s` are what lies
    between the departure before it and `start_s`; breaks in that stretch account for the rest. `role` is the
    technician's place in a crew, 0 being the first."""

    visit: str
    arrival_s: int
    start_s: int
    departure_s: int
    travel_s: int
    entry_s: int
    waiting_s: int
    setup_s: int = 0
    role: int = 0


@dataclass(frozen=True, slots=True)
class Route:
    """One shift's day: leaves its start place at `departure_s`, is at its end place at `arrival_s`.

    `break_starts_s`: when each of the shift's breaks begins, in their order; `None` for one that is taken at home,
    before leaving or after being back.
    """

    shift: str
    departure_s: int
    stops: tuple[Stop, ...]
    arrival_s: int
    break_starts_s: tuple[int | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Unassigned:
    """A visit left out, why, and the figures that let anyone confirm it (keys: see `Reason`)."""

    visit: str
    reason: Reason
    detail: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """Routes in the problem's shift order (shifts without work have none), and everything left out."""

    routes: tuple[Route, ...]
    unassigned: tuple[Unassigned, ...]
    score: Score

    def shift_of(self) -> dict[str, str]:
        """Visit → shift, for every visit in a route; a crew's is that of its first technician."""
        return {stop.visit: route.shift for route in self.routes for stop in route.stops if not stop.role}
