"""On which weekdays a community is opened."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from communities.insight.signals import Demand, SignalPolicy, read_signals
from communities.insight.signals.days import ServiceDays, _Rate, service_days, weekly_cost

EVEN = [1 / 7] * 7
MONDAY = date(2026, 3, 2)


def test_a_weeks_cost_by_hand() -> None:
    # 2 requests a week for certain enough: Gamma(2e9, 1e9), so P(none in a share s) = exp(-2 s).
    rate = _Rate(2e9, 1e9)
    # Mondays only: 20 * (1 - exp(-2)) = 17.293; those of Monday … Sunday wait 6, 5 … 0 days: 10 * 2 / 7 * 21 = 60.
    assert weekly_cost((1,), rate, EVEN, 20, 10) == pytest.approx(77.293, abs=1e-3)
    # Every day: 7 * 20 * (1 - exp(-2 / 7)) = 34.793, and nobody waits.
    assert weekly_cost(tuple(range(1, 8)), rate, EVEN, 20, 10) == pytest.approx(34.793, abs=1e-3)
    # Monday and Thursday: three days gather for the first one's three, four for the other.
    # 20 * (2 - exp(-6 / 7) - exp(-8 / 7)) = 25.134; waits 2 + 1 and 3 + 2 + 1: 10 * 2 / 7 * 9 = 25.714.
    assert weekly_cost((1, 4), rate, EVEN, 20, 10) == pytest.approx(50.848, abs=1e-3)


def days(weekly: int, entry: float, waiting: float = 10, **policy: float) -> ServiceDays:
    demand = Demand("A", (weekly * 10,) * 7, 70, entry)
    (found,) = service_days([demand], SignalPolicy(waiting_minutes=waiting, **policy))
    return found


def test_few_requests_behind_a_dear_gate_gather() -> None:
    seldom = days(weekly=1, entry=30, waiting=1)
    assert len(seldom.weekdays) == 1
    assert seldom.minutes > 0
    assert len(days(weekly=20, entry=30, waiting=10).weekdays) == 7
    assert len(days(weekly=1, entry=0).weekdays) == 7


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 5), st.floats(0, 60), st.floats(0, 20))
def test_keeping_to_service_days_is_never_dearer(weekly: int, entry: float, waiting: float) -> None:
    found = days(weekly, entry, waiting)
    assert found.cost <= found.daily_cost


def test_dearer_waiting_opens_no_fewer_days() -> None:
    counts = [len(days(weekly=2, entry=40, waiting=waiting).weekdays) for waiting in (0.5, 2, 8, 32)]
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]


def test_on_other_days_nobody_works() -> None:
    demand = Demand("A", (50,) * 7, 10, 1)
    (found,) = service_days([demand], SignalPolicy(), workdays=(1, 2, 3, 4, 5))
    assert found.weekdays == (1, 2, 3, 4, 5)


def test_the_planner_asks_for_the_next_one() -> None:
    demand = Demand("A", (2,) * 7, 14, 60)
    signals = read_signals([], SignalPolicy(waiting_minutes=0.1), [demand])
    (only,) = signals.service_days[0].weekdays
    assert signals.waits_until("A", MONDAY) == date(2026, 3, 1 + only) if only > 1 else MONDAY
    assert signals.waits_until("a community nobody knows", MONDAY) == MONDAY


def test_too_few_requests_say_nothing() -> None:
    assert read_signals([], SignalPolicy(), [Demand("A", (1, 1, 0, 0, 0, 0, 0), 10, 60)]).service_days == ()
