"""The hidden truth, by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest

from config.simulation.outcomes import World
from config.simulation.scenarios import BIASED, NULL, SCENARIOS, STANDARD
from config.simulation.town import SERVICES
from config.simulation.truth import Luck, Truth, csat, felt, mean_csat

SERVICE = next(k for k, one in enumerate(SERVICES) if one.code == "ac_service")
LUCK = Luck(felt=0.5, said=-1.0, time=2.0, fixed=0.3, answers=0.4, accepts=0.4, said_after=0)


def truth_of(**effects: float) -> Truth:
    """One technician, community and week, all service types; no effect but those named."""
    shapes = {
        "quality": (1, 1),
        "taste": (1, 1),
        "thirst": (1, len(SERVICES)),
        "match": (1, 1, len(SERVICES)),
    }
    names = ("quality", "mood", "taste", "bias", "charm", "thirst", "match", "deftness", "pace")
    return Truth(**{name: np.full(shapes.get(name, (1,)), effects.get(name, 0.0)) for name in names})


def test_acceptance_by_hand() -> None:
    """-1.0 for the service type, 0.3 + 0.0 + 0.2 hidden, 0.4 * (4.5 - 4) = 0.2: a logit of -0.3."""
    truth = truth_of(charm=0.3, match=0.2)

    assert truth.acceptance(0, 0, SERVICE, 4.5) == pytest.approx(1 / (1 + math.exp(0.3)))


def test_satisfaction_by_hand() -> None:
    """4 + 0.15 for the service type, 0.2 - 0.1 + 0.05 hidden: 4.3; 0.6 * 0.5 = 0.3 by luck, less 0.4 late and 0.8 not
    fixed: 3.4. A customer who ticks on the way adds a bias of 0.2 and 0.3 * -1 of noise: 3.3."""
    truth = truth_of(quality=0.2, mood=-0.1, taste=0.05, bias=0.2)

    mean = truth.satisfaction(0, 0, SERVICE, 0)
    y = felt(mean, LUCK, late=True, overdue=False, fixed=False)

    assert (mean, y) == (pytest.approx(4.3), pytest.approx(3.4))
    assert truth.answer(0, 4.4, LUCK) == csat(4.3)
    assert truth.answer(0, 2.9, LUCK) is None  # 0.45 + 0.05 * (2.9 - 4) = 0.395 < 0.4


def test_first_fix_and_time_by_hand() -> None:
    """3.0 - 1.0: a logit of 2. 50 min, exp(0.1 + 0.15 * 2) times as long."""
    truth = truth_of(deftness=-1.0, pace=0.1)

    assert truth.fix_chance(0, SERVICE) == pytest.approx(1 / (1 + math.exp(-2)))
    assert truth.seconds(0, SERVICE, LUCK) == round(3000 * math.exp(0.4))


def test_mean_of_a_rounded_normal_by_hand() -> None:
    """Around 3 the scale is symmetrical; without spread it is the rounding itself; and one step, at 4.5, is half
    over when the mean is there."""
    assert mean_csat(3.0, 1.0) == pytest.approx(3.0)
    assert mean_csat(3.8, 1e-6) == pytest.approx(4.0)
    assert mean_csat(4.5, 1e-6) == pytest.approx(4.5)
    assert [csat(y) for y in (-2.0, 1.49, 1.5, 4.5, 9.0)] == [1, 1, 2, 5, 5]


def test_the_null_truth_has_no_effects() -> None:
    truth = World.of(NULL, seed=1, weeks=3).truth

    assert {
        name: float(np.abs(getattr(truth, name)).max()) for name in Truth.__dataclass_fields__
    } == dict.fromkeys(Truth.__dataclass_fields__, 0.0)


def test_every_other_scenario_has_effects_of_every_kind_it_names() -> None:
    silent = {
        scenario.name: [one for one in Truth.__dataclass_fields__ if not np.any(getattr(world.truth, one))]
        for scenario in SCENARIOS.values()
        if (world := World.of(scenario, seed=1, weeks=3))
    }
    assert silent == {
        "standard": ["bias"],
        "null": [*Truth.__dataclass_fields__],
        "weak": ["bias"],
        "biased": [],
    }


def test_a_scenario_that_changes_one_effect_leaves_the_others() -> None:
    standard, biased = (World.of(one, seed=1, weeks=3).truth for one in (STANDARD, BIASED))

    assert np.array_equal(standard.taste, biased.taste)
    assert np.array_equal(
        World.of(replace(STANDARD, taste=0.6), seed=1, weeks=3).truth.taste, 2 * standard.taste
    )


def test_luck_is_that_of_the_visit() -> None:
    assert Luck.of(1, "d001h00001/0") == Luck.of(1, "d001h00001/0")
    assert Luck.of(1, "d001h00001/0") != Luck.of(1, "d001h00001/1")
