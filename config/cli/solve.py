"""Plan a problem from a file: Linli's own JSON, or a VROOM input.

Without --seconds the search runs a fixed number of iterations and gives the same plan every time.

examples:
  ./linli solve problem.json --out plan.json
  ./linli solve vroom-input.json --seconds 10

exit codes: 0 planned · 1 the file is not a problem we can plan, and why
"""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dispatch.solver import document, vroom
from dispatch.solver.plan import Plan
from dispatch.solver.problem import Problem, ProblemError
from dispatch.solver.solve import Limits, Progress, solve

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

QUIET_S = 2
"""A progress bar appears when the work takes longer than this."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Its file and limits."""
    parser.add_argument("file", type=Path, help="the problem, JSON; - reads standard input")
    parser.add_argument("--out", "-o", type=Path, help="where the plan goes (default: standard output)")
    parser.add_argument("--seconds", type=float, help="search this long instead of a fixed number of steps")
    parser.add_argument("--seed", type=int, default=1, help="another seed, another search (default: 1)")


def run(args: argparse.Namespace) -> int:
    """Read, plan, write."""
    try:
        problem = read_problem(args.file)
        with _Watcher() as watcher:
            plan = solve(problem, _limits(args), on_progress=watcher)
    except (OSError, ProblemError) as error:
        print(f"linli: {error}", file=sys.stderr)
        return 1
    text = json.dumps(document.plan_to_document(plan), ensure_ascii=False, indent=1)
    if args.out is None:
        print(text)
    else:
        args.out.write_text(text + "\n", encoding="utf-8")
    print(_summary(plan), file=sys.stderr)
    return 0


def read_json(path: Path) -> Any:
    """The JSON in a file, or on standard input for `-`.

    Raises:
        OSError: it cannot be read.
        ProblemError: it is not JSON.
    """
    try:
        return json.loads(sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ProblemError(str(path), f"is not JSON: {error}") from error


def read_problem(path: Path) -> Problem:
    """The problem in a file, in our words or VROOM's.

    Raises:
        OSError, ProblemError: as `read_json`; or the document contradicts itself.
    """
    content = read_json(path)
    if vroom.is_vroom(content):
        return vroom.problem_from_vroom(content)
    return document.problem_from_document(content)


def _limits(args: argparse.Namespace) -> Limits:
    if args.seconds is None:
        return Limits(seed=args.seed)
    return Limits(iterations=10**9, time_s=args.seconds, seed=args.seed)


def _summary(plan: Plan) -> str:
    assigned = sum(len(route.stops) for route in plan.routes)
    terms = ", ".join(f"{name} {minutes:.0f}" for name, minutes in plan.score.minutes().items() if minutes)
    return (
        f"{assigned} visits in {len(plan.routes)} routes, {len(plan.unassigned)} left out; "
        f"score {plan.score.total / 60:.0f} min of travel ({terms})"
    )


class _Watcher:
    """Shows a bar once the work has taken a while."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._bar: Bar | None = None

    def __enter__(self) -> "_Watcher":
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, progress: Progress) -> None:
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
