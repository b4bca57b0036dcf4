"""`./linli bench planner`: installs the peers, runs what is asked for, prints the tables and keeps them."""

import argparse
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from benchmarks import machine, records, report
from benchmarks.install import NotInstalled, install_peers
from benchmarks.records import Record, Setting
from benchmarks.runs import PUBLISHED, Task, published_tasks, speed_tasks, town_tasks, wanted
from benchmarks.town import QUICK, TOWNS
from config.embedded import CHECKOUT

PAGE = CHECKOUT / "docs" / "benchmarks.md"
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
            _say("peers installed")
    except (NotInstalled, OSError, _Unknown) as error:
        _say(str(error))
        return 1
    measured: list[Record] = []
    try:
        for record in _measured(tasks):
            measured.append(record)
            _keep(page, measured)
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


def _keep(page: Path, measured: Sequence[Record]) -> None:
    """The records beside the page, the page and the picture from all of them."""
    from benchmarks.plot import draw

    kept = page.with_suffix(".json")
    everything = records.merged(records.read(kept), measured)
    records.write(kept, everything)
    towns = [record for record in everything if record.set == report.TOWNS]
    picture = page.with_suffix(".png")
    if towns:
        draw(towns, picture)
    notes = {one.name: one.note for one in PUBLISHED}
    page.write_text(report.page(everything, picture.name if towns else None, notes), encoding="utf-8")


def _show(measured: Sequence[Record]) -> None:
    towns = [record for record in measured if record.set == report.TOWNS]
    if towns:
        _print("Linli's cost over each peer's, at the peer's own time", report.details(towns))
        _print("By class", report.summary(towns))
    speed = [record for record in measured if record.set == report.SPEED]
    if speed:
        _print("Speed and scale", report.figures(speed))
    for one in PUBLISHED:
        members = [record for record in measured if record.set == one.name]
        if members:
            _print(one.name, report.gap_details(members))
            _print(f"{one.name}, by class", report.gap_summary(members))
    for line in report.objections(measured):
        Console().print(line, markup=False, highlight=False)


def _print(title: str, table: report.Table) -> None:
    shown = Table(title=title)
    for column, heading in enumerate(table.headings):
        shown.add_column(heading, justify="left" if column < table.texts else "right")
    for row in table.rows:
        shown.add_row(*row)
    Console().print(shown)
