"""A figure beside what it was: how much it changed, and where that lies."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot

from communities.insight.figures import Reading
from communities.insight.scores import Interval


@dataclass(frozen=True, slots=True)
class Difference:
    """Now less before, in the figure's own unit, and the 95 % interval where both have one."""

    value: float
    interval: Interval | None = None

    @property
    def is_clear(self) -> bool:
        """Whether it can be told from no change."""
        return self.interval is not None and (self.interval.low > 0 or self.interval.high < 0)


def difference(now: Reading, before: Reading) -> Difference | None:
    """None where one of the two is not known.

    The interval is recovered from the two figures' own (Zou and Donner, "Construction of confidence limits about effect
    measures: a general approach", Statistics in Medicine 27 (2008) 1693-1702), of shares that is Newcombe's ("Interval
    estimation for the difference between independent proportions", the same 17 (1998) 873-890, method 10):

        low  = now - before - sqrt((now - now.low)² + (before.high - before)²)
        high = now - before + sqrt((now.high - now)² + (before - before.low)²)
    """
    if now.value is None or before.value is None:
        return None
    value = now.value - before.value
    if now.interval is None or before.interval is None:
        return Difference(value)
    below = hypot(now.value - now.interval.low, before.interval.high - before.value)
    above = hypot(now.interval.high - now.value, before.value - before.interval.low)
    return Difference(value, Interval(value - below, value + above))
