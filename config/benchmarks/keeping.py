"""Measurements kept between runs: records beside the page, the page and the picture from all of them."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import records, report
from benchmarks.records import Record
from benchmarks.runs import PUBLISHED
from config.embedded import CHECKOUT

PAGE = CHECKOUT / "docs" / "benchmarks.md"


def keep(page: Path, measured: Sequence[Record]) -> None:
    """Replace the records of what was measured, and write the page anew; the picture where towns were."""
    page.parent.mkdir(parents=True, exist_ok=True)
    kept = page.with_suffix(".json")
    everything = records.merged(records.read(kept), measured)
    records.write(kept, everything)
    picture = page.with_suffix(".png")
    if any(record.set == report.TOWNS for record in measured):
        _draw(everything, picture)
    notes = {one.name: one.note for one in PUBLISHED}
    page.write_text(
        report.page(everything, picture.name if picture.exists() else None, notes), encoding="utf-8"
    )


def show(title: str, table: report.Table) -> None:
    """A table on the terminal."""
    shown = Table(title=title)
    for column, heading in enumerate(table.headings):
        shown.add_column(heading, justify="left" if column < table.texts else "right")
    for row in table.rows:
        shown.add_row(*row)
    Console().print(shown)


def _draw(everything: Sequence[Record], picture: Path) -> None:
    from benchmarks.plot import draw  # its library is installed with the peers

    draw([record for record in everything if record.set == report.TOWNS], picture)
