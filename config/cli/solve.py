"""Plan a problem from a file: a VROOM input (jobs and vehicles), or Linli's own JSON (visits and shifts).

A VROOM input gets a VROOM output, with our own fields beside VROOM's (docs/exchange.md); Linli's gets a plan.
Without --seconds the search runs a fixed number of iterations and, on one process, gives the same plan every time.

examples:
  ./linli solve vroom-input.json -o vroom-output.json --seconds 10
  ./linli solve problem.json --out plan.json

exit codes: 0 planned · 1 the file is not a problem we can plan, and why
"""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dispatch.solver.exchange.text import Unreadable, read_json
from dispatch.solver.validation import ProblemError

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from dispatch.solver.document import Document
    from dispatch.solver.plan import Plan
    from dispatch.solver.solve import Limits, Progress

QUIET_S = 2
"""A progress bar appears when the work takes longer than this."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Its file and limits."""
    parser.add_argument("file", type=Path, help="the problem, JSON; - reads standard input")
    limits_add(parser)


def limits_add(parser: argparse.ArgumentParser) -> None:
    """Where the answer goes, and how long the search may take."""
    parser.add_argument("--out", "-o", type=Path, help="where the answer goes (default: standard output)")
    parser.add_argument("--seconds", type=seconds, help="search this long instead of a fixed number of steps")
    parser.add_argument("--seed", type=int, default=1, help="another seed, another search (default: 1)")
    parser.add_argument(
        "--processes", type=count, help="searches side by side (default: 2 with --seconds, else 1)"
    )


def seconds(text: str) -> float:
    """A finite number of seconds from 0. Raises ValueError."""
    if not 0 <= (value := float(text)) < float("inf"):
        raise ValueError(text)
    return value


def count(text: str) -> int:
    """A whole number from 1. Raises ValueError."""
    if (value := int(text)) < 1:
        raise ValueError(text)
    return value


def run(args: argparse.Namespace) -> int:
    """Read, plan, write."""
    from dispatch.solver.exchange.answering import answer, read

    try:
        question = read(read_file(args.file))
        check_writable(args.out)
        with Watcher() as watcher:
            plan, document = answer(question, limits(args), on_progress=watcher)
        write(document, args.out)
    except (OSError, ProblemError) as error:
        print(f"linli: {error}", file=sys.stderr)
        return 1
    print(_summary(plan), file=sys.stderr)
    return 0


def read_file(path: Path) -> Any:
    """The JSON in a file, or on standard input for `-`.

    Raises:
        OSError: it cannot be read.
        ProblemError: it is not JSON.
    """
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable(str(path), "is not text in UTF-8") from error
    return read_json(text, str(path))


def check_writable(out: Path | None) -> None:
    """Raise OSError before the search, not after it."""
    if out is not None:
        out.open("a", encoding="utf-8").close()


def write(document: "Document", out: Path | None) -> None:
    """The document as JSON into a file, or on standard output. Raises OSError."""
    text = json.dumps(document, ensure_ascii=False, indent=1)
    if out is None:
        print(text)
    else:
        out.write_text(text + "\n", encoding="utf-8")


def limits(args: argparse.Namespace) -> "Limits":
    """What `limits_add` has read."""
    from dispatch.solver.solve import Limits

    if args.seconds is None:
        return Limits(seed=args.seed, searches=args.processes or 1)
    return Limits(iterations=10**9, time_s=args.seconds, seed=args.seed, searches=args.processes or 2)


def _summary(plan: "Plan") -> str:
    assigned = len(plan.shift_of())
    terms = ", ".join(f"{name} {minutes:.0f}" for name, minutes in plan.score.minutes().items() if minutes)
    return (
        f"{assigned} visits in {len(plan.routes)} routes, {len(plan.unassigned)} left out; "
        f"score {plan.score.total / 60:.0f} min of travel ({terms})"
    )


class Watcher:
    """Shows a bar once the work has taken a while."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._bar: Bar | None = None

    def __enter__(self) -> "Watcher":
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, progress: "Progress") -> None:
        if self._bar is None and time.monotonic() - self._began > QUIET_S:
            self._bar = _new_bar()
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=progress.fraction)


def _new_bar() -> "Bar":
    from rich.console import Console
    from rich.progress import Progress as Bar

    bar = Bar(console=Console(stderr=True), transient=True)
    bar.add_task("planning", total=1.0)
    bar.start()
    return bar
