"""The vehicles of a document → shifts, and how each of them travels."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from dispatch.solver.document import Document
from dispatch.solver.exchange.places import Places, profile_of
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
        self._ways = list(map(places.way_of, given))
        self._profile = {
            way: None if way == self._ways[0] else f"{way[0]} × {way[1] / 100}" for way in self._ways
        }

    def _each(self) -> Iterator[tuple[str, Document]]:
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
        paths = {way: f"vehicles[{i}]" for i, way in reversed(list(enumerate(self._ways)))}
        return {name: self._places.travel(named, way, paths[way]) for way, name in self._profile.items()}

    def shifts(self, travels: dict[str | None, Travel], open_end_s: int) -> tuple[Shift, ...]:
        """The vehicles as shifts; one without a time window works from 0 to `open_end_s`.

        Raises:
            ProblemError: a limit or a price needs a matrix that is not there, or a time is impossible.
        """
        shifts = []
        spans = [_span(path, vehicle, open_end_s) for path, vehicle in self._each()]
        overtimes = self._overtimes(spans)
        for i, ((path, vehicle), (start, end)) in enumerate(zip(self._each(), self.ends, strict=True)):
            profile = self._profile[self._ways[i]]
            _check_matrices(path, vehicle, travels[profile])
            given = self._limits(path, vehicle, spans[i], overtimes[i])
            with located(path):
                shifts.append(
                    Shift(str(vehicle["id"]), technician_of(vehicle), start, end, profile=profile, **given)
                )
        return tuple(shifts)

    def _overtimes(self, spans: list[TimeWindow]) -> list[int]:
        """Each vehicle's overtime, which ends at the latest where its technician's next vehicle begins."""
        overtimes = [vehicle.get("overtime", 0) for vehicle in self.given]
        technicians = [technician_of(vehicle) for vehicle in self.given]
        in_order = sorted(range(len(spans)), key=lambda i: (technicians[i], spans[i]))
        for one, following in pairwise(in_order):
            if technicians[one] == technicians[following]:
                free_s = spans[following].earliest_start - spans[one].latest_start
                overtimes[one] = min(overtimes[one], max(0, free_s))
        return overtimes

    def _limits(self, path: str, vehicle: Document, span: TimeWindow, overtime_s: int) -> dict[str, Any]:
        earliest_s, latest_s = span.earliest_start, span.latest_start
        return {
            "earliest_s": earliest_s,
            "latest_s": latest_s,
            "overtime_s": overtime_s,
            "skills": skills_of(vehicle),
            "breaks": tuple(
                pause for _, pause in breaks_of(path, vehicle, earliest_s, latest_s + overtime_s)
            ),
            "max_visits": _limit(vehicle, "max_tasks"),
            "max_travel_s": _limit(vehicle, "max_travel_time"),
            "max_distance_m": _limit(vehicle, "max_distance"),
            "capacity": self._capacity(vehicle),
            "costs": _costs(vehicle.get("costs", {})),
            "fair_s": vehicle.get("fair"),
        }

    def _capacity(self, vehicle: Document) -> dict[str, int]:
        """A vehicle that states none among others that do carries nothing, as in VROOM."""
        given = vehicle.get("capacity", [0] * (self.width or 0))
        return amounts_of([min(amount, MAX_SECONDS) for amount in given])


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


def _span(path: str, vehicle: Document, open_end_s: int) -> TimeWindow:
    return _window(f"{path}.time_window", *vehicle.get("time_window", (0, open_end_s)))


def _limit(vehicle: Document, name: str) -> int | None:
    """A limit above what our numbers hold is none that anybody reaches."""
    return min(vehicle[name], MAX_SECONDS) if name in vehicle else None


def _check_matrices(path: str, vehicle: Document, travel: Travel) -> None:
    costs = vehicle.get("costs", {})
    if travel.metres is None and (costs.get("per_km") or "max_distance" in vehicle):
        needed_by = "max_distance" if "max_distance" in vehicle else "costs.per_km"
        raise ProblemError(
            f"matrices.{profile_of(vehicle)}.distances", f"is missing: {path}.{needed_by} needs it"
        )
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


def breaks_of(path: str, vehicle: Document, earliest_s: int, until_s: int) -> list[tuple[Document, Break]]:
    """The breaks of a vehicle that works between two moments, each with ours, in the order they are taken: by the
    last moment each may begin, then by the first.

    Raises:
        ProblemError: an id stands there twice, or windows contradict each other.
    """
    check_ids(f"{path}.breaks", vehicle.get("breaks", ()))
    breaks = [
        (pause, _break(f"{path}.breaks[{i}]", pause, earliest_s, min(until_s, MAX_SECONDS)))
        for i, pause in enumerate(vehicle.get("breaks", ()))
    ]
    return sorted(breaks, key=lambda pair: (pair[1].latest_s, pair[1].windows[0]))


def pauses_of(vehicle: Document, shift: Shift) -> list[Document]:
    """A vehicle's breaks as they are given, in the order of its shift's."""
    return [pause for pause, _ in breaks_of("", vehicle, shift.earliest_s, shift.until_s)]


def _break(path: str, pause: Document, earliest_s: int, until_s: int) -> Break:
    """Without windows it may be taken at any time that leaves enough for it."""
    service_s = pause.get("service", 0)
    whole = TimeWindow(earliest_s, max(earliest_s, until_s - service_s))
    windows = windows_of(path, pause) or (whole,)
    with located(path):
        return Break(service_s, windows)


def windows_of(path: str, given: Document, setup_s: int = 0) -> tuple[TimeWindow, ...]:
    """The time windows of a job or a break, in order of time; each must hold a setup of `setup_s`."""
    windows = []
    for i, (earliest, latest) in enumerate(given.get("time_windows", ())):
        window = _window(f"{path}.time_windows[{i}]", earliest, latest)
        if window.latest_start - window.earliest_start < setup_s:
            raise ProblemError(
                f"{path}.time_windows[{i}]",
                f"must be as long as the setup of {setup_s} s at a place that others share",
            )
        windows.append(window)
    return tuple(sorted(windows))


def _window(path: str, earliest_s: int, latest_s: int) -> TimeWindow:
    """VROOM's times reach to 2^32 - 1; an end that ours do not reach is cut."""
    if latest_s < earliest_s:
        raise ProblemError(path, f"{latest_s} comes before {earliest_s}")
    if earliest_s > MAX_SECONDS:
        raise ProblemError(path, f"must begin by {MAX_SECONDS}, not at {earliest_s}")
    return TimeWindow(earliest_s, min(latest_s, MAX_SECONDS))
