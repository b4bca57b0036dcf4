import math
from dataclasses import replace

import numpy as np
import pytest

from communities.insight.lifetime import (
    HORIZON_DAYS,
    Margin,
    Silent,
    Worth,
    discounted_orders,
    lapse_probability,
    margin_of,
    usual_worth,
    worths,
)
from communities.insight.retention import ReturnModel, known_of

NEW = Silent(days=0, repeat=False, csat=None, orders=1, margin=0)


def model(scale: float, shape: float, variance: float = 0.0) -> ReturnModel:
    """Everybody waits alike; `variance` of the log of the scale."""
    covariance = np.zeros((5, 5))
    covariance[0, 0] = variance
    return ReturnModel(
        scale=(math.log(scale), 0.0, 0.0, 0.0),
        log_shape=math.log(shape),
        covariance=tuple(tuple(row) for row in covariance.tolist()),
        usual=(1.0, 1.0, 0.0, 0.0),
    )


def test_orders_like_clockwork_are_discounted_one_by_one() -> None:
    # A shape of 50 lets nearly all come on day 100 · Γ(1.02) = 98.9, 197.8 … 692: seven within two years.
    each = 100 * math.gamma(1 + 1 / 50)
    expected = sum(1.08 ** (-each * number / 365) for number in range(1, 8))
    assert HORIZON_DAYS == 730
    assert discounted_orders(model(100, 50), [NEW]) == pytest.approx([expected], rel=0.01)


def test_chances_of_a_lapse_by_hand() -> None:
    # Exponential with a mean of 365: exp(-1), exp(-265 / 365), and whoever has been silent for a year has lapsed.
    known = np.array([known_of(False, None)] * 3)
    found = lapse_probability(model(365, 1), known, np.array([0.0, 100.0, 365.0]))
    assert found == pytest.approx([math.exp(-1), math.exp(-265 / 365), 1.0])
    assert discounted_orders(model(365, 1), [replace(NEW, days=365)]) == [0.0]


def test_margin_of_an_order_by_hand() -> None:
    # 60 of 4 orders: 15 each. (10 - 15)² + (50 - 45)² = 50, over 4 orders 12.5.
    assert margin_of([1, 3], [10, 50]) == Margin(mean=15.0, variance=12.5, orders=4)
    assert margin_of([], []) is None


def test_worth_is_margin_times_orders() -> None:
    # Own margin 900 of one order, three orders of 100 before: (900 + 300) / (1 + 3) = 300. Variance 400 / 4 = 100.
    certain, margin = model(100, 50), Margin(mean=100.0, variance=400.0, orders=50)
    [orders] = discounted_orders(certain, [NEW])
    half = 1.96 * 10 * orders
    assert worths(certain, margin, [replace(NEW, margin=900)]) == [
        Worth(0.0, round(300 * orders), round(300 * orders - half), round(300 * orders + half))
    ]
    assert worths(certain, margin, []) == []


def test_usual_worth_is_as_uncertain_as_the_mean() -> None:
    margin = Margin(mean=100.0, variance=400.0, orders=100)  # 400 / 100 = 2²
    found = usual_worth(model(100, 50), margin)
    [orders] = discounted_orders(model(100, 50), [replace(NEW, repeat=True)])
    assert (found.value, found.high) == (round(100 * orders), round(100 * orders + 1.96 * 2 * orders))


def test_interval_is_that_of_drawn_parameters() -> None:
    """The delta method against 400 draws of the scale (Krinsky and Robb 1986)."""
    unsure, exact = model(150, 1.2, variance=0.01), Margin(mean=1000.0, variance=0.0, orders=1)
    draws = np.random.default_rng(1).normal(math.log(150), 0.1, 400)
    drawn = [
        discounted_orders(model(math.exp(one), 1.2), [NEW])[0] * 750 for one in draws
    ]  # (0 + 3·1000) / 4
    [worth] = worths(unsure, exact, [NEW])
    assert (worth.high - worth.low) / (2 * 1.96) == pytest.approx(np.std(drawn), rel=0.1)
