"""An effect that is there is found, and none where there is none."""

import numpy as np
import pytest
from scipy.special import stdtrit

from communities.insight.experiment.boundary import reach, weeks_until_known
from communities.insight.experiment.effect import (
    Effect,
    Panel,
    chance_alone,
    drawn_again,
    effect_of,
)
from tests.communities.insight.experiment.panels import invented, until


def panel(rows: list[tuple[int, int, float, bool]]) -> Panel:
    """Rows of community, week, value, feedback; all of the same weight."""
    community, week, value, feedback = (np.array(column) for column in zip(*rows, strict=True))
    return Panel(community, week, value, np.ones(len(rows)), feedback)


def test_the_effect_is_what_is_left_when_communities_and_weeks_are_taken_out() -> None:
    # Community 1 is a point more content than 0, week 1 half a point better than week 0, and feedback adds 0.25:
    # in week 0 community 0 has feedback, in week 1 community 1 has.
    found = effect_of(panel([(0, 0, 3.25, True), (1, 0, 4.0, False), (0, 1, 3.5, False), (1, 1, 4.75, True)]))

    assert found is not None
    assert (found.estimate, found.degrees) == (pytest.approx(0.25), 1)


def test_the_error_is_what_the_estimate_differs_by_without_each_community() -> None:
    whole = invented(communities=7, weeks=5, effect=0.2, seed=3)
    found = effect_of(whole)
    assert found is not None

    shifts = []
    for left_out in range(7):
        kept = whole.community != left_out
        numbers = np.unique(whole.community[kept], return_inverse=True)[1]
        without = effect_of(
            Panel(numbers, whole.week[kept], whole.value[kept], whole.weight[kept], whole.feedback[kept])
        )
        assert without is not None
        shifts.append(found.estimate - without.estimate)

    assert found.error == pytest.approx(np.sqrt(6 / 7 * np.sum(np.square(shifts))))


@pytest.mark.parametrize(
    "rows",
    [
        [(0, 0, 4.0, True), (1, 0, 3.0, False)],  # each community in one arm
        [(0, 0, 4.0, True), (1, 0, 5.0, True), (0, 1, 3.0, False), (1, 1, 3.0, False)],  # each week in one
        [(0, 0, 4.0, True), (0, 1, 3.0, False)],  # one community: its weeks and its arms are the same
    ],
)
def test_without_a_comparison_there_is_no_effect(rows: list[tuple[int, int, float, bool]]) -> None:
    assert effect_of(panel(rows)) is None


def test_a_known_effect_is_recovered_and_its_interval_covers_it() -> None:
    """Over 300 invented regions. The error of a share of 0.95 is √(0.95 · 0.05 / 300) = 0.013; three of them."""
    found = [effect_of(invented(communities=10, weeks=8, effect=0.3, seed=seed)) for seed in range(300)]
    effects = [one for one in found if one is not None]
    estimates = np.array([one.estimate for one in effects])
    covered = [abs(one.estimate - 0.3) <= stdtrit(one.degrees, 0.975) * one.error for one in effects]

    assert len(effects) == 300
    assert abs(estimates.mean() - 0.3) < 3 * estimates.std() / np.sqrt(300)
    assert abs(np.mean(covered) - 0.95) < 0.04


def test_looking_every_week_does_not_make_an_effect_of_nothing() -> None:
    """Of 60 regions without an effect, an interval for one look is wrong in some week for many; ours for 5 % at most.

    With the bound at 1 in 20, more than 7 of 60 would happen by chance once in a hundred times.
    """
    once = always = 0
    for seed in range(60):
        whole = invented(communities=8, weeks=20, effect=0.0, seed=seed)
        looks = [found for week in range(4, 21, 2) if (found := effect_of(until(whole, week)))]
        once += any(abs(found.estimate) > stdtrit(found.degrees, 0.975) * found.error for found in looks)
        always += any(abs(found.estimate) > reach(found, width=0.2, alpha=0.05) for found in looks)

    assert always <= 7
    assert once > 7


def test_the_boundary_by_hand() -> None:
    # s = 0.1, r = 0.2, alpha = 0.05: √(1.25 · ln(5 / 0.0025)) = √(1.25 · 7.6009) = 3.0824 standard errors; with many
    # communities Student's quantile is the normal one.
    assert reach(Effect(0.0, 0.1, 10**6), width=0.2, alpha=0.05) == pytest.approx(0.30824, abs=1e-4)
    # With 11 degrees of freedom, P(t > 5.0) as small as P(z > 3.08) = 0.00103: between 0.38 and 0.42.
    assert 0.38 < reach(Effect(0.0, 0.1, 11), width=0.2, alpha=0.05) < 0.42
    assert reach(Effect(0.0, 10.0, 11), width=0.2, alpha=0.05) == float("inf")
    assert reach(Effect(0.0, 0.0, 11), width=0.2, alpha=0.05) == 0.0


def test_how_many_weeks_it_takes() -> None:
    asked = {"worth": 0.1, "width": 0.2, "alpha": 0.05, "most": 104}
    # The error must fall to s with reach(s) + 0.84 s = 0.1. With r = 0.2 and s = 0.0235: information 72.4,
    # √((1 + 1/72.4) · ln(73.4 / 0.0025)) = 3.229, and (3.229 + 0.842) · 0.0235 = 0.0957; s = 0.0245 gives 0.0996.
    # From s = 0.05 after 10 weeks that is 10 · (0.05 / 0.0246)² = 41.3, so in the 42nd week.
    assert weeks_until_known(Effect(0.0, 0.05, 10**6), 10, **asked) == 42  # type: ignore[arg-type]
    assert weeks_until_known(Effect(0.0, 0.02, 10**6), 10, **asked) == 10  # type: ignore[arg-type]
    assert weeks_until_known(Effect(0.0, 0.5, 10**6), 10, **asked) is None  # type: ignore[arg-type]


def test_arms_are_drawn_again_as_many_in_each_week() -> None:
    week = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    feedback = np.array([True, True, True, False, True, False, False, True])

    drawn = drawn_again(week, feedback, draws=400)

    assert drawn.shape == (400, 8)
    assert set(drawn[:, :4].sum(axis=1)) == {3}
    assert set(drawn[:, 4:].sum(axis=1)) == {2}
    # each of the four is held out in a quarter of the draws: 100, give or take four times √(400 · ¼ · ¾) = 8.7
    assert all(abs(held_out - 100) < 35 for held_out in (~drawn[:, :4]).sum(axis=0))


def test_chance_alone_explains_nothing_but_not_a_large_effect() -> None:
    def p(effect: float, seed: int) -> float:
        one = invented(communities=8, weeks=6, effect=effect, seed=seed)
        return chance_alone(one, drawn_again(one.week, one.feedback, draws=199))

    # without an effect p is as likely below ½ as above; out of 40, 10 to 30 but for one case in a thousand
    assert 10 <= sum(p(0.0, seed) < 0.5 for seed in range(40)) <= 30
    # as small as 200 draws can make it: ours is the only one so far out
    assert p(1.5, 0) == 1 / 200
