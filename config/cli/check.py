"""Check the code without running it: format, lint, types, import directions, migrations, deployment settings.

Every check runs; the output of those that fail is shown.

examples:
  ./linli check

exit codes: 0 all passed · 1 at least one failed
"""

import argparse
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from config.embedded import CHECKOUT


@dataclass(frozen=True, slots=True)
class Check:
    """One program that must end with 0."""

    name: str
    arguments: tuple[str, ...]  # of the Python interpreter
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    check: Check
    passed: bool
    seconds: float
    output: str


def checks() -> tuple[Check, ...]:
    """The slowest first: they run two at a time."""
    return (
        Check("types (mypy)", ("-m", "mypy")),
        Check("format (ruff)", ("-m", "ruff", "format", "--check")),
        Check("lint (ruff)", ("-m", "ruff", "check", "--output-format", "concise")),
        Check("import directions", (_script("lint-imports"),)),
        Check("migrations", ("manage.py", "makemigrations", "--check", "--dry-run")),
        Check("deployment", ("manage.py", "check", "--deploy", "--fail-level", "WARNING"), _production()),
    )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """It takes none."""


def run(args: argparse.Namespace) -> int:
    """Run all checks, two at a time; 1 if any failed."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        outcomes = []
        for outcome in pool.map(_run, checks()):
            word = "ok" if outcome.passed else "FAILED"
            print(f"{outcome.check.name:<20} {outcome.seconds:6.1f} s  {word}", flush=True)
            outcomes.append(outcome)
    failed = [outcome for outcome in outcomes if not outcome.passed]
    for outcome in failed:
        print(f"\n{outcome.check.name}:\n{outcome.output.rstrip()}")
    return 1 if failed else 0


def _run(check: Check) -> Outcome:
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, *check.arguments],
        cwd=CHECKOUT,
        env={**os.environ, **check.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Outcome(check, done.returncode == 0, time.monotonic() - began, done.stdout)


def _script(name: str) -> str:
    """A package's own script, for those that cannot be run with -m."""
    return str(Path(sys.executable).with_name(name))


def _production() -> dict[str, str]:
    """What a production machine sets; see .env.example."""
    return {
        "LINLI_ENV": "production",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "SANDBOX_WEBHOOK_SECRET": "whsec_" + secrets.token_hex(24),
        "SANDBOX_API_KEY": secrets.token_urlsafe(32),
        "ALLOWED_HOSTS": "linli.example",
        "PUBLIC_URL": "https://linli.example",
    }
