"""Invented regions of which the truth is known."""

from datetime import date, timedelta

import numpy as np

from communities.insight.experiment.arms import held_out
from communities.insight.experiment.effect import Flags, Panel

MONDAY = date(2026, 3, 2)


def arms_drawn(communities: int, weeks: int, seed: str, share: float = 0.2) -> Flags:
    """Who has feedback, a row for each community and a column for each week."""
    names = [f"C{number:02}" for number in range(communities)]
    drawn = [
        held_out(seed=seed, week_on=MONDAY + timedelta(weeks=week), communities=names, share=share)
        for week in range(weeks)
    ]
    return np.array([[name not in one for one in drawn] for name in names])


def invented(communities: int, weeks: int, effect: float, seed: int) -> Panel:
    """Mean answers of some six visits a week: contented communities and others, good and bad weeks, moods that last.

    A community's mood this week is half that of the week before; each answer differs by a whole point.
    """
    chance = np.random.default_rng(seed)
    feedback = arms_drawn(communities, weeks, str(seed))
    answers = chance.poisson(6, feedback.shape)
    mood = 0.3 * chance.normal(size=feedback.shape)
    for week in range(1, weeks):
        mood[:, week] = 0.5 * mood[:, week - 1] + np.sqrt(0.75) * mood[:, week]
    value = (
        4.0
        + 0.4 * chance.normal(size=(communities, 1))
        + 0.2 * chance.normal(size=(1, weeks))
        + effect * feedback
        + mood
        + chance.normal(size=feedback.shape) / np.sqrt(np.maximum(answers, 1))
    )
    heard = answers > 0
    community, week_number = np.nonzero(heard)
    return Panel(community, week_number, value[heard], answers[heard].astype(float), feedback[heard])


def until(panel: Panel, week: int) -> Panel:
    """The panel as it was known after so many weeks."""
    rows = panel.week < week
    return Panel(
        panel.community[rows], panel.week[rows], panel.value[rows], panel.weight[rows], panel.feedback[rows]
    )
