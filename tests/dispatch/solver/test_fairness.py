"""Fair shares of paid time, with figures worked out by hand. Everybody works 9–17 unless said otherwise."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.solver.fairness import Fairness, fair_shares
from dispatch.solver.problem import Break, Place, ProblemError, Shift

HOUR = 3600
HOME = Place(121.5, 25.0)


def shift(name: str, technician: str = "", hours: int = 8, breaks: tuple[Break, ...] = ()) -> Shift:
    return Shift(name, technician or name, HOME, HOME, 9 * HOUR, (9 + hours) * HOUR, breaks=breaks)


def test_without_history_everybody_gets_the_same() -> None:
    assert fair_shares([shift("A"), shift("B")], {}, 10 * HOUR) == {"A": 5 * HOUR, "B": 5 * HOUR}


def test_who_was_paid_less_catches_up() -> None:
    # 10 h to share after 20 h and 22 h: level at (20 + 22 + 10) / 2 = 26 h each, so 6 h and 4 h.
    assert fair_shares([shift("A"), shift("B")], {"A": 20 * HOUR, "B": 22 * HOUR}, 10 * HOUR) == {
        "A": 6 * HOUR,
        "B": 4 * HOUR,
    }


def test_who_is_far_ahead_gets_none_and_nobody_more_than_he_offers() -> None:
    # A may take 8 h of the 10 and is still behind B; C, level with A, would take 2 h more; B is 30 h ahead.
    shares = fair_shares([shift("A"), shift("B"), shift("C", hours=2)], {"B": 30 * HOUR}, 10 * HOUR)
    assert shares == {"A": 8 * HOUR, "B": 0, "C": 2 * HOUR}


def test_part_time_is_level_at_half_the_hours() -> None:
    # 6 h at 8 h : 4 h offered → 4 h : 2 h.
    assert fair_shares([shift("A"), shift("B", hours=4)], {}, 6 * HOUR) == {"A": 4 * HOUR, "B": 2 * HOUR}


def test_a_technicians_share_is_spread_over_his_shifts_by_length_without_breaks() -> None:
    lunch = Break.between(HOUR, 12 * HOUR, 13 * HOUR)
    days = [shift("Mon", "a", 9, (lunch,)), Shift("Tue", "a", HOME, HOME, 33 * HOUR, 37 * HOUR)]
    # 12 h offered (9 − 1, and 4), 6 h to share: half of each.
    assert fair_shares(days, {}, 6 * HOUR) == {"Mon": 4 * HOUR, "Tue": 2 * HOUR}


def test_more_work_than_time_fills_every_shift_and_a_shift_without_time_gets_none() -> None:
    assert fair_shares([shift("A"), shift("B", hours=0)], {}, 99 * HOUR) == {"A": 8 * HOUR, "B": 0}
    assert fair_shares([], {}, HOUR) == {}


def test_what_a_shift_has_already_stands() -> None:
    own = replace(shift("A"), fair_s=HOUR)
    assert [one.fair_s for one in Fairness(10 * HOUR).shared([own, shift("B")])] == [HOUR, 5 * HOUR]


def test_a_negative_history_is_refused() -> None:
    with pytest.raises(ProblemError, match=r"fairness\.paid_before_s\.A"):
        fair_shares([shift("A")], {"A": -1}, HOUR)


teams = st.lists(
    st.tuples(st.sampled_from("abcd"), st.integers(0, 12), st.integers(0, 40)), min_size=1, max_size=6
)


def _team(drawn: list[tuple[str, int, int]]) -> tuple[list[Shift], dict[str, int]]:
    shifts = [
        Shift(f"S{i}", name, HOME, HOME, i * 24 * HOUR, (i * 24 + hours) * HOUR)
        for i, (name, hours, _) in enumerate(drawn)
    ]
    return shifts, {name: paid * HOUR for name, _, paid in drawn}


@given(teams, st.integers(0, 100 * HOUR), st.integers(0, 10 * HOUR))
def test_shares_sum_to_the_target_stay_in_bounds_and_grow_with_it(
    drawn: list[tuple[str, int, int]], target: int, more: int
) -> None:
    shifts, paid = _team(drawn)
    lengths = {one.id: one.latest_s - one.earliest_s for one in shifts}
    shares, larger = fair_shares(shifts, paid, target), fair_shares(shifts, paid, target + more)
    assert abs(sum(shares.values()) - min(target, sum(lengths.values()))) <= len(shifts)
    assert all(0 <= shares[name] <= lengths[name] for name in lengths)
    assert all(shares[name] <= larger[name] + 1 for name in lengths)


@given(teams, st.integers(0, 100 * HOUR))
def test_whoever_gets_work_and_could_get_more_is_nowhere_above_another(
    drawn: list[tuple[str, int, int]], target: int
) -> None:
    shifts, paid = _team(drawn)
    shares = fair_shares(shifts, paid, target)
    offered, got = dict.fromkeys("abcd", 0), dict.fromkeys("abcd", 0)
    for one in shifts:
        offered[one.technician] += one.latest_s - one.earliest_s
        got[one.technician] += shares[one.id]
    level = {name: (paid[name] + got[name]) / offered[name] for name in offered if offered[name]}
    rounding = len(shifts) / HOUR
    receiving = [level[name] for name in level if got[name] > len(shifts)]
    wanting = [level[name] for name in level if got[name] < offered[name] - len(shifts)]
    assert max(receiving, default=0.0) <= min(wanting, default=float("inf")) + rounding
