"""What the communities page shows: the figures of a window for all, for regions and for communities, and what
customers' answers tell the planner."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise

from communities.access import Caller
from communities.insight.figures import BY_NAME, Figure, Reading, readings
from communities.insight.sentences import Language
from communities.models import Community, Region, Signal, SignalSet
from communities.selectors.figures import PLACE_COLUMNS, Dimension, FigureTable, Question, figure_table
from communities.selectors.insight import signal_list
from communities.selectors.measures import COLUMNS
from communities.selectors.places import IS_SERVED, community_list, unshown
from console.office.figure_words import said
from dispatch.explanations import name_in, signal_names

STANDARD = ("requests", "visits", "on_time", "first_visit_fix", "csat", "nps", "acceptance", "revenue")
NOTHING = readings(dict.fromkeys((*COLUMNS, *PLACE_COLUMNS), 0), least=0)


@dataclass(frozen=True, slots=True)
class Asked:
    """A region or all, over so many days; the figures by their names, in the order of one of them or of "name": with a
    minus before it, largest first."""

    region: Region | None
    window: int
    names: Sequence[str]
    sort: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure in words, where its facts are, and its value to sort and to paint by: None where nothing can be said."""

    name: str
    text: str | Promise
    value: float | None
    is_hidden: bool
    facts: str


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of a community or region; `key` is None for all together."""

    key: UUID | None
    name: str
    region: str
    cells: list[Cell]

    def cell(self, name: str) -> Cell:
        return next(cell for cell in self.cells if cell.name == name)


@dataclass(frozen=True, slots=True)
class Insight:
    """The figures of the days `first_on`..`last_on`, both None before anything was counted. `regions` only where there
    are several."""

    first_on: date | None
    last_on: date | None
    total: Row
    regions: list[Row]
    communities: list[Row]


@dataclass(frozen=True, slots=True)
class Told:
    """What the newest signals say, dearest first."""

    signal_set: SignalSet | None
    priorities: list[str]
    affinities: list[str]
    others: list[str]


def served_list(caller: Caller, region: Region | None) -> QuerySet[Community]:
    """The communities with sites, of a region or of all."""
    served = community_list(caller).filter(IS_SERVED)
    return served.filter(region=region) if region else served


def columns_with(figure: Figure) -> Sequence[str]:
    """The figures of the table: the usual ones, before them any other that is asked for."""
    return list(dict.fromkeys((*(() if figure.name in STANDARD else (figure.name,)), *STANDARD)))


def insight(caller: Caller, asked: Asked, language: Language) -> Insight:
    """The figures of the communities with sites. Seven queries, and six more for several regions."""
    region = asked.region
    of = Question(window=asked.window, by=(Dimension.COMMUNITY,), region_id=region.pk if region else None)
    table = figure_table(caller, of)
    write = _Writer.of(asked, caller.organisation.currency, language)
    served = served_list(caller, region).select_related("region").defer(*unshown()).order_by("code")
    communities = list(served)
    regions = {community.region_id: community.region for community in communities}
    by_region = _region_rows(caller, regions.values(), asked.window, write) if len(regions) > 1 else []
    return Insight(
        first_on=table.first_on if table else None,
        last_on=table.through_on if table else None,
        total=write.row(None, table.whole if table else NOTHING),
        regions=_sorted(by_region, asked.sort),
        communities=_sorted(write.rows(communities, table), asked.sort),
    )


@dataclass(frozen=True, slots=True)
class _Writer:
    """Readings of a place into a row. `facts` are the addresses of each figure's facts, without the place: asking for
    the addresses of two thousand cells one by one would take longer than all the rest."""

    figures: Sequence[Figure]
    facts: Mapping[str, str]
    everywhere: str
    currency: str
    language: Language

    @classmethod
    def of(cls, asked: Asked, currency: str, language: Language) -> "_Writer":
        facts = {
            name: f"{reverse('figure-facts', args=[name])}?window={asked.window}" for name in asked.names
        }
        everywhere = f"&region={asked.region.pk}" if asked.region else ""
        return cls([BY_NAME[name] for name in asked.names], facts, everywhere, currency, language)

    def rows(self, places: Iterable[Community | Region], table: FigureTable | None) -> list[Row]:
        counted = dict(table.rows(self.figures)) if table else {}
        return [self.row(place, counted.get((place.pk,), NOTHING)) for place in places]

    def row(self, place: Community | Region | None, figures: Mapping[str, Reading]) -> Row:
        here = f"&{place._meta.model_name}={place.pk}" if place else self.everywhere
        return Row(
            key=place.pk if place else None,
            name=name_in(place, self.language) if place else "",
            region=name_in(place.region, self.language) if isinstance(place, Community) else "",
            cells=[self._cell(figure, figures[figure.name], here) for figure in self.figures],
        )

    def _cell(self, figure: Figure, reading: Reading, here: str) -> Cell:
        text = said(figure, reading, self.currency)
        return Cell(figure.name, text, reading.value, reading.is_hidden, self.facts[figure.name] + here)


def _region_rows(caller: Caller, regions: Iterable[Region], window: int, write: _Writer) -> list[Row]:
    return write.rows(regions, figure_table(caller, Question(window=window, by=(Dimension.REGION,))))


def _sorted(rows: Iterable[Row], sort: str) -> list[Row]:
    """By a column; rows with nothing in it come last, either way round."""
    column = sort.removeprefix("-")
    known = [(_value(row, column), row) for row in rows]
    with_value = [(value, row) for value, row in known if value is not None]
    with_value.sort(key=lambda one: one[0], reverse=sort.startswith("-"))
    return [row for _, row in with_value] + [row for value, row in known if value is None]


def _value(row: Row, column: str) -> str | float | None:
    return row.name if column == "name" else row.cell(column).value


def told(caller: Caller, language: Language, about: Q | None = None) -> Told:
    """The newest signals in words (those `about` something), those that weigh nothing left out. Three queries."""
    found = signal_list(caller).filter(about or Q()).exclude(minutes=0).select_related("community")
    signals = list(found.defer(*unshown("community__")))
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
