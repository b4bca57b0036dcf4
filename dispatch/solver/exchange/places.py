"""Where the jobs and vehicles of a document are, and how they travel: its matrices, or its coordinates."""

from collections.abc import Iterable
from itertools import count
from typing import Any

import numpy as np

from dispatch.solver.document import Document, matrix_from_rows
from dispatch.solver.place import Place, Travel, Whole
from dispatch.solver.travel import travel_matrix
from dispatch.solver.validation import MAX_SECONDS, ProblemError

DEFAULT_PROFILE = "car"

MATRICES = {"durations": "seconds", "distances": "metres", "costs": "costs"}
"""VROOM's name of a matrix, and ours."""


class Places:
    """The places of a document. With matrices a place is its row, whatever coordinates stand beside it."""

    def __init__(self, document: Document) -> None:
        self._indexed = "matrices" in document
        self._metres = any(_needs_metres(vehicle) for vehicle in document["vehicles"])
        self._rows: dict[int, Place] = {}
        self._taken: set[Place] = set()
        self._size: int | None = None
        self._matrices = {
            profile: self._read(f"matrices.{profile}", content)
            for profile, content in document.get("matrices", {}).items()
        }

    def _read(self, path: str, content: Document) -> dict[str, Whole]:
        read = {}
        for theirs, ours in MATRICES.items():
            if theirs in content:
                read[ours] = matrix_from_rows(f"{path}.{theirs}", content[theirs], self._size)
                self._size = len(read[ours])
        return read

    def at(self, path: str, given: Document, location: str) -> Place | None:
        """The place that `location` and `location_index` of a job or vehicle name; `None` where neither is given.

        Raises:
            ProblemError: there are matrices and no index into them, or none and no coordinates.
        """
        index = given.get(f"{location}_index")
        if location not in given and index is None:
            return None
        if not self._indexed:
            if location not in given:
                raise ProblemError(f"{path}.{location}", "is missing: without matrices we need coordinates")
            return _place(given[location])
        if index is None:
            raise ProblemError(f"{path}.{location}_index", "is missing: there are matrices")
        if index >= (self._size or 0):
            raise ProblemError(f"{path}.{location}_index", f"must be below {self._size or 0}, not {index}")
        return self._row(index, given.get(location))

    def _row(self, index: int, location: list[float] | None) -> Place:
        if index not in self._rows:
            place = self._unused(location)
            self._rows[index] = place
            self._taken.add(place)
        return self._rows[index]

    def _unused(self, location: list[float] | None) -> Place:
        """Rows without coordinates, or with those of another row, lie a millionth of a degree apart on the equator."""
        if location is not None and _place(location) not in self._taken:
            return _place(location)
        spots = (Place(i * 1e-6, 0.0) for i in count(len(self._taken)))
        return next(spot for spot in spots if spot not in self._taken)

    def travel(self, named: Iterable[Place], profile: str, speed_factor: float, path: str) -> Travel:
        """How a vehicle of that profile and speed travels between `named` places.

        Raises:
            ProblemError: there are matrices, and none for this profile.
        """
        places = tuple(named)
        if not self._indexed:
            return _scaled(travel_matrix(places, metres=self._metres), speed_factor)
        if profile not in self._matrices:
            raise ProblemError(f"matrices.{profile}", f"is missing: {path} travels by it")
        row_of = {place: row for row, place in self._rows.items()}
        at = [row_of[place] for place in places]
        chosen = {name: matrix[np.ix_(at, at)] for name, matrix in self._matrices[profile].items()}
        return _scaled(Travel(places, **chosen), speed_factor)


def _needs_metres(vehicle: Document) -> bool:
    return "max_distance" in vehicle or bool(vehicle.get("costs", {}).get("per_km"))


def _place(location: list[float]) -> Place:
    return Place(float(location[0]), float(location[1]))


def _scaled(travel: Travel, speed_factor: float) -> Travel:
    """VROOM multiplies durations by the factor's inverse, in hundredths; ours stay whole seconds, rounded up."""
    hundredths = round(100 / speed_factor)
    if hundredths == 100:
        return travel
    seconds: Any = -(-travel.seconds.astype(np.int64) * hundredths // 100)
    return Travel(
        travel.places, np.minimum(seconds, MAX_SECONDS).astype(np.int32), travel.metres, travel.costs
    )
