"""The other planners, each behind the same function: problem, seconds and seed in, rounds out."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pkgutil import resolve_name
from shutil import which

from benchmarks.replay import Rounds
from dispatch.solver.problem import Problem


@dataclass(frozen=True, slots=True)
class Answer:
    """What a planner found, the seconds its own call took (reading the problem not counted), and, where it
    tells, its best cost so far after so many seconds."""

    rounds: Rounds
    seconds: float
    trace: tuple[tuple[float, int], ...] = ()


class NoPlan(RuntimeError):
    """The planner found nothing in its time."""


Solve = Callable[[Problem, float, int], Answer]


@dataclass(frozen=True, slots=True)
class Way:
    """One process of a peer: a `Solve` in `benchmarks`, as `module:name`. `seed`: 0 for one that takes none."""

    label: str
    function: str
    seed: int = 0

    def __call__(self, problem: Problem, seconds: float) -> Answer:
        """Import the planner and let it plan."""
        solve: Solve = resolve_name(f"benchmarks.{self.function}")
        return solve(problem, seconds, self.seed)


@dataclass(frozen=True, slots=True)
class Peer:
    """A planner: its name, the Python module that brings it, what runs side by side (two threads or processes
    in all; the cheapest answer counts), and a system program it cannot do without."""

    name: str
    module: str
    ways: tuple[Way, ...]
    program: str | None = None

    @property
    def installed(self) -> bool:
        """Whether its package is there."""
        return find_spec(self.module) is not None

    @property
    def usable(self) -> bool:
        """Whether it can run: `program`, where it needs one, is on the path."""
        return self.program is None or which(self.program) is not None


PEERS = (
    Peer("VROOM", "vroom", (Way("", "peers.vroom:solve"),)),
    Peer("PyVRP", "pyvrp", (Way("seed 1", "peers.pyvrp:solve", 1), Way("seed 2", "peers.pyvrp:solve", 2))),
    Peer(
        "OR-Tools",
        "ortools",
        (Way("GLS", "peers.ortools_routing:gls"), Way("ILS", "peers.ortools_routing:ils")),
    ),
    Peer(
        "Timefold",
        "timefold",
        (Way("seed 1", "peers.timefold:solve", 1), Way("seed 2", "peers.timefold:solve", 2)),
        program="java",
    ),
)
LINLI = Way("Linli", "peers.linli:solve", 1)
