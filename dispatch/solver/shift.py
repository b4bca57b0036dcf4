"""Who works: one technician's time, his limits and his price."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from dispatch.solver.place import Place
from dispatch.solver.validation import ProblemError, check_name, check_number, check_whole, check_wholes
from dispatch.solver.visit import TimeWindow


@dataclass(frozen=True, slots=True)
class Break:
    """A pause of `duration_s` that starts in one of its `windows`, both ends included.

    It is taken between two services, on the road or while waiting, and never interrupts a service. A technician
    whose route is back by the last moment at which it may start, or has not left before that moment, rests at
    home: the route then needs no such break.
    """

    duration_s: int
    windows: tuple[TimeWindow, ...]

    def __post_init__(self) -> None:
        check_whole("break.duration_s", self.duration_s, minimum=0)
        if not self.windows:
            raise ProblemError("break.windows", "must hold at least one window")
        for before, after in pairwise(self.windows):
            if after.earliest_start <= before.latest_start:
                raise ProblemError("break.windows", "must be in order of time and not overlap")

    @classmethod
    def between(cls, duration_s: int, earliest_s: int, latest_s: int) -> "Break":
        """A break with one window."""
        return cls(duration_s, (TimeWindow(earliest_s, latest_s),))

    @property
    def latest_s(self) -> int:
        """The last moment at which it may start."""
        return self.windows[-1].latest_start


@dataclass(frozen=True, slots=True)
class Costs:
    """What a shift costs, in minutes of travel.

    - `fixed`: for being used at all. `per_travel_hour`: for an hour of driving, 60 being the plain unit.
      `per_km`: for a kilometre. `per_task_hour`: for an hour on site. `per_paid_hour`: for an hour between
      leaving and being back, breaks not counted.
    """

    fixed: float = 0.0
    per_travel_hour: float = 60.0
    per_km: float = 0.0
    per_task_hour: float = 0.0
    per_paid_hour: float = 0.0

    def __post_init__(self) -> None:
        for name in ("fixed", "per_travel_hour", "per_km", "per_task_hour", "per_paid_hour"):
            check_number(f"costs.{name}", getattr(self, name), minimum=0)


@dataclass(frozen=True, slots=True)
class Shift:
    """One technician's working time: leaves `start_place` at `earliest_s` or later, is at `end_place` by
    `latest_s`.

    - A place that is `None` is open: the day begins at the first visit, or ends at the last.
    - `breaks` are taken in the order given.
    - `overtime_s`: how much later than `latest_s` he may be back, at the price of the `overtime` term.
    - `max_visits`, `max_travel_s` (driving only), `max_distance_m`, `capacity` (parts → pieces in the van,
      none where not named): limits; `None` means no limit.
    - `fair_s`: paid time beyond it costs the `fairness` term; see `fairness.fair_shares`.
    - `profile`: which of `Problem.profiles` he travels by; `None` is `Problem.travel`.
    """

    id: str
    technician: str
    start_place: Place | None
    end_place: Place | None
    earliest_s: int
    latest_s: int
    skills: Mapping[str, int] = field(default_factory=dict)
    breaks: tuple[Break, ...] = ()
    max_visits: int | None = None
    overtime_s: int = 0
    max_travel_s: int | None = None
    max_distance_m: int | None = None
    capacity: Mapping[str, int] = field(default_factory=dict)
    costs: Costs = field(default_factory=Costs)
    fair_s: int | None = None
    profile: str | None = None

    def __post_init__(self) -> None:
        check_name("shifts.id", self.id)
        path = f"shifts[{self.id}]"
        check_name(f"{path}.technician", self.technician)
        check_whole(f"{path}.earliest_s", self.earliest_s)
        check_whole(f"{path}.latest_s", self.latest_s)
        check_wholes(f"{path}.skills", self.skills, minimum=1)
        check_wholes(f"{path}.capacity", self.capacity, minimum=0)
        if self.latest_s < self.earliest_s:
            raise ProblemError(f"{path}.latest_s", f"{self.latest_s} comes before {self.earliest_s}")
        check_whole(f"{path}.overtime_s", self.overtime_s, minimum=0)
        for name in ("max_visits", "max_travel_s", "max_distance_m", "fair_s"):
            if getattr(self, name) is not None:
                check_whole(f"{path}.{name}", getattr(self, name), minimum=0)
        for before, after in pairwise(self.breaks):
            if after.latest_s < before.latest_s:
                raise ProblemError(f"{path}.breaks", "must be in the order they are taken")

    @property
    def until_s(self) -> int:
        """The last moment he may be back, overtime included."""
        return self.latest_s + self.overtime_s
