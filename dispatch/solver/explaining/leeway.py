"""How far shifts may be stretched when it is tried what would let a visit in."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dispatch.solver.problem import Shift

FAR_S = 1 << 40
"""Further than any shift."""


@dataclass(frozen=True, slots=True)
class Leeway:
    """What is over cannot be worked in, and who has gone home does not stay longer.

    - `earliest_s`: shift → no earlier start than this is proposed: now, or when the technician has done what he is
      at. `latest_s`: shift → no later end than this.
    - A shift not named may begin and end whenever it would help.
    """

    earliest_s: Mapping[str, int] = field(default_factory=dict)
    latest_s: Mapping[str, int] = field(default_factory=dict)

    def before_s(self, shift: Shift) -> int:
        """Seconds by which the shift could begin earlier, as far as this goes."""
        return shift.earliest_s - self.earliest_s.get(shift.id, -FAR_S)

    def after_s(self, shift: Shift) -> int:
        """Seconds by which the shift could end later, as far as this goes."""
        return self.latest_s.get(shift.id, FAR_S) - shift.until_s


ANY = Leeway()
