"""The invented towns: the same for everybody, and what their names say."""

import numpy as np
import pytest

from benchmarks.town import HOUR, QUICK, SKILLS, TOWNS, Town
from dispatch.solver.problem import Problem

TOWN = Town("field-40x8", 40, 8)


@pytest.fixture(scope="module")
def problem() -> Problem:
    return TOWN.problem()


def test_a_town_is_the_same_every_time(problem: Problem) -> None:
    again = TOWN.problem()
    assert again == problem
    assert np.array_equal(again.travel.seconds, problem.travel.seconds)


def test_another_seed_is_another_town(problem: Problem) -> None:
    assert Town("field-40x8", 40, 8, seed=2).problem() != problem


def test_names_say_how_many_visits_and_technicians(problem: Problem) -> None:
    towns = {*TOWNS, *QUICK}
    assert {town.name for town in towns} == {
        f"{town.kind}-{town.visits}x{town.technicians}" for town in towns
    }
    assert [(len(p.visits), len(p.shifts)) for p in [TOWN.problem()]] == [(40, 8)]


def test_every_visit_can_end_in_time_and_asks_for_one_skill_at_most(problem: Problem) -> None:
    for visit in problem.visits:
        (window,) = visit.windows
        assert 20 * 60 <= visit.service_s <= 90 * 60
        assert 2 * HOUR <= window.latest_start - window.earliest_start <= 4 * HOUR
        assert window.latest_start + visit.service_s <= 16.5 * HOUR
        assert len(visit.skills) <= 1
        assert set(visit.skills) <= set(SKILLS)


def test_technicians_start_and_end_at_home_with_two_or_three_skills(problem: Problem) -> None:
    assert all(shift.start_place == shift.end_place for shift in problem.shifts)
    assert {len(shift.skills) for shift in problem.shifts} == {2, 3}


def test_no_detour_is_quicker_than_the_way_itself(problem: Problem) -> None:
    seconds = problem.travel.seconds.astype(int)
    by_way_of = (seconds[:, :, None] + seconds[None, :, :]).min(axis=1)
    assert (by_way_of >= seconds).all()
