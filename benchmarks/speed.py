"""How quick, how large, how near to the best possible: figures without a peer.

Each measurement has a process of its own, the compiled kernels loaded before its clock starts.
"""

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, TypeVar

from benchmarks import offers
from benchmarks.peers.linli import PROCESSES
from benchmarks.town import HOUR, TOWNS, Town
from dispatch.solver.living.events import Event, Pinned, ShiftEnds, Urgent, as_planned
from dispatch.solver.living.replan import Replan, replan
from dispatch.solver.plan import Plan, Stop
from dispatch.solver.prepare import prepare
from dispatch.solver.problem import Problem, TimeWindow, Visit
from dispatch.solver.solve import Limits, solve

if TYPE_CHECKING:
    from dispatch.solver.search.explorer import Explorer

T = TypeVar("T")

THOUSAND = Town("city-1000x160", 1000, 160)
LARGE = Town("large-5000x700", 5000, 700, half_width_km=30)
LARGE_S = 120.0
LONGER = 10
"""So many times longer is the large town planned for comparison."""
FAR = (Town("near-250x40", 250, 40, half_width_km=7.5), Town("far-4000x640", 4000, 640, half_width_km=30))
"""As dense as each other; one has sixteen times as many routes."""
BOUNDED = (Town("field-100x17", 100, 17, half_width_km=20), Town("field-150x25", 150, 25, half_width_km=20))
COMPARED = {"field-120x20": 300.0, "field-200x32": 400.0, "city-400x80": 600.0}
"""Towns that peers plan too → seconds for a lower bound; the first two are finished before."""
TURNS = 5
"""What is over in a second is measured so often, and the quickest counts: whatever else the machine does adds."""
MOVES = 20_000
SETTLING = 80
"""Moves for each visit before they are timed: those of a plan that is still bad are dearer."""
READY_S = 10.0
"""What a plan is given that is only begun from."""
MORNING, LATER = 8 * HOUR, 11 * HOUR
PINS = 50
SEEDS = f"town {THOUSAND.seed}, Linli {Limits().seed}, requests {offers.SEED}"
"""Nothing here is drawn by any other."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure; `goal` is what it should be at most."""

    what: str
    value: float
    unit: str = "s"
    goal: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether it is as it should be; `None` where nothing is asked of it."""
        return None if self.goal is None else self.value <= self.goal


def loading() -> Sequence[Figure]:
    """Importing the package, and what the compiled kernels cost a process that finds them on disk."""
    bare = _interpreter_s("pass")
    package = _interpreter_s("import dispatch.solver.solve")
    kernels = _interpreter_s("from dispatch.solver.prepare import prepare; prepare()")
    return (
        Figure("importing the planner", package - bare, goal=0.2),
        Figure("loading the compiled kernels, in a process that plans", kernels - package),
    )


def first_plan() -> Sequence[Figure]:
    """A feasible plan with nothing improved, and what is left out of it."""
    problem = _warmed(THOUSAND)
    turns = (_clocked(lambda: solve(problem, Limits(iterations=0))) for _ in range(TURNS))
    seconds, plan = min(turns, key=itemgetter(0))
    return (
        Figure("first feasible plan of 1,000 visits × 160 shifts", seconds, goal=2.0),
        Figure("visits left out of it", len(plan.unassigned), ""),
    )


def far_routes() -> Sequence[Figure]:
    """What one move of the search costs with few routes and with many, turn by turn."""
    few, many = (_settled(_warmed(town)) for town in FAR)
    turns = [(_move_us(few), _move_us(many)) for _ in range(TURNS)]
    few_us, many_us = (min(one) for one in zip(*turns, strict=True))
    return (
        Figure("one move, 250 visits × 40 shifts", few_us, "µs"),
        Figure("one move, 4,000 visits × 640 shifts as dense", many_us, "µs"),
        Figure("the one over the other", many_us / few_us, "×", goal=1.25),
    )


def large() -> Sequence[Figure]:
    """The large town in its time, and in ten times as much."""
    problem = _warmed(LARGE)
    seconds, plan = _clocked(lambda: solve(problem, _timed(LARGE_S)))
    memory = _peak_gib()
    longer = solve(problem, _timed(LARGE_S * LONGER))
    return (
        Figure("plan of 5,000 visits × 700 shifts", seconds, goal=LARGE_S),
        Figure("memory at most, everything in it", memory, "GiB", goal=2.0),
        Figure("visits left out of it", len(plan.unassigned), ""),
        Figure(
            "dearer than with ten times as long", 100 * (plan.score.total / longer.score.total - 1), "%", 4.0
        ),
    )


def urgent() -> Sequence[Figure]:
    """A request in the middle of a day on which everything has gone by the plan and some visits are pinned."""
    problem = _warmed(THOUSAND)
    plan = solve(problem, _timed(READY_S))
    waiting = [stop for stop in _stops(plan) if stop.start_s > LATER][:PINS]
    pins = [Pinned(stop.visit, start_s=stop.start_s) for stop in waiting]
    window = TimeWindow(LATER + HOUR // 2, LATER + 2 * HOUR)
    call = Urgent(Visit("urgent", problem.visits[0].place, HOUR // 2, (window,), penalty=600))
    events: list[Event] = [*as_planned(plan, LATER), *pins, call]
    seconds, after = _clocked(lambda: replan(problem, plan, events, LATER, _timed(0.5)))
    held = {pin.visit for pin in pins} | {stop.visit for stop in _stops(plan) if stop.start_s <= LATER}
    return (
        Figure("one urgent visit among 1,000 at 11 o'clock", seconds, goal=1.0),
        Figure("it is left out", float(not _has(after.plan, "urgent")), "", goal=0),
        Figure("changes to visits pinned, begun or done", _changed(after, held), "", goal=0),
        Figure("changes to others", len(after.changes) - 1 - _changed(after, held), ""),
    )


def sick() -> Sequence[Figure]:
    """A technician of a hundred calls in sick in the morning."""
    problem = _warmed(Town("city-600x100", 600, 100))
    plan = solve(problem, _timed(READY_S))
    longest = max(plan.routes, key=lambda route: len(route.stops))
    out = ShiftEnds(longest.shift, MORNING)
    seconds, after = _clocked(lambda: replan(problem, plan, [out], MORNING, _timed(3.0)))
    given = [stop.visit for stop in longest.stops]
    return (
        Figure("a technician of 100 is sick, 600 visits", seconds, goal=5.0),
        Figure(f"of that technician's {len(given)} visits left out", _absent(after.plan, given), ""),
        Figure("changes to other technicians' visits", len(after.changes) - _changed(after, set(given)), ""),
    )


def offering() -> Sequence[Figure]:
    """Windows for a request without a time."""
    prepare()
    found = offers.measure(visits=1000, technicians=100)
    return (
        Figure("offers against 1,000 visits × 100 technicians × 5 days, median", found.p50_ms, "ms"),
        Figure("the same, 95th percentile", found.p95_ms, "ms", goal=50),
        Figure("inserting an offer that is taken, median", found.take_ms, "ms"),
    )


def explaining() -> Sequence[Figure]:
    """Reasons for every visit of a day, and relaxations for those left out of an overfull one."""
    from dispatch.solver.explain import MOST_RELAXED, explain

    problem = _warmed(THOUSAND)
    plan = solve(problem, _timed(READY_S))
    overfull = Town("full-600x60", 600, 60, penalty_min=120).problem()
    full = solve(overfull, _timed(READY_S))
    return (
        Figure("reasons for a plan of 1,000 visits", _clocked(lambda: explain(problem, plan))[0]),
        Figure(
            f"reasons for one of 600 that leaves {len(full.unassigned)} out, "
            f"with relaxations for {min(MOST_RELAXED, len(full.unassigned))}",
            _clocked(lambda: explain(overfull, full))[0],
        ),
    )


def bounding() -> Sequence[Figure]:
    """How much above the best possible a plan is at most, by the lower bound."""
    return [figure for town in BOUNDED for figure in _bounded(town)]


def _bounded(town: Town) -> Iterator[Figure]:
    from dispatch.solver.bound import lower_bound

    problem = _warmed(town)
    plan = solve(problem, _timed(20.0))
    seconds, bound = _clocked(lambda: lower_bound(problem, plan, time_s=60.0))
    assert bound is not None
    assert bound.gap is not None
    yield Figure(f"{town.name} in 20 s: above the best possible by at most", 100 * bound.gap, "%")
    yield Figure(f"{town.name}: finding that bound", seconds)


def best_possible() -> Sequence[Figure]:
    """What no plan of a compared town costs less than, whoever makes it."""
    return [_least(town, COMPARED[town.name]) for town in TOWNS if town.name in COMPARED]


def _least(town: Town, seconds: float) -> Figure:
    from dispatch.solver.bound import lower_bound

    problem = _warmed(town)
    bound = lower_bound(problem, solve(problem, _timed(READY_S)), time_s=seconds)
    assert bound is not None
    return Figure(f"{town.name}: no plan costs less than", float(bound.seconds))


MEASUREMENTS: dict[str, Callable[[], Sequence[Figure]]] = {
    "loading": loading,
    "first-plan": first_plan,
    "far-routes": far_routes,
    "urgent": urgent,
    "sick": sick,
    "offers": offering,
    "reasons": explaining,
    "bound": bounding,
    "best-possible": best_possible,
    LARGE.name: large,
}


def _timed(seconds: float) -> Limits:
    return Limits(iterations=10**9, time_s=seconds, searches=PROCESSES)


def _warmed(town: Town) -> Problem:
    prepare()
    return town.problem()


def _clocked(run: Callable[[], T]) -> tuple[float, T]:
    began = time.perf_counter()
    answer = run()
    return time.perf_counter() - began, answer


def _interpreter_s(code: str) -> float:
    """Seconds of a fresh interpreter that may keep its bytecode, the middle one of five."""
    command = [sys.executable, "-c", code]
    own = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return statistics.median(
        _clocked(lambda: subprocess.run(command, check=True, env=own))[0] for _ in range(5)
    )


def _settled(problem: Problem) -> "Explorer":
    """One search on the part that is its own of an ordinary plan."""
    from dispatch.solver.search.board import Board
    from dispatch.solver.search.explorer import Explorer
    from dispatch.solver.search.improve import parts_for
    from dispatch.solver.search.model import Model
    from dispatch.solver.search.parts import cut
    from dispatch.solver.search.passes import COLD

    model = Model(problem)
    board = Board(model)
    board.construct()
    explorer = Explorer(model, seed=1)
    explorer.start(board.chains())
    explorer.run(SETTLING * len(problem.visits), COLD, COLD)
    board.lay_down(explorer.best)
    explorer.start(explorer.best, cut(board, parts_for(len(problem.visits), searches=1), 0)[0])
    return explorer


def _move_us(explorer: "Explorer") -> float:
    """Microseconds of one move."""
    from dispatch.solver.search.passes import COLD

    return 1e6 / MOVES * _clocked(lambda: explorer.run(MOVES, COLD, COLD))[0]


def _peak_gib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def _stops(plan: Plan) -> list[Stop]:
    return sorted((stop for route in plan.routes for stop in route.stops), key=lambda stop: stop.start_s)


def _has(plan: Plan, visit: str) -> bool:
    return any(stop.visit == visit for stop in _stops(plan))


def _absent(plan: Plan, visits: Sequence[str]) -> int:
    return len(set(visits) - {stop.visit for stop in _stops(plan)})


def _changed(after: Replan, visits: set[str]) -> int:
    return sum(change.visit in visits for change in after.changes)
