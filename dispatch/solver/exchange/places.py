"""Where the jobs and vehicles of a document are, and how they travel: its matrices, or its coordinates."""

from collections.abc import Iterable
from math import floor
from typing import Any

import numpy as np

from dispatch.solver.document import Document, matrix_from_rows
from dispatch.solver.place import Place, Travel, Whole
from dispatch.solver.travel import travel_matrix
from dispatch.solver.validation import MAX_SECONDS, ProblemError

DEFAULT_PROFILE = "car"

MATRICES = {"durations": "seconds", "distances": "metres", "costs": "costs"}
"""VROOM's name of a matrix, and ours."""

Way = tuple[str, int]
"""How a vehicle travels: its profile, and hundredths of the profile's durations."""


class Places:
    """The places of a document. With matrices a place is its row, whatever coordinates stand beside it."""

    def __init__(self, document: Document) -> None:
        self._matrices = _matrices(document)
        self._rows = max((len(matrices["seconds"]) for matrices in self._matrices.values()), default=0)
        self._metres = any(_needs_metres(vehicle) for vehicle in document["vehicles"])
        self._row_of: dict[Place, int] = {}
        self._path_of: dict[Place, str] = {}

    def at(self, path: str, given: Document, location: str) -> Place | None:
        """The place that `location` and `location_index` of a job or vehicle name; `None` where neither is given.

        Raises:
            ProblemError: there are matrices and no index into them, or none and no coordinates.
        """
        index = given.get(f"{location}_index")
        if location not in given and index is None:
            return None
        if self._matrices:
            return self._row(f"{path}.{location}_index", index)
        if location not in given:
            raise ProblemError(f"{path}.{location}", "is missing: without matrices we need coordinates")
        try:
            return Place(*given[location][:2])
        except ProblemError as error:
            raise ProblemError(f"{path}.{location}", error.message) from error

    def _row(self, path: str, index: int | None) -> Place:
        """Rows lie a millionth of a degree apart on the equator: coordinates may be missing, equal or impossible."""
        if index is None:
            raise ProblemError(path, "is missing: there are matrices")
        if index >= self._rows:
            raise ProblemError(path, f"must be below {self._rows}, not {index}")
        place = Place(index * 1e-6, 0.0)
        self._row_of[place] = index
        self._path_of.setdefault(place, path)
        return place

    def way_of(self, vehicle: Document) -> Way:
        """How a vehicle travels; without matrices one profile is like another.

        VROOM multiplies durations by the inverse of the factor, in hundredths, rounded half up.
        """
        profile = profile_of(vehicle) if self._matrices else DEFAULT_PROFILE
        return profile, floor(min(100 / vehicle.get("speed_factor", 1) + 0.5, MAX_SECONDS))

    def travel(self, named: Iterable[Place], way: Way, path: str) -> Travel:
        """The times and lengths of a way between `named` places; `path` is a vehicle that travels so.

        Raises:
            ProblemError: there are matrices, and none for this profile, or too small a one.
        """
        places, (profile, hundredths) = tuple(named), way
        if not self._matrices:
            return _scaled(travel_matrix(places, metres=self._metres), hundredths)
        if profile not in self._matrices:
            raise ProblemError(f"matrices.{profile}", f"is missing: {path} travels by it")
        matrices = self._matrices[profile]
        rows = [self._row_of[place] for place in places]
        for place, row in zip(places, rows, strict=True):
            if row >= len(matrices["seconds"]):
                raise ProblemError(
                    self._path_of[place],
                    f"must be below {len(matrices['seconds'])}, the rows of matrices.{profile}, not {row}",
                )
        chosen = {name: matrix[np.ix_(rows, rows)] for name, matrix in matrices.items()}
        return _scaled(Travel(places, **chosen), hundredths)


def profile_of(vehicle: Document) -> str:
    """The name of a vehicle's profile; an empty one is none."""
    name: str = vehicle.get("profile") or DEFAULT_PROFILE
    return name


def _matrices(document: Document) -> dict[str, dict[str, Whole]]:
    if "matrix" in document and "matrices" not in document:
        return {DEFAULT_PROFILE: {"seconds": matrix_from_rows("matrix", document["matrix"])}}
    given = document.get("matrices", {})
    return {profile: _read(f"matrices.{profile}", content) for profile, content in given.items()}


def _read(path: str, content: Document) -> dict[str, Whole]:
    size, read = None, {}
    for theirs, ours in MATRICES.items():
        if theirs in content:
            read[ours] = matrix_from_rows(f"{path}.{theirs}", content[theirs], size)
            size = len(read[ours])
    return read


def _needs_metres(vehicle: Document) -> bool:
    return "max_distance" in vehicle or bool(vehicle.get("costs", {}).get("per_km"))


def _scaled(travel: Travel, hundredths: int) -> Travel:
    """Whole seconds, rounded up."""
    if hundredths == 100:
        return travel
    seconds: Any = -(-travel.seconds.astype(np.int64) * hundredths // 100)
    return Travel(
        travel.places, np.minimum(seconds, MAX_SECONDS).astype(np.int32), travel.metres, travel.costs
    )
