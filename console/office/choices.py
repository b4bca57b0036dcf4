"""What a page of figures is asked for: where, over how many days, which figure. Nonsense is the usual."""

from typing import TypeVar
from uuid import UUID

from django.http import Http404, HttpRequest

from communities.access import Caller
from communities.insight.figures import BY_NAME, Figure
from communities.models import Community, Region
from communities.selectors.places import community_list, region_list, unshown
from communities.services.windows import WINDOWS

Of = TypeVar("Of")

USUAL_WINDOW = 28
SHORTEST = 7  # a day says nothing of a community
OFFERED = tuple(days for days in WINDOWS if days >= SHORTEST)


def window_asked(request: HttpRequest) -> int:
    """The days of ?window=."""
    asked = request.GET.get("window", "")
    return next((days for days in OFFERED if asked == str(days)), USUAL_WINDOW)


def figure_asked(request: HttpRequest, usual: str = "csat") -> Figure:
    """The figure of ?figure=."""
    return BY_NAME.get(request.GET.get("figure", ""), BY_NAME[usual])


def region_asked(request: HttpRequest, caller: Caller) -> Region | None:
    """The region of ?region=, None without one. Raises Http404 for one that is not there for the caller."""
    asked = request.GET.get("region", "")
    return _found(region_list(caller).filter(pk=_id(asked)).first()) if asked else None


def community_asked(request: HttpRequest, caller: Caller) -> Community | None:
    """The community of ?community=, likewise."""
    asked = request.GET.get("community", "")
    return community_there(caller, _id(asked)) if asked else None


def community_there(caller: Caller, community_id: UUID) -> Community:
    """A community with its region. Raises Http404."""
    communities = community_list(caller).select_related("region").defer(*unshown())
    return _found(communities.filter(pk=community_id).first())


def _found(row: Of | None) -> Of:
    if row is None:
        raise Http404
    return row


def _id(asked: str) -> UUID:
    try:
        return UUID(asked)
    except ValueError:
        raise Http404 from None
