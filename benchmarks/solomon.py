"""Solomon's instances: distances cut after a tenth, which are counted here as whole seconds."""

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.town import WEIGHTS
from dispatch.solver.problem import Place, Problem, Shift, TimeWindow, Travel, Visit, places_of

TENTHS = 10
"""Seconds of the problem in one unit of the instance."""
NOTE = """\
Solomon's 56 instances of 100 customers: distance, every way cut after a tenth, at most 25 vehicles; best known
distances in the same convention.
"""


def instances(folder: Path) -> Iterator[tuple[str, Problem, float]]:
    """Name, problem and best known distance of every instance in the folder.

    Raises:
        FileNotFoundError: the folder lacks the table of best known costs, or an instance it names.
    """
    with (folder / "solomon_bks_clean.csv").open(encoding="utf-8") as table:
        known = [(row["instance"], float(row["bks_distance_trunc1"])) for row in csv.DictReader(table)]
    for name, best in known:
        yield name, problem_of((folder / f"{name}.txt").read_text(encoding="utf-8")), best


def problem_of(text: str) -> Problem:
    """The instance in Solomon's text format; demands are parts brought from the depot."""
    vehicles, capacity = next(_figures(text, words=2))
    depot, *rows = customers(text)
    home = _place(depot)
    shifts = tuple(
        Shift(f"S{number}", f"T{number}", home, home, *_span(depot), capacity={"load": capacity})
        for number in range(1, vehicles + 1)
    )
    visits = tuple(_visit(row) for row in rows)
    return Problem(visits, shifts, _travel(places_of(visits, shifts)), weights=WEIGHTS)


def customers(text: str) -> list[list[int]]:
    """The depot, then every customer: number, x, y, demand, ready time, due date, service time."""
    return list(_figures(text, words=7))


def _figures(text: str, *, words: int) -> Iterator[list[int]]:
    """The lines of so many whole numbers."""
    for line in text.splitlines():
        if len(line.split()) == words and line.replace(" ", "").isdigit():
            yield [int(word) for word in line.split()]


def _visit(row: list[int]) -> Visit:
    number, _, _, demand, _, _, service = row
    return Visit(
        f"V{number}",
        _place(row),
        service * TENTHS,
        windows=(TimeWindow(*_span(row)),),
        brings={"load": demand},
    )


def _span(row: list[int]) -> tuple[int, int]:
    return row[4] * TENTHS, row[5] * TENTHS


def _place(row: list[int]) -> Place:
    """A tenth of a degree is one unit of the plane; nobody reads it as a place on the earth."""
    return Place(row[1] / 10, row[2] / 10)


def _travel(places: tuple[Place, ...]) -> Travel:
    x = np.array([round(place.lon * 10) for place in places])
    y = np.array([round(place.lat * 10) for place in places])
    units = np.hypot(x[:, None] - x[None, :], y[:, None] - y[None, :])
    return Travel(places, np.floor(units * TENTHS + 1e-9).astype(np.int32))
