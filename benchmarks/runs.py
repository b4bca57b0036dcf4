"""What can be measured, instance by instance."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks import pillac, solomon
from benchmarks.apart import Failed, together
from benchmarks.compare import compare, linli_run
from benchmarks.peers import LINLI, PEERS, Peer, Way
from benchmarks.records import Record, Setting
from benchmarks.replay import Rounds
from benchmarks.report import SPEED, TOWNS
from benchmarks.speed import MEASUREMENTS, SEEDS, Figure
from benchmarks.town import Town
from dispatch.solver.problem import Problem

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Published:
    """A set from the literature. `instances` reads a folder: name, problem and best known cost of each;
    `unit_s` seconds of the problem are one unit of that cost; `seconds` is what Linli is given, `way` how it is asked,
    and `rules` finds what breaks those that the problem cannot say."""

    name: str
    folder: str
    instances: Callable[[Path], Iterable[tuple[str, Problem, float]]]
    unit_s: int
    seconds: float
    note: str
    way: Way = LINLI
    rules: Callable[[Rounds], Sequence[str]] = lambda _: ()


PUBLISHED = (
    Published("solomon", "solomon", solomon.instances, solomon.TENTHS, 20.0, solomon.NOTE),
    Published(
        name="pillac",
        folder="trsp_pillac",
        instances=pillac.instances,
        unit_s=pillac.HUNDREDTHS,
        seconds=60.0,
        note=pillac.NOTE,
        way=Way("Linli", "peers.linli_pillac:solve", 1),
        rules=pillac.driving_twice,
    ),
)


class MeasurementError(RuntimeError):
    """A measurement of Linli by itself gave no figures, and why."""


@dataclass(frozen=True, slots=True)
class Task:
    """One instance to be measured; `measure` tells what runs and takes its time."""

    set: str
    instance: str
    measure: Callable[[Say], Record]


def town_tasks(towns: Sequence[Town], seconds: float, setting: Setting) -> Iterator[Task]:
    """Every town beside every peer that can run here, each given so many seconds, Linli as long as each took."""
    for town in towns:

        def measure(say: Say, town: Town = town) -> Record:
            peers = [peer for peer in PEERS if peer.usable]
            drawn = replace(setting, seeds=seeds_of(town, peers))
            return Record(TOWNS, town.name, drawn, tuple(compare(town.problem(), peers, seconds, say)))

        yield Task(TOWNS, town.name, measure)


def seeds_of(town: Town, peers: Iterable[Peer]) -> str:
    """The town's seed, Linli's, and those of the peers' processes that take any."""
    seeds = {peer.name: [str(way.seed) for way in peer.ways if way.seed] for peer in peers}
    named = [f"{name} {' and '.join(his)}" for name, his in seeds.items() if his]
    return ", ".join([f"town {town.seed}", f"Linli {LINLI.seed}", *named])


def speed_tasks(setting: Setting) -> Iterator[Task]:
    """Every measurement of Linli by itself, each in a process of its own.

    `Task.measure` raises:
        MeasurementError: it gave no figures.
    """
    for name, figures in MEASUREMENTS.items():

        def measure(say: Say, name: str = name, figures: Callable[[], Sequence[Figure]] = figures) -> Record:
            say("Linli")
            (found,) = together([figures])
            if isinstance(found, Failed):
                raise MeasurementError(f"{name}: {found.reason}")
            return Record(SPEED, name, replace(setting, seeds=SEEDS), figures=tuple(found))

        yield Task(SPEED, name, measure)


def published_tasks(of: Published, data: Path, seconds: float | None, setting: Setting) -> Iterator[Task]:
    """Every instance of a set against its best known cost; `seconds` in place of the set's own.

    Raises:
        FileNotFoundError: `data` has no such folder, or it lacks a file.
    """
    for name, problem, best in of.instances(data / of.folder):

        def measure(say: Say, name: str = name, problem: Problem = problem, best: float = best) -> Record:
            say("Linli")
            run = linli_run(problem, seconds or of.seconds, of.way, of.rules)
            drawn = replace(setting, seeds=f"Linli {of.way.seed}")
            return Record(of.name, name, drawn, linli=run, best_known=best, unit_s=of.unit_s)

        yield Task(of.name, name, measure)


def wanted(task: Task, only: Sequence[str]) -> bool:
    """Whether the task's set or instance is named."""
    return task.set in only or task.instance in only
