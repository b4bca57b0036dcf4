"""The vehicles of a document → shifts, and how each of them travels."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from dispatch.solver.document import Document
from dispatch.solver.exchange.places import DEFAULT_PROFILE, Places
from dispatch.solver.exchange.words import COSTS_A_MINUTE, located
from dispatch.solver.place import Place, Travel
from dispatch.solver.shift import Break, Costs, Shift
from dispatch.solver.validation import MAX_SECONDS, ProblemError
from dispatch.solver.visit import TimeWindow

PER_HOUR = 3600
"""VROOM's cost of an hour of travel, unless given."""


class Fleet:
    """The vehicles of a document, `given`, with the places where each starts and ends."""

    def __init__(self, given: list[Document], places: Places) -> None:
        self.given = given
        self._places = places
        self.ends = [
            (places.at(path, vehicle, "start"), places.at(path, vehicle, "end"))
            for path, vehicle in self._each()
        ]
        self.width = self._width()
        self.types = self._types()
        first = _travels_by(given[0]) if given else None
        self._profile = {
            key: None if key == first else f"{key[0]} × {key[1]}" for key in map(_travels_by, given)
        }

    def _each(self) -> Iterable[tuple[str, Document]]:
        return ((f"vehicles[{i}]", vehicle) for i, vehicle in enumerate(self.given))

    def _width(self) -> int | None:
        """How many kinds of load there are; `None` where no vehicle states a capacity, and so no limit."""
        width = None
        for path, vehicle in self._each():
            if "capacity" in vehicle:
                width = len(vehicle["capacity"]) if width is None else width
                self.check_amounts(f"{path}.capacity", vehicle["capacity"], width)
        return width

    def check_amounts(self, path: str, amounts: list[int], width: int | None = None) -> None:
        """Refuse a list of loads that is longer or shorter than the vehicles' capacities."""
        width = self.width if width is None else width
        if width is not None and len(amounts) != width:
            raise ProblemError(path, f"must have {width} entries, as the first capacity, not {len(amounts)}")

    def _types(self) -> dict[str, str]:
        types: dict[str, str] = {}
        for path, vehicle in self._each():
            kind = vehicle.get("type", "")
            if types.setdefault(technician_of(vehicle), kind) != kind:
                raise ProblemError(f"{path}.type", f"{technician_of(vehicle)} has another type elsewhere")
        return types

    def starts(self) -> set[Place]:
        """Where vehicles start."""
        return {start for start, _ in self.ends if start is not None}

    def travels(self, jobs: Iterable[Place]) -> dict[str | None, Travel]:
        """Profile's name in the problem → how it travels between all places; `None` is the first vehicle's.

        Raises:
            ProblemError: a vehicle's profile has no matrix.
        """
        named = dict.fromkeys(jobs) | dict.fromkeys(
            place for ends in self.ends for place in ends if place is not None
        )
        if not self.given:
            nowhere = np.zeros((len(named), len(named)), dtype=np.int32)
            return {None: Travel(tuple(named), nowhere)}
        paths = {_travels_by(vehicle): path for path, vehicle in reversed(list(self._each()))}
        return {name: self._places.travel(named, *key, paths[key]) for key, name in self._profile.items()}

    def shifts(self, travels: dict[str | None, Travel], open_end_s: int) -> tuple[Shift, ...]:
        """The vehicles as shifts; one without a time window works from 0 to `open_end_s`.

        Raises:
            ProblemError: a limit or a price needs a matrix that is not there, or a time is impossible.
        """
        shifts = []
        for (path, vehicle), (start, end) in zip(self._each(), self.ends, strict=True):
            profile = self._profile[_travels_by(vehicle)]
            _check_matrices(path, vehicle, travels[profile])
            given = self._limits(path, vehicle, open_end_s)
            with located(path):
                shifts.append(
                    Shift(str(vehicle["id"]), technician_of(vehicle), start, end, profile=profile, **given)
                )
        return tuple(shifts)

    def _limits(self, path: str, vehicle: Document, open_end_s: int) -> dict[str, Any]:
        earliest, latest = vehicle.get("time_window", (0, open_end_s))
        overtime = vehicle.get("overtime", 0)
        if latest < earliest:
            raise ProblemError(f"{path}.time_window", f"{latest} comes before {earliest}")
        return {
            "earliest_s": earliest,
            "latest_s": latest,
            "overtime_s": overtime,
            "skills": skills_of(vehicle),
            "breaks": _breaks(path, vehicle, TimeWindow(earliest, min(latest + overtime, MAX_SECONDS))),
            "max_visits": vehicle.get("max_tasks"),
            "max_travel_s": vehicle.get("max_travel_time"),
            "max_distance_m": vehicle.get("max_distance"),
            "capacity": self._capacity(vehicle),
            "costs": _costs(vehicle.get("costs", {})),
            "fair_s": vehicle.get("fair"),
        }

    def _capacity(self, vehicle: Document) -> dict[str, int]:
        """A vehicle that states none among others that do carries nothing, as in VROOM."""
        return amounts_of(vehicle.get("capacity", [0] * (self.width or 0)))


def check_ids(path: str, given: Iterable[Document]) -> None:
    """Refuse an id that stands twice in a list; `4` and `"4"` are one."""
    seen: set[str] = set()
    for i, one in enumerate(given):
        if str(one["id"]) in seen:
            raise ProblemError(f"{path}[{i}].id", f"{one['id']!r} stands there twice")
        seen.add(str(one["id"]))


def technician_of(vehicle: Document) -> str:
    """Who drives."""
    return str(vehicle.get("technician", vehicle["id"]))


def skills_of(given: Document) -> dict[str, int]:
    """Skills with their levels, of a job, a crew's member or a vehicle; one that is only named has level 1."""
    named = {str(skill): 1 for skill in given.get("skills", ())}
    return named | dict(given.get("skill_levels", {}))


def amounts_of(amounts: list[int]) -> dict[str, int]:
    """VROOM numbers its loads; ours have names: the numbers, as texts."""
    return {str(i): amount for i, amount in enumerate(amounts)}


def _travels_by(vehicle: Document) -> tuple[str, float]:
    return vehicle.get("profile", DEFAULT_PROFILE), vehicle.get("speed_factor", 1)


def _check_matrices(path: str, vehicle: Document, travel: Travel) -> None:
    costs = vehicle.get("costs", {})
    if travel.metres is None and (costs.get("per_km") or "max_distance" in vehicle):
        needed_by = "max_distance" if "max_distance" in vehicle else "costs.per_km"
        profile = vehicle.get("profile", DEFAULT_PROFILE)
        raise ProblemError(f"matrices.{profile}.distances", f"is missing: {path}.{needed_by} needs it")
    if travel.costs is not None and (costs.get("per_hour", PER_HOUR) != PER_HOUR or costs.get("per_km")):
        raise ProblemError(f"{path}.costs", "has a rate per hour or km, and its profile a matrix of costs")


def _costs(given: Document) -> Costs:
    return Costs(
        fixed=given.get("fixed", 0) / COSTS_A_MINUTE,
        per_travel_hour=given.get("per_hour", PER_HOUR) / COSTS_A_MINUTE,
        per_km=given.get("per_km", 0) / COSTS_A_MINUTE,
        per_task_hour=given.get("per_task_hour", 0) / COSTS_A_MINUTE,
        per_paid_hour=given.get("per_paid_hour", 0) / COSTS_A_MINUTE,
    )


def breaks_in_order(vehicle: Document) -> list[Document]:
    """The breaks in the order they are taken: by the last moment each may begin."""
    return sorted(vehicle.get("breaks", ()), key=_last_start)


def _last_start(pause: Document) -> tuple[int, int]:
    windows = pause.get("time_windows")
    return (0, max(until for _, until in windows)) if windows else (1, 0)


def _breaks(path: str, vehicle: Document, whole: TimeWindow) -> tuple[Break, ...]:
    check_ids(f"{path}.breaks", vehicle.get("breaks", ()))
    number = {id(pause): i for i, pause in enumerate(vehicle.get("breaks", ()))}
    return tuple(
        _break(f"{path}.breaks[{number[id(pause)]}]", pause, whole) for pause in breaks_in_order(vehicle)
    )


def _break(path: str, pause: Document, whole: TimeWindow) -> Break:
    windows = windows_of(path, pause)
    with located(path):
        return Break(pause.get("service", 0), windows or (whole,))


def windows_of(path: str, given: Document) -> tuple[TimeWindow, ...]:
    """The time windows of a job or a break, in order of time."""
    windows = []
    for i, (earliest, latest) in enumerate(given.get("time_windows", ())):
        if latest < earliest:
            raise ProblemError(f"{path}.time_windows[{i}]", f"{latest} comes before {earliest}")
        windows.append(TimeWindow(earliest, latest))
    return tuple(sorted(windows))
