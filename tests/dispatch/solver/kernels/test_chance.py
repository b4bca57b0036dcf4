"""Random numbers are those of xorshift64*."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.solver.search.kernels.chance import chance, pick
from tests.dispatch.solver.kernels.draws import BITS, Draws


@settings(deadline=None)
@given(st.integers(1, BITS), st.integers(1, 1000))
def test_numbers_are_those_of_xorshift64_star(seed: int, n: int) -> None:
    random, told = np.array([seed], np.uint64), np.array([seed], np.uint64)
    draws = Draws(told)
    for _ in range(5):
        assert chance(random) == draws.chance()
        assert pick(random, n) == draws.pick(n)
    assert random == told
