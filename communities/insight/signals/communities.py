"""Communities: which come first, and what is sold there.

Priority: the community's mean satisfaction and its target hit rate (requests resolved in time), each drawn to
the region's as far as few answers ask for it (`shrinkage`, one level), against the policy's targets. What is
missing makes leaving out one of its visits dearer.

Upsell: what a completed visit brings on average, by service type and community (`shrinkage`, with technicians
allowed for), as minutes of travel at the policy's exchange rate. The community's share lifts a visit's penalty:
above what the type brings everywhere, or below it, by half the equity bound at most. So expected sales never
lift one community's visits above another's by more than the bound.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from communities.insight.signals.affinity import LEVELS, capped
from communities.insight.signals.cells import Floats
from communities.insight.signals.policy import SignalPolicy
from communities.insight.signals.shrinkage import Design, Measure, fit, ratio


@dataclass(frozen=True, slots=True)
class Debt:
    """How far a figure of a community stays below its target. `estimate`: drawn to the region's mean, `usual`."""

    missing: float
    estimate: float
    target: float
    own: float
    usual: float
    count: int


@dataclass(frozen=True, slots=True)
class CommunityPriority:
    """Minutes added to the price of leaving out a visit in the community; 0 or more. A figure without enough
    answers is None."""

    community: str
    minutes: float
    csat: Debt | None
    hit_rate: Debt | None


@dataclass(frozen=True, slots=True)
class CommunityUpsell:
    """Minutes by which expected sales lift a visit of this service type in this community above the same elsewhere
    (negative: below). `value_minor` is what such a visit is expected to bring, `usual_minor` what it brings in the
    region, `offers` what the community's share rests on."""

    community: str
    service_type: str
    minutes: float
    value_minor: float
    usual_minor: float
    offers: int


def sale_values(design: Design, policy: SignalPolicy) -> Floats:
    """What a sale brings, in minor units, for each row of the table: by service type, drawn to the region's."""
    counts = design.table.counts
    sales = Measure.of_sums(counts["offers_accepted"], counts["upsell_minor"])
    found = fit(design, sales, ("service_type",), policy.half_life_days)
    values: Floats = (found.mean + found.effects["service_type"])[design.table.service_type.of]
    return values


def priorities(design: Design, policy: SignalPolicy) -> Iterator[CommunityPriority]:
    """One for each community with enough answers to either figure, in order."""
    counts = design.table.counts
    satisfied = Measure(counts["csat_answers"], counts["csat_sum"], counts["csat_squares"])
    in_time = Measure.of_events(counts["resolved"], counts["resolved_on_time"])
    csat = _debts(design, satisfied, policy.target_csat, policy)
    hit_rate = _debts(design, in_time, policy.target_hit_rate, policy)
    for name, own, hits in zip(design.table.community.names, csat, hit_rate, strict=True):
        if name is None or (own is None and hits is None):
            continue
        minutes = (own.missing if own else 0) * policy.priority_csat_minutes
        minutes += (hits.missing if hits else 0) * policy.priority_hit_minutes
        yield CommunityPriority(name, round(min(minutes, policy.priority_cap), 2), own, hits)


def _debts(design: Design, measure: Measure, target: float, policy: SignalPolicy) -> Iterator[Debt | None]:
    """For each community, None where too few answers tell."""
    found = fit(design, measure, ("community",), policy.half_life_days)
    community = design.levels["community"]
    count, total = (community.sum(design.finest.sum(of)) for of in (measure.count, measure.total))
    usual = round(float(ratio(total.sum(keepdims=True), count.sum(keepdims=True))[0]), 4)
    for n, own, effect in zip(count, ratio(total, count), found.effects["community"], strict=True):
        estimate = float(found.mean + effect)
        missing = max(0.0, target - estimate)
        known = Debt(round(missing, 4), round(estimate, 4), target, round(float(own), 4), usual, int(n))
        yield known if n >= policy.min_answers else None


def upsells(design: Design, sale_minor: Floats, policy: SignalPolicy) -> Iterator[CommunityUpsell]:
    """One for each community and service type that visits were completed for, in order; where too few offers
    were made in the community, it is worth what the service type is."""
    counts = design.table.counts
    sold = Measure.of_sums(counts["visits_completed"], counts["offers_accepted"] * sale_minor)
    found = fit(design, sold, LEVELS, policy.half_life_days)
    offers = design.levels["community"].sum(design.finest.sum(counts["offers"]))
    share = np.where(offers >= policy.min_answers, found.effects["community"], 0.0)
    usual = found.mean + found.effects["service_type"]
    per_minor, most = policy.upsell_weight / policy.minor_per_minute, policy.equity_bound / 2
    minutes = capped(share * per_minor, most)
    for place, kind in _seen(design, counts["visits_completed"]):
        community = design.table.community.names[place]
        service_type = design.table.service_type.names[kind]
        if community is None or service_type is None:
            continue
        yield CommunityUpsell(
            community,
            service_type,
            float(minutes[place]),
            round(float(max(0.0, usual[kind] + share[place])), 2),
            round(float(usual[kind]), 2),
            int(offers[place]),
        )


def _seen(design: Design, count: Floats) -> list[tuple[int, int]]:
    """Communities × service types of the rows that count something, in order."""
    table, some = design.table, count > 0
    places, kinds = table.community.of[some].tolist(), table.service_type.of[some].tolist()
    return sorted(set(zip(places, kinds, strict=True)))
