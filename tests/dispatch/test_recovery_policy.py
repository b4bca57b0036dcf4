"""What is to be made good, and how good those are who are sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.recovery_policy import is_detractor, raised

LEVELS = st.dictionaries(st.sampled_from("abc"), st.integers(1, 5))


@pytest.mark.parametrize(
    ("csat", "nps", "detractor"),
    [(2, None, True), (3, None, False), (5, 6, True), (5, 7, False), (3, 0, True), (1, 10, True)],
)
def test_a_low_mark_or_a_low_recommendation_is_a_detractors(
    csat: int, nps: int | None, detractor: bool
) -> None:
    assert is_detractor(csat, nps) is detractor


def test_every_skill_is_asked_for_one_level_higher_where_somebody_has_it() -> None:
    asked = raised({"gas": 1, "water": 2}, [{"gas": 3, "water": 3}, {"gas": 1, "water": 5}])
    assert (asked.levels, asked.nobody_higher) == ({"gas": 2, "water": 3}, ())


def test_what_nobody_has_higher_stays_and_is_said() -> None:
    asked = raised({"gas": 5, "water": 2}, [{"gas": 5, "water": 3}])
    assert (asked.levels, asked.nobody_higher) == ({"gas": 5, "water": 3}, ("gas",))


def test_two_that_nobody_has_together_are_not_both_raised() -> None:
    asked = raised({"gas": 1, "water": 1}, [{"gas": 2, "water": 1}, {"gas": 1, "water": 2}])
    assert (asked.levels, asked.nobody_higher) == ({"gas": 2, "water": 1}, ("water",))


@given(LEVELS, st.lists(LEVELS, max_size=4))
def test_raising_never_asks_for_what_nobody_has(needs: dict[str, int], team: list[dict[str, int]]) -> None:
    asked = raised(needs, team)
    assert {skill: asked.levels[skill] - needs[skill] for skill in needs} == {
        skill: int(skill not in asked.nobody_higher) for skill in needs
    }
    if len(asked.nobody_higher) < len(needs):
        assert any(all(one.get(skill, 0) >= level for skill, level in asked.levels.items()) for one in team)
