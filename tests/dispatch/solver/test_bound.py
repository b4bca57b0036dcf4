"""The bound lies below every plan, and on the best one where nothing is left aside."""

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given, settings

from dispatch.solver.bound import MAX_ARCS, Bound, lower_bound, pricing
from dispatch.solver.bound.kinds import relaxed_of
from dispatch.solver.bound.master import Master
from dispatch.solver.objective import plan_score, unassigned_cost
from dispatch.solver.plan import Plan, Reason, Route, Score, Unassigned
from dispatch.solver.problem import Costs, Problem, Promise, Shift
from tests.dispatch.solver.instances import HOUR, MINUTE, lunch, problem, problems, shift, visit, window
from tests.dispatch.solver.reference import cost, timed


def plan(day: Problem, *routes: Route) -> Plan:
    """The routes, and everything else left out."""
    served = {stop.visit for route in routes for stop in route.stops}
    absent = tuple(Unassigned(visit.id, Reason.NO_CAPACITY) for visit in day.visits if visit.id not in served)
    made = Plan(routes, absent, Score())
    return replace(made, score=plan_score(day, made))


def bound(day: Problem, *routes: Route) -> Bound:
    found = lower_bound(day, plan(day, *routes), time_s=20)
    assert found is not None
    return found


def route(day: Problem, number: int, *visits: str) -> Route:
    """A shift's route through these visits."""
    made = timed(day, day.shifts[number], visits)
    assert made is not None
    return made


def cheapest(day: Problem) -> int:
    """The best score of all, by trying every route of every shift in every combination."""
    visits = {visit.id: unassigned_cost(visit, day.weights) for visit in day.visits}
    best = {frozenset[str](): 0}
    for one in day.shifts:
        grown = dict(best)
        for served, price in _routes(day, one, list(visits)).items():
            for before, spent in best.items():
                if not served & before:
                    both = served | before
                    grown[both] = min(grown.get(both, spent + price), spent + price)
        best = grown
    return min(
        spent + sum(visits.values()) - sum(visits[name] for name in served) for served, spent in best.items()
    )


def _routes(day: Problem, one: Shift, names: list[str]) -> dict[frozenset[str], int]:
    """The shift's cheapest route through each set of visits."""
    best: dict[frozenset[str], int] = {}
    for size in range(1, len(names) + 1):
        for order in permutations(names, size):
            made = timed(day, one, order)
            if made is not None:
                price = cost(day, one, made)
                best[frozenset(order)] = min(best.get(frozenset(order), price), price)
    return best


@settings(max_examples=60, deadline=None)
@given(problems(visits=4, shifts=2, linked=False, varied=True))
def test_no_plan_is_cheaper(day: Problem) -> None:
    assert bound(day).seconds <= cheapest(day)


def test_one_visit_costs_the_way_there_and_back() -> None:
    day = problem([visit("A", 10)], [shift("S")])
    # 10 min there and 10 back: 1200 s, which the plan takes.
    found = bound(day, route(day, 0, "A"))
    assert (found.seconds, found.gap) == (1200, 0.0)


def test_the_gap_is_what_the_plan_costs_more() -> None:
    day = problem([visit("A", 10, penalty=30)], [shift("S")])
    # Left out at 30 min, 1800 s, it could be served for 1200 s.
    found = bound(day)
    assert (found.seconds, found.gap, found.finished) == (1200, 0.5, True)


def test_what_is_cheaper_left_out_is_left_out() -> None:
    day = problem([visit("A", 10, penalty=15), visit("B", 10, skills={"gas": 1}, penalty=5)], [shift("S")])
    # 15 min, when the way takes 20, and 5 min for what nobody can do: 1200 s.
    assert bound(day).seconds == 1200


def test_a_gain_may_bring_the_bound_below_zero() -> None:
    day = problem([visit("A", 5, values={"s": 20})], [shift("S")])
    # 10 min of driving less a gain of 20: −600 s, of which no plan can be a percentage above.
    found = bound(day)
    assert (found.seconds, found.gap, found.finished) == (-600, None, True)


def test_nobody_works() -> None:
    assert bound(problem([visit("A", 10, penalty=30)], [])).seconds == 1800


def test_like_shifts_are_as_many_as_they_are() -> None:
    pinned = [visit(name, 10, windows=(window(9.5, 9.5),), penalty=100) for name in "ABC"]
    day = problem(pinned, [shift("S", technician="s"), shift("T", technician="t")])
    # All three at half past nine: two technicians go, 20 min each, and one visit is left out at 100 min.
    assert bound(day).seconds == (20 + 20 + 100) * MINUTE


def test_waiting_that_no_departure_avoids_is_charged() -> None:
    day = problem(
        [visit("A", 0, windows=(window(9, 9),)), visit("B", 0, windows=(window(12, 12),))], [shift("S")]
    )
    # From 9:30 to 12:00 are 9000 s, at a tenth.
    assert bound(day).seconds == 900


def test_a_break_is_no_waiting() -> None:
    at_nine, at_one = visit("A", 0, windows=(window(9, 9),)), visit("B", 0, windows=(window(13, 13),))
    day = problem([at_nine, at_one], [shift("S", breaks=(lunch(60, 11, 12),))])
    # From 9:30 to 13:00 less an hour of lunch: 9000 s again.
    assert bound(day).seconds == 900


def test_a_break_takes_time() -> None:
    long = [visit(name, 0, service=240, penalty=50) for name in "AB"]
    fits = problem(long, [shift("S")])
    broken = problem(long, [shift("S", breaks=(lunch(60, 12, 13),))])
    # Twice four hours fill the shift; with an hour of lunch one of the two is left out.
    assert (bound(fits).seconds, bound(broken).seconds) == (0, 3000)


def test_paid_hours_are_charged() -> None:
    day = problem([visit("A", 30)], [shift("S", costs=Costs(per_paid_hour=20))])
    # An hour of driving, and an hour and a half paid at 20 min an hour.
    assert bound(day).seconds == 90 * MINUTE


def test_being_late_and_breaking_a_promise_is_charged() -> None:
    promised = visit("A", 60, promise=Promise(9 * HOUR, "t", tolerance_s=900), due_s=9 * HOUR)
    day = problem([promised], [shift("S")])
    # Driving 2 h; an hour late, at a half: 30 min; promised to another (30 min) and 45 min too late, at a half:
    # 37.5 min. For what rounding may take off two prices the bound takes off up to 4 s.
    assert bound(day).seconds == pytest.approx((120 + 30 + 37.5) * MINUTE, abs=4)


def test_every_technician_of_a_crew_drives() -> None:
    day = problem([visit("A", 10, crew=({"gas": 1},))], [shift("S"), shift("T", skills={"gas": 1})])
    assert bound(day).seconds == 2 * 20 * MINUTE


def test_fractions_of_routes_are_cut_off() -> None:
    # Each route has time for two of three visits at the same place, 30 min away. Halves of the three possible pairs
    # would serve all on one and a half ways of 60 min; whole routes need two.
    day = problem(
        [visit(name, 30, service=210) for name in "ABC"], [shift(name, technician=name) for name in "ST"]
    )
    assert bound(day).seconds == 2 * 60 * MINUTE


def test_a_problem_too_big_for_a_bound() -> None:
    day = problem([visit(f"V{i}", i % 60) for i in range(1 + int(MAX_ARCS**0.5))], [shift("S")])
    assert lower_bound(day, plan(day), time_s=1) is None


def town() -> Problem:
    """Thirty visits for six technicians who live in different places and can do different things."""
    wanted = [
        visit(
            f"V{i}",
            i * 37 % 60,
            service=20 + i * 7 % 50,
            windows=(window(9 + i % 5, 11 + i % 5),),
            skills={"gas": 1} if i % 3 else {},
            penalty=100,
        )
        for i in range(30)
    ]
    team = [
        shift(f"S{i}", home=i * 11, skills={"gas": 1} if i % 2 else {}, breaks=(lunch(),)) for i in range(6)
    ]
    return problem(wanted, team)


def test_the_bound_rises_and_is_the_same_again() -> None:
    rounds: list[tuple[int, int]] = []
    found = lower_bound(town(), plan(town()), time_s=60, on_progress=lambda *step: rounds.append(step))
    assert found is not None
    assert [number for number, _ in rounds] == list(range(1, found.iterations + 1))
    assert [seconds for _, seconds in rounds] == sorted(seconds for _, seconds in rounds)
    assert rounds[-1][1] == found.seconds
    assert found == lower_bound(town(), plan(town()), time_s=60)


def test_without_time_there_is_still_a_bound() -> None:
    found = lower_bound(town(), plan(town()), time_s=0)
    assert found is not None
    assert (found.iterations, found.finished) == (0, False)
    assert 0 < found.seconds < bound(town()).seconds


def test_without_room_for_labels_the_bound_so_far_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    so_far = lower_bound(town(), plan(town()), time_s=0)
    monkeypatch.setattr(pricing, "LABELS", 200)
    assert lower_bound(town(), plan(town()), time_s=60) == so_far


def test_the_way_past_another_may_be_the_shorter_one() -> None:
    """B saves the setup at A, so A is not late: 56 min there and back, 6720 s, and nothing for lateness."""
    a = visit("A", 56, service=0, setup_s=300, due_s=10 * HOUR, mandatory=True)
    day = problem([a, visit("B", 56, service=0)], [shift("S", hours=(9, 13))])
    assert bound(day, route(day, 0, "B", "A")).seconds == 6720


class _LostOnce:
    """Fails as OR-Tools does when GLOP has lost its way."""

    def solve(self) -> None:
        raise AttributeError("canonical_code")


def test_a_master_that_lost_its_way_begins_anew() -> None:
    day = problem([visit("A", 10), visit("B", 20)], [shift("T")])
    master = Master(relaxed_of(day))
    value, *_ = master.solve()
    master._solver = _LostOnce()
    again, *_ = master.solve()
    assert again == value
