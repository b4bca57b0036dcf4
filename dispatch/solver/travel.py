"""Places → a matrix of whole seconds: the one door through which travel times enter a problem.

Distances are great circles on a sphere of the earth's mean radius, reckoned for all pairs at once in NumPy.
geopy's geodesics are exact but cost about 0.1 ms a pair in Python (90 s for 900 places); the sphere is
within 0.6 % of them everywhere, which disappears beside the uncertainty of the detour factor. A test holds it
to that.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dispatch.solver.problem import Place, ProblemError, Seconds, Travel

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius (2a + b) / 3 of the WGS 84 ellipsoid (IUGG); the same sphere geopy's great_circle uses."""


BLOCK = 128
"""So many rows at a time: what is reckoned on the way stays in the processor's cache."""


@dataclass(frozen=True, slots=True)
class TravelModel:
    """How a straight line becomes driving time.

    - `detour`: road length over straight line. 1.3 is the middle of the 1.2–1.4 usually found for
      street networks in towns.
    - `bands`: (up to this many metres of road, km/h); short trips are slower because they are all lights and
      side streets. The figures are assumptions for a scooter or small van in a Taiwanese city: set your own.
      Time is summed band by band, so a longer road never takes less time.
    - `fixed_s`: parking and setting off, paid by every trip between two different places.
    """

    detour: float = 1.3
    bands: tuple[tuple[float, float], ...] = ((2_000, 18), (8_000, 25), (25_000, 40), (float("inf"), 70))
    fixed_s: int = 60

    def __post_init__(self) -> None:
        if self.detour < 1:
            raise ProblemError("travel.detour", f"must be at least 1, not {self.detour}")
        if not self.bands or any(speed <= 0 for _, speed in self.bands):
            raise ProblemError("travel.bands", "must be given, with speeds above zero")
        edges = [edge for edge, _ in self.bands]
        if edges != sorted(set(edges)) or edges[-1] != float("inf"):
            raise ProblemError("travel.bands", "must rise and end at infinity")
        if self.fixed_s < 0:
            raise ProblemError("travel.fixed_s", f"must not be negative, not {self.fixed_s}")


URBAN_TAIWAN = TravelModel()


def great_circle_m(origins: Sequence[Place], destinations: Sequence[Place]) -> npt.NDArray[np.float64]:
    """Metres along great circles, one row per origin (haversine: stable for near points)."""
    lon_a, lat_a = _radians(origins)
    lon_b, lat_b = _radians(destinations)
    half_lat = np.sin((lat_b[None, :] - lat_a[:, None]) / 2) ** 2
    half_lon = np.sin((lon_b[None, :] - lon_a[:, None]) / 2) ** 2
    chord = half_lat + np.cos(lat_a)[:, None] * np.cos(lat_b)[None, :] * half_lon
    metres: npt.NDArray[np.float64] = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(chord, 0, 1)))
    return metres


def _radians(places: Sequence[Place]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    degrees = np.array([(place.lon, place.lat) for place in places], dtype=np.float64).reshape(-1, 2)
    return np.radians(degrees[:, 0]), np.radians(degrees[:, 1])


def driving_s(metres: npt.NDArray[np.float64], model: TravelModel) -> Seconds:
    """Straight-line metres → whole seconds of driving, rounded up so that nobody is promised too early."""
    road = metres * model.detour
    seconds = np.zeros_like(road)
    lower = 0.0
    for upper, speed_kmh in model.bands:
        seconds += np.clip(road - lower, 0, upper - lower) / (speed_kmh / 3.6)
        lower = upper
    # A micrometre of rounding noise between equal places is not a trip.
    return np.where(road > 1e-3, np.ceil(seconds + model.fixed_s), 0).astype(np.int32)


def travel_matrix(
    places: Sequence[Place], model: TravelModel = URBAN_TAIWAN, *, metres: bool = False
) -> Travel:
    """Driving times between all of `places`, each kept once however often it is named; with the metres of road if
    they are asked for."""
    unique = tuple(dict.fromkeys(places))
    seconds = np.empty((len(unique), len(unique)), dtype=np.int32)
    road = np.empty_like(seconds) if metres else None
    for first in range(0, len(unique), BLOCK):
        rows = slice(first, first + BLOCK)
        straight = great_circle_m(unique[rows], unique)
        seconds[rows] = driving_s(straight, model)
        if road is not None:
            road[rows] = np.ceil(straight * model.detour)
    return Travel(unique, seconds, road)
