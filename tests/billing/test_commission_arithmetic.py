"""What money is worth: by hand, and what holds of any invoice and any crew."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.commissions import Collected, Sold, Terms, apportioned, earned, net_kept, part_kept

AMOUNTS = st.integers(-(10**12), 10**12)
CREWS = st.lists(st.integers(1, 1000), min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("amount", "parts", "shares"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (101, [1, 1, 1], [34, 34, 33]),
        (10, [1, 2, 4], [1, 3, 6]),  # 1.43, 2.86, 5.71: the two left over go to .86 and .71
        (-100, [1, 1, 1], [-34, -33, -33]),
        (0, [3, 1], [0, 0]),
        (1, [1, 999], [0, 1]),
    ],
)
def test_a_crew_shares_to_the_last_unit(amount: int, parts: list[int], shares: list[int]) -> None:
    assert apportioned(amount, parts) == shares


@given(AMOUNTS, CREWS)
def test_shares_sum_exactly_and_nobody_is_off_by_a_whole_unit(amount: int, parts: list[int]) -> None:
    shares = apportioned(amount, parts)

    assert sum(shares) == amount
    for share, part in zip(shares, parts, strict=True):
        assert abs(share - Fraction(amount * part, sum(parts))) < 1


@given(AMOUNTS, CREWS)
def test_what_goes_back_mirrors_what_came(amount: int, parts: list[int]) -> None:
    assert apportioned(-amount, parts) == [-share for share in apportioned(amount, parts)]


@pytest.mark.parametrize(
    ("invoice", "part"),
    [
        (Collected(800), Fraction(0)),
        (Collected(800, received=200), Fraction(1, 4)),
        (Collected(800, received=900), Fraction(1)),  # too much is not ours
        (Collected(800, received=-100), Fraction(0)),
        (Collected(800, credited=200, received=300), Fraction(1, 2)),
        (Collected(800, credited=800, received=800), Fraction(0)),  # nothing of it is left to be kept
        (Collected(0), Fraction(1)),  # what costs nothing is paid
    ],
)
def test_how_much_of_an_invoice_is_kept(invoice: Collected, part: Fraction) -> None:
    assert part_kept(invoice) == part


@pytest.mark.parametrize(
    ("terms", "line", "credited", "part", "amount"),
    [
        (Terms(1000, None), Sold(800, 0, 1), 0, Fraction(1), 80),
        # 840 with 5 % in it is 800; half of that has come
        (Terms(1000, None), Sold(840, 500, 1), 0, Fraction(1, 2), 40),
        (Terms(1000, None), Sold(840, 500, 1), 210, Fraction(1), 60),
        (Terms(1000, None), Sold(5, 0, 1), 0, Fraction(1), 1),  # a half goes up
        (Terms(None, 50), Sold(1500, 0, 3), 0, Fraction(1), 150),
        (Terms(None, 50), Sold(1500, 0, 3), 500, Fraction(1, 2), 50),  # a third is credited, half has come
        (Terms(None, 50), Sold(0, 0, 1), 0, Fraction(1), 50),
    ],
)
def test_terms_by_hand(terms: Terms, line: Sold, credited: int, part: Fraction, amount: int) -> None:
    assert earned(terms, line, credited, part) == amount


def test_tax_is_not_kept() -> None:
    assert net_kept(Sold(1050, 500, 1), 0, Fraction(1)) == 1000
    assert net_kept(Sold(1050, 0, 1), 0, Fraction(1)) == 1050
