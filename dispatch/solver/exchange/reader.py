"""A document in VROOM's format → a problem."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import ceil
from typing import Any

from dispatch.solver.document import Document, field_of
from dispatch.solver.exchange.jobs import Jobs, busy_s
from dispatch.solver.exchange.places import Places
from dispatch.solver.exchange.schema import validate
from dispatch.solver.exchange.vehicles import Fleet, check_ids
from dispatch.solver.exchange.words import PRIORITY_MIN, WEIGHTS, theirs
from dispatch.solver.fairness import Fairness
from dispatch.solver.objective import unassigned_cost
from dispatch.solver.place import Travel, Whole
from dispatch.solver.problem import Problem, Shift, Weights
from dispatch.solver.validation import MAX_SECONDS, ProblemError

SAFE_S = 2**50
"""Costs are summed as 64-bit integers, and here and there as floating point, which is exact well beyond this."""


@dataclass(frozen=True, slots=True)
class Way:
    """The longest, the farthest and the dearest way that a profile has."""

    seconds: int
    metres: int
    cost: int | None

    @classmethod
    def longest(cls, travel: Travel) -> "Way":
        """Read from the matrices, once for each profile: they are large."""
        cost = None if travel.costs is None else _most(travel.costs)
        return cls(_most(travel.seconds), _most(travel.metres), cost)


def _most(matrix: Whole | None) -> int:
    return 0 if matrix is None or not matrix.size else int(matrix.max())


Longest = Mapping[str | None, Way]


def problem_from_vroom(document: Any) -> Problem:
    """The problem in a document of VROOM's format, with our fields.

    Raises:
        DocumentError: the document breaks the schema.
        ProblemError: something in it contradicts something else; `path` names the place in the document.
    """
    validate(document)
    for kind in ("jobs", "vehicles"):
        check_ids(kind, document.get(kind, ()))
    places = Places(document)
    fleet = Fleet(document["vehicles"], places)
    jobs = Jobs(document.get("jobs", []), places, fleet)
    travels = fleet.travels(jobs.places)
    longest = {name: Way.longest(travel) for name, travel in travels.items()}
    shifts = _fairly_shared(document, fleet.shifts(travels, _open_end_s(document, longest)))
    visits = jobs.visits(_least_min(document, shifts, longest))
    try:
        problem = Problem(
            visits=visits,
            shifts=shifts,
            travel=travels[None],
            entry_s=document.get("community_entry", {}),
            weights=_weights(document.get("weights", {})),
            profiles={name: travel for name, travel in travels.items() if name is not None},
        )
    except ProblemError as error:
        raise _in_their_words(error, document) from error
    _check_magnitude(problem, longest)
    return problem


def _fairly_shared(document: Document, shifts: tuple[Shift, ...]) -> tuple[Shift, ...]:
    given = document.get("fairness")
    if given is None:
        return shifts
    for i, vehicle in enumerate(document["vehicles"]):
        if "time_window" not in vehicle:
            raise ProblemError(
                f"vehicles[{i}].time_window", "is missing: fairness.target is shared out by it"
            )
    return Fairness(given["target"], given.get("paid_before", {})).shared(shifts)


def _weights(given: Mapping[str, Document]) -> Weights:
    terms = {name: replace(getattr(WEIGHTS, name), **term) for name, term in given.items()}
    return replace(WEIGHTS, **terms)


def _open_end_s(document: Document, longest: Longest) -> int:
    """When a vehicle without a time window can be done at the latest with everything there is."""
    jobs, vehicles = document.get("jobs", []), document["vehicles"]
    legs = (len(jobs) + 1) * max(way.seconds for way in longest.values())
    entries = len(jobs) * max(document.get("community_entry", {}).values(), default=0)
    rests = sum(pause.get("service", 0) for vehicle in vehicles for pause in vehicle.get("breaks", ()))
    gaps = sum(max((one.get("min_gap", 0) for one in job.get("after", ())), default=0) for job in jobs)
    end: int = max(_moments(jobs, vehicles), default=0) + legs + entries + rests + gaps + busy_s(jobs)
    return min(MAX_SECONDS, end)


def _moments(jobs: list[Document], vehicles: list[Document]) -> Iterator[int]:
    """Every moment before which something may not begin."""
    for job in jobs:
        yield from (window[0] for window in job.get("time_windows", ()))
        yield job.get("pinned_start", 0)
        yield job.get("promise", {}).get("start", 0)
    for vehicle in vehicles:
        yield vehicle.get("time_window", (0,))[0]
        yield from (
            window[0] for pause in vehicle.get("breaks", ()) for window in pause.get("time_windows", ())
        )


def _least_min(document: Document, shifts: tuple[Shift, ...], longest: Longest) -> int:
    """Minutes that outweigh the dearest detour to a single job; at least `PRIORITY_MIN`."""
    service_s = max((busy_s([job]) for job in document.get("jobs", ())), default=0)
    return max(PRIORITY_MIN, ceil(_dearest_min(shifts, longest, service_s)))


def _dearest_min(shifts: tuple[Shift, ...], longest: Longest, service_s: int) -> float:
    """Minutes for a shift that is used for one job, there and back along the longest way."""
    return max((_detour_min(shift, longest[shift.profile], service_s) for shift in shifts), default=0)


def _detour_min(shift: Shift, longest: "Way", service_s: int) -> float:
    costs, way_h = shift.costs, longest.seconds / 3600
    way = way_h * costs.per_travel_hour + longest.metres / 1000 * costs.per_km
    if longest.cost is not None:
        way = longest.cost / 60
    on_site = service_s / 3600 * (costs.per_task_hour + costs.per_paid_hour)
    return costs.fixed + 2 * (way + way_h * costs.per_paid_hour) + on_site


def _check_magnitude(problem: Problem, longest: Longest) -> None:
    """Refuse worths that could not be added up without error."""
    weights = problem.weights
    by_shift = [_detour_min(shift, longest[shift.profile], MAX_SECONDS) for shift in problem.shifts]
    heaviest = max(getattr(weights, name).weight for name in ("travel", "distance", "labour", "shift_use"))
    by_visit = [unassigned_cost(visit, weights) for visit in problem.visits]
    stops = len(problem.visits) + len(problem.shifts)
    served = stops * max(by_shift, default=0) * 60 * heaviest
    if sum(by_visit) + served > SAFE_S:
        dearest = max(max(by_visit, default=0), served)
        path = (
            f"vehicles[{by_shift.index(max(by_shift))}].costs"
            if dearest == served
            else f"jobs[{by_visit.index(dearest)}].penalty"
        )
        raise ProblemError(path, "is so large that all costs together could not be added up exactly")


def _in_their_words(error: ProblemError, document: Document) -> ProblemError:
    """`visits[V7].after` as `jobs[3].after`."""
    for ours, kind in (("visits", "jobs"), ("shifts", "vehicles")):
        if error.path.startswith(f"{ours}["):
            name = error.path[len(ours) + 1 :].rpartition("].")[0]
            number = [str(item["id"]) for item in document[kind]].index(name)
            return ProblemError(f"{kind}[{number}].{theirs(field_of(error))}", error.message)
        if error.path.startswith(f"{ours}."):
            return ProblemError(f"{kind}.{theirs(field_of(error))}", error.message)
    return ProblemError(theirs(error.path), error.message)
