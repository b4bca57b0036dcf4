"""Variances from the data, and effects as the textbook has them."""

from collections.abc import Iterator

import numpy as np
import pytest

from communities.insight.signals.cells import Cell, table_of
from communities.insight.signals.shrinkage import Design, Fit, Measure, fit

NOW = 1e12  # a half-life that forgets nothing


def answered(community: str, scores: list[int], technician: str = "T", kind: str = "K", age: int = 0) -> Cell:
    return Cell(
        community=community,
        technician=technician,
        service_type=kind,
        age_days=age,
        csat_answers=len(scores),
        csat_sum=sum(scores),
        csat_squares=sum(score**2 for score in scores),
    )


def fitted(cells: list[Cell], *levels: str, half_life_days: float = NOW) -> tuple[Design, Fit]:
    design = Design.of(table_of(cells))
    counts = design.table.counts
    measure = Measure(counts["csat_answers"], counts["csat_sum"], counts["csat_squares"])
    return design, fit(design, measure, levels, half_life_days)


def test_one_level_by_hand() -> None:
    # A 4.5, B 2.5, all 3.5. Within: (82 - 81) + (26 - 25) = 2 over 6 degrees; over all 10 / 7 = 1.428571, which
    # counts ten: noise (2 + 14.285714) / 16 = 1.017857.
    # Between: 4 * 1 + 4 * 1 = 8; by chance noise * (1 + 1 - 1); tau² = (8 - 1.017857) / (8 - 32 / 8) = 1.745536.
    # Drawn: 4 / (4 + 1.017857 / 1.745536) = 0.872768 of the difference of 1.
    _, found = fitted([answered("A", [5, 5, 4, 4]), answered("B", [3, 3, 2, 2])], "community")
    assert found.mean == pytest.approx(3.5)
    assert found.noise == pytest.approx(1.017857, abs=1e-6)
    assert found.variances["community"] == pytest.approx(1.745536, abs=1e-6)
    assert found.effects["community"] == pytest.approx([0.872768, -0.872768], abs=1e-6)


def test_differences_that_chance_explains_are_none() -> None:
    _, found = fitted([answered("A", [5, 1, 5, 2]), answered("B", [1, 5, 4, 2])], "community")
    assert found.variances["community"] == 0.0
    assert found.effects["community"].tolist() == [0.0, 0.0]


def test_an_answer_of_a_half_life_ago_counts_half() -> None:
    # As many answers, all of a half-life ago: the same mean and variances, but 2 / (2 + 0.583120) is drawn.
    cells = [answered("A", [5, 5, 4, 4], age=30), answered("B", [3, 3, 2, 2], age=30)]
    _, found = fitted(cells, "community", half_life_days=30)
    assert found.variances["community"] == pytest.approx(1.745536, abs=1e-6)
    assert found.effects["community"][0] == pytest.approx(2 / 2.583120, abs=1e-6)


def world(rng: np.random.Generator, each: int) -> Iterator[Cell]:
    """30 technicians in 40 communities; standard deviations 0.5, 0.4 and 0.3 (pair), noise 0.8, on a fine scale."""
    technicians, communities = rng.normal(0, 0.5, 30), rng.normal(0, 0.4, 40)
    pairs = rng.normal(0, 0.3, (30, 40))
    for t in range(30):
        for c in rng.choice(40, 25, replace=False):
            felt = 3 + technicians[t] + communities[c] + pairs[t, c] + rng.normal(0, 0.8, each)
            for score in np.clip(np.round(felt), 1, 5).astype(int).tolist():
                yield answered(f"C{c:02}", [score], f"T{t:02}")


def test_variances_are_found_again() -> None:
    _, found = fitted([*world(np.random.default_rng(7), 8)], "community", "technician", "pair")
    noise = 0.8**2 + 1 / 12  # rounding to whole points adds a twelfth; the ends of the scale take some away
    assert found.noise == pytest.approx(noise, rel=0.15)
    assert found.variances["technician"] == pytest.approx(0.25, rel=0.35)
    assert found.variances["community"] == pytest.approx(0.16, rel=0.35)
    assert found.variances["pair"] == pytest.approx(0.09, rel=0.35)


def test_effects_are_the_best_linear_predictions() -> None:
    """Against the other way of writing them: variances × Z' V⁻¹ (y - mean), V with every row's covariances."""
    levels = ("community", "technician", "pair")
    design, found = fitted([*world(np.random.default_rng(3), 2)][:300], *levels)
    counts, rows = design.table.counts, design.levels
    answers = design.finest.sum(counts["csat_answers"])
    means = design.finest.sum(counts["csat_sum"]) / answers
    shared = sum(
        found.variances[name] * (rows[name].of[:, None] == rows[name].of[None, :]) for name in levels
    )
    inverse = np.linalg.inv(shared + np.diag(found.noise / answers))
    mean = inverse.sum(axis=0) @ means / inverse.sum()
    left = inverse @ (means - mean)
    assert found.mean == pytest.approx(mean, abs=1e-6)
    for name in levels:
        assert found.effects[name] == pytest.approx(found.variances[name] * rows[name].sum(left), abs=1e-6)


def test_nothing_is_known_from_nothing() -> None:
    _, found = fitted([Cell(community="A")], "community", "technician")
    assert (found.mean, found.effects["community"].tolist()) == (0.0, [0.0])
    _, nothing = fitted([], "community")
    assert nothing.effects["community"].tolist() == []
