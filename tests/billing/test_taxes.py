"""Tax: by hand, and what holds of any invoice."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.taxes import Taxed, TaxSum, tax_sums

LINES = st.lists(
    st.builds(Taxed, amount=st.integers(0, 10**9), rate_bp=st.sampled_from([0, 500, 800, 1000, 1975]))
)


@pytest.mark.parametrize(
    ("included", "lines", "sums"),
    [
        # 2,300 with 5 % in it: 2,300 / 1.05 = 2,190.476…, so 110 tax
        (True, [(800, 500), (1500, 500)], [(500, 2190, 110)]),
        # line by line it would be 38 + 71 = 109
        (True, [(800, 500)], [(500, 762, 38)]),
        (False, [(800, 500), (1500, 500)], [(500, 2300, 115)]),
        # 10 × 5 % is a half, and goes up
        (False, [(10, 500)], [(500, 10, 1)]),
        (True, [(105, 500), (50, 0), (108, 800)], [(800, 100, 8), (500, 100, 5), (0, 50, 0)]),
        (True, [], []),
    ],
)
def test_by_hand(included: bool, lines: list[tuple[int, int]], sums: list[tuple[int, int, int]]) -> None:
    taxed = [Taxed(*line) for line in lines]

    assert tax_sums(taxed, included=included) == [TaxSum(*one) for one in sums]


@given(LINES, st.booleans())
def test_nothing_is_lost_and_no_rate_is_off_by_more_than_half_a_unit(
    lines: list[Taxed], included: bool
) -> None:
    sums = tax_sums(lines, included=included)

    told = sum(line.amount for line in lines)
    assert sum(one.net + (one.tax if included else 0) for one in sums) == told
    for one in sums:
        assert abs(Fraction(one.net * one.rate_bp, 10_000) - one.tax) <= 1
