"""Figures and intervals, by hand."""

import math

import numpy as np
import pytest

from communities.insight.signals import Cell
from config.simulation.comparison import Comparison
from config.simulation.counting import COUNTED, Tally
from config.simulation.estimates import Errors, plain_effects
from config.simulation.figures import FIGURES, Interval, interval, lowest, paired, share, spread
from config.simulation.report import number, told
from config.simulation.run import Run

BY_NAME = {one.name: one for one in FIGURES}


def tally(travel_s: int = 0, **counts: list[list[int]]) -> Tally:
    """One week; two communities."""
    nothing = np.zeros((1, 2), np.int64)
    return Tally({name: np.array(counts.get(name, nothing)) for name in COUNTED}, np.array([travel_s]))


def test_the_interval_by_hand() -> None:
    """1, 2, 3: mean 2, s = 1. Student's t for two degrees of freedom at 97.5 % is 4.302653: 4.302653 / sqrt(3) =
    2.484138."""
    found = interval([1.0, 2.0, 3.0])

    assert (found.mean, found.seeds) == (2.0, 3)
    assert (found.low, found.high) == (pytest.approx(2 - 2.484138), pytest.approx(2 + 2.484138))
    assert not found.excludes_zero


def test_one_seed_tells_a_mean_and_no_bounds() -> None:
    assert interval([1.5]) == Interval(1.5, -math.inf, math.inf, 1)


def test_shares_and_their_spread_between_communities_by_hand() -> None:
    """10 visits with 40 points and 5 with 15: 55 / 15 overall; means of 4 and 3, around 3.5 at 0.5 each."""
    one = tally(visits=[[10, 5]], csat=[[40, 15]])

    assert share("csat", "visits")(one) == pytest.approx(55 / 15)
    assert (spread("csat", "visits")(one), lowest("csat", "visits")(one)) == (0.5, 3.0)


def test_a_community_without_visits_does_not_count_for_equity() -> None:
    assert spread("csat", "visits")(tally(visits=[[10, 0]], csat=[[40, 0]])) == 0.0


def test_differences_are_taken_world_by_world() -> None:
    """3600 → 3636 s is 1 % more, 7200 → 7344 s is 2 % more."""
    base, other = ([tally(one) for one in found] for found in ((3600, 7200), (3636, 7344)))

    assert paired(BY_NAME["travel"], base, other).mean == pytest.approx(1.5)


def test_only_seeds_that_every_policy_has_come_through_are_compared() -> None:
    run = Run(tally(3600, visits=[[6, 4]]), Errors(0.1, 0.2, 0.3, 4))
    runs = {("neutral", 1): run, ("neutral", 2): run, ("feedback", 2): run}
    found = Comparison.of("standard", ["neutral", "feedback"], runs)

    assert (found.seeds, found.base, found.others) == ([2], "neutral", ["feedback"])
    assert found.level("feedback", BY_NAME["travel per visit"]).mean == 6.0
    assert found.difference("feedback", BY_NAME["travel"]).mean == 0.0


def test_figures_in_words() -> None:
    assert [number(one) for one in (0.0312, 21.26, 85112.4, math.inf)] == ["0.031", "21.3", "85,112", "+∞"]
    assert told(Interval(1.2, 0.8, 1.6, 10), BY_NAME["travel"]) == "+1.200 % [+0.800, +1.600] *"


def test_plain_means_by_hand() -> None:
    """A has 5 and 4 in X, B has 3: 4 on average. A is 0.5 above it, B 1 below."""
    cells = [
        Cell(technician="A", community="X", csat_answers=2, csat_sum=9, csat_squares=41),
        Cell(technician="B", community="X", csat_answers=1, csat_sum=3, csat_squares=9),
        Cell(technician="B", community="Y", first_visits=1),
    ]
    assert plain_effects(cells) == {("A", "X"): 0.5, ("B", "X"): -1.0}
