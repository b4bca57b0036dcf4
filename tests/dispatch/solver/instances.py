"""Small named problems on a straight road: a place is its distance in minutes from the depot.

One minute is 60 s and 500 m; travel between two places is the difference of their minutes, so every figure in a
test can be worked out in the head. Clock times are given in hours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from dispatch.solver.problem import (
    After,
    Break,
    Costs,
    Place,
    Problem,
    Promise,
    Shift,
    Term,
    TimeWindow,
    Travel,
    Visit,
    Weights,
    places_of,
)

HOUR = 3600
MINUTE = 60
METRES = 500
"""A minute's way."""


def at(minutes: int) -> Place:
    """The place so many minutes down the road."""
    return Place(minutes / 1000, 0.0)


def road(visits: Sequence[Visit], shifts: Sequence[Shift], *, pace: int = 1) -> Travel:
    """Travel along the road; at another pace every way takes so many times as long."""
    places = places_of(visits, shifts)
    where = np.array([round(place.lon * 1000) for place in places])
    minutes = abs(where[:, None] - where[None, :])
    seconds, metres = minutes * MINUTE * pace, minutes * METRES
    return Travel(places, seconds.astype(np.int32), metres.astype(np.int32))


def rough(travel: Travel, seed: int) -> Travel:
    """The same with detours by chance: the straight way may take longer than the way over a third place."""
    assert travel.metres is not None
    detours = np.random.default_rng(seed).integers(0, 40, (2, *travel.seconds.shape)).astype(np.int32)
    detours[:, range(len(travel.places)), range(len(travel.places))] = 0
    return Travel(travel.places, travel.seconds + detours[0] * MINUTE, travel.metres + detours[1] * METRES)


def priced(travel: Travel, seed: int) -> Travel:
    """The same with a matrix of costs by chance, up to two hours of travel for a way."""
    costs = np.random.default_rng(seed).integers(0, 2 * HOUR, travel.seconds.shape).astype(np.int32)
    np.fill_diagonal(costs, 0)
    return replace(travel, costs=costs)


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
        earliest_s=int(hours[0] * HOUR),
        latest_s=int(hours[1] * HOUR),
        **({"start_place": at(home), "end_place": at(home)} | fields),
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
    return Break.between(minutes * MINUTE, int(earliest_h * HOUR), int(latest_h * HOUR))


def seldom(value: st.SearchStrategy[Any], otherwise: Any = None) -> st.SearchStrategy[Any]:
    """Mostly the plain case, so that problems do not become impossible altogether."""
    return st.integers(0, 3).flatmap(lambda die: value if die == 3 else st.just(otherwise))


def later(pause: Break, days: int) -> Break:
    """The same break so many days later."""
    by_s = days * 24 * HOUR
    return Break(
        pause.duration_s,
        tuple(TimeWindow(one.earliest_start + by_s, one.latest_start + by_s) for one in pause.windows),
    )


hours = st.builds(
    lambda quarter, day: quarter / 4 + 24 * day, st.integers(9 * 4, 17 * 4), seldom(st.just(1), 0)
)
"""Of two days."""
windows = st.lists(
    st.tuples(hours, st.integers(0, 8)).map(lambda pair: window(pair[0], pair[0] + pair[1] / 4)), max_size=2
).map(tuple)
levels = st.dictionaries(st.sampled_from(["gas", "lift"]), st.integers(1, 2), max_size=2)
pieces = st.dictionaries(st.sampled_from(["filter", "pump"]), st.integers(0, 3), max_size=2)
technicians = st.lists(st.sampled_from(["s0", "s1", "s2"]), max_size=1).map(tuple)

after_gaps = st.sampled_from([(0, None), (600, None), (0, 7200)])
"""Least and most seconds between two visits in an order"""

tea = Break(15 * MINUTE, (window(9.5, 10), window(10.5, 10.5)))
nap = Break.between(30 * MINUTE, 14 * HOUR, 15 * HOUR)
breaks = st.sampled_from(
    [(), (), (lunch(),), (lunch(30),), (tea,), (tea, lunch(30)), (lunch(), nap), (tea, lunch(), nap)]
)
costs = st.just(Costs()) | st.builds(
    Costs,
    fixed=st.sampled_from([0, 30]),
    per_travel_hour=st.sampled_from([60, 45.5]),
    per_km=st.sampled_from([0, 0.7]),
    per_task_hour=st.sampled_from([0, 10]),
    per_paid_hour=st.sampled_from([0, 12.5]),
)

any_term = st.builds(Term, st.sampled_from([0, 0.3, 1, 2.5]), st.sampled_from([None, 20, 90]))
weights = st.just(Weights()) | st.fixed_dictionaries(
    {}, optional={one.name: any_term for one in fields(Weights)}
).map(lambda given: Weights(**given))


@st.composite
def problems(
    draw: st.DrawFn, *, visits: int = 7, shifts: int = 3, linked: bool = True, varied: bool = False
) -> Problem:
    """Any small problem: every field of every object is used; too much work, nobody there. `linked`: with crews and
    visits that come after others. `varied`: with weights of its own, and technicians who have several shifts, on the
    same day or the next."""
    made: list[Shift] = []
    for i in range(draw(st.integers(0, shifts))):
        made.append(_any_shift(draw, f"S{i}", made if varied else []))
    wanted: list[Visit] = []
    for i in range(draw(st.integers(0, visits))):
        links = _any_links(draw, [visit.id for visit in wanted]) if linked else {}
        wanted.append(_any_visit(draw, f"V{i}", [s.id for s in made], links))
    ways = {"car": road(wanted, made), "bike": road(wanted, made, pace=2)}
    for change in (rough, priced):
        seed = draw(seldom(st.integers(0, 9)))
        if seed is not None:
            ways = {name: change(travel, seed) for name, travel in ways.items()}
    terms = draw(weights if varied else st.sampled_from([Weights(), Weights(waiting=Term(weight=0))]))
    travel, slow = ways["car"], ways["bike"]
    return Problem(tuple(wanted), tuple(made), travel, {"A": 600, "B": 120}, terms, {"bike": slow})


def _any_shift(draw: st.DrawFn, name: str, others: list[Shift]) -> Shift:
    home = draw(st.integers(0, 60))
    new = (name.lower(), 9)
    technician, begins_h = draw(seldom(_next_shifts(others), new)) if others else new
    days = begins_h // 24
    return shift(
        name,
        technician=technician,
        start_place=draw(seldom(st.none(), at(home))),
        end_place=draw(seldom(st.none(), at(home))),
        hours=(begins_h, begins_h + draw(st.sampled_from([1, 4, 8]))),
        skills=draw(levels),
        breaks=tuple(later(pause, days) for pause in draw(breaks)),
        max_visits=draw(seldom(st.integers(0, 4))),
        overtime_s=draw(seldom(st.just(HOUR), 0)),
        max_travel_s=draw(seldom(st.sampled_from([1, 2, 4]).map(lambda h: h * HOUR))),
        max_distance_m=draw(seldom(st.sampled_from([30_000, 90_000]))),
        capacity=draw(seldom(pieces, {})),
        costs=draw(costs),
        fair_s=draw(seldom(st.just(2 * HOUR))),
        profile=draw(seldom(st.just("bike"))),
    )


def _next_shifts(others: list[Shift]) -> st.SearchStrategy[tuple[str, int]]:
    """Who of them could work again from which hour: right after his last shift, or on the day after it."""
    ended_h = {other.technician: other.until_s // HOUR for other in others}
    next_day = [(name, hour // 24 * 24 + 24 + 9) for name, hour in ended_h.items()]
    return st.sampled_from([*ended_h.items(), *next_day])


def _any_visit(draw: st.DrawFn, name: str, shifts: list[str], links: dict[str, Any]) -> Visit:
    required = draw(seldom(technicians, ()))
    return visit(
        name,
        draw(st.integers(0, 120)),
        service=draw(st.sampled_from([0, 20, 60, 150])),
        service_by_technician={} if links.get("crew") else draw(seldom(st.just({"s0": 600, "s1": 5400}), {})),
        setup_s=draw(st.sampled_from([0, 0, 300])),
        windows=draw(windows),
        skills=draw(seldom(levels, {})),
        penalty=draw(st.sampled_from([0, 15, 60, 600])),
        mandatory=draw(seldom(st.just(True), False)),
        community=draw(st.sampled_from([None, "A", "B", "C"])),
        pinned_shift=draw(seldom(st.sampled_from([None, *shifts]))),
        pinned_start_s=draw(seldom(st.just(11 * HOUR))),
        required_technicians=required,
        forbidden_technicians=() if required else draw(seldom(technicians, ())),
        preferred_technicians=draw(technicians),
        known_technicians=draw(technicians),
        values=draw(st.dictionaries(st.sampled_from(["s0", "s1"]), st.integers(-50, 50), max_size=2)),
        due_s=draw(st.none() | st.just(10 * HOUR)),
        lateness_weight=draw(st.sampled_from([1, 2.5])),
        promise=draw(seldom(_promises)),
        brings=draw(seldom(pieces, {})),
        collects=draw(seldom(pieces, {})),
        **links,
    )


_promises = st.builds(
    Promise,
    start_s=hours.map(lambda hour: int(hour * HOUR)),
    technician=st.sampled_from([None, "s0", "s1"]),
    tolerance_s=st.sampled_from([0, 900]),
    weight=st.sampled_from([1, 3]),
)


def _any_links(draw: st.DrawFn, earlier: list[str]) -> dict[str, Any]:
    crew = draw(seldom(st.lists(levels, min_size=1, max_size=2).map(tuple), ()))
    after = draw(seldom(st.sets(st.sampled_from(earlier), max_size=2), set())) if earlier else set()
    return {"crew": crew, "after": tuple(After(other, *draw(after_gaps)) for other in sorted(after))}
