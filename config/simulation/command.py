"""`./linli simulate`: runs what is asked for, prints the tables and keeps what is to be kept."""

import argparse
import json
from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool
from importlib.util import find_spec

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from config.simulation.comparison import Comparison
from config.simulation.parallel import Job, runs
from config.simulation.plot import draw
from config.simulation.report import document, errors_table, table
from config.simulation.run import Run

ERRORS = Console(stderr=True)
WITHOUT_MATPLOTLIB = (
    "the picture needs matplotlib: "
    ".venv/bin/python -m uv pip install --require-hashes -r requirements-benchmark.lock"
)


def run(args: argparse.Namespace) -> int:
    """Simulate, print, keep; the exit code."""
    if (why := _obstacle(args)) is not None:
        _say(why)
        return 1
    jobs = [
        Job(scenario, seed, policy)
        for scenario in args.scenario
        for seed in range(1, args.seeds + 1)
        for policy in args.policy
    ]
    done: dict[Job, Run] = {}
    code = 0
    try:
        _run_all(jobs, args, done)
    except KeyboardInterrupt:
        code = 130
        _say(f"cancelled after {len(done)} of {len(jobs)} runs")
    except BrokenProcessPool:
        code = 1
        _say(
            f"a process was ended from outside after {len(done)} of {len(jobs)} runs; is there enough memory?"
        )
    comparisons = _compared(args, done)
    for one in comparisons:
        Console().print(table(one), errors_table(one))
    _keep(args, comparisons)
    return code


def _obstacle(args: argparse.Namespace) -> str | None:
    """What would otherwise be found out after the work."""
    for path in (args.json, args.plot):
        if path is not None and not path.parent.is_dir():
            return f"there is no folder {path.parent}"
    return WITHOUT_MATPLOTLIB if args.plot is not None and find_spec("matplotlib") is None else None


def _run_all(jobs: Sequence[Job], args: argparse.Namespace, done: dict[Job, Run]) -> None:
    """Into `done`, one by one, so that what is there when somebody interrupts can still be shown."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=ERRORS, transient=True) as bars:
        line = bars.add_task(f"{len(jobs)} runs", total=len(jobs) * args.weeks)
        made = runs(jobs, args.weeks, args.processes, lambda weeks: bars.update(line, completed=weeks))
        for job, found in made:
            done[job] = found  # noqa: PERF403 - what is there must be there when the loop is interrupted


def _compared(args: argparse.Namespace, done: dict[Job, Run]) -> list[Comparison]:
    """The scenarios of which every policy has come through a seed."""
    found = []
    for scenario in args.scenario:
        mine = {(job.policy, job.seed): run for job, run in done.items() if job.scenario == scenario}
        found.append(Comparison.of(scenario, args.policy, mine))
    return [one for one in found if one.seeds]


def _keep(args: argparse.Namespace, comparisons: Sequence[Comparison]) -> None:
    if args.json is not None:
        content = {"command": _command(args), "scenarios": [document(one) for one in comparisons]}
        args.json.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    if args.plot is not None and comparisons:
        draw(comparisons, args.plot)


def _command(args: argparse.Namespace) -> str:
    policies, scenarios = ",".join(args.policy), ",".join(args.scenario)
    return f"./linli simulate --weeks {args.weeks} --seeds {args.seeds} --policy {policies} --scenario {scenarios}"


def _say(what: str) -> None:
    ERRORS.print(f"linli: {what}", markup=False, highlight=False, soft_wrap=True)
