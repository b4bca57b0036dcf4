"""Measures in a database of its own, prints, keeps."""

import argparse
import platform
from datetime import UTC, datetime
from importlib.metadata import version

from rich.console import Console
from rich.progress import Progress

from benchmarks import machine, report
from benchmarks.records import Record, Setting
from config.benchmarks.keeping import PAGE, keep, show
from config.benchmarks.own import own_services

ERRORS = Console(stderr=True)


def run(args: argparse.Namespace) -> int:
    """The exit code: nothing that is measured makes it fail."""
    with own_services("insight"), Progress(console=ERRORS, transient=True) as bars:
        from config.benchmarks.insight.measure import measured

        line = bars.add_task("", total=None)
        figures = tuple(measured(args.facts, lambda what: bars.update(line, description=what)))
        record = Record(report.INSIGHT, "ledger", _setting(args), figures=figures)
    show("Figures", report.figures([record]))
    page = args.page or PAGE
    keep(page, [record])
    ERRORS.print(f"linli: kept in {page}", markup=False, highlight=False, soft_wrap=True)
    return 0


def _setting(args: argparse.Namespace) -> Setting:
    from django.db import connection

    postgresql = ".".join(str(part) for part in connection.get_database_version())
    packages = ", ".join(f"{name} {version(name)}" for name in ("django", "psycopg"))
    return Setting(
        datetime.now(UTC).date().isoformat(),
        machine.described(),
        f"Python {platform.python_version()}, PostgreSQL {postgresql}, {packages}",
        f"./linli bench insight --facts {args.facts}",
    )
