"""What is to be done: one trip to one place, with everything that binds it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dispatch.solver.place import Place
from dispatch.solver.validation import (
    ProblemError,
    check_name,
    check_names,
    check_number,
    check_whole,
    check_wholes,
)


@dataclass(frozen=True, slots=True, order=True)
class TimeWindow:
    """Service starts inside it; both ends belong to it. It may end after the window does."""

    earliest_start: int
    latest_start: int

    def __post_init__(self) -> None:
        check_whole("window.earliest_start", self.earliest_start)
        check_whole("window.latest_start", self.latest_start)
        if self.latest_start < self.earliest_start:
            raise ProblemError("window", f"{self.latest_start} comes before {self.earliest_start}")


@dataclass(frozen=True, slots=True)
class After:
    """The visit starts at least `min_gap_s` after the end of another one, and at most `max_gap_s` after it.

    While the other one is left out, so must this one be.
    """

    visit: str
    min_gap_s: int = 0
    max_gap_s: int | None = None

    def __post_init__(self) -> None:
        check_name("after.visit", self.visit)
        check_whole("after.min_gap_s", self.min_gap_s, minimum=0)
        if self.max_gap_s is not None:
            check_whole("after.max_gap_s", self.max_gap_s, minimum=self.min_gap_s)


@dataclass(frozen=True, slots=True)
class Promise:
    """What the customer has been told. Another technician, or a start more than `tolerance_s` away, costs the
    `disturbance` term, `weight` times: raise it the nearer the appointment is."""

    start_s: int
    technician: str | None = None
    tolerance_s: int = 0
    weight: float = 1.0

    def __post_init__(self) -> None:
        check_whole("promise.start_s", self.start_s)
        check_whole("promise.tolerance_s", self.tolerance_s, minimum=0)
        check_number("promise.weight", self.weight, minimum=0)
        if self.technician is not None:
            check_name("promise.technician", self.technician)


@dataclass(frozen=True, slots=True)
class Visit:
    """One trip to one place.

    - `service_s`: time on site; `service_by_technician`: technician → his own time, where it differs,
      which it may not with a crew. `setup_s` is spent before it unless the technician comes from the same place.
    - `windows` empty: any time. `skills`: every named skill at that level or above.
    - `penalty`: minutes of travel lost when the visit is left out. A `mandatory` visit is left out only when
      no rule allows it anywhere.
    - `community`: entering it costs `Problem.entry_s` once per consecutive stay, before service may start.
    - `pinned_shift` takes the place of skills and of required/forbidden technicians; `pinned_start_s` takes
      the place of the windows. Both state what a dispatcher decided or what has happened already.
    - `required_technicians` empty: anybody not forbidden. `preferred_technicians`: anybody else costs the
      `preference` term. `known_technicians`: the customer knows them; a stranger costs the `continuity` term.
    - `values`: technician → minutes of travel gained (or, negative, lost) when that technician goes.
    - `due_s`: a start after it costs the `lateness` term, `lateness_weight` times.
    - `brings`, `collects`: parts → pieces, taken from the van's load or added to it.
    - `crew`: the skills of each further technician who must be there from the same start to the same end; all
      come or none. Pins, required technicians and parts bind the first one (role 0) only.
    - `after`: other visits that must have ended before.
    """

    id: str
    place: Place
    service_s: int
    windows: tuple[TimeWindow, ...] = ()
    skills: Mapping[str, int] = field(default_factory=dict)
    penalty: float = 600.0
    mandatory: bool = False
    community: str | None = None
    setup_s: int = 0
    service_by_technician: Mapping[str, int] = field(default_factory=dict)
    pinned_shift: str | None = None
    pinned_start_s: int | None = None
    required_technicians: tuple[str, ...] = ()
    forbidden_technicians: tuple[str, ...] = ()
    preferred_technicians: tuple[str, ...] = ()
    known_technicians: tuple[str, ...] = ()
    values: Mapping[str, float] = field(default_factory=dict)
    due_s: int | None = None
    lateness_weight: float = 1.0
    promise: Promise | None = None
    brings: Mapping[str, int] = field(default_factory=dict)
    collects: Mapping[str, int] = field(default_factory=dict)
    crew: tuple[Mapping[str, int], ...] = ()
    after: tuple[After, ...] = ()

    def __post_init__(self) -> None:
        check_name("visits.id", self.id)
        path = f"visits[{self.id}]"
        self._check_times(path)
        self._check_amounts(path)
        self._check_technicians(path)

    def _check_times(self, path: str) -> None:
        for name in ("service_s", "setup_s"):
            check_whole(f"{path}.{name}", getattr(self, name), minimum=0)
        check_wholes(f"{path}.service_by_technician", self.service_by_technician, minimum=0)
        if self.crew and any(own_s != self.service_s for own_s in self.service_by_technician.values()):
            raise ProblemError(f"{path}.service_by_technician", "differs, and a crew stays equally long")
        for name in ("pinned_start_s", "due_s"):
            if getattr(self, name) is not None:
                check_whole(f"{path}.{name}", getattr(self, name))
        if len({one.visit for one in self.after} | {self.id}) != len(self.after) + 1:
            raise ProblemError(f"{path}.after", "names a visit twice, or the visit itself")
        if not isinstance(self.mandatory, bool):
            raise ProblemError(f"{path}.mandatory", f"must be true or false, not {self.mandatory!r}")

    def _check_amounts(self, path: str) -> None:
        check_number(f"{path}.penalty", self.penalty, minimum=0)
        check_number(f"{path}.lateness_weight", self.lateness_weight, minimum=0)
        for i, skills in enumerate((self.skills, *self.crew)):
            check_wholes(f"{path}.skills" if i == 0 else f"{path}.crew[{i - 1}]", skills, minimum=1)
        check_wholes(f"{path}.brings", self.brings, minimum=0)
        check_wholes(f"{path}.collects", self.collects, minimum=0)
        for technician, minutes in self.values.items():
            check_number(f"{path}.values.{technician}", minutes)

    def _check_technicians(self, path: str) -> None:
        for name in ("community", "pinned_shift"):
            if getattr(self, name) is not None:
                check_name(f"{path}.{name}", getattr(self, name))
        for kind in ("required", "forbidden", "preferred", "known"):
            check_names(f"{path}.{kind}_technicians", getattr(self, f"{kind}_technicians"))
        both = sorted(set(self.required_technicians) & set(self.forbidden_technicians))
        if both:
            raise ProblemError(f"{path}.required_technicians", f"{both[0]} is both required and forbidden")

    @property
    def roles(self) -> int:
        """How many technicians must come."""
        return 1 + len(self.crew)

    @property
    def pinned(self) -> bool:
        """Whether a dispatcher, or the day itself, has decided who goes or when."""
        return self.pinned_shift is not None or self.pinned_start_s is not None

    def skills_of(self, role: int) -> Mapping[str, int]:
        """The skills asked of the technician in a role, 0 being the first."""
        return self.crew[role - 1] if role else self.skills

    def service_of(self, technician: str) -> int:
        """Seconds on site when this technician goes."""
        return self.service_by_technician.get(technician, self.service_s)
