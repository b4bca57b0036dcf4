"""The picture of how fast each planner gets how far."""

from collections.abc import Sequence
from math import ceil, inf
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from benchmarks.compare import Run
from benchmarks.records import Record

COLUMNS = 2
MARKS = ("o", "s", "^", "D", "v")
HIGHEST = 1.5
"""A peer that costs more than so many times Linli's end is drawn there, with its figure: the rest stays legible."""


def draw(records: Sequence[Record], path: Path) -> None:
    """Linli's best cost over time as a line, each peer's end as a mark; one panel an instance, as PNG."""
    rows = ceil(len(records) / COLUMNS)
    figure = Figure(figsize=(11, 3.4 * rows), layout="constrained")
    panels = figure.subplots(rows, COLUMNS, squeeze=False).flat
    for panel in panels[len(records) :]:
        panel.set_visible(False)
    for panel, record in zip(panels, records, strict=False):
        _draw_one(panel, record)
    figure.savefig(path, dpi=110)


def _draw_one(panel: Any, record: Record) -> None:
    longest = max((pair.linli for pair in record.pairs), key=lambda run: run.seconds)
    highest = HIGHEST * longest.cost_s if longest.cost_s else inf
    if longest.trace:
        panel.step(*zip(*longest.trace, strict=True), where="post", label="Linli", color="black")
    for mark, pair in zip(MARKS, record.pairs, strict=False):
        _mark(panel, mark, pair.peer, highest)
    panel.set(title=record.instance, xlabel="seconds", ylabel="cost, s of travel", xscale="log")
    panel.legend(fontsize="small")
    panel.grid(alpha=0.3)


def _mark(panel: Any, mark: str, run: Run, highest: float) -> None:
    if run.cost_s is not None:
        above = f", at {run.cost_s:,}" if run.cost_s > highest else ""
        panel.plot(run.seconds, min(run.cost_s, highest), mark, label=run.planner + above, markersize=8)
