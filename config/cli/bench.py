"""Measure Linli on this machine.

  api    a technician's schedule against a bare Django view that returns the same bytes, in turn

Figures are ratios against something that runs beside them, because machines differ and are noisy.

examples:
  ./linli bench api

exit codes: 0 measured · 1 it could not be measured, and why
"""

import argparse
import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

if TYPE_CHECKING:
    from config.benchmarks.api import Timed


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to measure."""
    parser.add_argument("subject", choices=["api"], help="what to measure")


def run(args: argparse.Namespace) -> int:
    """Measure and print."""
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
