"""What answers tell the next plan."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communities.insight.former_signals import Answers, Evidence, SignalPolicy, Signals, read_signals

# Region R: T1 and T2 know community A, only T2 knows B.
#   A: T1 14/3, T2 7/3 → 21/6 = 3.5;  B: T2 27/6 = 4.5;  R: 48/12 = 4.0
ANSWERS = [
    Answers("T1", "A", "R", 14, 3),
    Answers("T2", "A", "R", 7, 3),
    Answers("T2", "B", "R", 27, 6),
]


def priorities(signals: Signals) -> dict[str, float]:
    return {one.community: one.minutes for one in signals.community_priority}


def affinities(signals: Signals) -> dict[tuple[str, str], float]:
    return {(one.technician, one.community): one.minutes for one in signals.technician_affinity}


def test_a_community_below_target_gains_priority() -> None:
    # A: (21 + 3 * 4.0) / (6 + 3) = 3.6667; (4.2 - 3.6667) * 8 = 4.27
    # B: (27 + 3 * 4.0) / (6 + 3) = 4.3333, above the target
    assert priorities(read_signals(ANSWERS)) == {"A": 4.27, "B": 0.0}


def test_an_affinity_is_what_the_technician_adds_to_what_others_achieve() -> None:
    # T1 in A: others in R (7 + 27) / 9 = 3.7778, expected (7 + 3 * 3.7778) / 6 = 3.0556,
    #          own (14 + 3 * 3.0556) / 6 = 3.8611, gain 0.8056 * 8 = 6.44
    # T2 in A: others in R 14 / 3 = 4.6667, expected (14 + 3 * 4.6667) / 6 = 4.6667,
    #          own (7 + 3 * 4.6667) / 6 = 3.5, gain -1.1667 * 8 = -9.33
    # T2 in B: nobody else there, expected 4.6667, own (27 + 14) / 9 = 4.5556, gain -0.1111 * 8 = -0.89
    found = affinities(read_signals(ANSWERS))
    assert found == {("T1", "A"): 6.44, ("T2", "A"): -9.33, ("T2", "B"): -0.89}


def test_a_signal_carries_its_evidence() -> None:
    signals = read_signals(ANSWERS)
    assert signals.community_priority[0].evidence == Evidence(3.5, 6, 4.0)
    assert signals.technician_affinity[0].evidence == Evidence(3.5, 6, 4.0, 4.67, 3)
    assert signals.technician_affinity[0].expected_csat == 3.06


def test_a_technician_alone_in_a_region_has_nobody_to_be_compared_with() -> None:
    (alone,) = read_signals([Answers("T1", "A", "R", 45, 9)]).technician_affinity
    assert (alone.minutes, alone.expected_csat) == (0.0, None)


def test_no_answers_no_signals() -> None:
    nothing = read_signals([Answers("T1", "A", "R", 0, 0)])
    assert (nothing.community_priority, nothing.technician_affinity) == ((), ())


def test_another_region_has_no_influence() -> None:
    elsewhere = [Answers("T1", "C", "S", 10, 10), Answers("T2", "C", "S", 50, 10)]
    assert affinities(read_signals(ANSWERS + elsewhere))["T1", "A"] == 6.44


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="community A appears in two regions"):
        read_signals([*ANSWERS, Answers("T1", "A", "S", 4, 1)])
    with pytest.raises(ValueError, match="2 answers cannot add up to 11"):
        Answers("T1", "A", "R", 11, 2)
    with pytest.raises(ValueError, match="prior_answers above 0"):
        SignalPolicy(prior_answers=0)


@st.composite
def answer_rows(draw: st.DrawFn) -> list[Answers]:
    scores = draw(
        st.dictionaries(
            st.tuples(st.sampled_from(["T1", "T2", "T3"]), st.sampled_from(["A", "B", "C"])),
            st.lists(st.integers(1, 5), max_size=12),
            max_size=9,
        )
    )
    return [
        Answers(technician, community, "S" if community == "C" else "R", sum(given), len(given))
        for (technician, community), given in scores.items()
    ]


POLICIES = st.builds(
    SignalPolicy,
    target_csat=st.floats(1, 5),
    min_answers=st.integers(1, 6),
    prior_answers=st.floats(0.1, 20),
    minutes_per_point=st.floats(0, 100),
    cap_minutes=st.integers(0, 30).map(float),
)


@given(answer_rows(), POLICIES)
def test_the_cap_is_never_exceeded_and_few_answers_say_exactly_nothing(
    rows: list[Answers], policy: SignalPolicy
) -> None:
    signals = read_signals(rows, policy)
    for priority in signals.community_priority:
        assert 0.0 <= priority.minutes <= policy.cap_minutes
        if priority.evidence.community_answers < policy.min_answers:
            assert priority.minutes == 0.0
    for affinity in signals.technician_affinity:
        assert abs(affinity.minutes) <= policy.cap_minutes
        if affinity.evidence.technician_answers < policy.min_answers:
            assert affinity.minutes == 0.0


@given(answer_rows(), st.integers())
def test_order_and_splitting_of_the_input_are_irrelevant(rows: list[Answers], seed: int) -> None:
    halves = [
        replace(row, csat_sum=row.csat_sum // row.answers * part, answers=part)
        for row in rows
        if row.answers and row.csat_sum % row.answers == 0
        for part in (1, row.answers - 1)
    ]
    rest = [row for row in rows if not (row.answers and row.csat_sum % row.answers == 0)]
    shuffled = halves + rest
    Random(seed).shuffle(shuffled)  # noqa: S311
    assert read_signals(shuffled) == read_signals(rows)


@given(st.integers(1, 5), st.integers(2, 20), st.integers(1, 20))
def test_more_answers_are_shrunk_less(score: int, answers: int, more: int) -> None:
    def read(count: int) -> tuple[float, float]:
        signals = read_signals(
            [Answers("T1", "A", "R", score * count, count), Answers("T2", "B", "R", 30, 10)],
            SignalPolicy(cap_minutes=100),
        )
        return (
            abs(signals.community_priority[0].estimated_csat - score),
            abs(signals.technician_affinity[0].minutes),
        )

    (distance, affinity), (distance_later, affinity_later) = read(answers), read(answers + more)
    assert distance_later <= distance
    assert affinity_later >= affinity
