"""Problems that contradict themselves are refused by name; equal ones have one fingerprint."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dispatch.solver.problem import Break, Place, Problem, ProblemError, Term, TimeWindow, Travel
from tests.dispatch.solver.instances import HOUR, problem, shift, visit, window

REFUSED: list[tuple[str, Callable[[], Any]]] = [
    ("place.lon", lambda: Place(float("nan"), 25)),
    ("place", lambda: Place(25.03, 121.5)),
    ("window", lambda: window(10, 9)),
    ("window.earliest_start", lambda: TimeWindow(9.5, 10)),  # type: ignore[arg-type]
    ("break", lambda: Break(60, 10, 9)),
    ("break.duration_s", lambda: Break(-1, 9, 10)),
    ("visits.id", lambda: visit("", 1)),
    ("visits[A].service_s", lambda: visit("A", 1, service=-1)),
    ("visits[A].penalty", lambda: visit("A", 1, penalty=-1)),
    ("visits[A].penalty", lambda: visit("A", 1, penalty=float("inf"))),
    ("visits[A].skills.gas", lambda: visit("A", 1, skills={"gas": 0})),
    ("visits[A].values.t", lambda: visit("A", 1, values={"t": float("nan")})),
    ("visits[A].community", lambda: visit("A", 1, community="")),
    ("visits[A].technicians", lambda: visit("A", 1, required_technicians=(7,))),
    ("visits[A].pinned_start_s", lambda: visit("A", 1, pinned_start_s=True)),
    (
        "visits[A].required_technicians",
        lambda: visit("A", 1, required_technicians=("t",), forbidden_technicians=("t",)),
    ),
    ("shifts[S].latest_s", lambda: shift("S", hours=(10, 9))),
    ("shifts[S].max_visits", lambda: shift("S", max_visits=-1)),
    ("weights.weight", lambda: Term(weight=-1)),
    ("visits", lambda: problem([visit("A", 1), visit("A", 2)], [])),
    ("shifts", lambda: problem([], [shift("S"), shift("S")])),
    ("shifts[T].earliest_s", lambda: problem([], [shift("S"), shift("T", technician="s")])),
    ("visits[A].pinned_shift", lambda: problem([visit("A", 1, pinned_shift="S")], [])),
    ("entry_s.C", lambda: problem([], [], entry_s={"C": -1})),
    ("visits[A].place", lambda: replace(problem([], []), visits=(visit("A", 1),))),
    ("travel.seconds", lambda: Travel((Place(0, 0),), np.zeros((1, 2), dtype=np.int32))),
    ("travel.seconds", lambda: Travel((Place(0, 0),), np.full((1, 1), -1, dtype=np.int32))),
]


@pytest.mark.parametrize(("path", "make"), REFUSED)
def test_contradiction_is_refused_by_name(path: str, make: Callable[[], Any]) -> None:
    with pytest.raises(ProblemError) as refusal:
        make()
    assert refusal.value.path == path


def test_two_shifts_of_a_technician_may_touch() -> None:
    day = problem([], [shift("S", hours=(9, 12)), shift("T", hours=(12, 15), technician="s")])
    assert len(day.shifts) == 2


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
        lambda day: replace(day, travel=Travel(day.travel.places, day.travel.seconds + 1)),
    ],
)
def test_any_change_changes_the_fingerprint(change: Callable[[Problem], Problem]) -> None:
    assert change(a_day()).fingerprint() != a_day().fingerprint()
