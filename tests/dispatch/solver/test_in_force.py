"""One revision after the other: the plan in force, which the next one starts from. The day is the one of `days`."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from dispatch.solver.living.events import (
    Abandoned,
    Cancelled,
    Done,
    Event,
    NoShow,
    Pinned,
    ShiftEnds,
    Started,
    Urgent,
    as_planned,
)
from dispatch.solver.living.in_force import in_force
from dispatch.solver.living.remaining import notice_weight
from dispatch.solver.living.revise import revised
from dispatch.solver.plan import Plan, Reason, Route, Score, Stop, Unassigned
from dispatch.solver.problem import (
    After,
    Break,
    Problem,
    ProblemError,
    Promise,
)

from .days import V1, V2, V3, W1, B, clock, day, left_visit, order_of
from .instances import HOUR, MINUTE, lunch, shift, visit


def gone_on(given: Problem, plan: Plan, events: Sequence[Event], now_s: int) -> tuple[Problem, Plan]:
    """The day's problem and the plan in force when all that is left stays as it was planned."""
    revision = revised(given, plan, events, now_s)
    return revision.day.problem, in_force(revision, revision.start)


def test_the_plan_in_force_is_the_past_as_it_was_and_the_rest_as_planned() -> None:
    noon = lunch(30, 11, 12)
    given, plan = day(shifts=(shift("A", breaks=(Break.between(600, clock(9), clock(9, 40)), noon)), B))
    route = replace(plan.routes[0], break_starts_s=(clock(9, 40), clock(11, 10)))
    plan = replace(plan, routes=(route, plan.routes[1]))
    events: list[Event] = [
        Done("W1", clock(9, 35)),
        Started("V1", clock(9, 12)),
        Done("V1", clock(9, 40)),
        NoShow("V2", clock(10, 15)),
    ]
    _, now = gone_on(given, plan, events, clock(10, 18))
    assert [(stop.visit, stop.start_s, stop.departure_s) for stop in now.routes[0].stops] == [
        ("V1", clock(9, 12), clock(9, 40)),
        ("V2", clock(10, 15), clock(10, 15)),
        ("V3", clock(10, 30), clock(11)),
    ]
    assert now.routes[0].break_starts_s == (clock(9, 40), clock(11, 10))
    # B has come home: five minutes from W1.
    assert (now.routes[1].departure_s, now.routes[1].arrival_s) == (clock(9), clock(9, 40))


def test_an_urgent_visit_told_again_is_no_news() -> None:
    given, plan = day()
    call = Urgent(visit("U", 20))
    whole, now = gone_on(given, plan, [call], clock(8))
    assert whole.visits[-1] == call.visit
    revision = revised(whole, now, [call], clock(8, 30))
    assert (revision.day.problem, revision.facts.urgent) == (whole, ())


def test_lateness_is_told_once() -> None:
    given, plan = day()
    # V1 ended ten minutes late: V2 at 10:00, in either revision.
    late = [Done("V1", clock(9, 50))]
    whole, now = gone_on(given, plan, late, clock(9, 52))
    revision = revised(whole, now, late, clock(9, 54))
    assert left_visit(revision, "V2").pinned_start_s == clock(10)
    assert left_visit(revision, "V2").promise == Promise(clock(10), "a", weight=notice_weight(6 * MINUTE))


def test_who_was_driving_to_a_visit_is_not_tied_to_it_for_the_day() -> None:
    given, plan = day()
    now_s, reports = clock(9, 45), as_planned(plan, clock(9, 45))
    assert left_visit(revised(given, plan, reports, now_s), "V2").pinned_start_s == clock(9, 50)
    whole, now = gone_on(given, plan, reports, now_s)
    ill = revised(whole, now, [*reports, ShiftEnds("A", clock(9, 46))], clock(9, 47))
    assert not left_visit(ill, "V2").pinned
    decided = revised(whole, now, [*reports, Pinned("V2", "B")], clock(9, 55))
    assert (left_visit(decided, "V2").pinned_shift, left_visit(decided, "V2").pinned_start_s) == ("B", None)
    # Nobody opens until 16:15: thirty minutes there and twenty home end at 17:05.
    late = revised(whole, now, [*reports, Pinned("V2", start_s=clock(16, 15))], clock(9, 47))
    assert (left_visit(late, "V2").pinned_shift, left_visit(late, "V2").pinned_start_s) == (
        None,
        clock(16, 15),
    )


def test_what_was_moved_counts_as_promised_where_it_is_now() -> None:
    given, plan = day()
    moved = revised(given, plan, (), clock(8))
    stops = moved.start.routes[0].stops
    later = tuple(
        replace(
            one,
            arrival_s=one.arrival_s + HOUR,
            start_s=one.start_s + HOUR,
            departure_s=one.departure_s + HOUR,
        )
        for one in stops
    )
    route = replace(moved.start.routes[0], departure_s=clock(10), stops=later)
    now = in_force(moved, Plan((route, moved.start.routes[1]), (), Score()))
    revision = revised(moved.day.problem, now, (), clock(8, 50))
    # V2 was planned for 9:50 and is now for 10:50, two hours ahead.
    assert left_visit(revision, "V2").promise == Promise(clock(10, 50), "a", weight=2.0)


def test_an_abandoned_visit_goes_on_elsewhere_and_the_time_it_took_stays_on_record() -> None:
    given, plan = day()
    events: list[Event] = [
        Done("V1", clock(9, 40)),
        Started("V2", clock(9, 50)),
        Abandoned("V2", clock(10, 5)),
    ]
    revision = revised(given, plan, events, clock(10, 7))
    second = Stop("V2", clock(11, 20), clock(11, 20), clock(11, 50), 1200, 0, 0)
    other = Route("B", clock(11), (second,), clock(12, 10))
    now = in_force(revision, replace(revision.start, routes=(revision.start.routes[0], other)))
    assert [(stop.visit, stop.departure_s) for stop in now.routes[0].stops[:2]] == [
        ("V1", clock(9, 40)),
        ("V2", clock(10, 5)),
    ]
    again = revised(revision.day.problem, now, events, clock(10, 20))
    assert order_of(again.start) == {"A": ["V3"], "B": ["V2"]}
    assert left_visit(again, "V2").promise == Promise(clock(11, 20), "b", weight=notice_weight(HOUR))
    done = revised(revision.day.problem, now, [*events, Done("V2", clock(11, 45))], clock(11, 45))
    assert {stop.visit for stop in done.standings["B"].course.past} == {"V2"}
    with pytest.raises(ProblemError, match=r"events\[3\]\.at_s"):
        revised(revision.day.problem, now, [*events, Done("V2", clock(10, 5))], clock(11, 45))


def test_a_cancelled_visit_that_others_wait_for_is_not_left_out() -> None:
    given, plan = day((V1, V2, replace(V3, after=(After("V1"),)), W1))
    revision = revised(given, plan, [Cancelled("V1")], clock(8))
    left = tuple(Unassigned(name, Reason.NO_CAPACITY) for name in ("V1", "V3"))
    now = in_force(revision, replace(revision.start, unassigned=left))
    assert [one.visit for one in now.unassigned] == ["V3"]
