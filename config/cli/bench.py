"""Measure Linli on this machine.

  api      a technician's schedule against a bare Django view that returns the same bytes, in turn
  planner  the planner beside VROOM, PyVRP and plain OR-Tools, each at its own time, and on published instances
  money    a storm: events of a payment provider in any order, twice and forged, while processes are killed; is
           anything lost, or in the books twice? And how soon a completed visit has its payment link
  insight  a ledger of millions of facts: counting it, counting one day of it, and reading figures from it
  edits    a plan of 1,000 visits changed by hand: trying a move, making it, taking it back
  console  the pages in a browser: how soon the board answers, what a drag is told, a busy day, what pages weigh

Figures are ratios against something that runs beside them, because machines differ and are noisy.

examples:
  ./linli bench api
  ./linli bench planner --quick
  ./linli bench planner --only speed
  ./linli bench planner --only solomon --data ~/instances
  ./linli bench money --events 500 --page /tmp/money.md
  ./linli bench insight --facts 200000 --page /tmp/insight.md
  ./linli bench edits
  ./linli bench console --page /tmp/pages.md

exit codes: 0 measured · 1 it could not be measured, and why, or the books are wrong · 130 cancelled, what was
measured is kept
"""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from config.cli import ready

if TYPE_CHECKING:
    from config.benchmarks.api import Timed


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to measure."""
    subjects = parser.add_subparsers(
        dest="subject", required=True, metavar="{api,planner,money,insight,edits,console}"
    )
    subjects.add_parser("api")
    planner = subjects.add_parser("planner", description=_planner_help())
    planner.add_argument(
        "--quick", action="store_true", help="three small instances, 10 s each, kept in .state/"
    )
    planner.add_argument(
        "--only",
        nargs="+",
        default=[],
        metavar="NAME",
        help="sets (towns, speed, solomon, pillac) or single instances",
    )
    planner.add_argument(
        "--seconds", type=float, help="for each planner (default: 60; solomon 20; --quick 10)"
    )
    planner.add_argument(
        "--data",
        type=Path,
        default=os.environ.get("LINLI_BENCH_DATA"),
        help="the folder with solomon/ and trsp_pillac/ (default: LINLI_BENCH_DATA)",
    )
    money = subjects.add_parser("money", description=_money_help())
    money.add_argument(
        "--events", type=_several, default=10_000, help="the provider's, about (default: 10000)"
    )
    money.add_argument("--seed", type=int, default=1, help="another seed, another storm (default: 1)")
    insight = subjects.add_parser("insight", description=_insight_help())
    insight.add_argument("--facts", type=_several, default=5_000_000, help="about (default: 5000000)")
    subjects.add_parser("edits")
    console = subjects.add_parser("console", description=_console_help())
    for subject in (planner, money, insight, console):
        subject.add_argument("--page", type=Path, help="where the tables go (default: docs/benchmarks.md)")


def run(args: argparse.Namespace) -> int:
    """Measure and print."""
    if args.subject == "planner":
        from config.benchmarks import planner

        return planner.run(args)
    if args.subject == "money":
        from config.benchmarks import money

        return money.run(args)
    if args.subject == "insight":
        from config.benchmarks.insight import run as insight

        return insight.run(args)
    if args.subject == "console":
        from config.benchmarks.console import run as console

        return console.run(args)
    return _edits() if args.subject == "edits" else _api()


def _insight_help() -> str:
    return "With a database of its own, which it takes away again. Five million facts: 6 GiB of disk, half an hour."


def _console_help() -> str:
    return "With services of its own, which it takes away again, and the system's Chromium. Six minutes."


def _money_help() -> str:
    return (
        "With a database and a broker of its own, which it takes away again. Allow a quarter of an hour. "
        "1 where anything was lost, entered twice, or accepted although forged."
    )


def _several(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no number of them: 1 or more")
    return int(text)


def _planner_help() -> str:
    return "Installs the peers if they are missing. Needs no database. Allow 90 minutes; Ctrl-C keeps what is done."


def _api() -> int:
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    ready.database_prepare()
    from config.benchmarks import api
    from config.processes import ProcessError

    with Progress(console=Console(stderr=True), transient=True) as bars:
        line = bars.add_task("asking", total=api.ROUNDS + api.WARM_UP)
        try:
            figures = api.measure(lambda: bars.advance(line))
        except ProcessError as error:
            print(f"linli: {error}", file=sys.stderr)
            return 1
    Console().print(_table(figures, api.ROUNDS, api.VISITS))
    return 0


def _edits() -> int:
    from config.benchmarks.own import own_services

    with own_services("edits"), Progress(console=Console(stderr=True), transient=True) as bars:
        from config.benchmarks import edits

        line = bars.add_task("", total=None)
        figures = edits.measure(lambda what: bars.update(line, description=what))
        table = Table(
            title=f"A day of {edits.VISITS} visits and {edits.TECHNICIANS} technicians, one at a time"
        )
    whole = figures[0].p50_ms
    table.add_column("what")
    for heading in ("p50 ms", "p95 ms", "of the whole day", "queries"):
        table.add_column(heading, justify="right")
    for one in figures:
        share = f"{one.p50_ms / whole:.0%}"
        table.add_row(one.name, f"{one.p50_ms:.1f}", f"{one.p95_ms:.1f}", share, str(one.queries))
    Console().print(table)
    return 0


def _table(figures: "list[Timed]", rounds: int, visits: int) -> Table:
    bare = figures[0].p50_ms
    table = Table(title=f"A technician's day of {visits} visits, {rounds} requests each, one at a time")
    table.add_column("asked")
    for heading in ("p50 ms", "p95 ms", "× bare", "queries"):
        table.add_column(heading, justify="right")
    for one in figures:
        table.add_row(
            one.name, f"{one.p50_ms:.2f}", f"{one.p95_ms:.2f}", f"{one.p50_ms / bare:.1f}", str(one.queries)
        )
    return table
