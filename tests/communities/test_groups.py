"""Groups in pages, and what must not be shown of which."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest
from django.db.models import QuerySet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from communities.insight.figures import hidden_groups
from communities.models import MetricWindow, Region
from communities.selectors.groups import ANSWERS, Group, Part, group_page, group_sums, position_of

K = 5
KEYS = ("technician_id",)
ANSWERED = st.dictionaries(st.integers(0, 20), st.integers(0, 12), max_size=12)


@pytest.fixture
def kept(north: Region) -> QuerySet[MetricWindow]:
    return MetricWindow.objects.filter(region=north)


def written(region: Region, answers: Mapping[int, int]) -> None:
    """So many answers about the satisfaction with each technician, who is a number."""
    MetricWindow.objects.filter(region=region).delete()
    MetricWindow.objects.bulk_create(
        MetricWindow(
            organisation=region.organisation,
            region=region,
            days=28,
            grouping=MetricWindow.Grouping.REGION_TECHNICIAN_SERVICE_TYPE,
            technician_id=UUID(int=number),
            csat_answers=count,
        )
        for number, count in answers.items()
    )


def hidden(kept: QuerySet[MetricWindow]) -> set[int]:
    """The technicians whose satisfaction must not be shown."""
    return {_number(group) for group in group_page(kept, KEYS, least=K) if "csat" in group.hidden}


def _number(group: Group) -> int:
    [technician_id] = group.key
    assert technician_id is not None
    return technician_id.int


def test_a_single_small_group_takes_the_next_smallest_with_it(
    north: Region, kept: QuerySet[MetricWindow]
) -> None:
    # The total less 30 and 9 would be what 3 people said; with 7 hidden as well it is what 10 said.
    written(north, {1: 30, 2: 3, 3: 9, 4: 7})
    assert hidden(kept) == {2, 4}


def test_small_groups_that_are_many_together_hide_no_other(
    north: Region, kept: QuerySet[MetricWindow]
) -> None:
    written(north, {1: 30, 2: 3, 3: 4, 4: 7, 5: 0})
    assert hidden(kept) == {2, 3}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(ANSWERED)
def test_nothing_of_few_can_be_told_from_the_total_and_no_more_is_hidden_than_must_be(
    north: Region, kept: QuerySet[MetricWindow], answers: dict[int, int]
) -> None:
    written(north, answers)
    numbers = hidden(kept)
    left_out = [answers[number] for number in numbers]
    shown = [count for number, count in answers.items() if count and number not in numbers]
    assert min(shown, default=K) >= K
    assert not left_out or sum(left_out) >= K or not shown  # a total of fewer is hidden itself
    if left_out:  # without the largest of them, either it would be of few itself, or the rest would be
        assert max(left_out) < K or sum(left_out) - max(left_out) < K
    assert hidden_groups(dict(sorted(answers.items())), K) == numbers  # weeks are hidden by this one


def test_what_the_sum_of_a_part_would_tell_is_hidden_wherever_it_is_asked_for(
    north: Region, south: Region
) -> None:
    # Among all 3 + 4 are enough. In the north the sum less 7 would tell 3, in the south less 20 and 6 would tell 4.
    written(north, {1: 3, 2: 7})
    written(south, {3: 4, 4: 20, 5: 6})
    every = MetricWindow.objects.filter(organisation=north.organisation)

    def few(**more: Any) -> set[int]:
        groups = group_page(every, KEYS, least=K, **more)
        return {_number(group) for group in groups if "csat" in group.hidden}

    assert few() == {1, 3}
    assert few(part=Part("region_id")) == {1, 2, 3, 5}
    assert few(part=Part("region_id", south.pk)) == {3, 5}
    assert few(part=Part("region_id"), only=position_of([UUID(int=2)])) == {2}


def test_pages_follow_each_other_and_whoever_has_no_technician_comes_last(
    north: Region, kept: QuerySet[MetricWindow]
) -> None:
    written(north, {3: 9, 1: 9, 2: 3})
    nobody = MetricWindow(organisation=north.organisation, region=north, days=28, grouping=4, csat_answers=9)
    nobody.save()
    first = list(group_page(kept, KEYS, least=K, limit=2))
    then = list(group_page(kept, KEYS, least=K, limit=2, after=first[-1].position))
    assert [group.key for group in first + then] == [*((UUID(int=number),) for number in (1, 2, 3)), (None,)]
    assert then[-1].position == position_of([None])
    # What is hidden is the same on any page: 2 of few answers, and 1, the next smallest, with it.
    assert [sorted(group.hidden) for group in first + then] == [["csat", "satisfied"]] * 2 + [[]] * 2


def test_one_group_alone_is_hidden_as_among_its_like(north: Region, kept: QuerySet[MetricWindow]) -> None:
    written(north, {1: 30, 2: 3, 3: 9, 4: 7})
    only = position_of([UUID(int=4)])
    [group] = group_page(kept, KEYS, least=K, only=only)
    assert (_number(group), "csat" in group.hidden) == (4, True)
    assert group_sums(kept, KEYS, [group], ANSWERS)[group.key] == {"csat_answers": 7, "nps_answers": 0}
