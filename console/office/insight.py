"""What the communities page shows: the figures of a window for all, for regions and for communities, and what
customers' answers tell the planner."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from communities.access import Caller
from communities.insight.figures import BY_NAME, Figure, Readings
from communities.insight.sentences import Language
from communities.models import Community, Region, Signal, SignalSet
from communities.selectors.figures import PLACE_COLUMNS, Dimension, FigureTable, Question, figure_table
from communities.selectors.insight import signal_list
from communities.selectors.measures import COLUMNS
from communities.selectors.places import IS_SERVED, community_list, unshown
from console.office.figure_words import said
from dispatch.explanations import name_in, signal_names

AT_ONCE = 25
"""Communities of a page."""
STANDARD = ("requests", "visits", "on_time", "first_visit_fix", "csat", "nps", "acceptance", "revenue")
NAMED = ("code", "name", "name_en")
NOTHING = Readings(dict.fromkeys((*COLUMNS, *PLACE_COLUMNS), 0), least=0)

CELL = '<td{}><a{} href="{}">{}</a></td>'
"""Not in the template, which takes longer to write some hundred of these than the database to find all figures."""
CHOSEN, FEW = mark_safe(' class="chosen"'), mark_safe(' class="few"')

Placed = tuple[Community | Region, Readings]
"""A place with its figures."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A region or all, over so many days; the figures by their names, in the order of one of them or of "name": with a
    minus before it, largest first. Of the communities one page; the map shows all, by the one that is `painted`."""

    region: Region | None
    window: int
    names: Sequence[str]
    sort: str
    page: str
    painted: str


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
    """The figures of a community or region as cells of the table, the one that is painted marked; `key` is None for
    all together."""

    key: UUID | None
    name: str
    region: str
    cells: SafeString


@dataclass(frozen=True, slots=True)
class Insight:
    """The figures of the days `first_on`..`last_on`, both None before anything was counted. `regions` only where there
    are several; `communities` are those of `page`, `painted` are all."""

    first_on: date | None
    last_on: date | None
    total: Row
    regions: list[Row]
    communities: list[Row]
    page: Page[Placed]
    painted: list[tuple[UUID, Cell]]


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
    """The figures of the communities with sites. Seven queries, and three more for several regions."""
    region = asked.region
    of = Question(window=asked.window, by=(Dimension.COMMUNITY,), region_id=region.pk if region else None)
    write = _Writer.of(asked, caller.organisation.currency, language)
    table = figure_table(caller, of, figures=write.figures)
    served = served_list(caller, region).select_related("region").order_by("code")
    places = list(served.only(*NAMED, "region", *(f"region__{name}" for name in NAMED)))
    communities = write.sorted(places, table, asked.sort)
    page = Paginator(communities, AT_ONCE).get_page(asked.page)
    regions = {community.region_id: community.region for community in places}
    return Insight(
        first_on=table.first_on if table else None,
        last_on=table.through_on if table else None,
        total=write.row(None, table.whole if table else NOTHING),
        regions=_regions(caller, table, regions.values(), write, asked.sort),
        communities=[write.row(*one) for one in page],
        page=page,
        painted=[(place.pk, write.cell(asked.painted, found)) for place, found in communities],
    )


@dataclass(frozen=True, slots=True)
class _Writer:
    """Readings of a place into a row. `facts` are the addresses of each figure's facts, without the place: asking for
    the addresses of two thousand cells one by one would take longer than all the rest."""

    figures: Sequence[Figure]
    facts: Mapping[str, str]
    everywhere: str
    painted: str
    currency: str
    language: Language

    @classmethod
    def of(cls, asked: Asked, currency: str, language: Language) -> "_Writer":
        facts = {
            name: f"{reverse('figure-facts', args=[name])}?window={asked.window}" for name in asked.names
        }
        everywhere = f"&region={asked.region.pk}" if asked.region else ""
        figures = [BY_NAME[name] for name in asked.names]
        return cls(figures, facts, everywhere, asked.painted, currency, language)

    def sorted(
        self, places: Iterable[Community | Region], table: FigureTable | None, sort: str
    ) -> list[Placed]:
        """By a column; places with nothing in it come last, either way round."""
        counted = dict(table.rows()) if table else {}
        found = [(place, counted.get((place.pk,), NOTHING)) for place in places]
        column = sort.removeprefix("-")
        known = [(self._value(*one, column), one) for one in found]
        with_value = [(value, one) for value, one in known if value is not None]
        with_value.sort(key=itemgetter(0), reverse=sort.startswith("-"))
        return [one for _, one in with_value] + [one for value, one in known if value is None]

    def row(self, place: Community | Region | None, figures: Readings) -> Row:
        here = f"&{place._meta.model_name}={place.pk}" if place else self.everywhere
        return Row(
            key=place.pk if place else None,
            name=name_in(place, self.language) if place else "",
            region=name_in(place.region, self.language) if isinstance(place, Community) else "",
            cells=format_html_join(
                "\n", CELL, (self._marked(one.name, figures, here) for one in self.figures)
            ),
        )

    def _marked(self, name: str, figures: Readings, here: str) -> tuple[str, str, str, str | Promise]:
        cell = self.cell(name, figures, here)
        return CHOSEN if name == self.painted else "", FEW if cell.is_hidden else "", cell.facts, cell.text

    def cell(self, name: str, figures: Readings, here: str = "") -> Cell:
        reading = figures[name]
        text = said(BY_NAME[name], reading, self.currency)
        return Cell(name, text, reading.value, reading.is_hidden, self.facts[name] + here)

    def _value(self, place: Community | Region, figures: Readings, column: str) -> str | float | None:
        return name_in(place, self.language) if column == "name" else figures[column].value


def _regions(
    caller: Caller, table: FigureTable | None, regions: Collection[Region], write: _Writer, sort: str
) -> list[Row]:
    """Where there are several."""
    if len(regions) < 2:
        return []
    region_of = dict(community_list(caller).values_list("pk", "region_id"))
    by_region = table and table.of_regions(region_of)
    return [write.row(*one) for one in write.sorted(regions, by_region, sort)]


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
