"""What the communities page shows: four weeks of figures, and what customers' answers tell the planner."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from communities.access import Caller
from communities.insight.figures import Reading, readings
from communities.insight.sentences import Language
from communities.models import Community, Signal, SignalSet
from communities.selectors.figures import Dimension, FigureTable, Question, figure_table
from communities.selectors.groups import Key
from communities.selectors.insight import signal_list
from communities.selectors.measures import COLUMNS
from communities.selectors.places import IS_SERVED, community_list
from core.money import Money
from dispatch.explanations import name_in, signal_names

WINDOW = 28
FOUR_WEEKS = Question(window=WINDOW, by=(Dimension.COMMUNITY,))
NOTHING = readings(dict.fromkeys(COLUMNS, 0), least=0)


@dataclass(frozen=True, slots=True)
class Figures:
    """What the page shows of one community, or of all. Shares are per cent; None where nothing can be said."""

    community_id: UUID | None
    name: str
    region: str
    requests: int
    visits: int
    on_time: float | None
    fixed: float | None
    csat: float | None
    csat_answers: int | None
    nps: float | None
    offers: float | None
    revenue: Money


HEADINGS = {
    "name": _("Community"),
    "requests": _("Requests"),
    "visits": _("Visits"),
    "on_time": _("On time"),
    "fixed": _("Fixed at first visit"),
    "csat": _("CSAT"),
    "nps": _("NPS"),
    "offers": _("Offers accepted"),
    "revenue": _("Revenue"),
}
SHOWN = list(HEADINGS)
FIGURE_OF = {
    "requests": "requests",
    "visits": "visits",
    "on_time": "on_time",
    "fixed": "first_visit_fix",
    "csat": "csat",
    "nps": "nps",
    "offers": "acceptance",
    "revenue": "revenue",
}
"""What a column shows, by the figure's name."""


@dataclass(frozen=True, slots=True)
class Insight:
    """The figures of the days `first_on`..`last_on`; both None before anything was counted."""

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
    others: list[str]


def insight(caller: Caller, language: Language, sort: str) -> Insight:
    """The communities with sites, in the order of a column's name; with a minus before it, largest first."""
    table = figure_table(caller, FOUR_WEEKS)
    served = community_list(caller).filter(IS_SERVED).select_related("region")
    shown: dict[Key, Community] = {
        (community.pk,): community for community in served.defer("boundary").order_by("code")
    }
    currency = caller.organisation.currency
    rows = [
        _figures(figures, currency, shown[key], language) for key, figures in _of_each(table, shown).items()
    ]
    return Insight(
        first_on=table.first_on if table else None,
        last_on=table.through_on if table else None,
        total=_figures(table.whole if table else NOTHING, currency, None, language),
        rows=_sorted(rows, sort),
    )


def _of_each(table: FigureTable | None, shown: Mapping[Key, Community]) -> dict[Key, Mapping[str, Reading]]:
    """The figures of each community, in their order; of one in which nothing happened, nothing."""
    counted = dict(table.rows()) if table else {}
    return {key: counted.get(key, NOTHING) for key in shown}


def told(caller: Caller, language: Language) -> Told:
    """The signals in words, those that weigh nothing left out. Three queries."""
    signals = list(signal_list(caller).exclude(minutes=0).select_related("community"))
    signals.sort(key=lambda signal: (-abs(signal.minutes), signal.community.code if signal.community else ""))
    names = signal_names(caller)

    def words(*wanted: Signal.Kind) -> list[str]:
        return [names.sentence(signal, language) for signal in signals if signal.kind in wanted]

    return Told(
        signal_set=max(
            (signal.signal_set for signal in signals), key=lambda one: one.through_on, default=None
        ),
        priorities=words(Signal.Kind.COMMUNITY_PRIORITY),
        affinities=words(Signal.Kind.TECHNICIAN_AFFINITY),
        others=words(Signal.Kind.COMMUNITY_UPSELL, Signal.Kind.SERVICE_DAYS, Signal.Kind.DURATION),
    )


def _figures(
    figures: Mapping[str, Reading], currency: str, community: Community | None, language: Language
) -> Figures:
    return Figures(
        community_id=community.pk if community else None,
        name=name_in(community, language) if community else "",
        region=name_in(community.region, language) if community else "",
        requests=_whole(figures["requests"]),
        visits=_whole(figures["visits"]),
        on_time=_per_cent(figures["on_time"]),
        fixed=_per_cent(figures["first_visit_fix"]),
        csat=figures["csat"].value,
        csat_answers=figures["csat"].denominator,
        nps=figures["nps"].value,
        offers=_per_cent(figures["acceptance"]),
        revenue=Money(_whole(figures["revenue"]), currency),
    )


def _whole(count: Reading) -> int:
    return count.numerator or 0


def _per_cent(share: Reading) -> float | None:
    return None if share.value is None else 100 * share.value


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
