"""What became of a file."""

import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from core.tabular import Rejects


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """How many rows were new, changed something, or were there already; how many were not taken, and why."""

    imported: int
    updated: int
    unchanged: int
    rejected: dict[str, int]
    rejects_file: Path
    seconds: float

    @classmethod
    def of(cls, rows: Counter[str], rejects: Rejects, *, began: float) -> Self:
        """From the number of rows "imported", "updated" and "unchanged"; `began` on the monotonic clock."""
        return cls(
            imported=rows["imported"],
            updated=rows["updated"],
            unchanged=rows["unchanged"],
            rejected=dict(rejects.counts),
            rejects_file=rejects.path,
            seconds=time.monotonic() - began,
        )
