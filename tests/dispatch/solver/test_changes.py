"""What a new plan changes of the old one, and why. The day is the one of `days`."""

from collections.abc import Mapping, Sequence

from dispatch.solver.living.changes import Assignment, Change, ChangeKind, Why, changes
from dispatch.solver.living.events import (
    Cancelled,
    Done,
    Event,
    ShiftEnds,
    Started,
    Urgent,
)
from dispatch.solver.living.in_force import in_force
from dispatch.solver.living.revise import revised
from dispatch.solver.plan import Plan, Reason, Score, Unassigned
from dispatch.solver.problem import (
    Visit,
)

from .days import V1, V2, V3, W1, clock, day, driven
from .instances import visit


def compared(
    events: Sequence[Event],
    routes: Mapping[str, Sequence[str]],
    *,
    now_s: int = clock(8),
    unplanned: Sequence[Visit] = (),
) -> tuple[Change, ...]:
    """The changes to the day when these routes follow the events, each leaving at its shift's beginning."""
    given, plan = day((V1, V2, V3, W1, *unplanned))
    revision = revised(given, plan, events, now_s)
    left = [one.id for one in revision.problem.visits]
    routes_driven = tuple(driven(revision.problem, name, names) for name, names in routes.items())
    there = {stop.visit for route in routes_driven for stop in route.stops}
    missing = tuple(Unassigned(name, Reason.NO_CAPACITY) for name in left if name not in there)
    return changes(given, plan, Plan(routes_driven, missing, Score()), revision, events)


def test_nothing_changes_when_nothing_happens() -> None:
    assert compared((), {"A": ["V1", "V2", "V3"], "B": ["W1"]}) == ()


def test_an_urgent_visit_is_new_and_moves_what_follows_it_in_itsdriven() -> None:
    # U at V2's place, before it: V2 and V3 half an hour later. Both are promised about two hours ahead.
    found = compared([Urgent(visit("U", 20))], {"A": ["V1", "U", "V2", "V3"], "B": ["W1"]})
    assert [(one.visit, one.kind, one.moved_s) for one in found] == [
        ("V2", ChangeKind.MOVED_TIME, 1800),
        ("V3", ChangeKind.MOVED_TIME, 1800),
        ("U", ChangeKind.NEWLY_ASSIGNED, None),
    ]
    # 30 minutes × 0.5 × the weight: V2's notice is 110 of 240 minutes, 1 + 2 × 130 / 240 = 2.0833.
    assert found[0].cost_s == round(900 * (1 + 2 * 130 / 240))
    assert (found[0].time_broken, found[0].technician_broken) == (True, False)
    assert {one.why for one in found} == {Why(event=0)}


def test_an_ill_technicians_visits_move_or_are_left_out_because_of_him() -> None:
    found = compared([ShiftEnds("A", clock(9))], {"B": ["W1", "V1", "V2"]})
    assert [(one.visit, one.kind, one.why) for one in found] == [
        ("V1", ChangeKind.MOVED_BOTH, Why(event=0)),
        ("V2", ChangeKind.MOVED_BOTH, Why(event=0)),
        ("V3", ChangeKind.LEFT_OUT, Why(event=0)),
    ]
    # W1 ends at 9:35, V1 is five minutes on.
    assert found[0].before == Assignment(("A",), ("a",), clock(9, 10))
    assert found[0].after == Assignment(("B",), ("b",), clock(9, 40))
    assert (found[0].time_broken, found[0].technician_broken) == (True, True)
    assert found[2].cost_s == 600 * 60


def test_a_change_in_a_far_route_names_the_visit_that_carried_it_there() -> None:
    # V1 is off; V2 goes to B, before W1, which therefore starts later.
    found = compared([Cancelled("V1")], {"A": ["V3"], "B": ["V2", "W1"]})
    assert [(one.visit, one.kind, one.why) for one in found] == [
        ("W1", ChangeKind.MOVED_TIME, Why(event=0, via="V2")),
        ("V1", ChangeKind.GONE, Why(event=0)),
        ("V2", ChangeKind.MOVED_BOTH, Why(event=0)),
        ("V3", ChangeKind.MOVED_TIME, Why(event=0)),
    ]
    assert (found[1].time_broken, found[1].cost_s) == (False, 0)


def test_what_no_event_reaches_is_a_gain_and_names_its_term() -> None:
    # W1 on A's way saves B's ten minutes of driving; what was reported went by the plan and is no reason.
    found = compared((), {"A": ["W1", "V1", "V2", "V3"]})
    assert {one.visit for one in found} == {"V1", "V2", "V3", "W1"}
    assert {one.why for one in found} == {Why(None, term="travel")}


def test_a_visit_there_is_room_for_after_all_is_a_gain_of_its_penalty() -> None:
    found = compared((), {"A": ["V1", "V2", "V3", "X"], "B": ["W1"]}, unplanned=[visit("X", 30)])
    assert [(one.visit, one.kind, one.why) for one in found] == [
        ("X", ChangeKind.NEWLY_ASSIGNED, Why(None, term="unassigned"))
    ]


def test_what_has_begun_is_no_change_even_when_it_began_late() -> None:
    events: list[Event] = [Started("V1", clock(9, 20)), Started("W1", clock(9, 5))]
    found = compared(events, {"A": ["V2", "V3"]}, now_s=clock(9, 30))
    assert {one.visit for one in found}.isdisjoint({"V1", "W1"})
    assert {one.why for one in found} == {Why(event=0)}


def test_what_an_earlier_replan_has_answered_is_no_reason_and_no_change_any_more() -> None:
    given, plan = day()
    events: list[Event] = [Done("V1", clock(9, 55)), Cancelled("V2"), ShiftEnds("A", clock(11))]
    revision = revised(given, plan, events, clock(10))
    routes = (driven(revision.problem, "B", ["W1", "V3"]),)
    after = Plan(routes, (), Score())
    found = changes(given, plan, after, revision, events)
    assert {one.visit: one.why.event for one in found} == {"W1": 2, "V2": 1, "V3": 2}
    whole, now = revision.day.problem, in_force(revision, after)
    again = revised(whole, now, events, clock(10))
    assert changes(whole, now, again.start, again, events) == ()
    # V3 before W1 is cheaper for some other reason.
    turned = Plan((driven(again.problem, "B", ["V3", "W1"]),), (), Score())
    assert {one.why.event for one in changes(whole, now, turned, again, events)} == {None}
