"""The table of figures, and what is hidden."""

from hypothesis import given
from hypothesis import strategies as st

from communities.insight.figures import BY_NAME, FIGURES, HIDDEN, Readings, Unit, hidden_groups

K = 5
ANSWERS = st.dictionaries(st.integers(0, 20), st.integers(0, 12), max_size=12)


def test_a_minus_takes_off() -> None:
    sums = {"revenue_minor": 3000, "refunded_minor": 200}
    [(name, reading)] = Readings(sums, least=K).items()
    assert (name, reading.value) == ("revenue", 2800)


def test_what_few_answered_is_hidden_and_what_nobody_answered_is_unknown() -> None:
    def csat(answers: int) -> object:
        return Readings({"csat_sum": 4 * answers, "csat_answers": answers}, least=K)["csat"]

    assert [csat(0).value, csat(4), csat(5).value] == [None, HIDDEN, 4.0]  # type: ignore[attr-defined]
    assert csat(0) != HIDDEN


def test_a_single_small_group_takes_the_next_smallest_with_it() -> None:
    # The total less 30 and 9 would be what 3 people said; with 7 hidden as well it is what 10 said.
    assert hidden_groups({"a": 30, "b": 3, "c": 9, "d": 7}, K) == {"b", "d"}


def test_small_groups_that_are_many_together_hide_no_other() -> None:
    assert hidden_groups({"a": 30, "b": 3, "c": 4, "d": 7, "e": 0}, K) == {"b", "c"}


def test_an_interval_is_of_what_it_can_be_told_of() -> None:
    sums = dict.fromkeys({name for figure in FIGURES for name in (*figure.columns, *figure.spread)}, 6)
    sums |= {"csat_sum": 24, "csat_squares": 98, "nps_detractors": 0}
    told = {name for name, reading in Readings(sums, least=K).items() if reading.interval}
    assert told == {name for name, figure in BY_NAME.items() if figure.is_part} | {"csat", "nps"}
    assert {figure.unit for figure in FIGURES if figure.is_part} == {Unit.SHARE}


@given(ANSWERS)
def test_nothing_of_few_can_be_told_from_the_total(answers: dict[int, int]) -> None:
    hidden = hidden_groups(answers, K)
    left_out = sum(answers[group] for group in hidden)
    shown = {group: count for group, count in answers.items() if count and group not in hidden}
    assert all(count >= K for count in shown.values())
    assert left_out == 0 or left_out >= K or not shown  # a total of fewer is hidden itself


@given(ANSWERS)
def test_no_more_is_hidden_than_must_be(answers: dict[int, int]) -> None:
    """Without the largest of those hidden, either it would be of few itself, or the rest would be."""
    hidden = hidden_groups(answers, K)
    if hidden:
        largest = max(answers[group] for group in hidden)
        assert largest < K or sum(answers[group] for group in hidden) - largest < K


def test_every_answered_figure_is_marked() -> None:
    answered = {
        name for name, figure in BY_NAME.items() if {"csat_answers", "nps_answers"} & set(figure.denominator)
    }
    assert {name for name, figure in BY_NAME.items() if figure.is_asked} == answered
