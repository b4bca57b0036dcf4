"""Stop this checkout's PostgreSQL and Valkey. What they hold stays on disk.

Outside services (DATABASE_URL, BROKER_URL) are left alone. Running it again does no harm.

examples:
  ./linli down
"""

import argparse

from config import embedded


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """It takes none."""


def run(args: argparse.Namespace) -> int:
    """Stop what runs and say so."""
    stopped = embedded.stop()
    print(f"stopped: {' and '.join(stopped)}" if stopped else "nothing was running")
    return 0
