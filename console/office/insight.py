"""What the communities page shows: four weeks of figures, and what customers' answers tell the planner."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Max, QuerySet, Sum

from communities.access import Caller
from communities.insight.scores import (
    csat_mean,
    first_visit_fix_share,
    net_promoter_score,
    on_time_share,
    share,
)
from communities.insight.sentences import Language, priority_sentence
from communities.insight.former_signals import CommunityPriority, Evidence
from communities.models import CommunityMetric, Signal, SignalSet
from communities.selectors.insight import signal_list
from communities.selectors.places import community_list
from core.money import Money
from dispatch.explanations import affinity_words, name_in
from dispatch.models import Technician

WINDOW = timedelta(days=28)
COUNTS = [
    "requests",
    "visits",
    "visits_fixed",
    "arrivals",
    "arrivals_on_time",
    "csat_answers",
    "csat_sum",
    "nps_answers",
    "nps_promoters",
    "nps_detractors",
    "offers",
    "offers_accepted",
    "revenue_minor",
]
NOTHING = dict.fromkeys(COUNTS, 0)


@dataclass(frozen=True, slots=True)
class Figures:
    """The scores of one community, or of all. Shares are per cent; None where nothing was counted."""

    name: str
    region: str
    requests: int
    visits: int
    on_time: float | None
    fixed: float | None
    csat: float | None
    csat_answers: int
    nps: float | None
    offers: float | None
    revenue: Money


COLUMNS = ["name", "requests", "visits", "on_time", "fixed", "csat", "nps", "offers", "revenue"]


@dataclass(frozen=True, slots=True)
class Insight:
    """The figures of the days `first_on`..`last_on`; both None before the first fact."""

    first_on: date | None
    last_on: date | None
    total: Figures
    rows: list[Figures]


@dataclass(frozen=True, slots=True)
class Told:
    """What the newest signals say, dearest first."""

    signal_set: SignalSet | None
    priorities: list[str]
    affinities: list[str]


def insight(caller: Caller, language: Language, sort: str) -> Insight:
    """The communities with sites, in the order of a column's name; with a minus before it, largest first."""
    served = community_list(caller).filter(sites__isnull=False).distinct().select_related("region")
    metrics = CommunityMetric.objects.filter(community__in=community_list(caller))
    last_on: date | None = metrics.aggregate(on=Max("on"))["on"]
    sums = _sums(metrics, last_on) if last_on else {}
    currency = caller.organisation.currency
    rows = [
        _figures(
            sums.get(community.pk, NOTHING),
            currency,
            name=name_in(community, language),
            region=name_in(community.region, language),
        )
        for community in served.defer("boundary").order_by("code")
    ]
    everything = {name: sum(counts[name] for counts in sums.values()) for name in COUNTS}
    return Insight(
        first_on=last_on - WINDOW + timedelta(days=1) if last_on else None,
        last_on=last_on,
        total=_figures(everything, currency, name="", region=""),
        rows=_sorted(rows, sort),
    )


def told(caller: Caller, language: Language) -> Told:
    """The signals in words, those that weigh nothing left out. Three queries."""
    signals = list(signal_list(caller).exclude(minutes=0).select_related("signal_set", "community"))
    signals.sort(key=lambda signal: (-abs(signal.minutes), signal.community.code))
    codes = dict(Technician.objects.filter(organisation=caller.organisation).values_list("pk", "code"))
    priority, affinity = Signal.Kind.COMMUNITY_PRIORITY, Signal.Kind.TECHNICIAN_AFFINITY
    return Told(
        signal_set=signals[0].signal_set if signals else None,
        priorities=[priority_words(signal, language) for signal in signals if signal.kind == priority],
        affinities=[
            affinity_words(signal, codes[signal.technician_id], signal.community, language)
            for signal in signals
            if signal.kind == affinity and signal.technician_id in codes
        ],
    )


def priority_words(signal: Signal, language: Language) -> str:
    """The figures of a community's signal as a sentence."""
    figures = dict(signal.evidence)
    priority = CommunityPriority(
        community=signal.community.code,
        region="",
        minutes=float(signal.minutes),
        estimated_csat=figures.pop("estimated_csat"),
        target_csat=figures.pop("target_csat"),
        evidence=Evidence(**figures),
    )
    return priority_sentence(priority, community_name=name_in(signal.community, language), language=language)


def _sums(metrics: QuerySet[CommunityMetric], last_on: date) -> dict[UUID, Mapping[str, int]]:
    """The counts of each community in the window that ends with `last_on`."""
    found = metrics.filter(on__gt=last_on - WINDOW, on__lte=last_on).order_by()
    added = found.values_list("community_id").annotate(*map(Sum, COUNTS))
    return {community_id: dict(zip(COUNTS, sums, strict=True)) for community_id, *sums in added}


def _figures(counts: Mapping[str, int], currency: str, *, name: str, region: str) -> Figures:
    return Figures(
        name=name,
        region=region,
        requests=counts["requests"],
        visits=counts["visits"],
        on_time=_per_cent(on_time_share(counts["arrivals_on_time"], counts["arrivals"])),
        fixed=_per_cent(first_visit_fix_share(counts["visits_fixed"], counts["visits"])),
        csat=csat_mean(counts["csat_sum"], counts["csat_answers"]),
        csat_answers=counts["csat_answers"],
        nps=net_promoter_score(counts["nps_promoters"], counts["nps_detractors"], counts["nps_answers"]),
        offers=_per_cent(share(counts["offers_accepted"], counts["offers"])),
        revenue=Money(counts["revenue_minor"], currency),
    )


def _per_cent(part: float | None) -> float | None:
    return None if part is None else 100 * part


def _sorted(rows: list[Figures], sort: str) -> list[Figures]:
    """By a column; rows with nothing in it come last, either way round."""
    column = sort.removeprefix("-")
    with_value = [row for row in rows if _value(row, column) is not None]
    without = [row for row in rows if _value(row, column) is None]
    with_value.sort(key=lambda row: _value(row, column), reverse=sort.startswith("-"))
    return with_value + without


def _value(row: Figures, column: str) -> Any:
    value = getattr(row, column)
    return value.minor if isinstance(value, Money) else value
