import pytest
from hypothesis import given
from hypothesis import strategies as st

from communities.insight.rfm import FEWEST, GRID, Segment, score, scores, segment


def test_scores_are_the_whole_fifths_that_are_worse() -> None:
    # 30 different customers: the worst six are better than fewer than a fifth, the next six than one fifth …
    assert scores(list(range(30))) == [1] * 6 + [2] * 6 + [3] * 6 + [4] * 6 + [5] * 6


def test_equal_customers_share_the_worst_place() -> None:
    # 20 of 30 ordered once: nobody is worse than they. 20 / 30 are worse than the others: 3 whole fifths.
    assert scores([1] * 20 + [2] * 10) == [1] * 20 + [4] * 10


def test_few_customers_are_not_scored() -> None:
    assert scores(list(range(FEWEST - 1))) is None


def test_more_cannot_be_worse_than_there_are() -> None:
    with pytest.raises(ValueError, match="5 of 5 customers"):
        score(5, 5)


@given(st.lists(st.integers(0, 9), min_size=FEWEST, max_size=60))
def test_better_is_never_scored_lower_and_at_most_a_fifth_is_best(values: list[int]) -> None:
    scored = sorted(zip(values, scores(values) or [], strict=True))
    assert [one for _, one in scored] == sorted(one for _, one in scored)
    assert len(set(scored)) == len(set(values))
    assert 5 * sum(one == 5 for _, one in scored) <= len(values)


def test_the_grid_names_every_cell() -> None:
    assert [len(row) for row in GRID] == [5] * 5
    assert {name for row in GRID for name in row} == set(Segment)
    assert segment(5, 5, 4) == Segment.CHAMPIONS
    assert segment(5, 1, 1) == Segment.NEW
    assert segment(1, 5, 5) == Segment.CANNOT_LOSE
    assert segment(3, 3, 2) == Segment.NEEDS_ATTENTION  # a mean of 2.5 counts as 3
