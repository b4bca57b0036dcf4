import math

import numpy as np
import pytest

from communities.insight.retention import (
    NextOrder,
    Point,
    ReturnModel,
    Spell,
    known_of,
    next_order,
    return_model,
    survival,
)


def waits(mean: float, number: int, watched: int, *, repeat: bool = False) -> list[Spell]:
    """Exponential waiting times at evenly spaced probabilities; who waits longer than `watched` is censored."""
    days = (max(1, round(-mean * math.log(1 - (i + 0.5) / number))) for i in range(number))
    return [Spell(min(one, watched), one <= watched, repeat) for one in days]


def test_the_curve_by_hand() -> None:
    # 20 of 40 came back on day 30; the others were watched to day 60. S(30) = 1/2.
    # Greenwood: 20 / (40 · 20) = 0.025. On the log-log scale the ends are S ** exp(±1.96 · √0.025 / ln 2), with
    # 1.96 · 0.1581 / 0.6931 = 0.4471: 0.5 ** 1.5638 = 0.3383 and 0.5 ** 0.6395 = 0.6419.
    found = next_order([Spell(30, True, number=20), Spell(60, False, number=20)])
    assert found == NextOrder(
        orders=40,
        returns=20,
        median_days=30.0,
        median_low=30.0,
        median_high=None,  # the upper end of the survival never comes down to a half
        curve=(Point(30, 0.5, 0.3581, 0.6617), Point(60, 0.5, 0.3581, 0.6617)),
    )


def test_too_few_say_nothing() -> None:
    assert next_order([Spell(30, True, number=29)]) == NextOrder(29, 29)
    assert next_order([Spell(30, True, number=9), Spell(30, False, number=90)]) == NextOrder(99, 9)
    assert return_model([Spell(30, True, number=9), Spell(30, False, number=90)]) is None
    assert return_model([Spell(0, False, number=90)]) is None


def test_model_finds_the_waiting_time_that_the_censored_hide() -> None:
    """A mean of 100 days watched for 80: the mean of what was seen is far below."""
    spells = waits(100, 400, 80)
    model = return_model(spells)
    assert model is not None
    assert math.exp(model.scale[0]) == pytest.approx(100, rel=0.05)
    assert math.exp(model.log_shape) == pytest.approx(1, rel=0.05)
    assert model.scale[1:] == (0.0, 0.0, 0.0)  # all alike: nothing to tell them by
    assert np.mean([spell.days for spell in spells if spell.returned]) < 40


def test_model_tells_customers_apart() -> None:
    model = return_model(waits(100, 300, 200) + waits(50, 300, 200, repeat=True))
    assert model is not None
    assert math.exp(model.scale[1]) == pytest.approx(0.5, rel=0.05)  # repeated orders wait half as long
    assert model.usual == (1.0, 1.0, 0.0, 0.0)
    assert ReturnModel.from_json(model.as_json()) == model


def test_equal_spells_may_be_counted() -> None:
    one_by_one = return_model(
        [*([Spell(10, True)] * 20), *([Spell(30, True)] * 20), *([Spell(60, False)] * 20)]
    )
    counted = return_model(
        [Spell(10, True, number=20), Spell(30, True, number=20), Spell(60, False, number=20)]
    )
    assert one_by_one is not None
    assert counted is not None
    assert counted.parameters == pytest.approx(one_by_one.parameters, abs=1e-4)
    assert np.array(counted.covariance) == pytest.approx(np.array(one_by_one.covariance), rel=0.01)


def test_survival_by_hand() -> None:
    # exp(-(50 / 100) ** 2) = exp(-0.25)
    parameters = np.array([math.log(100), 0.0, 0.0, 0.0, math.log(2)])
    assert survival(parameters, np.array(known_of(True, 5)), np.array(50.0)) == pytest.approx(math.exp(-0.25))
