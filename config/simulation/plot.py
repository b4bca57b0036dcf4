"""The picture: what the policies differ by, week after week."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from config.simulation.comparison import Comparison
from config.simulation.counting import Tally
from config.simulation.figures import FIGURES, Figure, Interval, paired

SHOWN = ("CSAT felt", "upsell revenue", "travel per visit", "targets kept")
SMOOTHED_WEEKS = 4


def draw(comparisons: Sequence[Comparison], path: Path) -> None:
    """A row for each scenario, a column for each figure: the mean difference over the last four weeks, and its interval
    of 95 %, as PNG."""
    from matplotlib.figure import Figure as Sheet

    sheet = Sheet(figsize=(13, 2.6 * len(comparisons)), layout="constrained")
    panels = sheet.subplots(len(comparisons), len(SHOWN), squeeze=False, sharex=True, sharey="col")
    for row, comparison in zip(panels, comparisons, strict=True):
        for panel, figure in zip(row, _shown(), strict=True):
            _draw_one(panel, comparison, figure)
    sheet.savefig(path, dpi=110)


def _shown() -> list[Figure]:
    by_name = {one.name: one for one in FIGURES}
    return [by_name[name] for name in SHOWN]


def _draw_one(panel: Any, comparison: Comparison, figure: Figure) -> None:
    for policy in comparison.others:
        found = weekly(comparison, policy, figure)
        weeks = range(1, len(found) + 1)
        panel.plot(weeks, [one.mean for one in found], label=policy)
        panel.fill_between(weeks, [one.low for one in found], [one.high for one in found], alpha=0.25)
    panel.axhline(0, color="black", linewidth=0.8)
    unit = "%" if figure.relative else figure.unit
    panel.set(title=f"{comparison.scenario}: {figure.name}", xlabel="week", ylabel=f"difference, {unit}")
    panel.title.set_fontsize("medium")
    panel.grid(alpha=0.3)


def weekly(comparison: Comparison, policy: str, figure: Figure) -> list[Interval]:
    """The difference in each week and the three before it."""
    base, other = ([run.tally for run in comparison.runs[name]] for name in (comparison.base, policy))
    spans = [(max(0, week + 1 - SMOOTHED_WEEKS), week + 1) for week in range(base[0].weeks)]
    return [paired(figure, _within(base, *span), _within(other, *span)) for span in spans]


def _within(tallies: Sequence[Tally], first: int, end: int) -> list[Tally]:
    return [one.within(first, end) for one in tallies]
