"""Random numbers are those of xorshift64*, on whole numbers of any size cut to 64 bits."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.solver.search.kernels.chance import chance, pick

BITS = 2**64 - 1


def following(x: int) -> int:
    x ^= x >> 12
    x ^= (x << 25) & BITS
    return x ^ (x >> 27)


def share(x: int) -> float:
    """The upper 53 bits of the product, as a share of 2⁵³."""
    return ((x * 2685821657736338717 & BITS) >> 11) / 2**53


@settings(deadline=None)
@given(st.integers(1, BITS), st.integers(1, 1000))
def test_numbers_are_those_of_xorshift64_star(seed: int, n: int) -> None:
    random, x = np.array([seed], np.uint64), seed
    for _ in range(5):
        x = following(x)
        assert chance(random) == share(x)
        x = following(x)
        assert pick(random, n) == int(share(x) * n)
    assert int(random[0]) == x
