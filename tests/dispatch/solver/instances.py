"""Small named problems on a straight road: a place is its distance in minutes from the depot.

One minute is 60 s; travel between two places is the difference of their minutes, so every figure in a test
can be worked out in the head. Clock times are given in hours.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st

from dispatch.solver.problem import (
    Break,
    Place,
    Problem,
    Shift,
    TimeWindow,
    Travel,
    Visit,
    Weights,
    places_of,
)

HOUR = 3600
MINUTE = 60


def at(minutes: int) -> Place:
    """The place so many minutes down the road."""
    return Place(minutes / 1000, 0.0)


def road(visits: Sequence[Visit], shifts: Sequence[Shift]) -> Travel:
    """Travel along the road."""
    places = places_of(visits, shifts)
    where = np.array([round(place.lon * 1000) for place in places])
    return Travel(places, (abs(where[:, None] - where[None, :]) * MINUTE).astype(np.int32))


def window(earliest_h: float, latest_h: float) -> TimeWindow:
    return TimeWindow(int(earliest_h * HOUR), int(latest_h * HOUR))


def visit(name: str, minutes: int, *, service: int = 30, **fields: Any) -> Visit:
    """A visit `minutes` down the road, `service` minutes long."""
    return Visit(id=name, place=at(minutes), service_s=service * MINUTE, **fields)


def shift(
    name: str, *, home: int = 0, hours: tuple[float, float] = (9, 17), technician: str = "", **fields: Any
) -> Shift:
    """A shift that starts and ends `home` minutes down the road; the technician is called as the shift is."""
    return Shift(
        id=name,
        technician=technician or name.lower(),
        start_place=at(home),
        end_place=at(home),
        earliest_s=int(hours[0] * HOUR),
        latest_s=int(hours[1] * HOUR),
        **fields,
    )


def problem(
    visits: Sequence[Visit],
    shifts: Sequence[Shift],
    *,
    entry_s: Mapping[str, int] | None = None,
    weights: Weights | None = None,
) -> Problem:
    return Problem(tuple(visits), tuple(shifts), road(visits, shifts), entry_s or {}, weights or Weights())


def lunch(minutes: int = 60, earliest_h: float = 12, latest_h: float = 13) -> Break:
    return Break(minutes * MINUTE, int(earliest_h * HOUR), int(latest_h * HOUR))


hours = st.integers(9 * 4, 17 * 4).map(lambda quarter: quarter / 4)
windows = st.lists(
    st.tuples(hours, st.integers(0, 8)).map(lambda pair: window(pair[0], pair[0] + pair[1] / 4)), max_size=2
).map(tuple)
levels = st.dictionaries(st.sampled_from(["gas", "lift"]), st.integers(1, 2), max_size=2)


@st.composite
def problems(draw: st.DrawFn, *, visits: int = 7, shifts: int = 3) -> Problem:
    """Any small problem: several windows, skills, breaks, pins, communities, too much work, nobody there."""
    made = [
        shift(
            f"S{i}",
            home=draw(st.integers(0, 60)),
            hours=(9, draw(st.sampled_from([10, 13, 17]))),
            skills=draw(levels),
            break_=draw(st.none() | st.builds(lunch, st.sampled_from([30, 60]))),
            max_visits=draw(st.none() | st.integers(0, 4)),
        )
        for i in range(draw(st.integers(0, shifts)))
    ]
    wanted = [_any_visit(draw, f"V{i}", [s.id for s in made]) for i in range(draw(st.integers(0, visits)))]
    return problem(wanted, made, entry_s={"A": 600, "B": 120})


def _any_visit(draw: st.DrawFn, name: str, shifts: list[str]) -> Visit:
    technicians = st.lists(st.sampled_from(["s0", "s1", "s2"]), max_size=1).map(tuple)
    required = draw(technicians)
    return visit(
        name,
        draw(st.integers(0, 120)),
        service=draw(st.sampled_from([0, 20, 60, 150])),
        windows=draw(windows),
        skills=draw(levels),
        penalty=draw(st.sampled_from([0, 15, 60, 600])),
        community=draw(st.sampled_from([None, "A", "B", "C"])),
        pinned_shift=draw(st.sampled_from([None, None, None, *shifts])),
        pinned_start_s=draw(st.none() | st.none() | st.just(11 * HOUR)),
        required_technicians=required,
        forbidden_technicians=() if required else draw(technicians),
        values=draw(st.dictionaries(st.sampled_from(["s0", "s1"]), st.integers(-50, 50), max_size=2)),
        due_s=draw(st.none() | st.just(10 * HOUR)),
    )
