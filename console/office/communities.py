"""The communities: a map painted by a figure, and a table that says the same of regions and communities."""

from collections.abc import Iterable

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from communities.access import Caller
from communities.insight.figures import Figure
from communities.insight.sentences import Language
from communities.selectors.places import region_list
from console.customer.pages import Policy
from console.office.choices import OFFERED, figure_asked, region_asked, window_asked
from console.office.figure_words import FIGURES, TITLES, told
from console.office.insight import Asked, Insight, columns_with, insight
from console.office.insight import told as signals_told
from console.office.map_words import map_words
from console.office.pages import language_here, not_for_technicians, office_page, signed_in
from dispatch.explanations import name_in


@require_safe
@signed_in
@not_for_technicians
def communities(request: HttpRequest, caller: Caller) -> HttpResponse:
    """The figures of ?window= days (28), in ?region= or everywhere, painted by ?figure= (CSAT), in the order of ?sort=,
    and the signals. Not for technicians, who have a day."""
    language = language_here(request, caller.organisation.language)
    figure, window = figure_asked(request), window_asked(request)
    names, region = columns_with(figure), region_asked(request, caller)
    sort = _sort_asked(request, names)
    asked = Asked(region, window, names, sort, request.GET.get("page", ""), painted=figure.name)
    found = insight(caller, asked, language)
    context = {
        "insight": found,
        "told": signals_told(caller, language, Q(signal_set__region=region) if region else None),
        "headings": [_heading(name, sort) for name in ("name", *names)],
        "regions": [(one.pk, name_in(one, language)) for one in region_list(caller).order_by("code")],
        "region": region,
        "place": name_in(region, language) if region else "",
        "figure": figure,
        "figures": [(one.name, TITLES[one.name]) for one in FIGURES],
        "window": window,
        "windows": OFFERED,
        "sort": sort,
        "least": settings.INSIGHT_MIN_RESPONDENTS,
        "map": _map(caller, figure, found, language),
    }
    return office_page(request, caller, "office/communities.html", context, policy=Policy.MAP)


def _sort_asked(request: HttpRequest, names: Iterable[str]) -> str:
    asked = request.GET.get("sort", "")
    return asked if asked.removeprefix("-") in {"name", *names} else "name"


def _heading(column: str, sort: str) -> dict[str, object]:
    """A column's title and the order that its link asks for: names upwards, figures largest first, then the other."""
    first = column if column == "name" else f"-{column}"
    other = first.removeprefix("-") if first.startswith("-") else f"-{first}"
    order = {sort: "descending" if sort.startswith("-") else "ascending"}
    return {
        "title": TITLES.get(column),
        "column": column,
        "sort": other if sort == first else first,
        "order": order.get(column) or order.get(f"-{column}", ""),
    }


def _map(caller: Caller, figure: Figure, found: Insight, language: Language) -> dict[str, object]:
    """What the map's script needs: the figure of each community, and what part of the world to show."""
    return {
        **told(figure, caller.organisation.currency),
        "language": language,
        "words": map_words(language),
        "bounds": found.bounds,
        "map_style": settings.MAP_STYLE_URL,
        "areas": [
            {"id": str(key), "value": cell.value, "hidden": cell.is_hidden, "text": cell.text}
            for key, cell in found.painted
        ],
    }
