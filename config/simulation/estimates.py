"""How near the estimates came to the truth, beside plain means of the same answers."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean

from communities.insight.signals import Cell, Signals
from config.simulation.outcomes import World

Pair = tuple[str, str]
"""Technician's and community's code."""


@dataclass(frozen=True, slots=True)
class Errors:
    """Root mean square errors of what a technician adds to a figure in a community, over the pairs that customers have
    said anything about: of the signals' shrunken effects, of plain means, and of saying 0 for all."""

    shrunk: float
    plain: float
    nothing: float
    pairs: int


def csat_errors(world: World, cells: Iterable[Cell], signals: Signals, week: int) -> Errors:
    """Of satisfaction. The truth, and the plain mean, are taken against the mean of the technicians in the same
    community."""
    plain = plain_effects(cells)
    town = world.town
    answers = {
        (technician.code, community.code): world.truth.expected_answer(t, c, week)
        for c, community in enumerate(town.communities)
        for t, technician in enumerate(town.technicians)
        if technician.first_week <= week < technician.last_week
    }
    usual = {
        community.code: fmean(value for (_, place), value in answers.items() if place == community.code)
        for community in town.communities
    }
    truth = {pair: value - usual[pair[1]] for pair, value in answers.items() if pair in plain}
    shrunk = {pair: _effect(signals, *pair) for pair in truth}
    return Errors(_rmse(truth, shrunk), _rmse(truth, plain), _rmse(truth, {}), len(truth))


def plain_effects(cells: Iterable[Cell]) -> dict[Pair, float]:
    """Each pair's mean answer less that of its community, where there is any."""
    pairs: defaultdict[Pair, list[int]] = defaultdict(lambda: [0, 0])
    communities: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for cell in cells:
        for sums in (pairs[cell.technician or "", cell.community], communities[cell.community]):
            sums[0] += cell.csat_sum
            sums[1] += cell.csat_answers
    means = {place: total / count for place, (total, count) in communities.items() if count}
    return {pair: total / count - means[pair[1]] for pair, (total, count) in pairs.items() if count}


def _effect(signals: Signals, technician: str, community: str) -> float:
    """For any service type: what the planner is told of a pair that too few answers tell of is the technician's."""
    part = signals.parts_of(technician, community, "").get("csat")
    return part.effect if part else 0.0


def _rmse(truth: Mapping[Pair, float], estimates: Mapping[Pair, float]) -> float:
    """What is not estimated is taken for 0."""
    return math.sqrt(fmean((estimates.get(pair, 0.0) - value) ** 2 for pair, value in truth.items()))
