"""What a region's figures tell the next plan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from communities.insight.signals import Cell, SignalPolicy, Signals, read_signals
from communities.insight.signals.communities import Debt
from communities.insight.signals.policy import AMOUNTS

PATIENT = SignalPolicy(half_life_days=1e12, min_answers=4)


def served(
    technician: str, community: str, kind: str, scores: Iterable[int], *, fixed: int = 0, sold: int = 0
) -> Cell:
    """As many visits as answers, each with an offer; a sale brings 500."""
    told = list(scores)
    return Cell(
        technician=technician,
        community=community,
        service_type=kind,
        first_visits=len(told),
        visits_completed=len(told),
        visits_fixed=fixed,
        csat_answers=len(told),
        csat_sum=sum(told),
        csat_squares=sum(score**2 for score in told),
        offers=len(told),
        offers_accepted=sold,
        upsell_minor=500 * sold,
    )


def pairs(signals: Signals) -> dict[tuple[str, str | None, str | None], float]:
    return {(one.technician, one.community, one.service_type): one.minutes for one in signals.affinities}


def test_who_only_gets_hard_jobs_is_not_punished() -> None:
    """Hard work is rated 2 to 4 whoever does it, easy work 4 to 5. T1 does nothing but hard work."""
    cells = [
        served(technician, community, kind, scores * 5)
        for technician, community in product(("T1", "T2", "T3"), ("A", "B"))
        for kind, scores in (("hard", [2, 3, 4]), ("easy", [4, 5, 5]))
        if (technician, kind) != ("T1", "easy")
    ]
    assert {minutes for minutes in pairs(read_signals(cells)).values() if abs(minutes) > 0.05} == set()

    # The same answers of T1, but about easy work: now they say something about him.
    easy = [replace(one, service_type="easy") if one.technician == "T1" else one for one in cells]
    assert read_signals(easy).minutes_of("T1", "A", "easy") < -3


def test_who_serves_a_grumpy_community_is_not_punished() -> None:
    cells = [served("T1", "A", "K", [1, 2, 3] * 5), served("T2", "A", "K", [1, 2, 3] * 5)]
    cells += [served("T2", "B", "K", [4, 5] * 7), served("T3", "B", "K", [4, 5] * 7)]
    assert {minutes for minutes in pairs(read_signals(cells)).values() if abs(minutes) > 0.05} == set()


def test_the_figures_add_up_each_within_its_cap() -> None:
    good = [served("T1", place, "K", [5] * 30, fixed=30, sold=20) for place in "ABC"]
    bad = [served("T2", place, "K", [1] * 30, fixed=5, sold=1) for place in "ABC"]
    signals = read_signals(good + bad, SignalPolicy(csat_minutes=12, minor_per_minute=1))
    best = signals.affinities[0]
    assert {name: part.minutes for name, part in best.parts.items()} == {"csat": 12, "fix": 6, "upsell": 12}
    assert (best.technician, best.community, best.minutes) == ("T1", None, 30)
    assert signals.minutes_of("T1", "a community nobody knows", "K") == 30
    assert signals.minutes_of("T2", "A", "a kind of work nobody knows") == -30
    assert signals.minutes_of("T9", "A", "K") == 0
    assert (best.parts["csat"].own, best.parts["csat"].usual, best.parts["csat"].count) == (5, 3, 90)


def test_a_community_below_its_targets_comes_first() -> None:
    # Satisfaction as in test_shrinkage: A 4.372768, B 2.627232, and 4.2 - 2.627232 = 1.572768 are 12.58 min.
    cells = [served("T", "A", "K", [5, 5, 4, 4]), served("T", "B", "K", [3, 3, 2, 2])]
    first, second = read_signals(cells, PATIENT).priorities
    assert (first.community, first.minutes) == ("A", 0.0)
    assert (second.community, second.minutes, second.hit_rate) == ("B", 12.58, None)
    assert second.csat == Debt(1.5728, 2.6272, 4.2, 2.5, 3.5, 4)


def test_a_community_that_waits_too_long_comes_first() -> None:
    # Both resolved 2 of 4 in time: no difference, 0.5; (0.9 - 0.5) * 30 = 12 min.
    cells = [Cell(community=name, resolved=4, resolved_on_time=2) for name in "AB"]
    assert [(one.minutes, one.csat) for one in read_signals(cells, PATIENT).priorities] == [(12.0, None)] * 2


def test_expected_sales_lift_no_community_above_another_by_more_than_the_bound() -> None:
    cells = [
        replace(served(technician, place, "K", [4] * 3, sold=sold), age_days=age)
        for technician, (place, sold), age in product(("T1", "T2"), (("A", 3), ("B", 0)), range(20))
    ]
    signals = read_signals(cells, SignalPolicy(equity_bound=4))
    assert (signals.upsell_of("A", "K"), signals.upsell_of("B", "K")) == (2.0, -2.0)
    assert signals.upsell_of("C", "K") == 0.0


def test_a_sale_counts_what_sales_of_its_kind_bring() -> None:
    """Half of the offers are accepted, 100 each for cheap work, 2000 for dear work: on average 525 a visit."""
    cells = [
        replace(served("T1", "A", kind, [4] * 4, sold=2), upsell_minor=2 * each, age_days=age)
        for (kind, each), age in product((("cheap", 100), ("dear", 2000)), range(50))
    ]
    assert read_signals(cells).affinities[0].parts["upsell"].own == pytest.approx(525, rel=0.01)


@st.composite
def figures(draw: st.DrawFn) -> list[Cell]:
    keys = st.tuples(
        st.sampled_from(["T1", "T2", "T3"]), st.sampled_from(["A", "B"]), st.sampled_from(["easy", "hard"])
    )
    answers = draw(st.dictionaries(keys, st.lists(st.integers(1, 5), min_size=1, max_size=8), max_size=8))
    return [
        replace(
            served(
                *key, scores, fixed=draw(st.integers(0, len(scores))), sold=draw(st.integers(0, len(scores)))
            ),
            age_days=draw(st.integers(0, 200)),
            work_minutes=draw(st.integers(0, 500)),
        )
        for key, scores in answers.items()
    ]


@settings(max_examples=30, deadline=None)
@given(figures(), st.integers(1, 12))
def test_caps_hold_and_few_answers_say_exactly_nothing(cells: list[Cell], least: int) -> None:
    policy = SignalPolicy(min_answers=least, **dict.fromkeys(("csat_minutes", "fix_minutes"), 1000.0))
    signals = read_signals(cells, policy)
    for one in signals.affinities:
        assert abs(one.minutes) <= policy.affinity_cap
        assert {name for name, part in one.parts.items() if part.minutes} <= {
            name for name, part in one.parts.items() if one.community or part.count >= least
        }
    assert all(0 <= one.minutes <= policy.priority_cap for one in signals.priorities)
    assert all(abs(one.minutes) <= policy.equity_bound / 2 for one in signals.upsells)
    unheard = read_signals(cells, replace(policy, min_answers=100))
    assert {one.minutes for one in (*unheard.affinities, *unheard.upsells)} <= {0.0}
    assert (unheard.priorities, unheard.durations) == ((), ())


@settings(max_examples=30, deadline=None)
@given(figures(), st.integers())
def test_order_and_splitting_of_the_input_are_irrelevant(cells: list[Cell], seed: int) -> None:
    spread = [
        replace(
            Cell(community=one.community, technician=one.technician, service_type=one.service_type),
            age_days=one.age_days,
            **part,
        )
        for one in cells
        for part in (
            {
                "first_visits": one.first_visits,
                "visits_fixed": one.visits_fixed,
                "visits_completed": one.visits_completed,
            },
            {"csat_answers": one.csat_answers, "csat_sum": one.csat_sum, "csat_squares": one.csat_squares},
            {"offers": one.offers, "offers_accepted": one.offers_accepted, "upsell_minor": one.upsell_minor},
            {"work_minutes": one.work_minutes},
        )
    ]
    Random(seed).shuffle(spread)  # noqa: S311
    assert read_signals(spread) == read_signals(cells)


@settings(max_examples=30, deadline=None)
@given(figures())
def test_a_neutral_policy_has_nothing_to_say(cells: list[Cell]) -> None:
    signals = read_signals(cells, SignalPolicy().neutral())
    told = (*signals.affinities, *signals.priorities, *signals.upsells)
    assert {one.minutes for one in told} <= {0.0}


def test_a_policy_that_cannot_be_used_is_refused() -> None:
    for name in AMOUNTS:
        with pytest.raises(ValueError, match=name):
            SignalPolicy(**{name: -1.0})
    for name in ("half_life_days", "duration_quantile", "exploration_share"):
        with pytest.raises(ValueError, match=name):
            SignalPolicy(**{name: float("nan")})
    with pytest.raises(ValueError, match="must not exceed 30 together"):
        SignalPolicy(csat_cap=20, fix_cap=10, upsell_cap=5)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="2 answers cannot add up to 11"):
        Cell(community="A", csat_answers=2, csat_sum=11)
    with pytest.raises(ValueError, match="2 of 1 is not a share"):
        Cell(community="A", first_visits=1, visits_fixed=2)
    with pytest.raises(ValueError, match="must not be negative"):
        Cell(community="A", age_days=-1)
