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

    def visits(self, least_min: int) -> tuple[Visit, ...]:
        """The jobs as visits; leaving one of priority 0 out loses `least_min` minutes.

        Raises:
            ProblemError: a job contradicts itself, or names another one that is not there.
        """
        penalties = penalties_min(self.given, least_min)
        return tuple(
            self._visit(path, job, place, shared, penalty)
            for (path, job), place, shared, penalty in zip(
                self._each(), self.places, self.shared, penalties, strict=True
            )
        )

    def _visit(self, path: str, job: Document, place: Place, shared: bool, penalty: float) -> Visit:
        later_s = job.get("setup", 0) if shared else 0
        given: dict[str, Any] = {
            **self._service(path, job, shared),
            **_who(job),
            "windows": _windows(path, job, later_s),
            "penalty": penalty,
            "mandatory": job.get("mandatory", False),
            "community": job.get("community"),
            "setup_s": later_s,
            "pinned_start_s": _later(job, "pinned_start", later_s),
            "due_s": _later(job, "due", later_s),
            "lateness_weight": job.get("lateness_cost", 1.0),
            "promise": _promise(path, job, later_s),
            "brings": self._pieces(path, job, "delivery"),
            "collects": self._pieces(path, job, "pickup"),
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

    def _pieces(self, path: str, job: Document, kind: str) -> dict[str, int]:
        if kind == "delivery" and not {"delivery", "pickup"} & set(job):
            kind = "amount"
        amounts = job.get(kind, [0] * (self._fleet.width or 0))
        self._fleet.check_amounts(f"{path}.{kind}", amounts)
        return {part: pieces for part, pieces in amounts_of(amounts).items() if pieces}

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


def penalties_min(jobs: list[Document], least_min: int) -> list[float]:
    """What leaving each job out loses, minutes.

    VROOM serves the greatest sum of priorities first, then the most jobs, and saves travel last: a point of priority
    outweighs all jobs together, each `least_min`. What is mandatory or pinned outweighs everything that is not, as
    long as the sum of all penalties can be reckoned with.
    """
    point = len(jobs) + 1
    given = [float(job.get("penalty", least_min * (1 + point * job.get("priority", 0)))) for job in jobs]
    decided = [job.get("mandatory", False) or not DECIDED.isdisjoint(job) for job in jobs]
    others_min = sum(penalty for penalty, one in zip(given, decided, strict=True) if not one)
    above_min = min(others_min, MOST_MIN / max(1, sum(decided)))
    return [penalty + above_min * one for penalty, one in zip(given, decided, strict=True)]


DECIDED = frozenset({"pinned_vehicle", "pinned_start"})
MOST_MIN = 2.0**48 / 60
"""A quarter of the seconds to which all penalties together may come."""

PER_TECHNICIAN = ("service_per_technician", "service_per_type", "setup_per_type")


def _place(path: str, job: Document, places: Places) -> Place:
    place = places.at(path, job, "location")
    if place is None:
        raise ProblemError(f"{path}.location", "is missing, and so is location_index")
    return place


def _windows(path: str, job: Document, later_s: int) -> tuple[TimeWindow, ...]:
    """Starts that are right with the setup before them and without it."""
    return tuple(
        TimeWindow(window.earliest_start + later_s, window.latest_start)
        for window in windows_of(path, job, later_s)
    )


def _later(given: Document, field: str, later_s: int) -> int | None:
    return given[field] + later_s if field in given else None


def _name(given: Document, field: str) -> str | None:
    return str(given[field]) if field in given else None


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
