"""The day."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from communities.access import Caller
from console.office.day import day_asked, day_to_show, region_days, unpublished
from console.office.pages import language_here, office_page, signed_in


@require_safe
@signed_in
def day(request: HttpRequest, caller: Caller) -> HttpResponse:
    """A day of ?on=, else the one to look at. Technicians have a page of their own."""
    if caller.is_technician:
        return redirect("my-day")
    now = timezone.now()
    on = day_asked(request) or day_to_show(caller, now)
    language = language_here(request, caller.organisation.language)
    context: dict[str, object] = {
        "on": on,
        "before": on - timedelta(days=1),
        "after": on + timedelta(days=1),
        "today": now.astimezone(caller.organisation.zone).date(),
    }
    context["regions"] = region_days(caller, on, language)
    context["unpublished"] = unpublished(caller, on, language)
    return office_page(request, caller, "office/day.html", context)
