"""The jobs of a document → visits."""

from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import Any

from dispatch.solver.document import Document
from dispatch.solver.exchange.places import Places
from dispatch.solver.exchange.vehicles import Fleet, amounts_of, skills_of, windows_of
from dispatch.solver.exchange.words import located
from dispatch.solver.place import Place
from dispatch.solver.validation import ProblemError
from dispatch.solver.visit import After, Promise, TimeWindow, Visit


class Jobs:
    """The jobs of a document, `given`, each at its place.

    VROOM's windows hold the start of a job's setup, ours the start of its service. Where no other job and no
    vehicle begins at the place, setup is paid by whoever comes, and is simply part of the service. Elsewhere it
    is a visit's `setup_s`, and what is said of the start holds so much later.
    """

    def __init__(self, given: list[Document], places: Places, fleet: Fleet) -> None:
        self.given = given
        self._fleet = fleet
        self.places = [_place(path, job, places) for path, job in self._each()]
        named = Counter(self.places)
        starts = fleet.starts()
        self.shared = [named[place] > 1 or place in starts for place in self.places]
        self._ids = {str(job["id"]) for job in given}

    def _each(self) -> Iterator[tuple[str, Document]]:
        return ((f"jobs[{i}]", job) for i, job in enumerate(self.given))

    def visits(self, priority_min: int) -> tuple[Visit, ...]:
        """The jobs as visits; leaving one out loses `priority_min` minutes for each point of priority and one more.

        Raises:
            ProblemError: a job contradicts itself, or names another one that is not there.
        """
        return tuple(
            self._visit(path, job, place, shared, priority_min)
            for (path, job), place, shared in zip(self._each(), self.places, self.shared, strict=True)
        )

    def _visit(self, path: str, job: Document, place: Place, shared: bool, priority_min: int) -> Visit:
        later_s = job.get("setup", 0) if shared else 0
        for kind in ("delivery", "pickup"):
            self._fleet.check_amounts(f"{path}.{kind}", job.get(kind, [0] * (self._fleet.width or 0)))
        given: dict[str, Any] = {
            **self._service(path, job, shared),
            **_who(job),
            "windows": _windows(path, job, later_s),
            "penalty": float(job.get("penalty", priority_min * (1 + job.get("priority", 0)))),
            "mandatory": job.get("mandatory", False),
            "community": job.get("community"),
            "setup_s": later_s,
            "pinned_start_s": _later(job, "pinned_start", later_s),
            "due_s": _later(job, "due", later_s),
            "lateness_weight": job.get("lateness_cost", 1.0),
            "promise": _promise(path, job, later_s),
            "brings": _pieces(job, "delivery"),
            "collects": _pieces(job, "pickup"),
            "after": tuple(
                self._after(f"{path}.after[{i}]", one) for i, one in enumerate(job.get("after", ()))
            ),
        }
        with located(path):
            return Visit(str(job["id"]), place, **given)

    def _service(self, path: str, job: Document, shared: bool) -> dict[str, Any]:
        setup, service = job.get("setup", 0), job.get("service", 0)
        setups = self._by_technician(job, "setup_per_type")
        services = self._by_technician(job, "service_per_type") | job.get("service_per_technician", {})
        if shared and any(own != setup for own in setups.values()):
            raise ProblemError(
                f"{path}.setup_per_type", "differs by type at a place that others share: not supported here"
            )
        if shared:
            setup, setups = 0, {}
        own = {
            name: setups.get(name, setup) + services.get(name, service)
            for name in setups | services
            if setups.get(name, setup) + services.get(name, service) != setup + service
        }
        if own and job.get("crew"):
            named = [name for name in PER_TECHNICIAN if name in job]
            raise ProblemError(f"{path}.{named[0]}", "differs, and a crew stays equally long")
        return {"service_s": setup + service, "service_by_technician": own}

    def _by_technician(self, job: Document, field: str) -> dict[str, int]:
        per_type = job.get(field)
        if not per_type:
            return {}
        return {name: per_type[kind] for name, kind in self._fleet.types.items() if kind in per_type}

    def _after(self, path: str, given: Document) -> After:
        if str(given["job"]) not in self._ids:
            raise ProblemError(f"{path}.job", f"there is no job {given['job']!r}")
        try:
            return After(str(given["job"]), given.get("min_gap", 0), given.get("max_gap"))
        except ProblemError as error:
            raise ProblemError(f"{path}.max_gap", error.message) from error


PER_TECHNICIAN = ("service_per_technician", "service_per_type", "setup_per_type")


def _place(path: str, job: Document, places: Places) -> Place:
    place = places.at(path, job, "location")
    if place is None:
        raise ProblemError(f"{path}.location", "is missing, and so is location_index")
    return place


def _windows(path: str, job: Document, later_s: int) -> tuple[TimeWindow, ...]:
    """Starts that are right with the setup before them and without it."""
    windows = windows_of(path, job)
    if not later_s:
        return windows
    for window in windows:
        if window.latest_start - window.earliest_start < later_s:
            raise ProblemError(
                f"{path}.time_windows",
                f"must be as long as the setup of {later_s} s at a place that others share",
            )
    return tuple(TimeWindow(window.earliest_start + later_s, window.latest_start) for window in windows)


def _later(given: Document, field: str, later_s: int) -> int | None:
    return given[field] + later_s if field in given else None


def _name(given: Document, field: str) -> str | None:
    return str(given[field]) if field in given else None


def _pieces(job: Document, kind: str) -> dict[str, int]:
    return {part: pieces for part, pieces in amounts_of(job.get(kind, [])).items() if pieces}


def _who(job: Document) -> dict[str, Any]:
    kinds = (f"{kind}_technicians" for kind in ("required", "forbidden", "preferred", "known"))
    return {
        "skills": skills_of(job),
        "crew": tuple(skills_of(member) for member in job.get("crew", ())),
        "values": job.get("technician_values", {}),
        "pinned_shift": _name(job, "pinned_vehicle"),
        **{kind: tuple(map(str, job.get(kind, ()))) for kind in kinds},
    }


def _promise(path: str, job: Document, later_s: int) -> Promise | None:
    given = job.get("promise")
    if given is None:
        return None
    with located(f"{path}.promise"):
        return Promise(
            start_s=given["start"] + later_s,
            technician=_name(given, "technician"),
            tolerance_s=given.get("tolerance", 0),
            weight=given.get("weight", 1.0),
        )


def setup_of(job: Document, kind: str) -> int:
    """Seconds of setup with a vehicle of type `kind`."""
    seconds: int = job.get("setup_per_type", {}).get(kind, job.get("setup", 0))
    return seconds


def busy_s(jobs: list[Document]) -> int:
    """Seconds that all jobs take together, each at its slowest."""
    return sum(_slowest(job, "setup") + _slowest(job, "service") for job in jobs)


def _slowest(job: Document, what: str) -> int:
    others = (job.get(f"{what}_per_{kind}", {}) for kind in ("type", "technician"))
    seconds: list[int] = [job.get(what, 0), *chain.from_iterable(other.values() for other in others)]
    return max(seconds)
