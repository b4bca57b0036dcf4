"""What the communities page shows: the figures of a window for all, for regions and for communities, and what
customers' answers tell the planner."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from operator import itemgetter
from uuid import UUID

from django.contrib.gis.db.models import Extent
from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import Q, QuerySet, Window
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe

from communities.access import Caller
from communities.insight.figures import BY_NAME, Figure, Readings
from communities.insight.sentences import Language
from communities.models import Community, Region, Signal, SignalSet
from communities.selectors.figures import PLACE_COLUMNS, Dimension, FigureTable, Question, figure_table
from communities.selectors.insight import signal_list
from communities.selectors.measures import COLUMNS
from communities.selectors.places import IS_SERVED, community_list, unshown
from console.office.figure_words import TOO_FEW, shown
from dispatch.explanations import in_language, signal_names

AT_ONCE = 25
"""Communities of a page."""
STANDARD = ("requests", "visits", "on_time", "first_visit_fix", "csat", "nps", "acceptance", "revenue")
NAMED = ("name", "name_en")
OF_REGION = tuple(f"region__{name}" for name in NAMED)
NOTHING = Readings(dict.fromkeys((*COLUMNS, *PLACE_COLUMNS), 0), least=0)


@dataclass(frozen=True, slots=True)
class Place:
    """A community in its region, or a region by itself."""

    key: UUID
    kind: Dimension
    name: str
    region: "Place | None" = None


Placed = tuple[Place, Readings]
"""With its figures."""

Bounds = tuple[float, float, float, float]
"""Degrees: the least longitude and latitude, and the greatest."""


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
    """A figure in words, and its value to sort and to paint by: None where nothing can be said."""

    text: str
    value: float | None
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of a place as cells of the table, the one that is painted marked; no place is all together."""

    place: Place | None
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
    bounds: Bounds | None


@dataclass(frozen=True, slots=True)
class Told:
    """What the newest signals say, dearest first."""

    signal_set: SignalSet | None
    priorities: list[str]
    affinities: list[str]
    others: list[str]


def _served(caller: Caller, region: Region | None) -> QuerySet[Community]:
    """The communities with sites, of a region or of all."""
    served = community_list(caller).filter(IS_SERVED)
    return served.filter(region=region) if region else served


def columns_with(figure: Figure) -> Sequence[str]:
    """The figures of the table: the usual ones, before them any other that is asked for."""
    return list(dict.fromkeys((*(() if figure.name in STANDARD else (figure.name,)), *STANDARD)))


def insight(caller: Caller, asked: Asked, language: Language) -> Insight:
    """The figures of the communities with sites. Four queries; one more for several regions, two more where a figure is
    of places."""
    region = asked.region
    of = Question(window=asked.window, by=(Dimension.COMMUNITY,), region_id=region.pk if region else None)
    write = _Writer.of(asked, caller.organisation.currency, language)
    table = figure_table(caller, of, figures=write.figures)
    places, bounds = _places(caller, region, language)
    communities = _sorted(places, table, asked.sort)
    regions = dict.fromkeys(place.region for place in places if place.region)
    page = Paginator(communities, AT_ONCE).get_page(asked.page)
    return Insight(
        first_on=table.first_on if table else None,
        last_on=table.through_on if table else None,
        total=write.row(None, table.whole if table else NOTHING),
        regions=[write.row(*one) for one in _of_regions(regions, table, asked.sort)],
        communities=[write.row(*one) for one in page],
        page=page,
        painted=[(place.key, write.cell(asked.painted, found)) for place, found in communities],
        bounds=bounds,
    )


def _places(caller: Caller, region: Region | None, language: Language) -> tuple[list[Place], Bounds | None]:
    """The communities with sites, with their regions, and where they lie. One query, of rows: some hundred models cost
    as much as all their figures."""
    regions: dict[UUID, Place] = {}
    extent = Extent("boundary")
    served = _served(caller, region).annotate(bounds=Window(extent)).order_by("code")
    rows = list(served.values_list("pk", *NAMED, "region_id", *OF_REGION, "bounds"))
    places = [
        Place(
            key,
            Dimension.COMMUNITY,
            in_language(name, name_en, language),
            regions.setdefault(
                region_id, Place(region_id, Dimension.REGION, in_language(region_name, region_en, language))
            ),
        )
        for key, name, name_en, region_id, region_name, region_en, _ in rows
    ]
    # A window does not convert what it is over.
    return places, extent.convert_value(rows[0][-1], extent, connection) if rows else None


def _sorted(places: Iterable[Place], table: FigureTable | None, sort: str) -> list[Placed]:
    """By a column; places with nothing in it come last, either way round."""
    counted = dict(table.rows()) if table else {}
    found = [(place, counted.get((place.key,), NOTHING)) for place in places]
    column = sort.removeprefix("-")
    known = [(place.name if column == "name" else here[column].value, (place, here)) for place, here in found]
    with_value = [(value, one) for value, one in known if value is not None]
    with_value.sort(key=itemgetter(0), reverse=sort.startswith("-"))
    return [one for _, one in with_value] + [one for value, one in known if value is None]


def _of_regions(regions: Collection[Place], table: FigureTable | None, sort: str) -> list[Placed]:
    """Where there are several."""
    return _sorted(regions, table and table.of_regions(), sort) if len(regions) > 1 else []


@dataclass(frozen=True, slots=True)
class _Writer:
    """Readings of a place into a row. `facts` are the addresses of each figure's facts as HTML, without the place:
    asking for the addresses of two thousand cells one by one would take longer than all the rest."""

    figures: Sequence[Figure]
    facts: Mapping[str, str]
    everywhere: str
    painted: str
    currency: str
    too_few: str

    @classmethod
    def of(cls, asked: Asked, currency: str, language: Language) -> "_Writer":
        facts = {
            name: escape(f"{reverse('figure-facts', args=[name])}?window={asked.window}")
            for name in asked.names
        }
        everywhere = f"&amp;region={asked.region.pk}" if asked.region else ""
        figures = [BY_NAME[name] for name in asked.names]
        with translation.override(language):
            return cls(figures, facts, everywhere, asked.painted, currency, str(TOO_FEW))

    def row(self, place: Place | None, figures: Readings) -> Row:
        here = f"&amp;{place.kind}={place.key}" if place else self.everywhere
        cells = "\n".join(self._written(one.name, figures, here) for one in self.figures)
        return Row(place, mark_safe(cells))  # noqa: S308 - `_written` escapes what is not its own

    def _written(self, name: str, figures: Readings, here: str) -> str:
        """A cell as HTML: a template takes longer to write some hundred of these than the database to find all
        figures."""
        cell = self.cell(name, figures)
        chosen = ' class="chosen"' if name == self.painted else ""
        few = ' class="few"' if cell.is_hidden else ""
        return f'<td{chosen}><a{few} href="{self.facts[name]}{here}">{escape(cell.text)}</a></td>'

    def cell(self, name: str, figures: Readings) -> Cell:
        reading = figures[name]
        text = self.too_few if reading.is_hidden else shown(BY_NAME[name], reading.value, self.currency)
        return Cell(text, reading.value, reading.is_hidden)


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
