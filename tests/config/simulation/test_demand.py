"""Who asks, and what makes them come back."""

import numpy as np
import pytest

from config.simulation.demand import Demand, lag
from config.simulation.town import DAYS_A_WEEK, NEW_IN, SERVICES, town_of


def test_the_lag_by_hand() -> None:
    """(5 - 2) / 6 = 0.5 on the way up, (14 - 8) / 12 = 0.5 of the way down."""
    assert lag(np.array([0.0, 2.0, 5.0, 8.0, 14.0, 20.0, 30.0])).tolist() == pytest.approx(
        [0.0, 0.0, 0.5, 1.0, 0.5, 0.0, 0.0]
    )


def test_the_same_day_brings_the_same_requests_until_somebody_remembers_a_visit() -> None:
    content, discontent = (Demand(town_of(1), 1) for _ in range(2))
    first = content.asked(0)
    assert discontent.asked(0) == first

    for one in first:
        content.settled(one, 5.0, 0)
        discontent.settled(one, 1.0, 0)
    days = range(1, 20 * DAYS_A_WEEK)
    households = {one.household for one in first}
    again, seldom = (
        sum(one.household in households for day in days for one in demand.asked(day))
        for demand in (content, discontent)
    )
    assert again > seldom


def test_a_household_does_not_ask_twice_before_it_was_helped() -> None:
    demand = Demand(town_of(1), 1)
    asked = [one.household for day in range(30) for one in demand.asked(day)]

    assert len(asked) == len(set(asked))


def test_the_new_community_asks_from_its_first_week_and_targets_follow_service_types() -> None:
    town = town_of(1)
    demand = Demand(town, 1)
    asked = [one for day in range((NEW_IN + 2) * DAYS_A_WEEK) for one in demand.asked(day)]
    new = [one for one in asked if one.community == len(town.communities) - 1]

    assert min(one.asked_on for one in new) // DAYS_A_WEEK == NEW_IN
    assert {one.due_on - one.asked_on - SERVICES[one.service].target_days for one in asked} == {0}
