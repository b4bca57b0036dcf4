"""`./linli bench planner`: installs the peers, runs what is asked for, prints the tables and keeps them."""

import argparse
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks import machine, report
from benchmarks.install import NotInstalled, install_peers
from benchmarks.records import Record, Setting
from benchmarks.runs import PUBLISHED, Task, published_tasks, speed_tasks, town_tasks, wanted
from benchmarks.town import QUICK, TOWNS
from config.benchmarks.keeping import PAGE, keep, show
from config.embedded import CHECKOUT

QUICK_PAGE = CHECKOUT / ".state" / "benchmarks.md"
SECONDS = 60.0
QUICK_SECONDS = 10.0
ERRORS = Console(stderr=True)


def run(args: argparse.Namespace) -> int:
    """Measure, print, keep; the exit code."""
    page = args.page or (QUICK_PAGE if args.quick else PAGE)
    try:
        tasks = _tasks(args)
        page.parent.mkdir(parents=True, exist_ok=True)
        if install_peers():
            tasks = _tasks(args)  # which tell the versions that are there now
            _say("peers installed")
    except (NotInstalled, OSError, _Unknown) as error:
        _say(str(error))
        return 1
    measured: list[Record] = []
    try:
        for record in _measured(tasks):
            measured.append(record)
            keep(page, measured)
    except KeyboardInterrupt:
        _say(f"cancelled after {len(measured)} of {len(tasks)} instances")
    _show(measured)
    if measured:
        _say(f"kept in {page}")
    return 0 if len(measured) == len(tasks) else 130


def _say(what: str) -> None:
    ERRORS.print(f"linli: {what}", markup=False, highlight=False, soft_wrap=True)


class _Unknown(ValueError):
    """Nothing is called so."""


def _tasks(args: argparse.Namespace) -> list[Task]:
    """Without names all the towns and, unless it is to be quick, the measurements of speed; the published sets only
    when they, or one of their instances, are named."""
    setting = _setting(args)
    seconds = args.seconds or (QUICK_SECONDS if args.quick else SECONDS)
    found = list(town_tasks(QUICK if args.quick else TOWNS, seconds, setting))
    found += [] if args.quick and not args.only else speed_tasks(setting)
    if not args.only:
        return found
    data = args.data and Path(args.data)
    for one in PUBLISHED:
        if data is None and one.name in args.only:
            raise _Unknown(f"--data or LINLI_BENCH_DATA must name the folder that holds {one.folder}/")
        if data is not None and (data / one.folder).is_dir():
            found += published_tasks(one, data, args.seconds, setting)
    chosen = [task for task in found if wanted(task, args.only)]
    unknown = set(args.only) - {name for task in chosen for name in (task.set, task.instance)}
    if unknown:
        raise _Unknown(f"no set and no instance is called {', '.join(sorted(unknown))}")
    return chosen


def _setting(args: argparse.Namespace) -> Setting:
    command = ["./linli bench planner"]
    command += ["--quick"] if args.quick else []
    command += ["--only", *args.only] if args.only else []
    command += [f"--seconds {args.seconds:g}"] if args.seconds else []
    today = datetime.now(UTC).date().isoformat()
    return Setting(today, machine.described(), machine.versions(), " ".join(command))


def _measured(tasks: Sequence[Task]) -> Iterator[Record]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=ERRORS, transient=True) as bars:
        line = bars.add_task("", total=len(tasks))
        for task in tasks:
            name = task.instance
            yield task.measure(lambda what, name=name: bars.update(line, description=f"{name}: {what}"))  # type: ignore[misc]
            bars.advance(line)


def _show(measured: Sequence[Record]) -> None:
    towns = [record for record in measured if record.set == report.TOWNS]
    if towns:
        show("Linli's cost over each peer's, at the peer's own time", report.details(towns))
        show("By class", report.summary(towns))
    speed = [record for record in measured if record.set == report.SPEED]
    if speed:
        show("Speed and scale", report.figures(speed))
    for one in PUBLISHED:
        members = [record for record in measured if record.set == one.name]
        if members:
            show(one.name, report.gap_details(members))
            show(f"{one.name}, by class", report.gap_summary(members))
    for line in report.objections(measured):
        Console().print(line, markup=False, highlight=False)
