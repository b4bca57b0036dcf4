"""What a point of satisfaction is worth."""

from datetime import timedelta

from communities.insight.lags import Association, Band
from communities.insight.panel import Week
from communities.insight.stakes import Stake, stake
from tests.communities.insight.weeks import MONDAY

POINT = Association(Band((0.05,), (0.02,), (0.08,)), Band((0.05,), (0.02,), (0.08,)), half_shown=0)


def test_a_point_is_worth_those_who_come_back_times_an_average_invoice() -> None:
    # 300 served in the year, 5 of 100 more come back: 15, at 50,000 / 40 = 1,250 each: 18,750; from 7,500 to 30,000.
    # The week 52 weeks before the last does not belong to the year.
    old = Week("A", MONDAY, repurchase_base=900, invoiced_minor=7, invoices=1)
    year = [
        Week("A", MONDAY + timedelta(weeks=1), repurchase_base=100, invoiced_minor=20_000, invoices=10),
        Week("B", MONDAY + timedelta(weeks=52), repurchase_base=200, invoiced_minor=30_000, invoices=30),
    ]
    assert stake([old, *year], POINT) == Stake(18_750, 7_500, 30_000)


def test_without_invoices_nobody_knows() -> None:
    assert stake([], POINT) is None
    assert stake([Week("A", MONDAY, repurchase_base=10)], POINT) is None
