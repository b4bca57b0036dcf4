"""Measures the application as it is served, with services of its own; prints, keeps."""

import argparse
import platform
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import Error as BrowserError
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from benchmarks import machine, report
from benchmarks.records import Record, Setting
from config.benchmarks.keeping import PAGE, keep, show
from config.benchmarks.own import own_services
from config.browser import BrowserMissing, chromium
from config.processes import ProcessError, Processes

if TYPE_CHECKING:
    from config.benchmarks.console import measure

PROCESSES = ("web", "worker", "beat")
ERRORS = Console(stderr=True)


def run(args: argparse.Namespace) -> int:
    """The exit code: 1 without a browser, or when the application fails; nothing that is measured makes it fail."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with own_services("console") as logs, Progress(*columns, console=ERRORS, transient=True) as bars:
        line = bars.add_task("", total=None)
        try:
            records = tuple(_measured(logs, lambda what: bars.update(line, description=what)))
        except (BrowserMissing, BrowserError, ProcessError, TimeoutError) as error:
            _say(str(error))
            return 1
    show("Pages", report.figures(records))
    page = args.page or PAGE
    keep(page, records)
    _say(f"kept in {page}")
    return 0


def _measured(logs: Path, progress: "measure.Progress") -> Iterator[Record]:
    from config.benchmarks.console import measure
    from config.benchmarks.console.window import desk_open

    size = measure.Size()
    world = measure.world_make(size, progress)
    versions = _versions()
    with Processes.start(logs=logs, names=PROCESSES) as app, chromium() as browser:
        setting = _setting(f"Chromium {browser.version}, {versions}")
        desk = desk_open(browser, app.url, measure.USERNAME, measure.PASSWORD)
        board = tuple(measure.board_figures(desk, world, size, progress))
        yield Record(report.PAGES, "board", setting, figures=board)
        customers = tuple(measure.customer_figures(browser, app.url, world, progress))
        yield Record(report.PAGES, "customers", setting, figures=customers)


def _versions() -> str:
    from django.db import connection

    postgresql = ".".join(str(part) for part in connection.get_database_version())
    packages = ", ".join(f"{name} {version(name)}" for name in ("django", "granian", "psycopg"))
    connection.close()
    return f"Python {platform.python_version()}, PostgreSQL {postgresql}, {packages}"


def _setting(versions: str) -> Setting:
    date = datetime.now(UTC).date().isoformat()
    return Setting(date, machine.described(), versions, "./linli bench console")


def _say(what: str) -> None:
    ERRORS.print(f"linli: {what}", markup=False, highlight=False, soft_wrap=True)
