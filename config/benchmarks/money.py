"""`./linli bench money`: a storm over services of its own, and how soon a link is there; printed and kept."""

import argparse
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks import machine, report
from benchmarks.records import Record, Setting
from config.benchmarks.keeping import PAGE, keep, show
from config.benchmarks.own import own_services
from config.processes import ProcessError, Processes
from tests.billing.gateways.stripe_server import StripeServer

if TYPE_CHECKING:
    from config.benchmarks.storm.run import Outcome

PROCESSES = ("web", "worker", "beat")
EVENTS_FOR_HARM = 500  # so many events for each kind of harm once
LINKS = 30
SHOWN = 10  # of what is wrong
ERRORS = Console(stderr=True)


def run(args: argparse.Namespace) -> int:
    """Measure, print, keep; the exit code: 1 when the books are not the provider's."""
    with StripeServer() as stripe, own_services("storm", account_variables(stripe)) as logs:
        try:
            outcome, records = _measured(stripe, logs, args)
        except (ProcessError, TimeoutError) as error:
            _say(str(error))
            return 1
    show("Money", report.figures(records))
    page = args.page or PAGE
    keep(page, records)
    _say(f"kept in {page}")
    _complain(outcome)
    return 0 if outcome.is_right else 1


def account_variables(stripe: StripeServer) -> dict[str, str]:
    """The environment of an installation whose companies are all paid through `stripe`."""
    lines = (
        "[storm]",
        'gateway = "stripe"',
        f'base_url = "{stripe.url}"',
        f'secret_key = "{stripe.secret_key}"',
        f'webhook_secrets = "{stripe.webhook_secret}"',
    )
    return {"PAYMENT_ACCOUNT": "storm", "PAYMENT_ACCOUNTS": "\n".join(lines)}


def _measured(
    stripe: StripeServer, logs: Path, args: argparse.Namespace
) -> "tuple[Outcome, tuple[Record, ...]]":
    """The storm, then, with nothing else to do, the links."""
    from config.benchmarks.storm.company import company_make
    from config.benchmarks.storm.figures import link_figures, storm_figures
    from config.benchmarks.storm.links import links_timed
    from config.benchmarks.storm.run import Storming, storm_run

    size = Storming(args.events, max(1, args.events // EVENTS_FOR_HARM), args.seed)
    company = company_make()
    with _bar() as bars, Processes.start(logs=logs, names=PROCESSES) as app:
        line = bars.add_task("", total=None)
        outcome = storm_run(
            app,
            stripe,
            company,
            size,
            progress=lambda what, done, of: bars.update(line, description=what, completed=done, total=of),
        )
        bars.update(line, description="links", completed=0, total=None)
        soon = links_timed(app.url, company, LINKS)
    setting = _setting(args)
    return outcome, (
        Record(report.MONEY, "storm", setting, figures=storm_figures(outcome)),
        Record(report.MONEY, "links", setting, figures=link_figures(soon)),
    )


def _setting(args: argparse.Namespace) -> Setting:
    from django.db import connection

    command = f"./linli bench money --events {args.events} --seed {args.seed}"
    postgresql = ".".join(str(part) for part in connection.get_database_version())
    packages = ", ".join(f"{name} {version(name)}" for name in ("django", "celery", "granian", "psycopg"))
    versions = f"Python {platform.python_version()}, PostgreSQL {postgresql}, {packages}"
    return Setting(datetime.now(UTC).date().isoformat(), machine.described(), versions, command)


def _complain(outcome: "Outcome") -> None:
    """A few of the lines in which the books are not the provider's."""
    found = outcome.findings
    for what, lines in (("lost", found.lost), ("not so, or twice", found.surplus)):
        for line in list(lines)[:SHOWN]:
            _say(f"{what}: {' '.join(str(part) for part in line)}")


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=ERRORS, transient=True)


def _say(what: str) -> None:
    ERRORS.print(f"linli: {what}", markup=False, highlight=False, soft_wrap=True)
