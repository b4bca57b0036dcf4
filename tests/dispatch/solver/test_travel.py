"""Travel times: the sphere against the ellipsoid, the speed bands by hand, equal places."""

import geopy.distance
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.solver.problem import Place, ProblemError
from dispatch.solver.travel import TravelModel, driving_s, great_circle_m, travel_matrix

places = st.builds(Place, st.floats(119, 123), st.floats(21, 26))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(places, places)
def test_great_circle_is_within_six_thousandths_of_the_geodesic(a: Place, b: Place) -> None:
    geodesic = geopy.distance.geodesic((a.lat, a.lon), (b.lat, b.lon)).meters
    assert great_circle_m([a], [b])[0, 0] == pytest.approx(geodesic, rel=0.006, abs=0.01)


def test_speed_rises_band_by_band() -> None:
    # 5 km straight are 6.5 km of road: 2 km at 18 km/h = 400 s, 4.5 km at 25 km/h = 648 s, 60 s to set off.
    assert driving_s(np.array([5000.0]), TravelModel()).tolist() == [400 + 648 + 60]


def test_own_model() -> None:
    # 1 km straight, twice that by road, 36 km/h = 10 m/s.
    model = TravelModel(detour=2, bands=((float("inf"), 36),), fixed_s=0)
    assert driving_s(np.array([1000.0]), model).tolist() == [200]


def test_equal_places_share_a_row_and_are_no_trip_apart() -> None:
    here, there = Place(121.5, 25.0), Place(121.6, 25.0)
    travel = travel_matrix([here, there, here])
    assert travel.places == (here, there)
    assert travel.between(here, here) == 0
    assert travel.between(here, there) == travel.between(there, here) > 0


def test_no_places() -> None:
    assert travel_matrix([]).seconds.shape == (0, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"detour": 0.9},
        {"bands": ()},
        {"bands": ((1000, 20),)},
        {"bands": ((2000, 20), (1000, 30), (float("inf"), 40))},
        {"bands": ((float("inf"), 0),)},
        {"fixed_s": -1},
    ],
)
def test_impossible_model_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ProblemError):
        TravelModel(**wrong)  # type: ignore[arg-type]
