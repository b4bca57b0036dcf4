"""Solomon's text format."""

from benchmarks.solomon import problem_of
from dispatch.solver.problem import Place, TimeWindow

TEXT = """\
R101

VEHICLE
NUMBER     CAPACITY
  2         200

CUSTOMER
CUST NO.   XCOORD.   YCOORD.    DEMAND   READY TIME   DUE DATE   SERVICE TIME

    0          35      35           0       0         230           0
    1          41      49          10     161         171          10
    2          35      17           7      50          60          20
"""


def test_an_instance_is_read_in_tenths() -> None:
    problem = problem_of(TEXT)
    depot = Place(3.5, 3.5)
    first, second = problem.visits
    assert [(one.earliest_s, one.latest_s, one.capacity) for one in problem.shifts] == 2 * [
        (0, 2300, {"load": 200})
    ]
    assert first.windows == (TimeWindow(1610, 1710),)
    assert (first.service_s, second.service_s) == (100, 200)
    assert (first.brings, second.brings) == ({"load": 10}, {"load": 7})
    # hypot(6, 14) = 15.2315…, cut to 15.2; 35 - 17 = 18 exactly
    assert problem.travel.between(depot, first.place) == 152
    assert problem.travel.between(second.place, depot) == 180
