"""Random numbers that are the same on every machine: xorshift64* (Vigna, ACM TOMS 42(4), 2016)."""

import numpy as np
import numpy.typing as npt

from dispatch.solver.search.kernels.compiled import kernel

Seed = npt.NDArray[np.uint64]


@kernel
def chance(random: Seed) -> float:
    """A number from 0 (included) to 1 (not included)."""
    x = random[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    random[0] = x
    return float((x * np.uint64(2685821657736338717)) >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@kernel
def pick(random: Seed, n: int) -> int:
    """A number from 0 to n - 1."""
    return int(chance(random) * n)
