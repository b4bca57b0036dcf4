"""Our problem → VROOM's input, for other planners to solve."""

from collections.abc import Iterable, Mapping

from dispatch.solver.document import Document
from dispatch.solver.exchange.words import COSTS_A_MINUTE, PRIORITY_MIN
from dispatch.solver.place import Place, Travel
from dispatch.solver.problem import Problem, Shift, Visit
from dispatch.solver.shift import Break, Costs
from dispatch.solver.validation import ProblemError
from dispatch.solver.visit import TimeWindow
from dispatch.solver.weights import Term

OURS_ALONE = (
    "community", "pinned_shift", "pinned_start_s", "required_technicians", "forbidden_technicians",
    "preferred_technicians", "known_technicians", "values", "due_s", "promise", "crew", "after", "mandatory",
)  # fmt: skip
"""Fields of a visit for which VROOM has no word."""


def problem_to_vroom(problem: Problem) -> Document:
    """The problem as a VROOM input with its matrices.

    VROOM's ids, skills and loads are numbers: names that are numbers already stay, others are counted from 1 and
    kept in `description`. A skill's level is a skill of its own, which whoever has a higher one has too.

    Raises:
        ProblemError: the problem has something for which VROOM has no word, or penalties that are neither all the
            same nor made of priorities.
    """
    _refuse_weights(problem)
    return _Outward(problem).document()


class _Outward:
    """Names to numbers, once for the whole problem."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._row = problem.travel.index
        self._skills = _numbered(_skill_names(problem))
        self._jobs = _numbered(visit.id for visit in problem.visits)
        self._vehicles = _numbered(shift.id for shift in problem.shifts)
        limited = any(shift.capacity for shift in problem.shifts)
        loads = (visit.brings.keys() | visit.collects.keys() for visit in problem.visits)
        self._loads = sorted(set().union(*loads)) if limited else []
        self._most = sum(
            sum(visit.brings.values()) + sum(visit.collects.values()) for visit in problem.visits
        )
        self._own_times = any(visit.service_by_technician for visit in problem.visits)
        self._priority = _priorities(problem.visits)

    def document(self) -> Document:
        travels = {"car": self._problem.travel, **self._problem.profiles}
        return {
            "jobs": [self._job(visit) for visit in self._problem.visits],
            "vehicles": [self._vehicle(shift) for shift in self._problem.shifts],
            "matrices": {name: self._matrices(name, travel) for name, travel in travels.items()},
        }

    def _matrices(self, name: str, travel: Travel) -> Document:
        if travel.places != self._problem.travel.places:
            raise ProblemError(f"profiles.{name}", "has its places in another order; VROOM has one for all")
        given = {"durations": travel.seconds, "distances": travel.metres, "costs": travel.costs}
        return {kind: matrix.tolist() for kind, matrix in given.items() if matrix is not None}

    def _job(self, visit: Visit) -> Document:
        path = f"visits[{visit.id}]"
        for field in OURS_ALONE:
            if getattr(visit, field) not in (None, (), {}, False):
                raise ProblemError(f"{path}.{field}", "is ours alone; VROOM has no word for it")
        job: Document = {
            "id": self._jobs[visit.id],
            "description": visit.id,
            **self._where("location", visit.place),
            "setup": visit.setup_s,
            "service": visit.service_s,
            "skills": self._skill_numbers(visit.skills, exactly=True),
            "priority": self._priority[visit.id],
        }
        if visit.service_by_technician:
            job["service_per_type"] = dict(visit.service_by_technician)
        if visit.windows:
            job["time_windows"] = _windows(path, visit.windows, visit.setup_s)
        for kind, amounts in (("delivery", visit.brings), ("pickup", visit.collects)):
            if self._loads:
                job[kind] = [amounts.get(part, 0) for part in self._loads]
        return job

    def _where(self, name: str, place: Place | None) -> Document:
        if place is None:
            return {}
        index = "location_index" if name == "location" else f"{name}_index"
        return {name: [place.lon, place.lat], index: self._row[place]}

    def _skill_numbers(self, skills: Mapping[str, int], *, exactly: bool) -> list[int]:
        held = (
            {(skill, level) for skill, level in skills.items()}
            if exactly
            else {(skill, lower) for skill, level in skills.items() for lower in range(1, level + 1)}
        )
        names = (_skill_name(*one) for one in held)
        return sorted(self._skills[name] for name in names if name in self._skills)

    def _vehicle(self, shift: Shift) -> Document:
        path = f"shifts[{shift.id}]"
        for field in ("overtime_s", "fair_s"):
            if getattr(shift, field):
                raise ProblemError(f"{path}.{field}", "is ours alone; VROOM has no word for it")
        if shift.earliest_s < 0:
            raise ProblemError(f"{path}.earliest_s", "is negative; VROOM knows no such time")
        limits = {
            "max_tasks": shift.max_visits,
            "max_travel_time": shift.max_travel_s,
            "max_distance": shift.max_distance_m,
        }
        vehicle: Document = {
            "id": self._vehicles[shift.id],
            "description": shift.id,
            "profile": shift.profile or "car",
            **self._where("start", shift.start_place),
            **self._where("end", shift.end_place),
            "skills": self._skill_numbers(shift.skills, exactly=False),
            "time_window": [shift.earliest_s, shift.latest_s],
            "costs": _costs(path, shift.costs),
            "breaks": [_break(f"{path}.breaks[{i}]", i + 1, one) for i, one in enumerate(shift.breaks)],
            **{name: limit for name, limit in limits.items() if limit is not None},
        }
        if self._loads:
            most = dict.fromkeys(self._loads, self._most) if not shift.capacity else shift.capacity
            vehicle["capacity"] = [most.get(part, 0) for part in self._loads]
        if self._own_times:
            vehicle["type"] = shift.technician
        return vehicle


def _refuse_weights(problem: Problem) -> None:
    """VROOM prices ways, kilometres, hours on site, vehicles and what is left out; all of them as they stand."""
    weights = problem.weights
    for name in ("travel", "distance", "labour", "shift_use"):
        if getattr(weights, name) != Term():
            raise ProblemError(f"weights.{name}", "is not 1; VROOM does not weigh")
    if weights.waiting.weight:
        raise ProblemError("weights.waiting", "is not 0; VROOM does not price waiting")


def _skill_names(problem: Problem) -> Iterable[str]:
    wanted = {one for visit in problem.visits for one in visit.skills.items()}
    held = {(skill, 1) for shift in problem.shifts for skill in shift.skills}
    return sorted(_skill_name(*one) for one in wanted | held)


def _skill_name(skill: str, level: int) -> str:
    return skill if level == 1 else f"{skill}:{level}"


def _numbered(names: Iterable[str]) -> dict[str, int]:
    listed = list(names)
    if all(name.isdecimal() and name == str(int(name)) for name in listed):
        return {name: int(name) for name in listed}
    return {name: i + 1 for i, name in enumerate(listed)}


def _priorities(visits: tuple[Visit, ...]) -> dict[str, int]:
    points = {visit.id: (visit.penalty / PRIORITY_MIN - 1) / (len(visits) + 1) for visit in visits}
    if all(point in range(101) for point in points.values()):
        return {name: round(point) for name, point in points.items()}
    odd = next((visit for visit in visits if visit.penalty != visits[0].penalty), None)
    if odd is not None:
        raise ProblemError(
            f"visits[{odd.id}].penalty",
            f"differs, and is not {PRIORITY_MIN} × (1 + {len(visits) + 1} × a priority from 0 to 100)",
        )
    return dict.fromkeys(points, 0)


def _windows(path: str, windows: tuple[TimeWindow, ...], setup_s: int) -> list[list[int]]:
    """VROOM's windows hold the start of the setup: those starts that are right with setup and without it."""
    for window in windows:
        if window.earliest_start < 0 or window.latest_start - window.earliest_start < setup_s:
            raise ProblemError(f"{path}.windows", "begins before 0, or is shorter than the setup")
    return [[window.earliest_start, window.latest_start - setup_s] for window in windows]


def _costs(path: str, costs: Costs) -> Document:
    if costs.per_paid_hour:
        raise ProblemError(f"{path}.costs.per_paid_hour", "is ours alone; VROOM has no word for it")
    theirs = {
        "fixed": costs.fixed,
        "per_hour": costs.per_travel_hour,
        "per_km": costs.per_km,
        "per_task_hour": costs.per_task_hour,
    }
    return {name: _whole(f"{path}.costs.{name}", rate * COSTS_A_MINUTE) for name, rate in theirs.items()}


def _whole(path: str, value: float) -> int:
    if abs(value - round(value)) > 1e-6:
        raise ProblemError(path, f"is {value:g} seconds of travel, and VROOM wants whole ones")
    return round(value)


def _break(path: str, number: int, pause: Break) -> Document:
    if pause.windows[0].earliest_start < 0:
        raise ProblemError(f"{path}.windows", "begins before 0; VROOM knows no such time")
    windows = [[window.earliest_start, window.latest_start] for window in pause.windows]
    return {"id": number, "service": pause.duration_s, "time_windows": windows}
