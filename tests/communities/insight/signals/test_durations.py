"""How long work takes, learned from how long it took."""

from itertools import product
from math import exp, log

import pytest

from communities.insight.signals import Cell, SignalPolicy, read_signals

MEDIAN = SignalPolicy(duration_quantile=0.5, half_life_days=1e12)


def worked(minutes: int, technician: str = "T1", kind: str = "K", age: int = 0) -> Cell:
    return Cell(
        community="A",
        technician=technician,
        service_type=kind,
        age_days=age,
        visits_completed=1,
        work_minutes=minutes,
    )


def test_a_service_type_takes_as_long_as_it_took() -> None:
    # 40 and 90 in turn: the mean of the logarithms is that of 60.
    cells = [worked(minutes, age=age) for age, minutes in enumerate([40, 90] * 50)]
    signals = read_signals(cells, MEDIAN)
    assert signals.service_seconds("K", "T1", "A") == 3600
    assert signals.service_seconds("another", "T1", "A") is None
    # Spread: ln 90 - ln 40 = 0.8109, half of it either side; 100 answers have 99 degrees of freedom.
    (kind, *_) = signals.durations
    assert (kind.service_type, kind.minutes, kind.visits) == ("K", 60.0, 100)
    assert kind.spread == pytest.approx(0.4055 * (100 / 99) ** 0.5, abs=1e-4)


def test_a_quantile_plans_longer_than_the_median() -> None:
    # z(0.8) = 0.841621; spread 0.407465 as above: 60 * exp(0.342931) = 84.54 min.
    cells = [worked(minutes, age=age) for age, minutes in enumerate([40, 90] * 50)]
    policy = SignalPolicy(duration_quantile=0.8, half_life_days=1e12)
    assert read_signals(cells, policy).durations[0].minutes == pytest.approx(84.54, abs=0.05)


def test_who_is_slower_is_planned_longer() -> None:
    cells = [
        worked(round(minutes * factor), technician, kind, age)
        for (technician, factor), (kind, minutes), age in product(
            (("T1", 1), ("T2", 1), ("T3", 1.5)), (("short", 40), ("long", 120)), range(60)
        )
    ]
    signals = read_signals(cells, MEDIAN)
    planned = {
        (who, kind): signals.service_seconds(kind, who, "A")
        for who in ("T1", "T3")
        for kind in ("short", "long")
    }
    assert planned == {
        ("T1", "short"): pytest.approx(2400, rel=0.01),
        ("T1", "long"): pytest.approx(7200, rel=0.01),
        ("T3", "short"): pytest.approx(3600, rel=0.01),
        ("T3", "long"): pytest.approx(10800, rel=0.01),
    }
    # Of the others' work: usual is exp(mean of logs), the technicians' effects sum to nothing.
    slow = next(one for one in signals.durations if one.technician == "T3")
    assert slow.log_mean == pytest.approx(log(1.5) * 2 / 3, abs=0.01)
    assert slow.minutes == pytest.approx(
        (40 * 120) ** 0.5 * 1.5 ** (1 / 3) * (exp(slow.log_mean) - 1), rel=0.01
    )


def test_two_visits_are_too_few() -> None:
    assert read_signals([worked(90), worked(90, age=1)]).durations == ()
