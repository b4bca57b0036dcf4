"""When services and breaks may start, and how long a way takes with breaks on it."""

from collections.abc import Iterable, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.solver.problem import Break, Problem
from dispatch.solver.search.board import Board
from dispatch.solver.search.kernels import windows
from dispatch.solver.search.kernels.layout import NEVER
from dispatch.solver.search.model import Model
from tests.dispatch.solver.instances import HOUR, breaks, problem, problems, shift
from tests.dispatch.solver.reference import first_start

STEP = 300
"""Seconds; every length and window in the examples is a multiple of it."""
some_times = st.integers(0, 24 * HOUR)
some_steps = st.integers(0, 24 * HOUR // STEP).map(lambda steps: steps * STEP)

Windows = Sequence[tuple[int, int]]


def first_in(allowed: Windows, moment: int) -> int:
    return min((max(moment, opens) for opens, closes in allowed if moment <= closes), default=NEVER)


def last_in(allowed: Windows, moment: int) -> int:
    return max((min(moment, closes) for opens, closes in allowed if moment >= opens), default=-NEVER)


def when(pause: Break) -> Windows:
    return [(one.earliest_start, one.latest_start) for one in pause.windows]


def end_of(pauses: Iterable[Break], departure: int, leg: int) -> int:
    """Drive a step at a time; have every break as soon as it may begin; when there, wait for those to come."""
    now, left = departure, leg
    for pause in pauses:
        while first_in(when(pause), now) != now:
            if first_in(when(pause), now) == NEVER:
                return NEVER
            now += STEP
            left = max(0, left - STEP)
        now += pause.duration_s
    return now + left


@settings(deadline=None, max_examples=40)
@given(problems(shifts=1), some_times)
def test_service_starts_when_a_window_is_open(day: Problem, moment: int) -> None:
    board = Board(Model(day))
    for node, visit in enumerate(board.model.visits):
        start = first_start(visit, moment)
        assert windows.opening(board.s, node, moment) == (NEVER if start is None else start)
        last = windows.closing(board.s, node, moment)
        assert last == last_in(board.model.windows[node], moment)
        assert last == -NEVER or first_start(visit, last) == last


@settings(deadline=None, max_examples=40)
@given(breaks, some_times)
def test_breaks_start_when_a_window_is_open(pauses: tuple[Break, ...], moment: int) -> None:
    board = Board(Model(problem([], [shift("S", breaks=pauses)])))
    for number, pause in enumerate(pauses):
        assert windows.break_opening(board.m, number, moment) == first_in(when(pause), moment)
        assert windows.break_closing(board.m, number, moment) == last_in(when(pause), moment)


@settings(deadline=None, max_examples=40)
@given(breaks, some_steps, st.integers(0, 40).map(lambda steps: steps * STEP), st.data())
def test_ways_with_breaks_on_them(
    pauses: tuple[Break, ...], moment: int, leg: int, data: st.DataObject
) -> None:
    # The second shift's breaks do not begin the list of all breaks.
    day = problem([], [shift("S", breaks=pauses[1:]), shift("T", breaks=pauses)])
    m = Board(Model(day)).m
    over = data.draw(st.integers(0, len(pauses)))
    then = data.draw(st.integers(over, len(pauses)))
    had = pauses[over:then]
    assert windows.leg_end(m, 1, moment, leg, over, then) == end_of(had, moment, leg)

    tried = range(moment, -12 * HOUR, -STEP)
    latest = next((departure for departure in tried if end_of(had, departure, leg) <= moment), -NEVER)
    assert windows.leg_start(m, 1, moment, leg, over, then) == latest
