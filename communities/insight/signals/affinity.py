"""Technicians: what sending one somewhere is worth, from satisfaction, first-visit fix and sales.

What a technician adds to a figure is his own effect in the region, in the community as far as the answers there
reach, and there for one service type as far as those reach (`shrinkage`). Each figure's minutes are capped, and
their sum is the signal. An effect counts where it rests on `min_answers` answers (visits for first-visit fix,
offers for sales); without them it is exactly zero.

Sales are counted per completed visit, not per offer: who offers to sure buyers only is no better for it. A sale
counts what sales of its service type bring on average (drawn to the region's average), so that one dear sale is
no merit of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from communities.insight.signals.cells import Floats, Table
from communities.insight.signals.policy import SignalPolicy
from communities.insight.signals.shrinkage import Design, Fit, Measure, first_of, fit, ratio

LEVELS = ("service_type", "community", "technician", "pair", "triple")
OWN = ("technician", "pair", "triple")
"""The levels that a technician's worth consists of, from the general to the special."""


@dataclass(frozen=True, slots=True)
class Part:
    """One figure's share of an affinity.

    `minutes` are worth `effect`: what the technician adds to the figure, all else equal. `own` is his plain mean
    over `count` answers (visits; offers), `usual` the region's. Where too few answers tell of him there, these are
    what is known of him in general.
    """

    minutes: float
    effect: float
    own: float
    usual: float
    count: int


@dataclass(frozen=True, slots=True)
class TechnicianAffinity:
    """Minutes of travel that sending the technician is worth; negative where it is a loss.

    Anywhere in the region when `community` is None; for any service type when `service_type` is. The most special
    one that there is for a visit contains the others.
    """

    technician: str
    community: str | None
    service_type: str | None
    minutes: float
    parts: Mapping[str, Part] = field(default_factory=dict)


@dataclass(frozen=True)
class Figure:
    """One figure about technicians: its measure, what counts as an answer, and what it is worth."""

    name: str
    measure: Measure
    answers: Floats
    minutes: float
    cap: float


def figures_of(table: Table, policy: SignalPolicy, sale_minor: Floats) -> list[Figure]:
    """Satisfaction, first-visit fix and sales. `sale_minor`: what a sale brings, for each row."""
    known = np.array([name is not None for name in table.technician.names], dtype=np.float64)
    by_name = known[table.technician.of] if len(known) else known
    have = {name: column * by_name for name, column in table.counts.items()}
    sold = Measure.of_sums(have["visits_completed"], have["offers_accepted"] * sale_minor)
    per_minor = policy.upsell_weight / policy.minor_per_minute
    return [
        Figure(
            "csat",
            Measure(have["csat_answers"], have["csat_sum"], have["csat_squares"]),
            have["csat_answers"],
            policy.csat_minutes,
            policy.csat_cap,
        ),
        Figure(
            "fix",
            Measure.of_events(have["first_visits"], have["visits_fixed"]),
            have["first_visits"],
            policy.fix_minutes,
            policy.fix_cap,
        ),
        Figure("upsell", sold, have["offers"], per_minor, policy.upsell_cap),
    ]


def affinities(design: Design, figures: list[Figure], policy: SignalPolicy) -> Iterator[TechnicianAffinity]:
    """For each technician, each of his communities, and each service type there, as far as enough answers tell of
    them in particular; ordered from the general to the special."""
    worths = [_worth(design, figure, policy) for figure in figures]
    for place, level in enumerate(OWN):
        total = np.sum([one.minutes[level] for one in worths], axis=0)
        heard = np.max([one.answers[level] for one in worths], axis=0) >= policy.min_answers
        for group in np.flatnonzero(heard).tolist():
            technician, community, service_type = design.key(level, group)
            if technician is None or (level == "triple" and service_type is None):
                continue
            known = {
                one.name: one.part(design, OWN[: place + 1], design.first[level][group]) for one in worths
            }
            parts = {name: part for name, part in known.items() if part is not None}
            yield TechnicianAffinity(
                technician, community, service_type, round(float(total[group]), 2) + 0.0, parts
            )


@dataclass(frozen=True)
class _Worth:
    """A figure at every level of `OWN`, by group: minutes, what the technician adds, his plain mean, answers; and how
    many answers are enough."""

    name: str
    least: int
    usual: float
    minutes: Mapping[str, Floats]
    effect: Mapping[str, Floats]
    own: Mapping[str, Floats]
    answers: Mapping[str, Floats]

    def part(self, design: Design, levels: tuple[str, ...], row: int) -> Part | None:
        """What is known of a row, at the most special of the levels that has enough answers; else None."""
        for level in reversed(levels):
            group = design.levels[level].of[row]
            if self.answers[level][group] >= self.least:
                minutes, effect, own = (
                    round(float(values[level][group]), digits) + 0.0
                    for values, digits in ((self.minutes, 2), (self.effect, 4), (self.own, 4))
                )
                return Part(minutes, effect, own, round(self.usual, 4), int(self.answers[level][group]))
        return None


def _worth(design: Design, figure: Figure, policy: SignalPolicy) -> _Worth:
    count, total = (design.finest.sum(of) for of in (figure.measure.count, figure.measure.total))
    heard = design.finest.sum(figure.answers)
    answers = {level: design.levels[level].sum(heard) for level in OWN}
    effect = _added_up(design, fit(design, figure.measure, LEVELS, policy.half_life_days), answers, policy)
    return _Worth(
        figure.name,
        policy.min_answers,
        usual=float(total.sum() / count.sum()) if count.any() else 0.0,
        minutes={level: capped(figure.minutes * effect[level], figure.cap) for level in OWN},
        effect=effect,
        own={level: ratio(design.levels[level].sum(total), design.levels[level].sum(count)) for level in OWN},
        answers=answers,
    )


def capped(minutes: Floats, cap: float) -> Floats:
    """Within the cap on both sides, to 0.01 min, so that equal knowledge gives equal signals."""
    within: Floats = np.minimum(np.maximum(minutes, -cap), cap)
    return within.round(2) + 0.0  # adding zero turns -0.0 into 0.0


def _added_up(
    design: Design, found: Fit, answers: Mapping[str, Floats], policy: SignalPolicy
) -> dict[str, Floats]:
    """The effects from the general to the special one, each if it rests on enough answers."""
    summed: dict[str, Floats] = {}
    above = np.zeros(design.finest.size)
    for name in OWN:
        level = design.levels[name]
        own = np.where(answers[name] >= policy.min_answers, found.effects[name], 0.0)
        above = above + own[level.of]
        summed[name] = above[first_of(level)]
    return summed
