"""Who is held out: by chance, by the share, and by nothing else."""

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communities.insight.experiment.arms import held_out, week_of

MONDAY = date(2026, 3, 2)
names = st.sets(st.integers(0, 99).map(str), max_size=30)
shares = st.floats(0, 1)
weeks = st.integers(0, 500).map(lambda number: MONDAY + timedelta(weeks=number))


@given(names, shares, weeks)
def test_the_share_holds_in_every_week_but_for_rounding(names: set[str], share: float, week: date) -> None:
    out = held_out(seed="acme/north", week_on=week, communities=names, share=share)

    assert out <= names
    assert abs(len(out) - share * len(names)) < 1 + 1e-9


@given(names, st.integers(100, 999).map(str), shares, weeks)
def test_a_new_community_moves_at_most_one_other(names: set[str], new: str, share: float, week: date) -> None:
    before = held_out(seed="s", week_on=week, communities=names, share=share)
    after = held_out(seed="s", week_on=week, communities=names | {new}, share=share)

    assert len(before ^ (after - {new})) <= 1


def test_over_the_weeks_every_community_has_its_share() -> None:
    # 7 communities with a share of 0.2 are 1.4 a week: in 2,000 weeks 2,800 places, 400 for each. The standard
    # deviation of one's number is √(2000 · 0.2 · 0.8) = 18; four of them are 72.
    out = Counter(
        name
        for week in range(2000)
        for name in held_out(
            seed="s", week_on=MONDAY + timedelta(weeks=week), communities="ABCDEFG", share=0.2
        )
    )
    assert set(out) == set("ABCDEFG")
    assert all(abs(times - 400) < 72 for times in out.values())


def test_another_region_draws_otherwise_and_the_same_one_the_same() -> None:
    def drawn(seed: str) -> list[frozenset[str]]:
        days = [MONDAY + timedelta(weeks=week) for week in range(8)]
        return [held_out(seed=seed, week_on=day, communities="ABCDEFGHIJ", share=0.2) for day in days]

    assert drawn("acme/north") == drawn("acme/north")
    assert drawn("acme/north") != drawn("acme/south")


def test_all_or_none_may_be_held_out_but_not_more() -> None:
    assert held_out(seed="s", week_on=MONDAY, communities="AB", share=0) == frozenset()
    assert held_out(seed="s", week_on=MONDAY, communities="AB", share=1) == {"A", "B"}
    with pytest.raises(ValueError, match=r"1\.1 is not a share"):
        held_out(seed="s", week_on=MONDAY, communities="AB", share=1.1)


def test_a_week_begins_on_monday() -> None:
    assert [week_of(MONDAY + timedelta(days=days)) for days in (-1, 0, 6, 7)] == [
        date(2026, 2, 23),
        MONDAY,
        MONDAY,
        date(2026, 3, 9),
    ]
