"""Offers: what is offered can be done just so, and nothing that can be done is missed."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.solver.checker import Cause, check
from dispatch.solver.offers import Desk, Displaced, Offer, OfferGone, Reach
from dispatch.solver.plan import Plan, Route
from dispatch.solver.problem import (
    After,
    Costs,
    Place,
    Problem,
    ProblemError,
    Promise,
    Shift,
    TimeWindow,
    Visit,
)
from dispatch.solver.solve import Limits, solve
from dispatch.solver.travel import travel_matrix

from .instances import HOUR, MINUTE, at, problem, problems, road, shift, visit, window
from .plans import planned
from .reference import cost, timed

GRID = tuple(window(hour, hour + 2) for hour in range(8, 18, 2))


@st.composite
def asked(draw: st.DrawFn, *, linked: bool = True) -> tuple[Problem, Visit]:
    """A problem, and one more visit that asks to be let in."""
    full = draw(problems(visits=6, linked=linked, varied=True).filter(lambda day: day.visits))
    guest = replace(full.visits[-1], id="G", crew=(), after=(), promise=None)
    return without_last(full), guest


def without_last(full: Problem) -> Problem:
    """The problem without its last visit, whose place the matrices do not know then, unless something else is there."""
    visits = full.visits[:-1]
    travel, slow = road(visits, full.shifts), road(visits, full.shifts, pace=2)
    return replace(full, visits=visits, travel=travel, profiles={"bike": slow})


def reach_of(day: Problem, guest: Visit) -> Mapping[str | None, Reach]:
    """Ways along the road, there and back."""
    return {None: _reach(day, guest, 1), "bike": _reach(day, guest, 2)}


def _reach(day: Problem, guest: Visit, pace: int) -> Reach:
    travel = road([*day.visits, guest], day.shifts, pace=pace)
    here = travel.index[guest.place]
    there = [travel.index[place] for place in day.travel.places]
    assert travel.metres is not None
    return Reach(*(np.stack([m[here, there], m[there, here]]) for m in (travel.seconds, travel.metres)))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(asked(), st.integers(0, 9), st.integers(0, 60))
def test_an_offer_taken_is_kept_to_the_letter_and_so_is_the_next(
    given: tuple[Problem, Visit], choice: int, minutes: int
) -> None:
    day, guest = given
    desk = Desk(day, solve(day, Limits(iterations=0)))
    for one in (guest, replace(guest, id="H", place=at(minutes))):
        before = desk.plan
        reach = reach_of(desk.problem, one)
        offers = desk.offers(one, GRID, reach=reach)
        assert offers == Desk(desk.problem, before).offers(one, GRID, reach=reach)
        if offers:
            offer = offers[choice % len(offers)]
            after = desk.take(offer)
            # What was left out may be worth its penalty now.
            assert {one.cause for one in check(desk.problem, after)} <= {Cause.REASON_FALSE}
            kept(day, before, after, offer)


def kept(day: Problem, before: Plan, after: Plan, offer: Offer) -> None:
    route = next(route for route in after.routes if route.shift == offer.shift)
    stop = next(stop for stop in route.stops if stop.visit == offer.visit.id)
    assert technician_of(day, offer.shift) == offer.technician
    assert offer.window.earliest_start <= stop.start_s <= offer.window.latest_start
    assert [left.visit for left in after.unassigned] == [left.visit for left in before.unassigned]
    assert after.score == before.score + offer.terms
    assert stop == route.stops[offer.position]
    assert offer.earliest_s <= stop.start_s == offer.start_s <= offer.latest_s
    assert moved(before, after) == {one.visit: one.by_s for one in offer.displaced}


def technician_of(day: Problem, name: str) -> str:
    return next(shift.technician for shift in day.shifts if shift.id == name)


def moved(before: Plan, after: Plan) -> dict[str, int]:
    """Visit → by how many seconds its start moves; a crew's technicians move together or not at all."""
    starts = {stop.visit: stop.start_s for route in before.routes for stop in route.stops}
    now = {stop.visit: stop.start_s for route in after.routes for stop in route.stops}
    return {name: now[name] - start for name, start in starts.items() if now[name] != start}


@settings(max_examples=150, deadline=None, derandomize=True)
@given(asked())
def test_whatever_can_be_done_is_offered_at_its_price(given: tuple[Problem, Visit]) -> None:
    day, guest = given
    plan = solve(day, Limits(iterations=0))
    offered = Desk(day, plan).offers(guest, GRID, reach=reach_of(day, guest))
    possible = dict(by_trying(day, plan, guest))
    assert {one.window: one.cost_s for one in offered} == {w: min(costs) for w, costs in possible.items()}
    ranks = [(one.cost_s, one.window) for one in offered]
    assert ranks == sorted(ranks)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(asked())
def test_the_first_and_the_last_start_are_told_exactly(given: tuple[Problem, Visit]) -> None:
    day, guest = given
    plan = solve(day, Limits(iterations=0))
    shifts = {shift.id: shift for shift in day.shifts}
    for offer in Desk(day, plan).offers(guest, GRID, reach=reach_of(day, guest), limit=2):

        def possible(start_s: int, offer: Offer = offer) -> bool:
            pinned = replace(offer.visit, pinned_start_s=start_s)
            return timed_with(day, plan, pinned, shifts[offer.shift], offer.position) is not None

        window = offer.window
        quarters = range(window.earliest_start, window.latest_start + 1, 15 * MINUTE)
        for start in {*quarters, window.latest_start, offer.earliest_s - 1, offer.latest_s + 1}:
            outside = not offer.earliest_s <= start <= offer.latest_s
            assert not (outside and window.earliest_start <= start <= window.latest_start and possible(start))
        assert possible(offer.earliest_s)
        assert possible(offer.latest_s)


def by_trying(day: Problem, plan: Plan, guest: Visit) -> Iterator[tuple[TimeWindow, list[int]]]:
    """Each window in which the visit can be served, and what that costs in each gap."""
    for told in sorted(cut(guest)):
        costs = [
            extra
            for shift in day.shifts
            for position in range(len(stops_of(plan, shift)) + 1)
            for extra in tried(day, plan, promised(guest, told, shift), shift, position)
        ]
        if costs:
            yield told, costs


def cut(guest: Visit) -> set[TimeWindow]:
    own = guest.windows or (TimeWindow(0, 24 * HOUR),)
    if guest.pinned_start_s is not None:
        own = (TimeWindow(guest.pinned_start_s, guest.pinned_start_s),)
    merged: list[TimeWindow] = []
    for one in sorted(own):
        if merged and one.earliest_start <= merged[-1].latest_start:
            last = max(merged[-1].latest_start, one.latest_start)
            merged[-1] = TimeWindow(merged[-1].earliest_start, last)
        else:
            merged.append(one)
    both = (
        (max(a.earliest_start, b.earliest_start), min(a.latest_start, b.latest_start))
        for a in merged
        for b in GRID
    )
    return {TimeWindow(first, last) for first, last in both if first <= last}


def promised(guest: Visit, window: TimeWindow, shift: Shift) -> Visit:
    half = (window.latest_start - window.earliest_start + 1) // 2
    return replace(
        guest, windows=(window,), promise=Promise(window.earliest_start + half, shift.technician, half)
    )


def stops_of(plan: Plan, shift: Shift) -> list[tuple[str, int]]:
    return [
        (stop.visit, stop.role) for route in plan.routes if route.shift == shift.id for stop in route.stops
    ]


def tried(day: Problem, plan: Plan, guest: Visit, shift: Shift, position: int) -> Iterator[int]:
    """What the visit costs in this gap, if it can be there and harms nobody."""
    more = with_visit(day, guest)
    route = timed_with(day, plan, guest, shift, position)
    if route is None or any(harmed(more, stop.visit, stop.start_s, plan) for stop in route.stops):
        return
    old = next((route for route in plan.routes if route.shift == shift.id), None)
    yield cost(more, shift, route) - (0 if old is None else cost(more, shift, old))


def timed_with(day: Problem, plan: Plan, guest: Visit, shift: Shift, position: int) -> Route | None:
    stops = stops_of(plan, shift)
    order = [*stops[:position], ("G", 0), *stops[position:]]
    more = with_visit(replace(day, visits=held_still(day, plan)), guest)
    return timed(more, shift, [name for name, _ in order], [role for _, role in order])


def held_still(day: Problem, plan: Plan) -> tuple[Visit, ...]:
    """Visits that hang together with others stay at their planned start."""
    linked = {visit.id for visit in day.visits if visit.crew or visit.after}
    linked |= {one.visit for visit in day.visits for one in visit.after}
    starts = {
        stop.visit: stop.start_s for route in plan.routes for stop in route.stops if stop.visit in linked
    }
    return tuple(
        replace(visit, pinned_start_s=starts[visit.id]) if visit.id in starts else visit
        for visit in day.visits
    )


def with_visit(day: Problem, guest: Visit) -> Problem:
    visits = (*day.visits, guest)
    slow = road(visits, day.shifts, pace=2)
    return replace(day, visits=visits, travel=road(visits, day.shifts), profiles={"bike": slow})


def harmed(day: Problem, name: str, start_s: int, plan: Plan) -> bool:
    before = {stop.visit: stop.start_s for route in plan.routes for stop in route.stops}
    visit = next(visit for visit in day.visits if visit.id == name)
    if name not in before:
        return False
    if visit.due_s is not None and start_s > max(visit.due_s, before[name]):
        return True
    promise = visit.promise
    return promise is not None and abs(start_s - promise.start_s) > max(
        promise.tolerance_s, abs(before[name] - promise.start_s)
    )


def test_a_neighbour_in_the_same_community_saves_the_gate() -> None:
    # V1 stands at 10 in A; the way there and back is 20 min either way. Beside V1 only 30 min of service are added;
    # B goes for 20 min of driving and 10 min at the gate.
    inside = {"community": "A", "skills": {}}
    day = problem(
        [visit("V1", 10, windows=(window(10, 10),), **inside)], [shift("A"), shift("B")], entry_s={"A": 600}
    )
    desk = Desk(day, planned(day, {"A": ["V1"]}))
    beside, alone = (
        desk.offers(visit("G", 10, **inside), [window(9, 11)]),
        desk.offers(visit("G", 10, required_technicians=("b",), **inside), [window(9, 11)]),
    )
    assert [(one.technician, one.cost_min) for one in (*beside, *alone)] == [("a", 0), ("b", 30)]
    assert (alone[0].terms.travel, alone[0].terms.community_entry) == (1200, 600)


def test_an_offer_says_who_moves_and_by_how_much() -> None:
    # A drives at 9:00 to V1 (9:10-9:40) and V2 (9:50-10:20). Before V2, in the same place, G can start from 9:50 to
    # 10:00, for V2 must start by 10:30; after V2 it would be 10:20.
    day = problem(
        [visit("V1", 10, windows=(window(9, 9.25),)), visit("V2", 20, windows=(window(9, 10.5),))],
        [shift("A")],
    )
    desk = Desk(day, planned(day, {"A": ["V1", "V2"]}))
    (offer,) = desk.offers(visit("G", 20), [window(9.5, 10)])
    assert (offer.position, offer.cost_s) == (1, 0)
    assert (offer.earliest_s, offer.start_s, offer.latest_s) == (35_400, 35_400, 36_000)
    assert offer.displaced == (Displaced("V2", 35_400, 37_200),)
    assert offer.displaced[0].by_s == 30 * MINUTE


def test_what_was_promised_to_others_stays() -> None:
    # V1 was promised 9:10 sharp: G, next door, comes after it or not at all.
    promise = Promise(start_s=9 * HOUR + 600)
    day = problem([visit("V1", 10, promise=promise)], [shift("A")])
    desk = Desk(day, planned(day, {"A": ["V1"]}))
    (offer,) = desk.offers(visit("G", 10), [window(9, 11)])
    assert (offer.position, offer.displaced) == (1, ())
    assert desk.offers(visit("G", 10), [window(9, 9.5)]) == ()


def test_nobody_else_comes_in_with_an_offer_taken() -> None:
    # Driving out to V1 costs 20 min and the shift 30 more, for a penalty of 25; beside G it would cost nothing. The
    # next search puts it in.
    day = problem([visit("V1", 10, penalty=25)], [shift("A", costs=Costs(fixed=30))])
    desk = Desk(day, solve(day))
    after = desk.take(desk.offers(visit("G", 10), [window(9, 17)])[0])
    assert [stop.visit for route in after.routes for stop in route.stops] == ["G"]
    assert [(left.visit, left.detail["cost_s"]) for left in after.unassigned] == [("V1", 0)]
    assert after.score.total == (50 + 25) * MINUTE
    assert solve(desk.problem, Limits(iterations=0), after).unassigned == ()


def test_an_offer_taken_breaks_no_promise_of_another_customer() -> None:
    # V1, 40 min away, is not worth the way of 80 min for 60; beside G the way is paid. But then V2, promised 11:00
    # sharp, would be 50 min late, for 25 min.
    day = problem(
        [
            visit("V1", 40, service=60, windows=(window(10, 10.5),), penalty=60),
            visit("V2", 0, windows=(window(11, 12),), promise=Promise(11 * HOUR)),
        ],
        [shift("A")],
    )
    desk = Desk(day, solve(day))
    assert [left.visit for left in desk.plan.unassigned] == ["V1"]
    (route,) = desk.take(desk.offers(visit("G", 40), [window(9, 10)])[0]).routes
    assert [(stop.visit, stop.start_s) for stop in route.stops] == [("G", 34_800), ("V2", 11 * HOUR)]


def test_ways_to_a_new_place_are_reckoned_like_the_others() -> None:
    places = [Place(121.5, 25.0), Place(121.52, 25.03), Place(121.55, 25.01)]
    home, there, new = places
    day = Problem(
        (Visit("V1", there, 1800),),
        (replace(shift("A"), start_place=home, end_place=home),),
        travel_matrix(places[:2], metres=True),
    )
    desk = Desk(day, solve(day, Limits(iterations=0)))
    desk.take(desk.offers(Visit("G", new, 1800), GRID)[0])
    whole = travel_matrix(places, metres=True)
    assert desk.problem.travel == whole
    assert (desk.problem.travel.seconds == whole.seconds).all()
    assert (desk.problem.travel.metres == whole.metres).all()


def test_an_offer_is_gone_once_the_route_is_another_one() -> None:
    day = problem([visit("V1", 10)], [shift("A")])
    desk = Desk(day, planned(day, {"A": ["V1"]}))
    first, second = (desk.offers(visit(name, 10), [window(9, 17)])[0] for name in ("G", "H"))
    desk.take(first)
    for offer in (first, second):
        with pytest.raises(OfferGone):
            desk.take(offer)


def test_many_can_be_taken() -> None:
    day = problem([], [shift("A", home=10)])
    desk = Desk(day, planned(day, {}))
    for number in range(40):
        guest = visit(f"G{number}", 10, service=5)
        desk.take(desk.offers(guest, GRID)[0])
    assert [len(route.stops) for route in desk.plan.routes] == [40]
    assert check(desk.problem, desk.plan) == []


@pytest.mark.parametrize(
    ("guest", "path"),
    [
        (visit("V1", 10), "visits"),
        (visit("G", 10, crew=({},)), "visits[G].crew"),
        (visit("G", 10, after=(After("V1"),)), "visits[G].after"),
        (visit("G", 10, pinned_shift="B"), "visits[G].pinned_shift"),
        (visit("G", 99), "reach"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(guest: Visit, path: str) -> None:
    day = problem([visit("V1", 10)], [shift("A")])
    desk = Desk(replace(day, profiles={"bike": day.travel}), planned(day, {"A": ["V1"]}))
    with pytest.raises(ProblemError) as refused:
        desk.offers(guest, GRID)
    assert refused.value.path == path


def test_a_plan_that_cannot_be_is_refused() -> None:
    day = problem([visit("V1", 10, windows=(window(10, 11),))], [shift("A")])
    plan = planned(day, {"A": ["V1"]})
    closed = replace(day, visits=(visit("V1", 10, windows=(window(18, 19),)),))
    with pytest.raises(ProblemError, match="V1 cannot be in the route of A"):
        Desk(closed, plan)
