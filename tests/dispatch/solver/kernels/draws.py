"""Random numbers as the kernels draw them: xorshift64*, on whole numbers of any size cut to 64 bits."""

import numpy as np
import numpy.typing as npt

BITS = 2**64 - 1


def following(x: int) -> int:
    x ^= x >> 12
    x ^= (x << 25) & BITS
    return x ^ (x >> 27)


def share(x: int) -> float:
    """The upper 53 bits of the product, as a share of 2⁵³."""
    return ((x * 2685821657736338717 & BITS) >> 11) / 2**53


class Draws:
    """Draws from a board's own numbers: whoever draws next, here or in a kernel, goes on from there."""

    def __init__(self, random: npt.NDArray[np.uint64]) -> None:
        self._random = random

    def chance(self) -> float:
        """From 0 (included) to 1 (not included)."""
        x = following(int(self._random[0]))
        self._random[0] = x
        return share(x)

    def pick(self, n: int) -> int:
        """From 0 to n - 1."""
        return int(self.chance() * n)
