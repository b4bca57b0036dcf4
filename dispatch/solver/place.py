"""Places, and how long and how far it is between them."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from dispatch.solver.validation import ProblemError, check_number

Whole = npt.NDArray[np.int32]
Seconds = Whole


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A point on the earth, degrees WGS 84."""

    lon: float
    lat: float

    def __post_init__(self) -> None:
        check_number("place.lon", self.lon)
        check_number("place.lat", self.lat)
        if not (-180 <= self.lon <= 180 and -90 <= self.lat <= 90):
            raise ProblemError("place", f"({self.lon}, {self.lat}) is not a longitude and a latitude")


@dataclass(frozen=True)
class Travel:
    """Whole seconds from each place (row) to each place (column), and where they are known the metres.

    `costs`, where given, are what each way costs, in seconds of travel; they then take the place of a shift's
    rates for travel and distance.
    """

    places: tuple[Place, ...]
    seconds: Seconds = field(compare=False)
    metres: Whole | None = field(default=None, compare=False)
    costs: Whole | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        size = len(self.places)
        for name in ("seconds", "metres", "costs"):
            matrix = getattr(self, name)
            if matrix is None:
                continue
            if matrix.shape != (size, size):
                raise ProblemError(f"travel.{name}", f"must be {size} × {size}, not {matrix.shape}")
            if size and int(matrix.min()) < 0:
                raise ProblemError(f"travel.{name}", "must not be negative")
        if len(self.index) != size:
            raise ProblemError("travel.places", "the same place stands there twice")

    @cached_property
    def index(self) -> dict[Place, int]:
        """Place → its row and column."""
        return {place: i for i, place in enumerate(self.places)}

    def between(self, origin: Place | None, destination: Place | None) -> int:
        """Seconds from one place to another; none where an end is open."""
        return self._read(self.seconds, origin, destination)

    def metres_between(self, origin: Place | None, destination: Place | None) -> int:
        """Metres from one place to another; 0 where they are not known or an end is open."""
        return 0 if self.metres is None else self._read(self.metres, origin, destination)

    def cost_between(self, origin: Place | None, destination: Place | None) -> int | None:
        """What the way costs by the matrix of costs, `None` without one."""
        return None if self.costs is None else self._read(self.costs, origin, destination)

    def _read(self, matrix: Whole, origin: Place | None, destination: Place | None) -> int:
        if origin is None or destination is None:
            return 0
        return int(matrix[self.index[origin], self.index[destination]])
