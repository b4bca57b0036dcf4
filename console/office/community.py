"""A community's page: its figures against the days before and its region, their weeks, who works there and for whom,
what is at stake, what is owed, and what the planner is told of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.views.decorators.http import require_safe

from communities.access import Caller
from communities.insight.comparison import difference
from communities.insight.figures import Figure, Reading
from communities.insight.sentences import Language
from communities.models import Community, FigureUse, Signal
from communities.selectors.figures import Dimension, FigureTable, Question, figure_table
from communities.selectors.trend import figure_weeks, figures_before
from console.customer.pages import Policy
from console.office.charts import WeekChart, week_chart, weeks_of
from console.office.choices import OFFERED, community_there, figure_asked, window_asked
from console.office.community_parts import (
    goals_here,
    offers_here,
    recoveries_here,
    stake_here,
    technicians_here,
)
from console.office.customers import segments_shown
from console.office.figure_words import FIGURES, TITLES, between, said, signed, standing
from console.office.insight import NOTHING, told
from console.office.pages import language_here, not_for_technicians, office_page, signed_in
from dispatch.explanations import name_in

HEADLINES = ("csat", "on_time", "first_visit_fix", "visits", "acceptance", "revenue")
OVER_TIME = tuple(figure for figure in FIGURES if not figure.is_of_places)
UNKNOWN = Reading(None, None, None)


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A figure here, before, and in the region, in words. `verdict` is a class where chance does not explain the
    change."""

    name: str
    title: Promise
    now: str | Promise
    before: str | Promise
    change: str
    between: str
    verdict: str
    region: str | Promise


@require_safe
@signed_in
@not_for_technicians
def community(request: HttpRequest, caller: Caller, community_id: UUID) -> HttpResponse:
    """One community over ?window= days, with the weeks of ?figure=, and, for ?purpose=, who works there. There is none
    for those who do not see its region."""
    place = community_there(caller, community_id)
    language = language_here(request, caller.organisation.language)
    window, figure, purpose = window_asked(request), _figure_asked(request), _purpose_asked(request)
    of_region = Question(window=window, by=(Dimension.COMMUNITY,), region_id=place.region_id)
    table = figure_table(caller, of_region)
    own = (table and table.row((place.pk,))) or NOTHING
    rows = _figure_rows(caller, place, table, own, window)
    context = {
        "community": place,
        "name": name_in(place, language),
        "region_name": name_in(place.region, language),
        "table": table,
        "window": window,
        "windows": OFFERED,
        "headlines": [row for name in HEADLINES for row in rows if row.name == name],
        "rows": rows,
        "figure": figure,
        "figures": [(one.name, TITLES[one.name]) for one in OVER_TIME],
        "chart": _chart(caller, place, figure, table, language),
        "offers": offers_here(caller, place, window, language),
        "purpose": purpose,
        "purposes": FigureUse.Purpose,
        "technicians": technicians_here(caller, place, window, purpose, language) if purpose else None,
        "segments": segments_shown(caller, place.pk),
        "stake": stake_here(caller, place, own, table.whole if table else NOTHING),
        "goals": goals_here(caller, place, own, language),
        "recoveries": recoveries_here(caller, place, language, timezone.now()),
        "told": told(caller, language, _about(place)),
        "least": settings.INSIGHT_MIN_RESPONDENTS,
    }
    return office_page(request, caller, "office/community.html", context, policy=Policy.SCRIPTS)


def _figure_asked(request: HttpRequest) -> Figure:
    """One that has weeks: different customers cannot be told week by week."""
    asked = figure_asked(request)
    return asked if asked in OVER_TIME else OVER_TIME[0]


def _purpose_asked(request: HttpRequest) -> FigureUse.Purpose | None:
    asked = request.GET.get("purpose", "")
    return FigureUse.Purpose(asked) if asked in FigureUse.Purpose.values else None


def _figure_rows(
    caller: Caller, place: Community, table: FigureTable | None, own: Mapping[str, Reading], window: int
) -> list[FigureRow]:
    before = figures_before(caller, place, table.first_on, window) if table else {}
    region = table.whole if table else NOTHING
    currency = caller.organisation.currency
    return [
        _figure_row(figure, own[figure.name], before.get(figure.name, UNKNOWN), region[figure.name], currency)
        for figure in FIGURES
    ]


def _figure_row(figure: Figure, now: Reading, before: Reading, region: Reading, currency: str) -> FigureRow:
    change = difference(now, before)
    return FigureRow(
        name=figure.name,
        title=TITLES[figure.name],
        now=said(figure, now, currency),
        before=said(figure, before, currency),
        change=signed(figure, change.value, currency) if change else "",
        between=between(figure, change, currency) if change else "",
        verdict=standing(figure, change),
        region=said(figure, region, currency),
    )


def _chart(
    caller: Caller, place: Community, figure: Figure, table: FigureTable | None, language: Language
) -> WeekChart | None:
    """None before anything was counted."""
    if table is None:
        return None
    weeks = figure_weeks(caller, place, figure, *weeks_of(figure, table.through_on))
    names = (name_in(place, language), name_in(place.region, language))
    return week_chart(figure, weeks, names, caller.organisation.currency, language)


def _about(place: Community) -> Q:
    """The signals of a community, and of who goes anywhere in its region."""
    anywhere = Q(community=None, kind=Signal.Kind.TECHNICIAN_AFFINITY, signal_set__region=place.region_id)
    return Q(community=place) | anywhere
