"""What is to be planned: places, visits, shifts, travel, and what each thing is worth.

Every time is a whole number of seconds from the problem's own origin (the caller chooses it, usually the
day's midnight); every worth is in minutes of travel. All objects are frozen and check themselves when made.
"""

import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

Seconds = npt.NDArray[np.int32]

MAX_SECONDS = 2**31 - 1


class ProblemError(ValueError):
    """A problem that contradicts itself. `path` names the field, as in `visits[V7].windows`."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path


def _check_whole(path: str, value: Any, *, minimum: int = -MAX_SECONDS) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ProblemError(path, f"must be a whole number, not {value!r}")
    if not minimum <= value <= MAX_SECONDS:
        raise ProblemError(path, f"must lie between {minimum} and {MAX_SECONDS}, not {value}")


def _check_number(path: str, value: Any, *, minimum: float = -math.inf) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ProblemError(path, f"must be a finite number, not {value!r}")
    if value < minimum:
        raise ProblemError(path, f"must be at least {minimum:g}, not {value}")


def _check_name(path: str, value: Any) -> None:
    if not isinstance(value, str) or not value:
        raise ProblemError(path, f"must be a non-empty text, not {value!r}")


def _check_levels(path: str, skills: Mapping[str, int]) -> None:
    for skill, level in skills.items():
        _check_name(path, skill)
        _check_whole(f"{path}.{skill}", level, minimum=1)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A point on the earth, degrees WGS 84."""

    lon: float
    lat: float

    def __post_init__(self) -> None:
        _check_number("place.lon", self.lon)
        _check_number("place.lat", self.lat)
        if not (-180 <= self.lon <= 180 and -90 <= self.lat <= 90):
            raise ProblemError("place", f"({self.lon}, {self.lat}) is not a longitude and a latitude")


@dataclass(frozen=True, slots=True, order=True)
class TimeWindow:
    """Service starts inside it; both ends belong to it. It may end after the window does."""

    earliest_start: int
    latest_start: int

    def __post_init__(self) -> None:
        _check_whole("window.earliest_start", self.earliest_start)
        _check_whole("window.latest_start", self.latest_start)
        if self.latest_start < self.earliest_start:
            raise ProblemError("window", f"{self.latest_start} comes before {self.earliest_start}")


@dataclass(frozen=True, slots=True)
class Break:
    """A pause of `duration_s` that starts in `earliest_s..latest_s`, both ends included.

    It is taken between two services, on the road or while waiting, and never interrupts a service. A
    technician whose route is back by `latest_s` rests at home: the route then needs no break.
    """

    duration_s: int
    earliest_s: int
    latest_s: int

    def __post_init__(self) -> None:
        _check_whole("break.duration_s", self.duration_s, minimum=0)
        _check_whole("break.earliest_s", self.earliest_s)
        _check_whole("break.latest_s", self.latest_s)
        if self.latest_s < self.earliest_s:
            raise ProblemError("break", f"latest_s {self.latest_s} comes before {self.earliest_s}")


@dataclass(frozen=True, slots=True)
class Visit:
    """One trip to one place.

    - `windows` empty: any time. `skills`: every named skill at that level or above.
    - `penalty`: minutes of travel lost when the visit is left out.
    - `community`: entering it costs `Problem.entry_s` once per consecutive stay, before service may start.
    - `pinned_shift` takes the place of skills and of required/forbidden technicians; `pinned_start_s` takes
      the place of the windows. Both state what a dispatcher decided or what has happened already.
    - `required_technicians` empty: anybody not forbidden.
    - `values`: technician → minutes of travel gained (or, negative, lost) when that technician goes.
    - `due_s`: a start after it costs the `lateness` term.
    """

    id: str
    place: Place
    service_s: int
    windows: tuple[TimeWindow, ...] = ()
    skills: Mapping[str, int] = field(default_factory=dict)
    penalty: float = 600.0
    community: str | None = None
    pinned_shift: str | None = None
    pinned_start_s: int | None = None
    required_technicians: tuple[str, ...] = ()
    forbidden_technicians: tuple[str, ...] = ()
    values: Mapping[str, float] = field(default_factory=dict)
    due_s: int | None = None

    def __post_init__(self) -> None:
        _check_name("visits.id", self.id)
        path = f"visits[{self.id}]"
        _check_whole(f"{path}.service_s", self.service_s, minimum=0)
        _check_number(f"{path}.penalty", self.penalty, minimum=0)
        _check_levels(f"{path}.skills", self.skills)
        for technician, minutes in self.values.items():
            _check_number(f"{path}.values.{technician}", minutes)
        for name in ("community", "pinned_shift"):
            if getattr(self, name) is not None:
                _check_name(f"{path}.{name}", getattr(self, name))
        for technician in (*self.required_technicians, *self.forbidden_technicians):
            _check_name(f"{path}.technicians", technician)
        for name in ("pinned_start_s", "due_s"):
            if getattr(self, name) is not None:
                _check_whole(f"{path}.{name}", getattr(self, name))
        both = sorted(set(self.required_technicians) & set(self.forbidden_technicians))
        if both:
            raise ProblemError(f"{path}.required_technicians", f"{both[0]} is both required and forbidden")


@dataclass(frozen=True, slots=True)
class Shift:
    """One technician's working time: leaves `start_place` at `earliest_s` or later, is at `end_place` by
    `latest_s`."""

    id: str
    technician: str
    start_place: Place
    end_place: Place
    earliest_s: int
    latest_s: int
    skills: Mapping[str, int] = field(default_factory=dict)
    break_: Break | None = None
    max_visits: int | None = None

    def __post_init__(self) -> None:
        _check_name("shifts.id", self.id)
        path = f"shifts[{self.id}]"
        _check_name(f"{path}.technician", self.technician)
        _check_whole(f"{path}.earliest_s", self.earliest_s)
        _check_whole(f"{path}.latest_s", self.latest_s)
        _check_levels(f"{path}.skills", self.skills)
        if self.latest_s < self.earliest_s:
            raise ProblemError(f"{path}.latest_s", f"{self.latest_s} comes before {self.earliest_s}")
        if self.max_visits is not None:
            _check_whole(f"{path}.max_visits", self.max_visits, minimum=0)


@dataclass(frozen=True, slots=True)
class Term:
    """One cost term: `weight` minutes of travel per minute, counted up to `cap_min` minutes a time."""

    weight: float = 1.0
    cap_min: float | None = None

    def __post_init__(self) -> None:
        _check_number("weights.weight", self.weight, minimum=0)
        if self.cap_min is not None:
            _check_number("weights.cap_min", self.cap_min, minimum=0)

    def price(self, minutes: float) -> int:
        """`minutes` of this term as whole seconds of travel; the cap holds on both sides of zero."""
        if self.cap_min is not None:
            minutes = max(-self.cap_min, min(self.cap_min, minutes))
        return round(self.weight * minutes * 60)


@dataclass(frozen=True, slots=True)
class Weights:
    """What a minute of each term is worth. Waiting is cheap because the technician is paid either way."""

    travel: Term = Term()
    waiting: Term = Term(weight=0.1)
    unassigned: Term = Term()
    community_entry: Term = Term()
    affinity: Term = Term(cap_min=30)
    lateness: Term = Term(weight=0.5, cap_min=240)


@dataclass(frozen=True)
class Travel:
    """Whole seconds from each place (row) to each place (column)."""

    places: tuple[Place, ...]
    seconds: Seconds = field(compare=False)

    def __post_init__(self) -> None:
        size = len(self.places)
        if self.seconds.shape != (size, size):
            raise ProblemError("travel.seconds", f"must be {size} × {size}, not {self.seconds.shape}")
        if size and int(self.seconds.min()) < 0:
            raise ProblemError("travel.seconds", "must not be negative")
        if len(self.index) != size:
            raise ProblemError("travel.places", "the same place stands there twice")

    @cached_property
    def index(self) -> dict[Place, int]:
        """Place → its row and column."""
        return {place: i for i, place in enumerate(self.places)}

    def between(self, origin: Place, destination: Place) -> int:
        """Seconds from one place to another."""
        return int(self.seconds[self.index[origin], self.index[destination]])


@dataclass(frozen=True)
class Problem:
    """A whole planning problem. `entry_s`: community → seconds to get in; unnamed communities cost none."""

    visits: tuple[Visit, ...]
    shifts: tuple[Shift, ...]
    travel: Travel
    entry_s: Mapping[str, int] = field(default_factory=dict)
    weights: Weights = field(default_factory=Weights)

    def __post_init__(self) -> None:
        _check_unique("visits", (visit.id for visit in self.visits))
        _check_unique("shifts", (shift.id for shift in self.shifts))
        self._check_one_shift_at_a_time()
        for community, seconds in self.entry_s.items():
            _check_whole(f"entry_s.{community}", seconds, minimum=0)
        shifts = {shift.id for shift in self.shifts}
        for visit in self.visits:
            self._check_place(f"visits[{visit.id}].place", visit.place)
            if visit.pinned_shift is not None and visit.pinned_shift not in shifts:
                raise ProblemError(f"visits[{visit.id}].pinned_shift", f"no shift {visit.pinned_shift!r}")
        for shift in self.shifts:
            self._check_place(f"shifts[{shift.id}].start_place", shift.start_place)
            self._check_place(f"shifts[{shift.id}].end_place", shift.end_place)

    def _check_place(self, path: str, place: Place) -> None:
        if place not in self.travel.index:
            raise ProblemError(path, f"({place.lon}, {place.lat}) has no row in the travel matrix")

    def _check_one_shift_at_a_time(self) -> None:
        ordered = sorted(self.shifts, key=lambda shift: (shift.technician, shift.earliest_s, shift.latest_s))
        for before, after in pairwise(ordered):
            if before.technician == after.technician and after.earliest_s < before.latest_s:
                raise ProblemError(f"shifts[{after.id}].earliest_s", f"{before.id} has not ended by then")

    def fingerprint(self) -> str:
        """SHA-256 of everything the answer depends on; the same for equal problems, on any machine."""
        content = {
            "visits": [asdict(visit) for visit in self.visits],
            "shifts": [asdict(shift) for shift in self.shifts],
            "entry_s": dict(self.entry_s),
            "weights": asdict(self.weights),
            "places": [(place.lon, place.lat) for place in self.travel.places],
        }
        digest = hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode())
        digest.update(np.ascontiguousarray(self.travel.seconds, dtype="<i4").tobytes())
        return digest.hexdigest()


def _check_unique(path: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in ids:
        if name in seen:
            raise ProblemError(path, f"the id {name!r} stands there twice")
        seen.add(name)


def places_of(visits: Sequence[Visit], shifts: Sequence[Shift]) -> tuple[Place, ...]:
    """Every place that visits and shifts name, once each, in order of first mention."""
    named = [visit.place for visit in visits]
    for shift in shifts:
        named += [shift.start_place, shift.end_place]
    return tuple(dict.fromkeys(named))
