"""Run the tests against the embedded PostGIS and Valkey. Every other argument goes to pytest.

Two runs in one checkout would share their test databases, so the second waits for the first,
unless LINLI_TEST_DATABASE names another one for it.

examples:
  ./linli test
  ./linli test tests/billing -k refund
  ./linli test -n 0 --pdb tests/api/test_tokens.py

exit codes: pytest's own (0 all passed, 1 some failed, 2 interrupted, 5 no tests found)
"""

import argparse
import os
import subprocess
import sys

from config import embedded

MOST_WORKERS = 4  # each has its own test database to make, which costs more than a fifth worker brings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """All arguments are pytest's."""
    parser.usage = "./linli test [pytest arguments]"


def run(args: argparse.Namespace) -> int:
    """Run pytest; its exit code."""
    workers = min(MOST_WORKERS, os.cpu_count() or 1)
    command = [sys.executable, "-m", "pytest", "-n", str(workers), *args.passed_on]
    database = os.environ.get("LINLI_TEST_DATABASE", "test_linli")
    with embedded.home().locked(f"{database}.lock"):
        return subprocess.run(
            command, cwd=embedded.CHECKOUT, env={**os.environ, "LINLI_ENV": "test"}, check=False
        ).returncode
