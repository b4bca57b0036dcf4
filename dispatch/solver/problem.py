"""What is to be planned: places, visits, shifts, travel, and what each thing is worth.

Every time is a whole number of seconds from the problem's own origin (the caller chooses it, usually the
day's midnight); every worth is in minutes of travel. All objects are frozen and check themselves when made.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

import numpy as np

from dispatch.solver.place import Place, Seconds, Travel
from dispatch.solver.shift import Break, Costs, Shift
from dispatch.solver.validation import MAX_SECONDS, ProblemError, check_unique, check_whole
from dispatch.solver.visit import After, Promise, TimeWindow, Visit
from dispatch.solver.weights import Term, Weights

__all__ = [
    "MAX_SECONDS",
    "After",
    "Break",
    "Costs",
    "Place",
    "Problem",
    "ProblemError",
    "Promise",
    "Seconds",
    "Shift",
    "Term",
    "TimeWindow",
    "Travel",
    "Visit",
    "Weights",
    "places_of",
]


MAX_PENALTIES_S = 10**15
"""What leaving everything out may cost, in seconds of travel. The search takes 2**50 for infinite."""


@dataclass(frozen=True)
class Problem:
    """A whole planning problem.

    `entry_s`: community → seconds to get in; unnamed communities cost none. `profiles`: name → another way of
    travelling, for the shifts that name it.
    """

    visits: tuple[Visit, ...]
    shifts: tuple[Shift, ...]
    travel: Travel
    entry_s: Mapping[str, int] = field(default_factory=dict)
    weights: Weights = field(default_factory=Weights)
    profiles: Mapping[str, Travel] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_unique("visits", (visit.id for visit in self.visits))
        check_unique("shifts", (shift.id for shift in self.shifts))
        self._check_one_shift_at_a_time()
        for community, seconds in self.entry_s.items():
            check_whole(f"entry_s.{community}", seconds, minimum=0)
        for shift in self.shifts:
            self._check_shift(shift)
        self._check_visits()
        self._check_penalties()
        self._check_order()

    def travel_of(self, shift: Shift) -> Travel:
        """How this shift's technician travels."""
        return self.travel if shift.profile is None else self.profiles[shift.profile]

    def _check_shift(self, shift: Shift) -> None:
        path = f"shifts[{shift.id}]"
        if shift.profile is not None and shift.profile not in self.profiles:
            raise ProblemError(f"{path}.profile", f"no profile {shift.profile!r}")
        for name in ("start_place", "end_place"):
            self._check_place(f"{path}.{name}", getattr(shift, name))

    def _check_visits(self) -> None:
        shifts = {shift.id for shift in self.shifts}
        for visit in self.visits:
            self._check_place(f"visits[{visit.id}].place", visit.place)
            if visit.pinned_shift is not None and visit.pinned_shift not in shifts:
                raise ProblemError(f"visits[{visit.id}].pinned_shift", f"no shift {visit.pinned_shift!r}")

    def _check_penalties(self) -> None:
        """Together they must stay below what the search takes for infinite."""
        prices = {visit.id: self.weights.unassigned.price(visit.penalty) for visit in self.visits}
        if sum(prices.values()) > MAX_PENALTIES_S:
            dearest = max(prices, key=prices.__getitem__)
            raise ProblemError(
                f"visits[{dearest}].penalty",
                f"all penalties together must not exceed {MAX_PENALTIES_S} s of travel, this is the highest",
            )

    def _check_place(self, path: str, place: Place | None) -> None:
        if place is None:
            return
        for travel in (self.travel, *self.profiles.values()):
            if place not in travel.index:
                raise ProblemError(path, f"({place.lon}, {place.lat}) has no row in the travel matrix")

    def _check_one_shift_at_a_time(self) -> None:
        ordered = sorted(self.shifts, key=lambda shift: (shift.technician, shift.earliest_s, shift.latest_s))
        for before, after in pairwise(ordered):
            if before.technician == after.technician and after.earliest_s < before.until_s:
                ended = "its overtime included, " if after.earliest_s >= before.latest_s else ""
                raise ProblemError(
                    f"shifts[{after.id}].earliest_s", f"{ended}{before.id} has not ended by then"
                )

    def _check_order(self) -> None:
        known = {visit.id for visit in self.visits}
        order = {visit.id: [one.visit for one in visit.after] for visit in self.visits if visit.after}
        for visit, earlier in order.items():
            unknown = next((name for name in earlier if name not in known), None)
            if unknown is not None:
                raise ProblemError(f"visits[{visit}].after", f"no visit {unknown!r}")
        try:
            TopologicalSorter(order).prepare()
        except CycleError as error:
            circle = error.args[1][::-1]
            raise ProblemError(
                f"visits[{circle[0]}].after", f"goes round in a circle: {' after '.join(circle)}"
            ) from error

    def fingerprint(self) -> str:
        """SHA-256 of everything the answer depends on; the same for equal problems, on any machine."""
        travels = {"": self.travel, **self.profiles}
        content = {
            "visits": [asdict(visit) for visit in self.visits],
            "shifts": [asdict(shift) for shift in self.shifts],
            "entry_s": dict(self.entry_s),
            "weights": asdict(self.weights),
            "places": {
                name: [(p.lon, p.lat) for p in travel.places] for name, travel in sorted(travels.items())
            },
        }
        digest = hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode())
        for _, travel in sorted(travels.items()):
            for name, matrix in (("s", travel.seconds), ("m", travel.metres), ("c", travel.costs)):
                if matrix is not None:
                    digest.update(name.encode())
                    digest.update(np.ascontiguousarray(matrix, dtype="<i4").tobytes())
        return digest.hexdigest()


def places_of(visits: Sequence[Visit], shifts: Sequence[Shift]) -> tuple[Place, ...]:
    """Every place that visits and shifts name, once each, in order of first mention."""
    named = [visit.place for visit in visits]
    for shift in shifts:
        named += [place for place in (shift.start_place, shift.end_place) if place is not None]
    return tuple(dict.fromkeys(named))
