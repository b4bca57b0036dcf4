"""One day, planned by the planner and lived by hand."""

from collections import Counter
from dataclasses import replace

import pytest

from communities.insight.signals import Signals
from config.simulation.day import LATE_AFTER_S, lived, plan_of
from config.simulation.demand import Request
from config.simulation.outcomes import Waiting, World
from config.simulation.scenarios import NULL
from config.simulation.town import OPENS_S, SERVICES
from dispatch.solver.plan import Plan, Route, Score, Stop

WORLD = World.of(NULL, seed=1, weeks=1)
LOCK = next(k for k, one in enumerate(SERVICES) if one.code == "lock")


def request(number: int, *, due_on: int = 1, service: int = LOCK) -> Request:
    place = WORLD.town.communities[0].buildings[number % 10]
    return Request(f"r{number:03}", number, 0, service, place, (), asked_on=0, due_on=due_on)


def stop(visit: Waiting, start_s: int, minutes: int = 35) -> Stop:
    return Stop(visit.name, start_s, start_s, start_s + 60 * minutes, travel_s=0, entry_s=0, waiting_s=0)


def test_who_takes_longer_than_planned_is_late_at_the_next_door() -> None:
    """The second visit is told for 1 s after the first begins; the first takes 35 min * exp(noise)."""
    first, second = Waiting(request(1)), Waiting(request(2))
    route = Route("T02", OPENS_S, (stop(first, OPENS_S), stop(second, OPENS_S + 1)), OPENS_S + 4200)
    before, after = lived(WORLD, 0, Plan((route,), (), Score()), [first, second])

    assert (before.is_late, after.is_late) == (False, before.seconds > 1 + LATE_AFTER_S)
    assert (before.technician, before.visit, after.visit) == (1, first, second)


def test_nobody_comes_before_the_time_that_was_told() -> None:
    """An hour lies between the end of the first as planned and the second: no luck makes that late."""
    first, second = Waiting(request(1)), Waiting(request(2))
    route = Route(
        "T02", OPENS_S, (stop(first, OPENS_S), stop(second, OPENS_S + 2 * 3600)), OPENS_S + 3 * 3600
    )

    assert [one.is_late for one in lived(WORLD, 0, Plan((route,), (), Score()), [first, second])] == [
        False
    ] * 2


def test_a_day_is_offered_one_and_a_half_times_its_work_most_urgent_first() -> None:
    """Eight technicians work 8.5 h: 8 * 510 * 1.5 = 6,120 min are 174 locks of 35 min. Those due later wait."""
    urgent = [Waiting(request(n, due_on=1)) for n in range(170)]
    patient = [Waiting(request(n, due_on=3)) for n in range(170, 200)]
    plan = plan_of(WORLD, 0, [*patient, *urgent], Signals())

    offered = {*plan.shift_of(), *(one.visit for one in plan.unassigned)}
    assert len(offered) == 174
    assert {one.name for one in urgent} <= offered


def test_a_plan_without_signals_is_made_of_the_services_as_they_stand() -> None:
    waiting = [Waiting(request(n)) for n in range(4)]
    plan = plan_of(WORLD, 0, waiting, Signals())

    assert sorted(plan.shift_of()) == [one.name for one in waiting]
    assert Counter(one.departure_s - one.start_s for route in plan.routes for one in route.stops) == {2100: 4}
    assert plan.score == replace(plan.score, affinity=0, unassigned=0)


@pytest.mark.parametrize("number", [0, 3])
def test_a_visit_that_did_not_help_is_followed_by_another(number: int) -> None:
    assert Waiting(request(1), number).again().name == f"r001/{number + 1}"
