"""Problems that contradict themselves are refused by name; equal ones have one fingerprint."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dispatch.solver.problem import (
    After,
    Break,
    Costs,
    Place,
    Problem,
    ProblemError,
    Promise,
    Term,
    TimeWindow,
    Travel,
)
from tests.dispatch.solver.instances import HOUR, lunch, problem, road, shift, visit, window

REFUSED: list[tuple[str, Callable[[], Any]]] = [
    ("place.lon", lambda: Place(float("nan"), 25)),
    ("place", lambda: Place(25.03, 121.5)),
    ("window", lambda: window(10, 9)),
    ("window.earliest_start", lambda: TimeWindow(9.5, 10)),  # type: ignore[arg-type]
    ("break.duration_s", lambda: Break(-1, (window(9, 10),))),
    ("break.windows", lambda: Break(60, ())),
    ("break.windows", lambda: Break(60, (window(9, 10), window(10, 11)))),
    ("after.visit", lambda: After("")),
    ("after.max_gap_s", lambda: After("A", min_gap_s=60, max_gap_s=59)),
    ("promise.tolerance_s", lambda: Promise(0, tolerance_s=-1)),
    ("promise.weight", lambda: Promise(0, weight=float("nan"))),
    ("costs.per_km", lambda: Costs(per_km=-0.1)),
    ("visits.id", lambda: visit("", 1)),
    ("visits[A].service_s", lambda: visit("A", 1, service=-1)),
    ("visits[A].penalty", lambda: visit("A", 1, penalty=-1)),
    ("visits[A].penalty", lambda: visit("A", 1, penalty=float("inf"))),
    ("visits[A].skills.gas", lambda: visit("A", 1, skills={"gas": 0})),
    ("visits[A].values.t", lambda: visit("A", 1, values={"t": float("nan")})),
    ("visits[A].community", lambda: visit("A", 1, community="")),
    ("visits[A].required_technicians", lambda: visit("A", 1, required_technicians=(7,))),
    ("visits[A].setup_s", lambda: visit("A", 1, setup_s=-1)),
    ("visits[A].service_by_technician.t", lambda: visit("A", 1, service_by_technician={"t": -1})),
    (
        "visits[A].service_by_technician",
        lambda: visit("A", 1, crew=({},), service_by_technician={"s": 1800, "t": 600}),
    ),
    ("visits[A].crew[1].gas", lambda: visit("A", 1, crew=({}, {"gas": 0}))),
    ("visits[A].brings.pump", lambda: visit("A", 1, brings={"pump": -1})),
    ("visits[A].collects.pump", lambda: visit("A", 1, collects={"pump": 0.5})),
    ("visits[A].mandatory", lambda: visit("A", 1, mandatory=1)),
    ("visits[A].lateness_weight", lambda: visit("A", 1, lateness_weight=-1)),
    ("visits[A].after", lambda: visit("A", 1, after=(After("B"), After("B")))),
    ("visits[A].after", lambda: visit("A", 1, after=(After("A"),))),
    ("visits[A].after", lambda: problem([visit("A", 1, after=(After("B"),))], [])),
    (
        "visits[A].after",
        lambda: problem([visit("A", 1, after=(After("B"),)), visit("B", 1, after=(After("A"),))], []),
    ),
    ("visits[A].pinned_start_s", lambda: visit("A", 1, pinned_start_s=True)),
    (
        "visits[A].required_technicians",
        lambda: visit("A", 1, required_technicians=("t",), forbidden_technicians=("t",)),
    ),
    ("shifts[S].latest_s", lambda: shift("S", hours=(10, 9))),
    ("shifts[S].max_visits", lambda: shift("S", max_visits=-1)),
    ("shifts[S].max_travel_s", lambda: shift("S", max_travel_s=-1)),
    ("shifts[S].max_distance_m", lambda: shift("S", max_distance_m=0.5)),
    ("shifts[S].overtime_s", lambda: shift("S", overtime_s=-1)),
    ("shifts[S].fair_s", lambda: shift("S", fair_s=-1)),
    ("shifts[S].capacity.pump", lambda: shift("S", capacity={"pump": -1})),
    ("shifts[S].breaks", lambda: shift("S", breaks=(lunch(60, 12, 13), lunch(30, 11, 12)))),
    ("shifts[S].profile", lambda: problem([], [shift("S", profile="bike")])),
    ("weights.weight", lambda: Term(weight=-1)),
    ("visits", lambda: problem([visit("A", 1), visit("A", 2)], [])),
    ("shifts", lambda: problem([], [shift("S"), shift("S")])),
    ("shifts[T].earliest_s", lambda: problem([], [shift("S"), shift("T", technician="s")])),
    ("visits[A].pinned_shift", lambda: problem([visit("A", 1, pinned_shift="S")], [])),
    ("entry_s.C", lambda: problem([], [], entry_s={"C": -1})),
    ("visits[A].place", lambda: replace(problem([], []), visits=(visit("A", 1),))),
    ("travel.seconds", lambda: Travel((Place(0, 0),), np.zeros((1, 2), dtype=np.int32))),
    ("travel.seconds", lambda: Travel((Place(0, 0),), np.full((1, 1), -1, dtype=np.int32))),
    ("travel.metres", lambda: Travel((Place(0, 0),), np.zeros((1, 1), np.int32), np.zeros((2, 2), np.int32))),
    ("travel.places", lambda: Travel((Place(0, 0),) * 2, np.zeros((2, 2), np.int32))),
]


@pytest.mark.parametrize(("path", "make"), REFUSED)
def test_contradiction_is_refused_by_name(path: str, make: Callable[[], Any]) -> None:
    with pytest.raises(ProblemError) as refusal:
        make()
    assert refusal.value.path == path


def test_two_shifts_of_a_technician_may_touch() -> None:
    day = problem([], [shift("S", hours=(9, 12)), shift("T", hours=(12, 15), technician="s")])
    assert len(day.shifts) == 2


def test_every_profile_must_know_every_place() -> None:
    day = problem([visit("A", 1)], [])
    with pytest.raises(ProblemError) as refusal:
        replace(day, profiles={"bike": Travel((Place(0, 0),), np.zeros((1, 1), np.int32))})
    assert refusal.value.path == "visits[A].place"


def a_day() -> Problem:
    return problem([visit("A", 1, skills={"gas": 1, "lift": 2}, values={"s": 1.5})], [shift("S")])


def test_equal_problems_have_one_fingerprint() -> None:
    day = a_day()
    other_order = replace(day.visits[0], skills={"lift": 2, "gas": 1})
    assert a_day().fingerprint() == day.fingerprint()
    assert replace(day, visits=(other_order,)).fingerprint() == day.fingerprint()


@pytest.mark.parametrize(
    "change",
    [
        lambda day: replace(day, visits=(replace(day.visits[0], values={"s": 1.25}),)),
        lambda day: replace(day, shifts=(replace(day.shifts[0], latest_s=16 * HOUR),)),
        lambda day: replace(day, entry_s={"C": 60}),
        lambda day: replace(day, weights=replace(day.weights, waiting=Term(0.2))),
        lambda day: replace(day, travel=replace(day.travel, seconds=day.travel.seconds + 1)),
        lambda day: replace(day, travel=replace(day.travel, metres=None)),
        lambda day: replace(day, travel=replace(day.travel, costs=day.travel.seconds)),
        lambda day: replace(day, profiles={"bike": road(day.visits, day.shifts)}),
        lambda day: replace(day, shifts=(replace(day.shifts[0], breaks=(lunch(),)),)),
    ],
)
def test_any_change_changes_the_fingerprint(change: Callable[[Problem], Problem]) -> None:
    assert change(a_day()).fingerprint() != a_day().fingerprint()
