"""Take pictures of every page, in English and 繁體中文, for docs/screens.

The sample city is made on services of its own, which go afterwards, its demonstration is run, and a Chromium signs in
as each of its people. What is shown where is a table: console/screens.py. Pages that it lacks are named at the end.
The figures are the same every time; the days are not, for pages read the clock.

examples:
  ./linli screens
  ./linli screens --only board,my-day
  ./linli screens --folder /tmp/pictures

exit codes: 0 all were taken · 1 the demonstration failed, a page did not come, or there is no Chromium
"""

import argparse
import sys
from pathlib import Path

from config.embedded import CHECKOUT

FOLDER = CHECKOUT / "docs" / "screens"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which pages, and where to."""
    parser.add_argument(
        "--only", metavar="NAMES", default="", help="these, by their names in the table, with commas between"
    )
    parser.add_argument(
        "--folder", type=Path, default=FOLDER, help="where to put them (default: docs/screens)"
    )


def run(args: argparse.Namespace) -> int:
    """Take them, and say which pages have none."""
    from config.benchmarks.own import own_services

    with own_services("screens") as logs:
        from config.browser import BrowserMissing
        from config.processes import ProcessError
        from config.screens.taking import pages_without, pictures_take
        from core.errors import DomainError

        only = set(filter(None, args.only.split(",")))
        try:
            taken = pictures_take(args.folder, only, logs)
        except (BrowserMissing, ProcessError, DomainError, RuntimeError, TimeoutError) as error:
            print(f"linli: {error}", file=sys.stderr)
            return 1
        for line in taken.missed:
            print(f"linli: it did not come: {line}", file=sys.stderr)
        size = sum(path.stat().st_size for path in args.folder.iterdir()) / 1e6
        print(f"{len(taken.shown)} pages in two languages: {args.folder}, {size:.1f} MB")
        if not only and (missing := pages_without(taken.shown)):
            print(f"Without a picture, for console/screens.py: {', '.join(missing)}")
    return 1 if taken.missed else 0
