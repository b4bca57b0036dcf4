"""Which communities of a region are planned without feedback in a week: drawn by hashing, the same wherever asked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, timedelta
from math import floor


def week_of(day: date) -> date:
    """The Monday of a day's ISO week."""
    return day - timedelta(days=day.weekday())


def held_out(*, seed: str, week_on: date, communities: Iterable[str], share: float) -> frozenset[str]:
    """The communities in the neutral arm in the week that begins on `week_on`.

    `share` of them (0 to 1), rounded up or down by chance, so that over the weeks it is met exactly and every
    community is as likely as any other, also where five have to share one place. Which ones: those with the lowest
    hashes. One more community moves at most one of the others from one arm to the other. Raises ValueError for a
    share that is none.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"{share} is not a share")
    week = week_on.isoformat()
    ranked = sorted(set(communities), key=lambda one: (_chance(seed, week, one), one))
    return frozenset(ranked[: floor(share * len(ranked) + _chance(seed, week))])


def _chance(*parts: str) -> float:
    """A number in [0, 1) that anybody can work out again: 53 bits of SHA-256 over the parts."""
    digest = hashlib.sha256("\0".join(parts).encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> 11) / 2**53
