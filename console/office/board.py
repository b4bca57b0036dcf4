"""The dispatchers' board: the page. What it shows comes from GET /api/v1/board, what it does goes through the API."""

from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from communities.access import Caller
from communities.models import Region
from communities.selectors.places import region_list
from console.customer.pages import Policy
from console.office.board_words import figures, said
from console.office.day import day_asked, day_to_show
from console.office.figure_words import money_told
from console.office.pages import language_here, office_page, signed_in
from dispatch.explanations import name_in
from dispatch.selectors.plans import plan_list


@require_safe
@signed_in
def board(request: HttpRequest, caller: Caller) -> HttpResponse:
    """A region's day: ?region= and ?on=, else the one to look at. Managers read it; technicians have a day of
    their own."""
    if caller.is_technician:
        return redirect("day")
    now = timezone.now()
    on = day_asked(request) or day_to_show(caller, now)
    regions = list(region_list(caller).order_by("code"))
    region = _region(request, caller, regions, on)
    language = language_here(request, caller.organisation.language)
    context = {
        "on": on,
        "before": on - timedelta(days=1),
        "after": on + timedelta(days=1),
        "today": now.astimezone(caller.organisation.zone).date(),
        "region": region,
        "regions": [(one.pk, name_in(one, language)) for one in regions],
        "figures": figures(),
        "told": {
            "region": str(region.pk) if region else None,
            "on": on.isoformat(),
            "language": language,
            "money": money_told(caller.organisation.currency),
            "map_style": settings.MAP_STYLE_URL,
            "words": said(language),
        },
    }
    return office_page(request, caller, "office/board.html", context, policy=Policy.MAP)


def _region(request: HttpRequest, caller: Caller, regions: list[Region], on: date) -> Region | None:
    """The one asked for; else the first with a plan of the day; else the first. Raises Http404."""
    asked = request.GET.get("region", "")
    if not asked:
        planned = plan_list(caller).filter(on=on).order_by("region__code").values_list("region_id", flat=True)
        first = planned.first()
        return next((one for one in regions if one.pk == first), regions[0] if regions else None)
    try:
        wanted = UUID(asked)
    except ValueError:
        raise Http404 from None
    found = next((one for one in regions if one.pk == wanted), None)
    if found is None:
        raise Http404
    return found
