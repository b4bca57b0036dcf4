"""The day, and the communities."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from communities.access import Caller
from console.office.day import day_asked, newest_day, region_days, unpublished
from console.office.insight import HEADINGS, SHOWN, insight, told
from console.office.pages import language_here, office_page, signed_in


@require_safe
@signed_in
def day(request: HttpRequest, caller: Caller) -> HttpResponse:
    """A day of ?on=, else the newest that is planned. Technicians have a page of their own."""
    if caller.is_technician:
        return redirect("my-day")
    on = day_asked(request) or newest_day(caller)
    language = language_here(request, caller.organisation.language)
    context: dict[str, object] = {
        "on": on,
        "before": on - timedelta(days=1),
        "after": on + timedelta(days=1),
        "today": timezone.now().astimezone(caller.organisation.zone).date(),
    }
    context["regions"] = region_days(caller, on, language)
    context["unpublished"] = unpublished(caller, on, language)
    return office_page(request, caller, "office/day.html", context)


@require_safe
@signed_in
def communities(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Figures of four weeks, sorted by ?sort=, and the signals. Not for technicians, who have a day."""
    if caller.is_technician:
        return redirect("day")
    asked = request.GET.get("sort", "")
    sort = asked if asked.removeprefix("-") in SHOWN else "name"
    language = language_here(request, caller.organisation.language)
    context = {
        "insight": insight(caller, language, sort),
        "told": told(caller, language),
        "headings": [_heading(column, sort) for column in SHOWN],
        "least": settings.INSIGHT_MIN_RESPONDENTS,
    }
    return office_page(request, caller, "office/communities.html", context)


def _heading(column: str, sort: str) -> dict[str, object]:
    """A column's title and the order that its link asks for: names upwards, figures largest first, then the other."""
    first = column if column == "name" else f"-{column}"
    other = first.removeprefix("-") if first.startswith("-") else f"-{first}"
    order = {sort: "descending" if sort.startswith("-") else "ascending"}
    return {
        "title": HEADINGS[column],
        "column": column,
        "sort": other if sort == first else first,
        "order": order.get(column) or order.get(f"-{column}", ""),
    }
