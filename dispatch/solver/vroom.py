"""VROOM's input format (docs/API.md of VROOM 1.14), read and written as far as the two models agree.

Agreeing: jobs with service, skills, priority and time windows; vehicles with start and end, time window,
skills, one break with one window, max_tasks; a matrix of durations, or coordinates. What we cannot honour
(shipments, capacities, setup …) is refused by name rather than dropped.
"""

from collections.abc import Mapping
from typing import Any

from dispatch.solver.document import Document, seconds_from_rows
from dispatch.solver.problem import (
    Break,
    Place,
    Problem,
    ProblemError,
    Shift,
    TimeWindow,
    Travel,
    Visit,
    places_of,
)
from dispatch.solver.travel import travel_matrix

PENALTY_MIN = 1_440
"""Minutes lost by leaving a job of priority 0 out, and per point of priority on top: VROOM serves first and
saves travel second, so a job must outweigh any detour."""

WHOLE_DAY = (0, 2**30)
"""Stands for "no time window" on a vehicle."""

JOB_FIELDS = {
    "id",
    "description",
    "location",
    "location_index",
    "service",
    "skills",
    "priority",
    "time_windows",
}
VEHICLE_FIELDS = {
    "id", "description", "profile", "start", "start_index", "end", "end_index", "skills", "time_window",
    "breaks", "max_tasks",
}  # fmt: skip


def is_vroom(document: Any) -> bool:
    """Whether a document speaks of jobs and vehicles."""
    return isinstance(document, dict) and "vehicles" in document


def problem_from_vroom(document: Mapping[str, Any]) -> Problem:
    """The problem in a VROOM input.

    Raises:
        ProblemError: something is missing, wrong, or beyond what this planner can promise.
    """
    _refuse("input", document, {"jobs", "vehicles", "matrices"})
    rows = _durations(document.get("matrices"))
    try:
        places = _Places(None if rows is None else len(rows))
        visits = tuple(_visit(job, places) for job in document.get("jobs", ()))
        shifts = tuple(_shift(vehicle, places) for vehicle in document["vehicles"])
    except ProblemError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ProblemError("input", f"is not a VROOM input: {error!r}") from error
    if rows is None:
        return Problem(visits, shifts, travel_matrix(places_of(visits, shifts)))
    named = places_of(visits, shifts)
    at = [places.index(place) for place in named]
    return Problem(visits, shifts, Travel(named, rows[at][:, at]))


def _durations(matrices: Any) -> Any:
    if matrices is None:
        return None
    if not isinstance(matrices, dict) or len(matrices) != 1:
        raise ProblemError("matrices", "must hold exactly one profile")
    profile, content = next(iter(matrices.items()))
    _refuse(f"matrices.{profile}", content, {"durations"})
    return seconds_from_rows(f"matrices.{profile}.durations", content.get("durations"))


class _Places:
    """Rows of the matrix that have no coordinates are put a millionth of a degree apart on the equator."""

    def __init__(self, size: int | None) -> None:
        self._size = size
        self._row: dict[Place, int] = {}
        self._place: dict[int, Place] = {}

    def at(self, path: str, location: Any, index: Any) -> Place:
        """The place of a job or a vehicle's end; with a matrix its index decides."""
        if self._size is None:
            if location is None:
                raise ProblemError(path, "needs a location, since there is no matrix")
            return Place(*location)
        if not isinstance(index, int) or not 0 <= index < self._size:
            raise ProblemError(path, f"needs an index into the matrix, not {index!r}")
        if index not in self._place:
            place = Place(*location) if location is not None else Place(index * 1e-6, 0.0)
            if place in self._row:
                place = Place(index * 1e-6, 0.0)
            self._place[index], self._row[place] = place, index
        return self._place[index]

    def index(self, place: Place) -> int:
        """The matrix row of a place given out."""
        return self._row[place]


def _visit(job: Mapping[str, Any], places: _Places) -> Visit:
    path = f"jobs[{job['id']}]"
    _refuse(path, job, JOB_FIELDS)
    return Visit(
        id=str(job["id"]),
        place=places.at(path, job.get("location"), job.get("location_index")),
        service_s=job.get("service", 0),
        windows=tuple(TimeWindow(*window) for window in job.get("time_windows", ())),
        skills={str(skill): 1 for skill in job.get("skills", ())},
        penalty=float(PENALTY_MIN * (1 + job.get("priority", 0))),
    )


def _shift(vehicle: Mapping[str, Any], places: _Places) -> Shift:
    path = f"vehicles[{vehicle['id']}]"
    _refuse(path, vehicle, VEHICLE_FIELDS)
    earliest, latest = vehicle.get("time_window", WHOLE_DAY)
    return Shift(
        id=str(vehicle["id"]),
        technician=str(vehicle["id"]),
        start_place=places.at(f"{path}.start", vehicle.get("start"), vehicle.get("start_index")),
        end_place=places.at(f"{path}.end", vehicle.get("end"), vehicle.get("end_index")),
        earliest_s=earliest,
        latest_s=latest,
        skills={str(skill): 1 for skill in vehicle.get("skills", ())},
        break_=_break(path, vehicle.get("breaks", ())),
        max_visits=vehicle.get("max_tasks"),
    )


def _break(path: str, breaks: Any) -> Break | None:
    if not breaks:
        return None
    if len(breaks) > 1 or len(breaks[0].get("time_windows", ())) != 1:
        raise ProblemError(f"{path}.breaks", "at most one break, with one time window, is supported")
    _refuse(f"{path}.breaks[0]", breaks[0], {"id", "description", "service", "time_windows"})
    earliest, latest = breaks[0]["time_windows"][0]
    return Break(breaks[0].get("service", 0), earliest, latest)


def _refuse(path: str, given: Any, known: set[str]) -> None:
    if not isinstance(given, Mapping):
        raise ProblemError(path, "must be an object")
    unknown = sorted(set(given) - known)
    if unknown:
        raise ProblemError(f"{path}.{unknown[0]}", "is not supported by this planner")


def problem_to_vroom(problem: Problem) -> Document:
    """The problem as a VROOM input with its matrix.

    VROOM's ids and skills are numbers: names that are numbers already stay, others are counted from 1 and
    kept in `description`.

    Raises:
        ProblemError: the problem uses what VROOM has no word for (levels, communities, values, pins,
            technicians by name, due times, penalties that are no priority).
    """
    held = [visit.skills for visit in problem.visits] + [shift.skills for shift in problem.shifts]
    number = _numbered(sorted({skill for skills in held for skill in skills}))
    jobs = _numbered([visit.id for visit in problem.visits])
    vehicles = _numbered([shift.id for shift in problem.shifts])
    index = problem.travel.index
    return {
        "jobs": [_job(jobs[visit.id], visit, number, index) for visit in problem.visits],
        "vehicles": [_vehicle(vehicles[shift.id], shift, number, index) for shift in problem.shifts],
        "matrices": {"car": {"durations": problem.travel.seconds.tolist()}},
    }


def _numbered(names: list[str]) -> dict[str, int]:
    if all(name.isdecimal() for name in names):
        return {name: int(name) for name in names}
    return {name: i + 1 for i, name in enumerate(names)}


def _job(id_: int, visit: Visit, number: Mapping[str, int], index: Mapping[Place, int]) -> Document:
    _refuse_ours(visit)
    job: Document = {
        "id": id_,
        "description": visit.id,
        "location": [visit.place.lon, visit.place.lat],
        "location_index": index[visit.place],
        "service": visit.service_s,
        "skills": [number[skill] for skill in sorted(visit.skills)],
        "priority": round(visit.penalty / PENALTY_MIN) - 1,
    }
    if visit.windows:
        job["time_windows"] = [[window.earliest_start, window.latest_start] for window in visit.windows]
    return job


def _refuse_ours(visit: Visit) -> None:
    path = f"visits[{visit.id}]"
    pinned = visit.pinned_shift is not None or visit.pinned_start_s is not None
    named = visit.required_technicians or visit.forbidden_technicians or visit.values
    if pinned or named or visit.community is not None or visit.due_s is not None:
        raise ProblemError(
            path, "has pins, technicians, a community or a due time; VROOM has no word for them"
        )
    if any(level > 1 for level in visit.skills.values()):
        raise ProblemError(f"{path}.skills", "has levels; VROOM has no word for them")
    priority = visit.penalty / PENALTY_MIN - 1
    if priority != round(priority) or not 0 <= priority <= 100:
        raise ProblemError(f"{path}.penalty", f"is not {PENALTY_MIN} × (1 + a priority from 0 to 100)")


def _vehicle(id_: int, shift: Shift, number: Mapping[str, int], index: Mapping[Place, int]) -> Document:
    vehicle: Document = {
        "id": id_,
        "description": shift.id,
        "profile": "car",
        "start": [shift.start_place.lon, shift.start_place.lat],
        "start_index": index[shift.start_place],
        "end": [shift.end_place.lon, shift.end_place.lat],
        "end_index": index[shift.end_place],
        "skills": [number[skill] for skill in sorted(shift.skills)],
        "time_window": [shift.earliest_s, shift.latest_s],
    }
    if shift.break_ is not None:
        window = [shift.break_.earliest_s, shift.break_.latest_s]
        vehicle["breaks"] = [{"id": id_, "service": shift.break_.duration_s, "time_windows": [window]}]
    if shift.max_visits is not None:
        vehicle["max_tasks"] = shift.max_visits
    return vehicle
