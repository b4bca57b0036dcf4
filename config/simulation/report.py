"""The comparison as tables and as JSON."""

import math
from typing import Any

from rich.table import Table

from config.simulation.comparison import Comparison
from config.simulation.figures import FIGURES, Figure, Interval
from config.simulation.scenarios import SCENARIOS

ERRORS = ("shrunk", "plain", "nothing", "pairs")


def table(comparison: Comparison) -> Table:
    """Every figure of every policy, and its difference from the base."""
    says = SCENARIOS[comparison.scenario].says
    made = Table(title=f"{comparison.scenario} ({says}), {len(comparison.seeds)} seeds")
    made.add_column("")
    made.add_column(comparison.base, justify="right")
    for policy in comparison.others:
        made.add_column(policy, justify="right")
        made.add_column("difference [95 %]", justify="right")
    for figure in FIGURES:
        cells = [f"{figure.name}, {figure.unit}", number(comparison.level(comparison.base, figure).mean)]
        for policy in comparison.others:
            cells += [
                number(comparison.level(policy, figure).mean),
                told(comparison.difference(policy, figure), figure),
            ]
        made.add_row(*cells)
    return made


def errors_table(comparison: Comparison) -> Table:
    """What technicians add to CSAT in communities: how far estimates are from the truth."""
    made = Table(title=f"{comparison.scenario}: error of estimates against the truth, CSAT points (RMSE)")
    for column in ("answers of", "shrunken", "plain means", "0 for all", "pairs"):
        made.add_column(column, justify="left" if column == "answers of" else "right")
    for policy in comparison.runs:
        made.add_row(policy, *(number(comparison.error(policy, name).mean) for name in ERRORS))
    return made


def told(difference: Interval, figure: Figure) -> str:
    """As `+1.2 % [+0.8, +1.6]`; a star where the interval excludes zero."""
    unit = " %" if figure.relative else ""
    star = " *" if difference.excludes_zero else ""
    bounds = f"[{number(difference.low, sign=True)}, {number(difference.high, sign=True)}]"
    return f"{number(difference.mean, sign=True)}{unit} {bounds}{star}"


def number(value: float, *, sign: bool = False) -> str:
    """Three digits after the point for small ones, none for large ones."""
    if math.isinf(value):
        return "-∞" if value < 0 else "+∞"
    digits = 0 if abs(value) >= 1000 else 1 if abs(value) >= 20 else 3
    return f"{value:{'+' if sign else ''},.{digits}f}"


def document(comparison: Comparison) -> dict[str, Any]:
    """Everything in the tables, and each run by week, for JSON."""
    return {
        "scenario": comparison.scenario,
        "seeds": list(comparison.seeds),
        "figures": {
            policy: {one.name: _bounds(comparison.level(policy, one)) for one in FIGURES}
            for policy in comparison.runs
        },
        "differences": {
            policy: {one.name: _bounds(comparison.difference(policy, one)) for one in FIGURES}
            for policy in comparison.others
        },
        "errors": {
            policy: {name: comparison.error(policy, name).mean for name in ERRORS}
            for policy in comparison.runs
        },
        "weeks": {
            policy: {str(seed): run.tally.by_week() for seed, run in zip(comparison.seeds, runs, strict=True)}
            for policy, runs in comparison.runs.items()
        },
    }


def _bounds(found: Interval) -> dict[str, float | None]:
    """Bounds that are not known are null."""
    known = {"mean": found.mean, "low": found.low, "high": found.high}
    return {name: value if math.isfinite(value) else None for name, value in known.items()}
